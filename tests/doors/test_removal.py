"""A shop that removed the app, or switched it off, is noticed and rests; nothing of it is lost."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from saleor_loyalty import tasks
from saleor_loyalty.models import Change, Shop
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorUnavailable
from saleor_loyalty.shop import vault
from saleor_loyalty.shop.connection import connect
from tests.saleor_over_http import APP_ID, Saleor
from tests.shops import new_program

pytestmark = pytest.mark.django_db

ORDER = "T3JkZXI6MQ=="


def ask_for_orders(shop: Shop) -> None:
    with connect(shop) as saleor:
        saleor.orders([ORDER])


def ask_in_vain(shop: Shop, *, minutes_later: int = 0) -> None:
    moved = F("token_unknown_at") - timedelta(minutes=minutes_later)
    Shop.objects.update(token_unknown_at=moved)
    with pytest.raises(SaleorForbade):
        ask_for_orders(shop)


def test_a_shop_that_does_not_know_our_token_any_more_rests(shop: Shop, saleor: Saleor) -> None:
    saleor.app_id = None

    ask_in_vain(shop)
    ask_in_vain(shop, minutes_later=4)

    assert not Shop.objects.get().is_active


def test_once_is_not_enough_nor_twice_at_once_nor_twice_in_a_day(
    shop: Shop, saleor: Saleor
) -> None:
    saleor.app_id = None

    ask_in_vain(shop)
    ask_in_vain(shop)
    ask_in_vain(shop, minutes_later=24 * 60)

    assert Shop.objects.get().is_active


def test_a_token_that_is_known_again_in_between_is_known(shop: Shop, saleor: Saleor) -> None:
    saleor.app_id = None
    ask_in_vain(shop)
    saleor.app_id, saleor.may_orders = APP_ID, False
    ask_in_vain(shop, minutes_later=4)
    saleor.app_id = None

    ask_in_vain(shop)

    assert Shop.objects.get().is_active


@pytest.mark.parametrize("status", [200, 401, 403])
@pytest.mark.parametrize(
    "page",
    [
        "<html>Access denied</html>",
        "",
        "[]",
        '{"error": "forbidden"}',
        '{"message": "Forbidden", "code": "PermissionDenied"}',
    ],
)
def test_what_a_firewall_answers_is_trouble_on_the_way_and_puts_no_shop_to_rest(
    shop: Shop, saleor: Saleor, status: int, page: str
) -> None:
    saleor.firewall = (status, page)

    for _ in range(2):
        Shop.objects.update(token_unknown_at=F("token_unknown_at") - timedelta(minutes=4))
        with pytest.raises(SaleorUnavailable):
            ask_for_orders(shop)

    assert (Shop.objects.get().is_active, Shop.objects.get().token_unknown_at) == (True, None)


def test_the_walk_wakes_a_shop_that_knows_our_token_again(shop: Shop, saleor: Saleor) -> None:
    saleor.app_id = None
    ask_in_vain(shop)
    ask_in_vain(shop, minutes_later=4)
    tasks.reconcile()
    at_rest = Shop.objects.get().is_active
    saleor.app_id = APP_ID

    tasks.reconcile()

    assert (at_rest, Shop.objects.get().is_active) == (False, True)
    assert Shop.objects.get().token_unknown_at is None


@pytest.mark.parametrize("page", ["<html>Access denied</html>", '{"error": "forbidden"}'])
def test_a_firewall_wakes_no_shop(shop: Shop, saleor: Saleor, page: str) -> None:
    Shop.objects.update(is_active=False)
    saleor.firewall = (200, page)

    tasks.reconcile()

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

    ask_in_vain(before)
    ask_in_vain(before, minutes_later=4)

    assert Shop.objects.get().is_active


def test_work_stops_and_waits_in_the_inbox(shop: Shop, saleor: Saleor) -> None:
    new_program(shop)
    inbox.mark(shop=shop, order_ids=[ORDER])
    saleor.app_id = None

    for _ in range(2):
        Shop.objects.update(token_unknown_at=F("token_unknown_at") - timedelta(minutes=4))
        Change.objects.update(due_at=timezone.now() - timedelta(seconds=1))
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
