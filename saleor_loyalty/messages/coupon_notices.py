"""Telling a member of a coupon once more, as staff ask for it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.members import announcements
from saleor_loyalty.messages import failed
from saleor_loyalty.models import Coupon, Message, Shop
from saleor_loyalty.problems import Problem, Refused
from saleor_loyalty.rewards.withdrawal import unknown, why_gone
from saleor_loyalty.workers.waking import wake

OVER = _("This coupon is used or over; there is nothing to tell of.")
WHY = "Staff had the coupon told of once more."  # to a message that was sent before


def resend(*, shop: Shop, coupon_id: int, actor: str) -> Coupon:
    """Send what tells of an unused coupon again, by each way its member takes; the coupon.

    It tells of all coupons of the same cause. `actor` is who asked, and is kept. Raises Refused for
    a coupon that the shop does not have, that is used or over, and where no message can go: the
    first reason why not.
    """
    with transaction.atomic():
        coupon = Coupon.objects.filter(shop=shop, pk=coupon_id).first()
        if coupon is None:
            raise unknown(coupon_id)
        if not coupon.is_unused_at(timezone.now()):
            raise Refused(Problem("id", OVER, why_gone(coupon)))
        notices = list(Message.objects.filter(member=coupon.member_id, cause=coupon.announced_as))
        refusals = [refused for notice in notices if (refused := _why_not(notice, actor))]
        if not notices:
            _announce(coupon)
        elif len(refusals) == len(notices):
            raise refusals[0]
    return coupon


def _why_not(notice: Message, actor: str) -> Refused | None:
    """Have it sent again; why it cannot be, or None."""
    try:
        failed.resend(notice, actor=actor, reason=WHY)
    except Refused as refused:
        return refused
    return None


def _announce(coupon: Coupon) -> None:
    """Tell of a coupon of which nothing ever told: one that was moved here, say."""
    now = timezone.now()
    notices = list(announcements.of_coupons([coupon], now=now))
    for notice in notices:
        notice.due_at = now
    Message.objects.bulk_create(notices, ignore_conflicts=True)
    wake("send_messages")
