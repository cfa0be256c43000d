"""The server as a process, a shop that knows it, and a Saleor that is a subgraph of version 1."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.server.conftest import run, serve, shop

__all__ = ["run", "serve", "shop"]

SDL = Path(__file__).parents[2] / "sandbox" / "shop" / "schema.graphql"
ME = {"__typename": "User", "id": "VXNlcjo3", "email": "ada@example.com"}


def subgraph_sdl() -> str:
    """The sandbox's schema with the keys that Saleor's own has."""
    by_id = '@key(fields: "id")'
    text = SDL.read_text()
    for type_name, keys in {"User": f'{by_id} @key(fields: "email")', "Order": by_id}.items():
        head = f"type {type_name} implements Node"
        text = text.replace(head, f"{head} {keys}")
    return text


class Handler(BaseHTTPRequestHandler):
    """Answers a gateway's two questions: what do you serve, and who is it that asks?"""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "_service" in request["query"]:
            data: dict[str, Any] = {"_service": {"sdl": subgraph_sdl()}}
        else:
            data = {"me": ME if self.headers["Authorization"] else None}
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def saleor_subgraph() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/graphql/"
    server.shutdown()
    server.server_close()
