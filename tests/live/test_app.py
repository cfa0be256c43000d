"""The app beside a real Saleor: what it missed while it was down or away ends right."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import httpx
import pytest

from sandbox.demo import Demo
from sandbox.graphql_client import ask
from sandbox.waiting import look_until
from tests.live import doors
from tests.live.conftest import broker
from tests.live.doors import Customer, Door
from tests.live.saleor import Installation

pytestmark = pytest.mark.timeout(1800)

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
        lambda seen: seen == expected, lambda: answer(door, customer), stop=Event(), seconds=60
    )


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
    demo.processes.finish("walk", seconds=120)

    assert (once(door, ada, 0), once(door, grace, 0), once(door, linus, 200)) == (0, 0, 200)


def test_t32_what_is_paid_while_the_shops_api_is_down_has_its_points_when_it_is_back(
    door: Door, demo: Demo
) -> None:
    """Saleor's worker goes on telling of it: only what is asked is not answered."""
    assert door.saleor
    ada = door.new_customer()
    demo.processes.kill("worker")
    door.paid_order(ada, "40.00")
    door.saleor.stop("web")
    demo.start("worker")
    log = demo.processes.log("worker")
    demo.processes.until("worker", lambda: b"later again" in log.read_bytes(), seconds=120)

    door.saleor.start("web")

    assert once(door, ada, 400) == 400


def test_a_shop_that_removes_the_app_is_left_alone_and_finds_all_when_it_comes_back(
    door: Door, demo: Demo
) -> None:
    ada = door.new_customer()
    door.paid_order(ada, "10.00")
    assert once(door, ada, 100) == 100

    door.shop.uninstall(door.app_id)
    demo.processes.start(
        "walk",
        ("celery", "--app", "saleor_loyalty.server", "call", "saleor_loyalty.tasks.reconcile"),
        demo.programs["app"].env,
    )
    demo.processes.finish("walk", seconds=60)
    assert once(door, ada, "InvalidTokenError") == "InvalidTokenError"

    door.paid_order(ada, "5.00")
    door.shop.install(demo.at.manifest_url)
    assert once(door, ada, 150) == 150
