"""A PaperSaleor behind a real socket, for workers that are processes of their own."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from tests.paper_saleor import PaperSaleor


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    server: "Server"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            data = self.server.paper.execute(asked["query"], asked["variables"])
            body = json.dumps({"data": data}).encode()
        time.sleep(self.server.seconds_on_the_way)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


class Server(ThreadingHTTPServer):
    """Answers one request at a time; hold `lock` to change `paper`.

    An answer that is some seconds on its way is not news any more when it arrives.
    """

    daemon_threads = True

    def __init__(self, paper: PaperSaleor) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.paper = paper
        self.lock = Lock()
        self.seconds_on_the_way = 0.0

    def handle_error(self, *_: object) -> None:
        """A worker that was killed leaves its request unfinished."""

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/graphql/"


@contextmanager
def serve(paper: PaperSaleor) -> Iterator[Server]:
    with Server(paper) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
