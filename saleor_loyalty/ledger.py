"""The only writer of points.

Every movement is a `Posting`. `post` appends them as entries, keeps the balances, and turns each
threshold crossed into a reward, all in the caller's transaction with the members locked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from saleor_loyalty.models import (
    Coupon,
    Entry,
    EntryKind,
    Member,
    Message,
    MessageKind,
    ProgramVersion,
    SettledOrder,
)
from saleor_loyalty.rules.entitlement import Entitlement
from saleor_loyalty.rules.rewards import new_code, rewards_due, valid_until
from saleor_loyalty.workers import wake

# What is spent or lapses was earned before: it does not lower the points ever earned.
NOT_EARNING = frozenset({EntryKind.REWARD, EntryKind.EXPIRY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A signed number of points for one member, and its cause.

    `source` names the cause and must be new for the member and kind. `version` is the rule it
    follows from; `order` and `basis` come with an order's points, `reason` and `actor` with those
    that staff give.
    """

    member_id: int
    kind: EntryKind
    points: int
    source: str
    version: ProgramVersion
    order: SettledOrder | None = None
    basis: Entitlement | None = None
    reason: str = ""
    actor: str = ""


def post(postings: Sequence[Posting], *, version: ProgramVersion, now: datetime) -> list[Entry]:
    """Append the postings of one shop, in the order given; the entries, rewards among them.

    `version` is the shop's current one: it decides what a reward costs. A posting that brings its
    member to the threshold is followed at once by the REWARD entries it pays for, each with a
    PENDING coupon and its messages. The number of statements does not depend on the postings'.

    Raises IntegrityError when a cause was posted before; then nothing is posted.
    """
    with transaction.atomic(savepoint=False):
        members = lock({posting.member_id for posting in postings})
        entries = [
            entry
            for posting in postings
            for entry in _entries(posting, members[posting.member_id], version, now)
        ]
        Entry.objects.bulk_create(entries)
        Member.objects.bulk_update(
            members.values(), ["balance", "lifetime_points", "last_activity_at"]
        )
        _reward([entry for entry in entries if entry.kind == EntryKind.REWARD], version, now)
    return entries


def lock(member_ids: set[int]) -> dict[int, Member]:
    """The members, locked until the transaction ends; always in id order, so nobody deadlocks."""
    members = Member.objects.select_for_update().filter(pk__in=member_ids).order_by("pk")
    return {member.pk: member for member in members}


def _entries(
    posting: Posting, member: Member, version: ProgramVersion, now: datetime
) -> Iterator[Entry]:
    """The posting's entry, and a REWARD entry for each threshold the balance now reaches."""
    yield _entry(posting, member, now)
    for number in range(rewards_due(balance=member.balance, threshold=version.threshold)):
        reward = Posting(
            member_id=member.pk,
            kind=EntryKind.REWARD,
            points=-version.threshold,
            source=f"{posting.kind}:{posting.source}:{number}",
            version=version,
        )
        yield _entry(reward, member, now)


def _entry(posting: Posting, member: Member, now: datetime) -> Entry:
    member.balance += posting.points
    member.lifetime_points += 0 if posting.kind in NOT_EARNING else posting.points
    member.last_activity_at = now
    basis = posting.basis
    return Entry(
        shop_id=member.shop_id,
        member=member,
        kind=posting.kind,
        source=posting.source,
        points=posting.points,
        balance_after=member.balance,
        created_at=now,
        version=posting.version,
        order=posting.order,
        currency=basis.currency if basis else "",
        eligible=basis.eligible if basis else None,
        charged=basis.charged if basis else None,
        total=basis.total if basis else None,
        rate=basis.rate if basis else None,
        entitled=basis.points if basis else None,
        reason=posting.reason,
        actor=posting.actor,
    )


def _reward(rewards: Sequence[Entry], version: ProgramVersion, now: datetime) -> None:
    """A PENDING coupon for each reward, and the messages that wait for it to be minted."""
    if not rewards:
        return
    ends_at = valid_until(
        issued_at=now, days=version.coupon_valid_days, time_zone=version.time_zone
    )
    coupons = Coupon.objects.bulk_create(
        Coupon(
            shop_id=entry.shop_id,
            member_id=entry.member_id,
            entry=entry,
            version=version,
            code=new_code(),
            issued_at=now,
            expires_at=ends_at,
            due_at=now,
        )
        for entry in rewards
    )
    Message.objects.bulk_create(
        Message(
            shop_id=coupon.shop_id,
            member_id=coupon.member_id,
            kind=kind,
            cause=f"coupon:{coupon.pk}",
            coupon=coupon,
            created_at=now,
        )
        for coupon in coupons
        for kind in (MessageKind.REWARD_EMAIL, MessageKind.REWARD_PUSH)
    )
    wake("mint_coupons")
