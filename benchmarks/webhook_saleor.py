"""The Saleor of the webhook benchmark: a process of its own, as slow as a real one was measured.

It knows any order, as one recorded order under the id that is asked for. It prints its address
first, and answers at /asked how much it was asked.
"""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.paper_saleor import PaperSaleor
from tests.saleor_over_http import Saleor

RECORDED = Path(__file__).parents[1] / "tests" / "recordings" / "graphql" / "orders.json"
# Seconds that a real one took, warm: a query, and each order in it.
QUERY, ORDER = 0.03, 0.004


class Recorded(PaperSaleor):
    """Orders paid in full, changed just now; all are of one customer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = {"queries": 0, "orders": 0}
        data = json.loads(RECORDED.read_text(encoding="utf-8"))["answer"]["data"]
        orders = [edge["node"] for edge in data["orders"]["edges"]]
        self._paid = next(
            each
            for each in orders
            if each["chargeStatus"] == "FULL" and each["user"] and each["user"]["isConfirmed"]
        )

    def execute(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        ids = variables["ids"] if "LoyaltyOrders(" in text else ()
        self.asked["queries"] += 1
        self.asked["orders"] += len(ids)
        now = datetime.now(UTC).isoformat()
        for id_ in ids:
            self.orders[id_] = {**self._paid, "id": id_, "number": id_, "updatedAt": now}
        time.sleep(QUERY + ORDER * len(ids))
        return super().execute(text, variables)


class Counted(Saleor):
    """The server."""

    def __init__(self) -> None:
        super().__init__()
        self.paper = self.recorded = Recorded()

    def answer(self, path: str, authorization: str, body: bytes) -> tuple[str, bytes]:
        if path == "/asked":
            return "application/json", json.dumps(self.recorded.asked).encode()
        return super().answer(path, authorization, body)


if __name__ == "__main__":
    saleor = Counted()
    print(saleor.domain, flush=True)
    while True:
        time.sleep(60)
