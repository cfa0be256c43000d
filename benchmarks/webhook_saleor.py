"""The Saleor of the webhook benchmark: a process of its own that answers what orders are like.

It knows any order, as one recorded order under the id that is asked for. It takes as long as a
real one was measured to take, and says how much it was asked.
"""

import json
import sys
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parents[1] / "tests" / "recordings" / "graphql" / "orders.json"
# Seconds that a real one took, warm: a query, and each order in it.
QUERY, ORDER = 0.03, 0.004


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    asked = {"queries": 0, "orders": 0}  # by this process

    def do_POST(self) -> None:
        """Orders; anything else is refused."""
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        ids = said["variables"].get("ids")
        if "LoyaltyOrders(" not in said["query"] or ids is None:
            self._answer({"errors": [{"message": "not here"}]})
            return
        self.asked["queries"] += 1
        self.asked["orders"] += len(ids)
        time.sleep(QUERY + ORDER * len(ids))
        self._answer({"data": {"orders": {"edges": [{"node": order(id_)} for id_ in ids]}}})

    def do_GET(self) -> None:
        """How much was asked so far."""
        self._answer(self.asked)

    def _answer(self, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


def order(id_: str) -> dict[str, Any]:
    """A recorded order, paid in full, changed just now; all are of one customer."""
    return {**PAID, "id": id_, "number": id_, "updatedAt": datetime.now(UTC).isoformat()}


def _paid() -> dict[str, Any]:
    data = json.loads(RECORDED.read_text(encoding="utf-8"))["answer"]["data"]
    orders: list[dict[str, Any]] = [edge["node"] for edge in data["orders"]["edges"]]
    return next(
        each
        for each in orders
        if each["chargeStatus"] == "FULL" and each["user"] and each["user"]["isConfirmed"]
    )


PAID = _paid()

if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
