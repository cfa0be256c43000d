"""The only writer of points.

`open_book` locks members and gives a `Book`; each `Posting` to it becomes an entry, with all that
follows from it: lots, a reward for each threshold reached, coupons withdrawn to cover a reversal.
The book is written at the end of the `with`, in the caller's transaction.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import transaction

from saleor_loyalty import announcements, members
from saleor_loyalty.accounts import Account, read_belongings
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Entry,
    EntryKind,
    Member,
    MemberStatus,
    Message,
    ProgramVersion,
    RetiredCode,
)
from saleor_loyalty.postings import Posting
from saleor_loyalty.rules.days import end_of_day
from saleor_loyalty.rules.rewards import new_code, rewards_due, valid_until
from saleor_loyalty.statements import Writing
from saleor_loyalty.workers import wake

# Points that come back with a coupon were a reward already; they do not make a new one.
REWARDED = frozenset({EntryKind.ORDER, EntryKind.GIFT, EntryKind.ADJUSTMENT})


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
        locked = members.lock(member_ids, newcomers)
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
        self._rewards: list[Entry] = []
        self._changed_coupons: dict[int, Coupon] = {}
        self._reissued: list[Coupon] = []
        self._retired: list[RetiredCode] = []

    def member(self, member_id: int) -> Member:
        """A locked member, as the book leaves them so far."""
        return self._accounts[member_id].member

    def takes_points(self, member_id: int) -> bool:
        """False for a member who is blocked or closed."""
        return self.member(member_id).status == MemberStatus.ACTIVE

    def post(self, posting: Posting) -> Entry:
        """Append one posting, and what follows from it."""
        entry = self._append(posting)
        if posting.points > 0 and posting.kind in REWARDED:
            self._reward(posting)
        self._cover_debt(posting.member_id)
        return entry

    def reissue(self, coupon: Coupon) -> None:
        """Give a used coupon back: the same worth under a new code, for as long as it had left.

        For a coupon whose order was called off. If its member owes points, it pays for them.
        """
        self._retire(coupon, voucher_lives=False)
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
        coupon.used_at = None
        coupon.due_at, coupon.attempts, coupon.error = self.now, 0, ""
        self._changed_coupons[coupon.pk] = coupon
        self._cover_debt(coupon.member_id)
        if coupon.status == CouponStatus.PENDING:
            self._reissued.append(coupon)

    def withdraw(self, coupon: Coupon, *, reason: str, actor: str) -> None:
        """Take an unused coupon back because staff say so. Its points return, and buy no new one.

        Not before the member's points change again: what then reaches the threshold does.
        """
        self._withdraw(coupon, reason=reason, actor=actor)

    def use(self, coupon: Coupon, *, order_id: str, number: str, at: datetime, code: str) -> None:
        """Note that an order was placed with one of the coupon's codes.

        A withdrawn coupon that was used all the same costs its points again. One that was
        reissued meanwhile is used up by the order that had its former code.
        """
        was_withdrawn = coupon.status == CouponStatus.WITHDRAWN
        if coupon.code != code and not was_withdrawn:
            self._retire(coupon, voucher_lives=True)
        coupon.status = CouponStatus.USED
        coupon.used_at, coupon.used_order_id, coupon.used_order_number = at, order_id, number
        coupon.withdrawn_at = None
        self._changed_coupons[coupon.pk] = coupon
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
            ["balance", "lifetime_points", "last_activity_at", "expires_at"],
        )
        writing.write()
        self._write_coupons()

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

    def _reward(self, posting: Posting) -> None:
        balance = self._accounts[posting.member_id].member.balance
        for number in range(rewards_due(balance=balance, threshold=self._version.threshold)):
            reward = Posting(
                member_id=posting.member_id,
                kind=EntryKind.REWARD,
                points=-self._version.threshold,
                source=f"{posting.kind}:{posting.source}:{number}",
                version=self._version,
            )
            self._rewards.append(self._append(reward))

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
        self._retire(coupon, voucher_lives=True)
        coupon.status, coupon.withdrawn_at = CouponStatus.WITHDRAWN, self.now
        self._changed_coupons[coupon.pk] = coupon
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

    def _retire(self, coupon: Coupon, *, voucher_lives: bool) -> None:
        """Remember the coupon's code, and have its voucher deleted if it would still be taken."""
        self._retired.append(
            RetiredCode(
                shop_id=coupon.shop_id,
                coupon=coupon,
                code=coupon.code,
                due_at=self.now if voucher_lives else None,
            )
        )

    def _write_coupons(self) -> None:
        new = Coupon.objects.bulk_create(self._new_coupons())
        Coupon.objects.bulk_update(
            self._changed_coupons.values(),
            [
                *("status", "code", "issue", "voucher_id", "expires_at", "withdrawn_at"),
                *("used_at", "used_order_id", "used_order_number"),
                *("due_at", "attempts", "error"),
            ],
        )
        if self._changed_coupons:
            announcements.call_off(list(self._changed_coupons.values()))
        RetiredCode.objects.bulk_create(self._retired, ignore_conflicts=True)
        to_mint = [c for c in (*new, *self._reissued) if c.status == CouponStatus.PENDING]
        Message.objects.bulk_create(announcements.of_coupons(to_mint, now=self.now))
        if to_mint:
            wake("mint_coupons")
        if self._retired:
            wake("retire_codes")

    def _new_coupons(self) -> Iterator[Coupon]:
        """A PENDING coupon for each threshold reached."""
        version = self._version
        ends_at = valid_until(
            issued_at=self.now, days=version.coupon_valid_days, time_zone=version.time_zone
        )
        for entry in self._rewards:
            yield Coupon(
                shop_id=entry.shop_id,
                member_id=entry.member_id,
                entry=entry,
                version=version,
                code=new_code(),
                issued_at=self.now,
                expires_at=ends_at,
                due_at=self.now,
            )
