"""The app beside a real Saleor: what it missed while it was down or away ends right."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import httpx
import psycopg
import pytest

from sandbox.demo import Demo
from sandbox.graphql_client import ask
from sandbox.waiting import look_until
from tests.live import doors
from tests.live.conftest import broker
from tests.live.doors import Customer, Door
from tests.live.saleor import Installation

pytestmark = pytest.mark.timeout(1800)

SWITCH = "mutation S($id: ID!) {{ app{}(id: $id) {{ errors {{ field message code }} }} }}"
CANCEL = "mutation Cancel($id: ID!) { orderCancel(id: $id) { errors { field message code } } }"


@pytest.fixture(scope="module")
def door(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """An app that nobody else needs."""
    data_dir = tmp_path_factory.mktemp("app-alone")
    with doors.app_door(installation, data_dir, broker_url=broker(12)) as door:
        yield door


@pytest.fixture
def demo(door: Door) -> Demo:
    assert door.demo
    return door.demo


def answer(door: Door, customer: Customer) -> Any:
    """The customer's balance, or why it is not told."""
    token = door.shop.sign_in(customer.email, "password")
    response = httpx.post(
        door.loyalty_url,
        json={"query": "{ loyalty { balance } }"},
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    if "errors" in response:
        return response["errors"][0]["extensions"]["exception"]["code"]
    return (response["data"]["loyalty"] or {}).get("balance")


def once(door: Door, customer: Customer, expected: object) -> Any:
    """The answer once it is as expected, or after a minute."""
    return look_until(
        lambda seen: seen == expected, lambda: answer(door, customer), stop=Event(), seconds=180
    )


def sql(demo: Demo, statement: str) -> list[tuple[Any, ...]]:
    """What the app's database says."""
    with psycopg.connect(demo.programs["app"].env["DATABASE_URL"], autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def walk(demo: Demo) -> None:
    """Have the shop looked at by a process of the test's own, to the end."""
    work = (
        "import saleor_loyalty.server.celery; from saleor_loyalty import tasks; tasks.reconcile()"
    )
    demo.processes.start("look", ("django", "shell", "-c", work), demo.programs["app"].env)
    demo.processes.finish("look", seconds=300)


def walk_twice(demo: Demo) -> None:
    """With minutes between, by the clock of the database."""
    walk(demo)
    sql(
        demo,
        "UPDATE saleor_loyalty_shop SET token_unknown_at = token_unknown_at - interval '4 minutes'",
    )
    walk(demo)


def is_active(demo: Demo) -> bool:
    [(active,)] = sql(demo, "SELECT is_active FROM saleor_loyalty_shop")
    return bool(active)


@contextmanager
def firewall() -> Iterator[str]:
    """Answers every question with a page of its own."""

    class Denied(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(403)
            self.end_headers()
            self.wfile.write(b"<html>Access denied</html>")

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Denied) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/graphql/"
        server.shutdown()


def test_a_firewall_puts_no_shop_to_rest_and_an_app_switched_off_does_until_it_is_on_again(
    door: Door, demo: Demo
) -> None:
    ada = door.new_customer()
    door.paid_order(ada, "10.00")
    assert once(door, ada, 100) == 100
    with firewall() as address:
        sql(demo, f"UPDATE saleor_loyalty_shop SET api_url = '{address}'")
        walk_twice(demo)
        behind_it = is_active(demo)
        sql(demo, f"UPDATE saleor_loyalty_shop SET api_url = '{door.shop.api_url}'")

    ask(door.shop.api_url, SWITCH.format("Deactivate"), {"id": door.app_id}, **as_staff(door))
    walk(demo)
    seen_once = is_active(demo)
    walk_twice(demo)
    switched_off = is_active(demo)
    door.paid_order(ada, "5.00")
    ask(door.shop.api_url, SWITCH.format("Activate"), {"id": door.app_id}, **as_staff(door))
    walk(demo)

    assert (behind_it, seen_once, switched_off, is_active(demo)) == (True, True, False, True)
    assert once(door, ada, 150) == 150


def as_staff(door: Door) -> dict[str, str]:
    return {"token": door.shop.staff_token}


def test_t32_orders_paid_refunded_and_cancelled_while_the_app_was_down_end_right(
    door: Door, demo: Demo
) -> None:
    ada, grace, linus = (door.new_customer() for _ in range(3))
    refunded, cancelled = door.paid_order(ada, "40.00"), door.paid_order(grace, "30.00")
    assert (once(door, ada, 400), once(door, grace, 300)) == (400, 300)

    for program in ("app", "worker"):
        demo.processes.kill(program)
    door.shop.refund(refunded)
    ask(door.shop.api_url, CANCEL, {"id": cancelled}, token=door.shop.staff_token)
    door.paid_order(linus, "20.00")
    demo.start("app", "worker")
    demo.processes.start("walk", ("django", "loyalty_reconcile"), demo.programs["app"].env)
    demo.processes.finish("walk", seconds=300)

    assert (once(door, ada, 0), once(door, grace, 0), once(door, linus, 200)) == (0, 0, 200)


def test_t32_what_is_paid_while_the_shops_api_is_down_has_its_points_when_it_is_back(
    door: Door, demo: Demo
) -> None:
    """Saleor's worker goes on telling of it: only what is asked is not answered."""
    assert door.live
    ada = door.new_customer()
    demo.processes.kill("worker")
    door.paid_order(ada, "40.00")
    door.live.stop("web")
    demo.start("worker")
    log = demo.processes.log("worker")
    demo.processes.until("worker", lambda: b"later again" in log.read_bytes(), seconds=300)

    door.live.start("web")

    assert once(door, ada, 400) == 400


def test_a_shop_that_removes_the_app_is_left_alone_and_finds_all_when_it_comes_back(
    door: Door, demo: Demo
) -> None:
    ada = door.new_customer()
    door.paid_order(ada, "10.00")
    assert once(door, ada, 100) == 100

    door.shop.uninstall(door.app_id)
    walk_twice(demo)
    assert once(door, ada, "InvalidTokenError") == "InvalidTokenError"

    door.paid_order(ada, "5.00")
    door.shop.install(demo.at.manifest_url)
    assert once(door, ada, 150) == 150
