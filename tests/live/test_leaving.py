"""A shop leaves the plugin: to the app beside it, or altogether."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from sandbox.addresses import Ports
from sandbox.demo import Demo, running
from sandbox.graphql_client import ask
from sandbox.shop_api import ShopApi
from sandbox.waiting import look_until
from tests.live import doors, saleor
from tests.live.conftest import broker
from tests.live.doors import Customer, Door
from tests.live.saleor import Installation, LiveSaleor

pytestmark = pytest.mark.timeout(1800)

DELETE = "mutation Delete($id: ID!) { appDelete(id: $id) { errors { field message code } } }"
OURS = """
    SELECT 'table ' || tablename FROM pg_tables WHERE tablename LIKE 'saleor\\_loyalty\\_%%'
    UNION ALL SELECT 'task ' || name FROM django_celery_beat_periodictask
        WHERE task LIKE 'saleor\\_loyalty.%%'
    UNION ALL SELECT 'app ' || name FROM app_app
        WHERE identifier = 'saleor.loyalty' AND manifest_url IS NULL AND removed_at IS NULL"""


@pytest.fixture(scope="module")
def leaving(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveSaleor, Demo]]:
    """A Saleor with the plugin that nobody else needs any more."""
    data_dir = tmp_path_factory.mktemp("leaving")
    with doors.inside(installation, data_dir, broker_url=broker(13)) as found:
        yield found


def test_a_shop_moves_from_the_plugin_to_the_app(
    leaving: tuple[LiveSaleor, Demo], tmp_path: Path
) -> None:
    live, demo = leaving
    shop, _ = doors.open_plugin_shop(demo, staff=saleor.STAFF, stop=Event(), say=lambda _: None)
    door = Door("plugin", shop, live.api_url, "")
    ada, grace = door.new_customer(), door.new_customer()
    door.paid_order(ada, "512.00")
    last = door.paid_order(grace, "30.00")
    before = [seen_by(door, ada, balance=120, coupons=1), seen_by(door, grace, balance=300)]

    file = tmp_path / "shop.jsonl"
    file.write_text(live.manage("loyalty_export", "--shop", live.api_url))
    live.stop("web", "worker")
    bare = live.bare()
    bare.start("web", "worker")
    delete_our_app(bare, shop)
    with moved_in(bare, tmp_path / "demo") as (app, app_id):
        manage(app, "loyalty_import", "--shop", live.api_url, str(file))
        after = Door("app", shop, f"{app.at.app_url}/graphql/", app_id)
        arrived = [seen_by(after, ada, balance=120, coupons=1), seen_by(after, grace, balance=300)]
        manage(app, "loyalty_reconcile", "--since", "2020-01-01")
        shop.refund(last)
        after.paid_order(ada, "7.00")

        assert arrived == before
        assert seen_by(after, ada, balance=190, coupons=1)["balance"] == 190
        assert seen_by(after, grace, balance=0)["balance"] == 0
        manage(app, "loyalty_check")


def test_the_shop_is_the_same_after_migrating_back_before_the_laws_and_forth(
    leaving: tuple[LiveSaleor, Demo],
) -> None:
    live, _ = leaving
    live.manage("migrate", "--no-input")
    shops = "SELECT id, door, api_url FROM saleor_loyalty_shop"
    before = live.sql(shops)

    live.manage("migrate", "saleor_loyalty", "0001", "--no-input")
    live.manage("migrate", "--no-input")

    assert live.sql(shops) == before
    assert [door for _, door, _ in before] == ["PLUGIN"]


def test_all_of_ours_goes_when_it_is_migrated_to_zero(leaving: tuple[LiveSaleor, Demo]) -> None:
    live, _ = leaving
    live.manage("migrate", "--no-input")
    assert ("app Loyalty",) in live.sql(OURS)  # made anew: staff have deleted the first

    live.manage("migrate", "saleor_loyalty", "zero", "--no-input")

    assert live.sql(OURS) == []
    assert "saleor_loyalty" not in live.bare().manage("check", "--database", "default")


def seen_by(door: Door, customer: Customer, *, balance: int, coupons: int = 0) -> dict[str, Any]:
    """What a customer sees of their points once it is as expected, or after a minute."""

    def look() -> dict[str, Any]:
        seen = door.loyalty.loyalty(door.shop.sign_in(customer.email, "password"))
        return {**seen, "coupons": [(c["code"], c["status"]) for c in seen["coupons"]]}

    def is_there(seen: dict[str, Any]) -> bool:
        active = [code for code, status in seen["coupons"] if code and status == "ACTIVE"]
        return seen["balance"] == balance and len(active) == coupons

    return look_until(is_there, look, stop=Event(), seconds=180)


def delete_our_app(live: LiveSaleor, shop: ShopApi) -> None:
    """As staff do in the Dashboard, once the package is out of the image."""
    ((pk,),) = live.sql(
        "SELECT id FROM app_app WHERE identifier = 'saleor.loyalty' AND removed_at IS NULL"
    )
    ask(live.api_url, DELETE, {"id": global_id("App", pk)}, token=shop.staff_token)


def global_id(type_name: str, pk: int) -> str:
    return b64encode(f"{type_name}:{pk}".encode()).decode()


@contextmanager
def moved_in(live: LiveSaleor, data_dir: Path) -> Iterator[tuple[Demo, str]]:
    """The app installed beside a Saleor, with no programme of its own."""
    with running(
        data_dir,
        ports=Ports.any(),
        stop=Event(),
        say=lambda _: None,
        saleor_url=live.api_url,
        temporary=True,
    ) as demo:
        shop = ShopApi(live.api_url, staff=saleor.STAFF, stop=Event())
        yield demo, shop.install(demo.at.manifest_url)


def manage(demo: Demo, *arguments: str) -> None:
    """Run a command of the app's."""
    demo.processes.start("command", ("django", *arguments), demo.programs["app"].env)
    demo.processes.finish("command", seconds=300)
