"""Where everybody stands: the database's answer beside the model's."""

from datetime import datetime
from itertools import accumulate

from saleor_loyalty import models
from saleor_loyalty.models import Coupon, Entry, Lot, Program, SettledOrder, Shop
from saleor_loyalty.rules.expiry import ExpiryRule
from tests.model.facts import PER_LOT, ROLLING, Account
from tests.model.model import Programme
from tests.paper_saleor import order_id


def assert_all_as_the_model_says(shop: Shop, programme: Programme, now: datetime) -> None:
    """Every balance, lot, order and coupon of the shop."""
    rule = Program.objects.select_related("current").get(shop=shop).current.expiry
    members = {m.customer_id: m for m in shop.members.select_related("account")}
    entries = list(Entry.objects.filter(shop=shop).order_by("pk"))
    lots = list(Lot.objects.filter(shop=shop, remaining__gt=0).order_by("pk"))
    for customer in members.keys() | programme.accounts.keys():
        account = programme.accounts.get(customer, Account())
        if customer not in members:
            assert not account.movements, f"{customer} is no member"
            continue
        ours = getattr(members[customer], "account", None) or models.Account()
        assert bool(ours.rewards_to_come) == account.has_more_to_come
        own_entries = [entry for entry in entries if entry.account_id == ours.pk]
        own_lots = [lot for lot in lots if lot.account_id == ours.pk]
        _assert_points(ours, own_entries, account)
        _assert_ends(ours, own_lots, account, programme, rule)
    _assert_orders(shop, programme)
    _assert_coupons(shop, programme, now, entries)


def _assert_points(held: models.Account, entries: list[Entry], account: Account) -> None:
    points = [entry.points for entry in entries]
    assert points == account.movements
    assert 0 not in points
    assert [entry.balance_after for entry in entries] == list(accumulate(points))
    assert held.balance == sum(points)
    assert held.lifetime_points == account.earned


def _assert_ends(
    held: models.Account,
    lots: list[Lot],
    account: Account,
    programme: Programme,
    rule: ExpiryRule,
) -> None:
    assert sum(lot.remaining for lot in lots) == max(0, held.balance)
    ours = [(rule.lot_ends(lot.expires_at), lot.remaining) for lot in lots]
    per_lot = programme.rules.policy == PER_LOT
    left = [lot for lot in account.lots if lot.left]
    assert ours == [(programme.lot_ends(lot) if per_lot else None, lot.left) for lot in left]
    if programme.rules.policy == ROLLING and held.balance > 0:
        assert rule.balance_ends(held.expires_at) == programme.balance_ends(account)


def _assert_orders(shop: Shop, programme: Programme) -> None:
    rows = SettledOrder.objects.filter(shop=shop, revision__gt=0)
    ours = {
        order: (points, version)
        for order, points, version in rows.values_list("order_id", "points", "version__number")
    }
    theirs = {
        order_id(number): (record.points, record.rules + 1)
        for number, record in programme.settled.items()
        if record.rules is not None
    }
    assert ours == theirs


def _assert_coupons(shop: Shop, programme: Programme, now: datetime, entries: list[Entry]) -> None:
    coupons = list(
        Coupon.objects.filter(shop=shop)
        .select_related("member", "entry")
        .prefetch_related("codes")
        .order_by("pk")
    )
    assert [_seen(coupon, now) for coupon in coupons] == [
        (c.owner, c.cost, c.ends, c.state, order_id(c.used_by) if c.used_by else "", c.issue)
        for c in programme.coupons
    ]
    in_debt = {coupon.member_id for coupon in coupons if coupon.member.balance < 0}
    assert not [c for c in coupons if c.member_id in in_debt and c.is_unused_at(now)]
    bought = sum(entry.kind == "REWARD" for entry in entries)
    given_back = sum(
        entry.kind == "REVERSAL" and entry.points > 0 and entry.ended_at is None
        for entry in entries
    )
    assert bought - given_back == sum(coupon.status != "WITHDRAWN" for coupon in coupons)


def _seen(coupon: Coupon, now: datetime) -> tuple[object, ...]:
    state = coupon.status.lower()
    if state in {"pending", "active"}:
        state = "open"
    if state == "expired":
        assert coupon.expires_at is not None
        assert coupon.expires_at <= now
        state = "open"
    owner, cost = coupon.member.customer_id, -coupon.entry.points
    return owner, cost, coupon.expires_at, state, coupon.used_order_id, coupon.current.issue
