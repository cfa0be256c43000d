"""The coupons of a book's members: what points bring, what pays a debt, what becomes of each."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import Q, QuerySet

from saleor_loyalty.conf import conf
from saleor_loyalty.ledger.book import Book, Consequence
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.models import (
    Coupon,
    CouponCode,
    CouponStatus,
    Entry,
    EntryKind,
    ProgramVersion,
)
from saleor_loyalty.rewards.issues import Issues
from saleor_loyalty.rules.days import end_of_day
from saleor_loyalty.rules.rewards import rewards_due
from saleor_loyalty.workers.waking import wake


class CouponBook(Consequence):
    """A reward for each threshold that points reach; unused coupons pay for a debt, newest first.

    Holds the members' open coupons and those of `coupon_ids`, whose members must be in the book.
    `version` is the shop's current one: it decides what a reward costs. A few statements more where
    coupons come or change.
    """

    def __init__(self, version: ProgramVersion, *, coupon_ids: Collection[int] = ()) -> None:
        self._version = version
        self._coupon_ids = coupon_ids
        self.coupons: dict[int, Coupon] = {}
        self._withdrawals: dict[int, Entry] = {}  # of this book, by the coupon's id
        self._codes: dict[int, CouponCode] = {}  # the current one of each

    def to_read(self, member_ids: Collection[int]) -> Sequence[QuerySet[Any]]:
        """Only who holds a member changes whether a coupon of theirs is unused."""
        wanted = self._wanted(member_ids)
        return (
            wanted.select_for_update().order_by("pk"),
            CouponCode.objects.filter(coupon__in=wanted).select_for_update().order_by("pk"),
            ProgramVersion.objects.filter(pk__in=wanted.values("entry__version")),
        )

    def debits(self, member_ids: Collection[int]) -> QuerySet[Entry]:
        """Those that pay for coupons."""
        wanted = self._wanted(member_ids)
        return Entry.objects.filter(
            Q(pk__in=wanted.values("entry")) | Q(pk__in=wanted.values("paid_by"))
        )

    def _wanted(self, member_ids: Collection[int]) -> QuerySet[Coupon]:
        open_status = (CouponStatus.PENDING, CouponStatus.ACTIVE)
        return Coupon.objects.filter(
            Q(member__in=member_ids, status__in=open_status) | Q(pk__in=self._coupon_ids)
        )

    def begin(self, book: Book, *rows: Sequence[Any]) -> None:
        coupons, codes, versions = rows
        by_id = {version.pk: version for version in versions}
        for coupon in coupons:
            coupon.entry = book.entries[coupon.entry_id]
            if coupon.paid_by_id:
                coupon.paid_by = book.entries[coupon.paid_by_id]
            coupon.entry.version = by_id[coupon.entry.version_id]
        self._book = book
        self.coupons = {coupon.pk: coupon for coupon in coupons}
        for code in sorted(codes, key=attrgetter("issue")):
            code.coupon = self.coupons[code.coupon_id]
            self._codes[code.coupon_id] = code
        self._issues = Issues(self._version, book.now)

    def after(self, entry: Entry) -> None:
        if entry.points > 0:
            self._reward(entry.member_id, f"{entry.kind}:{entry.source}")
        self._cover_debt(entry.member_id)

    def finish(self) -> None:
        for coupon in self.coupons.values():
            coupon.paid_by = coupon.paid_by  # which has its id by now, where it is new
        self._issues.write()

    def code_of(self, coupon: Coupon) -> CouponCode:
        """The coupon's current code, as the book leaves it so far."""
        return self._codes[coupon.pk]

    def reward_the_rest(self, member_id: int, *, issued: int) -> None:
        """Issue more of the coupons that are still to come to a member, as far as points are left.

        `issued` is how many rewards they had before, of any cause: the new ones count on from it,
        so that none is called what another of its cause is.
        """
        cause = self._book.account(member_id).rewards_to_come
        self._reward(member_id, cause, first=issued)
        self._issues.tell_again(member_id, cause)

    def reissue(self, coupon: Coupon, *, voucher_lives: bool = False) -> None:
        """Give a coupon back: the same worth under a new code, for as long as it had left.

        For one whose order was called off, or whose code is gone without a discount. If its member
        owes points, it pays for them.
        """
        former = self.code_of(coupon)
        self._issues.retire(former, voucher_lives=voucher_lives)
        self._issues.change(coupon)
        if coupon.expires_at and coupon.used_at:
            lost = max(self._book.now - coupon.used_at, timedelta(0))
            coupon.expires_at = end_of_day(
                coupon.expires_at + lost - timedelta(microseconds=1),
                days=0,
                time_zone=coupon.entry.version.time_zone,
            )
        coupon.status = CouponStatus.PENDING
        coupon.used_order_id = coupon.used_order_number = ""
        coupon.used_at = coupon.look_again_at = coupon.refused_at = coupon.shop_terms = None
        self._codes[coupon.pk] = self._issues.reissue(former)
        coupon.announced_as = self.code_of(coupon).cause
        self._cover_debt(coupon.member_id)

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

    def withdraw(
        self,
        coupon: Coupon,
        *,
        reason: str = "",
        actor: str = "",
        internal_note: str = "",
        return_points: bool = True,
    ) -> None:
        """Take an unused coupon back. Its points return, and buy no new one; or they stay spent.

        Not before the member's points change again: what then reaches the threshold does.
        """
        code = self.code_of(coupon)
        self._issues.retire(code, voucher_lives=True)
        self._issues.change(coupon)
        coupon.status, coupon.withdrawn_at = CouponStatus.WITHDRAWN, self._book.now
        coupon.withdrawn_by, coupon.withdrawal_reason = actor, reason
        coupon.forfeited = not return_points
        if not return_points:
            return
        self._withdrawals[coupon.pk] = self._book.append(
            Posting(
                member_id=coupon.member_id,
                kind=EntryKind.REVERSAL,
                points=coupon.cost,
                source=code.cause,
                version=coupon.entry.version,
                reason=reason,
                actor=actor,
                internal_note=internal_note,
                reverses=coupon.paid_by or coupon.entry,
            )
        )

    def use(self, coupon: Coupon, *, order_id: str, number: str, at: datetime, code: str) -> None:
        """Note that an order was placed with one of the coupon's codes.

        A withdrawn coupon that was used all the same costs its points again, if they were back.
        One that was reissued meanwhile is used up by the order that had its former code.
        """
        costs_again = coupon.status == CouponStatus.WITHDRAWN and not coupon.forfeited
        self._issues.change(coupon)
        current = self.code_of(coupon)
        if current.code != code:
            self._issues.retire(current, voucher_lives=True)
        elif current.retired_at is None:
            self._issues.change_code(current)
            current.made_at, current.due_at = current.made_at or self._book.now, None
        coupon.status, coupon.look_again_at = CouponStatus.USED, self._book.now
        coupon.used_at, coupon.used_order_id, coupon.used_order_number = at, order_id, number
        coupon.withdrawn_at = coupon.refused_at = None
        coupon.withdrawn_by = coupon.withdrawal_reason = ""
        coupon.forfeited = False
        if costs_again:
            withdrawal = self._withdrawals.get(coupon.pk) or Entry.objects.filter(
                reverses=coupon.paid_by or coupon.entry
            ).latest("pk")
            coupon.paid_by = self._book.post(
                Posting(
                    member_id=coupon.member_id,
                    kind=EntryKind.REWARD,
                    points=-coupon.cost,
                    source=current.cause,
                    version=coupon.entry.version,
                    reverses=withdrawal,
                )
            )

    def _reward(self, member_id: int, cause: str, *, first: int = 0) -> None:
        """A reward for each threshold reached; what is too much for one book is left to others."""
        account = self._book.account(member_id)
        due = rewards_due(balance=account.balance, threshold=self._version.threshold)
        room = max(0, max(1, conf.coupons_at_once) - len(self._issues))
        for number in range(first, first + min(due, room)):
            reward = Posting(
                member_id=member_id,
                kind=EntryKind.REWARD,
                points=-self._version.threshold,
                source=f"{cause}:{number}",
                version=self._version,
            )
            self._issues.issue(self._book.append(reward), cause=cause)
        to_come = cause if due > room else ""
        if to_come:
            wake("issue_coupons")
        if to_come != account.rewards_to_come:
            if account.rewards_to_come:
                self._issues.tell_again(member_id, account.rewards_to_come)
            self._book.leave_rewards(member_id, to_come)

    def _cover_debt(self, member_id: int) -> None:
        """Withdraw unused coupons, newest first, until nothing is owed or none is left."""
        account = self._book.account(member_id)
        unused = (
            coupon
            for coupon in sorted(self.coupons.values(), key=lambda c: c.pk, reverse=True)
            if coupon.member_id == member_id and coupon.is_unused_at(self._book.now)
        )
        while account.balance < 0 and (coupon := next(unused, None)):
            self.withdraw(coupon)
