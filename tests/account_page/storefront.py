"""Storefronts that hand tokens over to the page, in their own place or around a frame."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

STOREFRONT = """<!doctype html><html lang="en"><title>A storefront</title>
<style>iframe { width: 100%%; height: 300px; border: 0 }</style>
<form method="post" action="%(page)ssign-in/" target="%(target)s">
<input type="hidden" name="token" value="%(token)s">
<input type="hidden" name="return_url" value="%(url)s"><button>My points</button></form>
%(frame)s
<script>
addEventListener("message", (event) => {
  if (event.origin === "%(page_origin)s" && event.data.type === "saleor-loyalty:height")
    document.querySelector("iframe").style.height = event.data.height + "px";
});
</script>"""


class Storefront:
    """A page that opens the shopper's page, in its own place or in a frame."""

    def __init__(self, page: str, host: str, token: Callable[[], str]) -> None:
        self._page, self._token = page, token
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://{host}:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def html(self, path: str) -> str:
        framed = path.startswith("/framed")
        return STOREFRONT % {
            "page": self._page,
            "page_origin": self._page.removesuffix("/account/"),
            "token": self._token(),
            "url": f"{self.origin}/back",
            "target": "points" if framed else "_self",
            "frame": '<iframe name="points" title="Points"></iframe>' if framed else "",
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        storefront = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = storefront.html(self.path).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        return Handler
