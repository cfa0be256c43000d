"""Several shops on one server, and one of them hangs."""

import pytest

from saleor_loyalty import tasks
from saleor_loyalty.models import Change, Entry, Shop, Subject
from saleor_loyalty.orders import inbox
from saleor_loyalty.workers import turns
from tests.paper_saleor import ANNA, line, order_id
from tests.saleor_over_http import Saleor
from tests.shops import new_program, new_shop


@pytest.fixture
def hanging():
    server = Saleor()
    server.seconds_on_the_way = 20
    yield server
    server.stop()


@pytest.fixture
def hanging_shop(shop, hanging) -> Shop:
    other = new_shop(hanging.api_url)
    new_program(other)
    return other


def test_a_shop_that_hangs_is_asked_once_a_round_and_another_has_its_points(
    shop, saleor, hanging_shop, hanging, settings, monkeypatch
):
    settings.LOYALTY_HTTP_TIMEOUT = 0.5
    monkeypatch.setattr(turns.random, "shuffle", lambda shops: shops.sort(key=hanging_first))
    hanging_first = {hanging_shop: 0, shop: 1}.__getitem__
    inbox.mark(shop=hanging_shop, order_ids=[order_id(n) for n in range(250)])
    inbox.mark(shop=hanging_shop, customer_ids=[ANNA["id"]])
    inbox.mark(shop=shop, order_ids=[saleor.paper.place(1, line(100))])

    tasks.settle_orders()

    assert Entry.objects.filter(account__member__shop=shop).count() == 1
    assert hanging.paper.calls == ["customers", "orders"]
    waiting = Change.objects.filter(shop=hanging_shop, subject=Subject.ORDER)
    assert waiting.count() == 250
    asked = waiting.filter(error__contains="did not answer", lease=None)
    assert asked.count() == 1  # for all that rest: the shop was silent before
