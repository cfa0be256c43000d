"""Rewards that one transaction had no room for: issued by others, until no points are left."""

from django.db import transaction
from django.utils import timezone

from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.models import Account, Entry, EntryKind, Shop
from saleor_loyalty.program import programs
from saleor_loyalty.rewards.coupon_book import CouponBook


def shops_with_work() -> list[Shop]:
    """Shops with rewards to come. While the program is off none are issued."""
    waiting = Account.objects.exclude(rewards_to_come="").values("shop")
    return list(Shop.objects.filter(pk__in=waiting, is_active=True, program__is_active=True))


def issue_due(shop: Shop) -> int:
    """Issue the next coupons of one of the shop's members; 0 when nobody waits for any.

    One transaction of `LOYALTY_COUPONS_AT_ONCE` at most. Rules are the current ones, as they are
    for all that points become.
    """
    waiting = Account.objects.filter(shop=shop).exclude(rewards_to_come="")
    member_id = waiting.order_by("member").values_list("member", flat=True).first()
    program = programs.current(shop)
    if member_id is None or program is None or program.current is None or not program.is_active:
        return 0
    with (
        transaction.atomic(),
        open_book(
            [member_id],
            version=program.current,
            now=timezone.now(),
            consequences=[held := CouponBook(program.current)],
        ) as book,
    ):
        if book.account(member_id).rewards_to_come:  # another worker may have been first
            rewards = Entry.objects.filter(account__member=member_id, kind=EntryKind.REWARD)
            held.reward_the_rest(member_id, issued=rewards.count())
    return 1
