"""The only writer of points.

`open_book` locks members and gives a `Book`; each `Posting` to it becomes an entry, with all that
follows from it: lots, a reward for each threshold reached, coupons withdrawn to cover a reversal.
The book is written at the end of the `with`, in the caller's transaction.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from saleor_loyalty.conf import conf
from saleor_loyalty.database.statements import Writing
from saleor_loyalty.ledger.accounts import Account, read_belongings
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Entry,
    EntryKind,
    Member,
    MemberStatus,
    ProgramVersion,
)
from saleor_loyalty.rewards.issues import Issues
from saleor_loyalty.rules.days import end_of_day
from saleor_loyalty.rules.rewards import new_code, rewards_due
from saleor_loyalty.workers.waking import wake


@contextmanager
def open_book(
    member_ids: Collection[int],
    *,
    newcomers: Sequence[Member] = (),
    version: ProgramVersion,
    now: datetime,
    coupon_ids: Collection[int] = (),
    writing: Writing | None = None,
) -> Iterator["Book"]:
    """Members of one shop, locked in id order until the caller's transaction ends.

    `newcomers` are members not saved yet, and are enrolled. `version` is the shop's current one: it
    decides what a reward costs and when new points end. The book also holds the members' open
    coupons and those of `coupon_ids`, whose members must be among the members. What is collected in
    `writing` is written along, before the entries. Nothing is written when the `with` is left by an
    exception.

    Three statements, and a few more where coupons come or change, however much is posted. Raises
    IntegrityError when a cause was posted before; then nothing is posted.
    """
    with transaction.atomic(savepoint=False):
        locked = enrolment.lock(member_ids, newcomers)
        accounts = {member.pk: Account(member, version.expiry, now) for member in locked}
        coupons = read_belongings(accounts, coupon_ids)
        book = Book(accounts, coupons, version=version, now=now)
        yield book
        book.write(Writing() if writing is None else writing)


class Book:
    """What one transaction posts to its members. Made by `open_book`."""

    def __init__(
        self,
        accounts: dict[int, Account],
        coupons: dict[int, Coupon],
        *,
        version: ProgramVersion,
        now: datetime,
    ) -> None:
        self.coupons = coupons
        self.now = now
        self._accounts = accounts
        self._version = version
        self._entries: list[Entry] = []
        self._issues = Issues(version, now)

    def member(self, member_id: int) -> Member:
        """A locked member, as the book leaves them so far."""
        return self._accounts[member_id].member

    def takes_points(self, member_id: int) -> bool:
        """False for a member who is blocked or closed."""
        return self.member(member_id).status == MemberStatus.ACTIVE

    def post(self, posting: Posting) -> Entry:
        """Append one posting, and what follows from it."""
        entry = self._append(posting)
        if posting.points > 0:
            self._reward(posting.member_id, f"{posting.kind}:{posting.source}")
        self._cover_debt(posting.member_id)
        return entry

    def reward_the_rest(self, member_id: int, *, issued: int) -> None:
        """Issue more of the coupons that are still to come to a member, as far as points are left.

        `issued` is how many their cause has brought before.
        """
        cause = self.member(member_id).rewards_to_come
        self._reward(member_id, cause, first=issued)
        self._issues.tell_again(member_id, cause)

    def reissue(self, coupon: Coupon, *, voucher_lives: bool = False) -> None:
        """Give a coupon back: the same worth under a new code, for as long as it had left.

        For one whose order was called off, or whose code is gone without a discount. If its member
        owes points, it pays for them.
        """
        self._issues.retire(coupon, voucher_lives=voucher_lives)
        self._issues.change(coupon)
        if coupon.expires_at and coupon.used_at:
            lost = max(self.now - coupon.used_at, timedelta(0))
            coupon.expires_at = end_of_day(
                coupon.expires_at + lost - timedelta(microseconds=1),
                days=0,
                time_zone=coupon.version.time_zone,
            )
        coupon.status = CouponStatus.PENDING
        coupon.code, coupon.issue = new_code(), coupon.issue + 1
        coupon.voucher_id = coupon.used_order_id = coupon.used_order_number = ""
        coupon.used_at = coupon.refused_at = coupon.shop_terms = None
        coupon.announced_as = coupon.cause
        coupon.due_at, coupon.attempts, coupon.error = self.now, 0, ""
        self._cover_debt(coupon.member_id)
        if coupon.status == CouponStatus.PENDING:
            self._issues.reissue(coupon)

    def follow_voucher(
        self,
        coupon: Coupon,
        *,
        ends_at: datetime | None,
        found: dict[str, Any] | None,
        refused_at: datetime | None,
    ) -> None:
        """Note what the shop has made of an unused coupon's voucher.

        One that is good again, and whose member owes points, pays for them.
        """
        self._issues.change(coupon)
        coupon.expires_at, coupon.shop_terms, coupon.refused_at = ends_at, found, refused_at
        self._cover_debt(coupon.member_id)

    def withdraw(self, coupon: Coupon, *, reason: str, actor: str) -> None:
        """Take an unused coupon back for the shop. Its points return, and buy no new one.

        Not before the member's points change again: what then reaches the threshold does.
        """
        self._withdraw(coupon, reason=reason, actor=actor)

    def use(self, coupon: Coupon, *, order_id: str, number: str, at: datetime, code: str) -> None:
        """Note that an order was placed with one of the coupon's codes.

        A withdrawn coupon that was used all the same costs its points again. One that was
        reissued meanwhile is used up by the order that had its former code.
        """
        was_withdrawn = coupon.status == CouponStatus.WITHDRAWN
        self._issues.change(coupon)
        if coupon.code != code:
            self._issues.retire(coupon, voucher_lives=True)
        coupon.status = CouponStatus.USED
        coupon.used_at, coupon.used_order_id, coupon.used_order_number = at, order_id, number
        coupon.withdrawn_at = coupon.refused_at = None
        coupon.withdrawn_by = ""
        if was_withdrawn:
            self.post(
                Posting(
                    member_id=coupon.member_id,
                    kind=EntryKind.REWARD,
                    points=-coupon.cost,
                    source=coupon.cause,
                    version=coupon.version,
                )
            )

    def write(self, writing: Writing) -> None:
        """Write it all down. Called by `open_book`."""
        accounts = self._accounts.values()
        for account in accounts:
            account.close()
        writing.insert(self._entries)
        writing.insert(lot for account in accounts for lot in account.new_lots())
        writing.update(
            (lot for account in accounts for lot in account.changed_lots()), ["remaining"]
        )
        writing.update(
            (account.member for account in accounts if account.changed),
            ["balance", "lifetime_points", "last_activity_at", "expires_at", "rewards_to_come"],
        )
        writing.write()
        self._issues.write()

    def _append(self, posting: Posting) -> Entry:
        account = self._accounts[posting.member_id]
        entry = Entry(
            shop_id=account.member.shop_id,
            member=account.member,
            kind=posting.kind,
            source=posting.source,
            points=posting.points,
            balance_after=account.member.balance + posting.points,
            created_at=self.now,
            version=posting.version,
            order=posting.order,
            reason=posting.reason,
            actor=posting.actor,
            **(Entry.basis_columns(posting.basis) if posting.basis else {}),
        )
        account.apply(entry, renews=posting.renews)
        self._entries.append(entry)
        return entry

    def _reward(self, member_id: int, cause: str, *, first: int = 0) -> None:
        """A reward for each threshold reached; what is too much for one book is left to others."""
        account = self._accounts[member_id]
        due = rewards_due(balance=account.member.balance, threshold=self._version.threshold)
        room = max(0, max(1, conf.coupons_at_once) - len(self._issues))
        for number in range(first, first + min(due, room)):
            reward = Posting(
                member_id=member_id,
                kind=EntryKind.REWARD,
                points=-self._version.threshold,
                source=f"{cause}:{number}",
                version=self._version,
            )
            self._issues.issue(self._append(reward), cause=cause)
        to_come = cause if due > room else ""
        if to_come:
            wake("issue_coupons")
        if to_come != account.member.rewards_to_come:
            if account.member.rewards_to_come:
                self._issues.tell_again(member_id, account.member.rewards_to_come)
            account.member.rewards_to_come, account.changed = to_come, True

    def _cover_debt(self, member_id: int) -> None:
        """Withdraw unused coupons, newest first, until nothing is owed or none is left."""
        member = self._accounts[member_id].member
        unused = (
            coupon
            for coupon in sorted(self.coupons.values(), key=lambda c: c.pk, reverse=True)
            if coupon.member_id == member_id and coupon.is_unused_at(self.now)
        )
        while member.balance < 0 and (coupon := next(unused, None)):
            self._withdraw(coupon)

    def _withdraw(self, coupon: Coupon, *, reason: str = "", actor: str = "") -> None:
        """Take an unused coupon back; its points return."""
        self._issues.retire(coupon, voucher_lives=True)
        self._issues.change(coupon)
        coupon.status, coupon.withdrawn_at = CouponStatus.WITHDRAWN, self.now
        coupon.withdrawn_by = actor
        self._append(
            Posting(
                member_id=coupon.member_id,
                kind=EntryKind.REVERSAL,
                points=coupon.cost,
                source=coupon.cause,
                version=coupon.version,
                reason=reason,
                actor=actor,
            )
        )
