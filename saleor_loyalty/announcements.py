"""What there is to tell a member, and why: rows for the outbox, unsaved, once per cause.

Reminders are not here: they are queued by the thousand in SQL (messages.reminders).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from saleor_loyalty.models import Coupon, Entry, Member, Message, MessageKind, MessageStatus

REWARD = (MessageKind.REWARD_EMAIL, MessageKind.REWARD_PUSH)
GIFT = (MessageKind.GIFT_EMAIL, MessageKind.GIFT_PUSH)


def of_coupons(coupons: Iterable[Coupon], *, now: datetime) -> Iterator[Message]:
    """Of each coupon's issue. They have no due time: they wait until it is minted."""
    for coupon in coupons:
        for kind in REWARD:
            yield Message(
                shop_id=coupon.shop_id,
                member_id=coupon.member_id,
                kind=kind,
                cause=coupon.cause,
                coupon=coupon,
                status=MessageStatus.PENDING,
                created_at=now,
            )


def of_gift(entry: Entry) -> Iterator[Message]:
    """Of points that staff gave. The entry is saved."""
    for kind in GIFT:
        yield Message(
            shop_id=entry.shop_id,
            member_id=entry.member_id,
            kind=kind,
            cause=entry.source,
            entry=entry,
            status=MessageStatus.PENDING,
            created_at=entry.created_at,
            due_at=entry.created_at,
        )


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
