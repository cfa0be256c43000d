"""What there is to tell a member, and why: rows for the outbox, unsaved, once per cause.

Reminders are not here: they are queued by the thousand in SQL (messages.reminders).
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from saleor_loyalty.conf import conf
from saleor_loyalty.models import (
    Account,
    Coupon,
    CouponStatus,
    Device,
    Entry,
    Member,
    Message,
    MessageKind,
    MessageStatus,
)
from saleor_loyalty.workers.waking import wake

NOT_MADE = "The coupon was not made under this code."


def with_device(member_ids: Collection[int]) -> set[int]:
    """Which of these members a push notice can reach: none while push is not configured.

    At most one statement.
    """
    if not conf.fcm_service_account_file:
        return set()
    return set(Device.objects.filter(member__in=member_ids).values_list("member_id", flat=True))


def of_coupons(coupons: Collection[Coupon], *, now: datetime) -> Iterator[Message]:
    """One of each kind for all coupons of a cause. They have no due time: they wait (`follow`)."""
    reached = with_device([coupon.member_id for coupon in coupons])
    first: dict[tuple[int, str], Coupon] = {}
    for coupon in coupons:
        first.setdefault((coupon.member_id, coupon.announced_as), coupon)
    for coupon in first.values():
        cause = coupon.announced_as
        yield _pending(MessageKind.REWARD_EMAIL, cause, coupon, at=now, coupon=coupon)
        if coupon.member_id in reached:
            yield _pending(MessageKind.REWARD_PUSH, cause, coupon, at=now, coupon=coupon)


def follow(causes: Collection[tuple[int, str]], *, now: datetime) -> None:
    """Let go what waits for coupons of these causes, by member, once none is still to be made.

    It ends where no coupon of its cause is left. Three statements at most. What is due already is
    looked at again right before it goes. Within a transaction that has written the coupons: of two
    that make the last ones at once, the second sees both.
    """
    if not causes:
        return
    waiting = Message.objects.filter(
        status=MessageStatus.PENDING,
        due_at=None,
        member__in={member_id for member_id, _ in causes},
        cause__in={cause for _, cause in causes},
    )
    held = list(waiting.select_for_update().order_by("pk").values_list("pk", flat=True))
    if not held:
        return
    same = Coupon.objects.filter(member=OuterRef("member"), announced_as=OuterRef("cause"))
    to_come = Account.objects.filter(member=OuterRef("member"), rewards_to_come=OuterRef("cause"))
    complete = Message.objects.filter(pk__in=held).exclude(
        Exists(same.filter(status=CouponStatus.PENDING)) | Exists(to_come)
    )
    made = Exists(same.filter(status=CouponStatus.ACTIVE))
    complete.filter(~made).update(status=MessageStatus.SKIPPED, error=NOT_MADE)
    complete.filter(made).update(due_at=now)
    wake("send_messages")


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
