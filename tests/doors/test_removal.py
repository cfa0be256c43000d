"""A shop that removed the app, or switched it off, is noticed and rests; nothing of it is lost."""

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_loyalty import inbox, settlement, vault
from saleor_loyalty.connection import connect
from saleor_loyalty.models import Change, Shop
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorUnavailable
from tests.doors.saleor import Saleor
from tests.shops import new_program

pytestmark = pytest.mark.django_db

ORDER = "T3JkZXI6MQ=="


def ask_for_orders(shop: Shop) -> None:
    with connect(shop) as saleor:
        saleor.orders([ORDER])


def test_a_shop_that_does_not_know_our_token_any_more_rests(shop: Shop, saleor: Saleor) -> None:
    saleor.app_id = None

    with pytest.raises(SaleorForbade):
        ask_for_orders(shop)

    assert not Shop.objects.get().is_active


def test_a_missing_permission_is_not_taken_for_a_removal(shop: Shop, saleor: Saleor) -> None:
    saleor.may_orders = False

    with pytest.raises(SaleorForbade):
        ask_for_orders(shop)

    assert Shop.objects.get().is_active


def test_a_shop_in_trouble_is_not_taken_for_one_that_removed_the_app(
    shop: Shop, saleor: Saleor
) -> None:
    saleor.is_down = True

    with pytest.raises(SaleorUnavailable):
        ask_for_orders(shop)

    assert Shop.objects.get().is_active


def test_the_old_token_does_not_put_a_shop_to_rest_that_was_installed_anew(
    shop: Shop, saleor: Saleor
) -> None:
    before = Shop.objects.get()
    Shop.objects.update(sealed_token=vault.seal("a new token"))
    saleor.app_id = None

    with pytest.raises(SaleorForbade):
        ask_for_orders(before)

    assert Shop.objects.get().is_active


def test_work_stops_and_waits_in_the_inbox(shop: Shop, saleor: Saleor) -> None:
    new_program(shop)
    inbox.mark(shop=shop, order_ids=[ORDER])
    saleor.app_id = None

    with connect(shop) as api:
        settlement.settle_due(shop, api)

    Change.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert inbox.shops_with_work() == []
    assert Change.objects.get().subject_id == ORDER


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("", 0), ("7", 7), ("soon", 0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("9" * 30, 86_400)],
)
def test_the_wait_that_saleor_asks_for_is_read(
    shop: Shop, saleor: Saleor, said: str, seconds: int
) -> None:
    saleor.is_down, saleor.retry_after = True, said

    with pytest.raises(SaleorUnavailable) as caught:
        ask_for_orders(shop)

    assert caught.value.retry_after == timedelta(seconds=seconds)
