"""What there is to tell a member, and why: rows for the outbox, unsaved, once per cause.

Reminders are not here: they are queued by the thousand in SQL (messages.reminders).
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from saleor_loyalty.conf import conf
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Device,
    Entry,
    Member,
    Message,
    MessageKind,
    MessageStatus,
)

PUSH = frozenset({MessageKind.REWARD_PUSH, MessageKind.GIFT_PUSH})


def with_device(member_ids: Collection[int]) -> set[int]:
    """Which of these members a push notice can reach: none while push is not configured.

    At most one statement.
    """
    if not conf.fcm_service_account_file:
        return set()
    return set(Device.objects.filter(member__in=member_ids).values_list("member_id", flat=True))


def of_coupons(coupons: Collection[Coupon], *, now: datetime) -> Iterator[Message]:
    """Of each coupon's issue. They have no due time: they wait until it is minted."""
    reached = with_device([coupon.member_id for coupon in coupons])
    for coupon in coupons:
        yield _pending(MessageKind.REWARD_EMAIL, coupon.cause, coupon, at=now, coupon=coupon)
        if coupon.member_id in reached:
            yield _pending(MessageKind.REWARD_PUSH, coupon.cause, coupon, at=now, coupon=coupon)


def call_off(coupons: Collection[Coupon]) -> None:
    """End what waits for a coupon's issue that will not be minted any more. One statement.

    For coupons that were withdrawn, used or issued anew. What is due already is looked at again
    right before it goes.
    """
    to_come = [coupon.cause for coupon in coupons if coupon.status == CouponStatus.PENDING]
    waiting = Message.objects.filter(
        coupon__in=coupons, status=MessageStatus.PENDING, due_at=None
    ).exclude(cause__in=to_come)
    waiting.update(status=MessageStatus.SKIPPED, error="The coupon was not made under this code.")


def of_gift(entry: Entry) -> Iterator[Message]:
    """Of points that staff gave. The entry is saved."""
    at = entry.created_at
    yield _pending(MessageKind.GIFT_EMAIL, entry.source, entry, at=at, due_at=at, entry=entry)
    if with_device([entry.member_id]):
        yield _pending(MessageKind.GIFT_PUSH, entry.source, entry, at=at, due_at=at, entry=entry)


def of_new_members(members: Iterable[Member]) -> Iterator[Message]:
    """Of becoming a member."""
    for member in members:
        yield Message(
            shop_id=member.shop_id,
            member_id=member.pk,
            kind=MessageKind.WELCOME_EMAIL,
            cause="welcome",
            status=MessageStatus.PENDING,
            created_at=member.joined_at,
            due_at=member.joined_at,
        )


def _pending(kind: str, cause: str, row: Coupon | Entry, *, at: datetime, **about: Any) -> Message:
    """For the member of a row that is the cause, or stands for it."""
    return Message(
        shop_id=row.shop_id,
        member_id=row.member_id,
        kind=kind,
        cause=cause,
        status=MessageStatus.PENDING,
        created_at=at,
        **about,
    )
