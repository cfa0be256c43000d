"""Coupons that staff take back: with the points they cost, or without."""

import logging

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.members import reasons
from saleor_loyalty.models import AuditAction, Coupon, CouponStatus, Shop, audit
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.program import programs
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.sentences import sentence

logger = logging.getLogger(__name__)


def withdraw(
    *,
    shop: Shop,
    coupon_id: int,
    reason: str,
    actor: str,
    internal_note: str = "",
    return_points: bool = True,
) -> Coupon:
    """Take an unused coupon back, and return its points unless told otherwise; it as it is now.

    A coupon that was withdrawn before is left as it is. Its member reads the reason, and never the
    `internal_note`. Raises Refused for one that the shop does not have, that is used or over, and
    without a reason.
    """
    if not reason.strip():
        raise Refused(reasons.NO_REASON)
    if problems := list(reasons.too_long(internal_note=internal_note)):
        raise Refused(*problems)
    now = timezone.now()
    with transaction.atomic():
        found = Coupon.objects.filter(shop=shop, pk=coupon_id).first()
        program = programs.current(shop)
        if found is None or program is None or program.current is None:
            raise unknown(coupon_id)
        held = CouponBook(program.current, coupon_ids=[coupon_id])
        with open_book([found.member_id], version=program.current, now=now, consequences=[held]):
            coupon = held.coupons[coupon_id]
            if coupon.status == CouponStatus.WITHDRAWN:
                return coupon
            if not coupon.is_unused_at(now):
                message = _("This coupon is used or over; there is nothing to withdraw.")
                raise Refused(Problem("id", message, why_gone(coupon)))
            reason, internal_note = reason.strip()[: reasons.LONGEST], internal_note.strip()
            held.withdraw(
                coupon,
                reason=reason,
                actor=actor,
                internal_note=internal_note,
                return_points=return_points,
            )
        if not return_points:  # no entry says who did it
            _note_forfeited(coupon, reason=reason, actor=actor, internal_note=internal_note)
    logger.info("Coupon %s withdrawn by staff", coupon.uid)
    return coupon


def unknown(coupon_id: int) -> Refused:
    """That the shop has no such coupon."""
    message = sentence(_("The shop has no coupon {id}."), id=str(coupon_id))
    return Refused(Problem("id", message, ErrorCode.NOT_FOUND))


def why_gone(coupon: Coupon) -> ErrorCode:
    """The code for a coupon that is not unused any more."""
    is_used = coupon.status == CouponStatus.USED
    return ErrorCode.ALREADY_USED if is_used else ErrorCode.INVALID


def _note_forfeited(coupon: Coupon, *, reason: str, actor: str, internal_note: str) -> None:
    audit.note(
        shop=coupon.shop,
        actor=actor,
        action=AuditAction.COUPON_FORFEITED,
        member=coupon.member,
        detail=str(coupon.uid),
        reason=reason,
        internal_note=internal_note,
    )
