"""What one book does to coupons: those it issues, changes and takes back, written at its end."""

from collections.abc import Iterator
from datetime import datetime

from saleor_loyalty.database.statements import Writing
from saleor_loyalty.members import announcements
from saleor_loyalty.models import (
    Coupon,
    CouponCode,
    CouponStatus,
    Entry,
    Message,
    ProgramVersion,
)
from saleor_loyalty.rewards.signals import coupon_issued
from saleor_loyalty.rules.rewards import new_code, valid_until
from saleor_loyalty.workers.waking import wake

COUPON_CHANGES = (
    *("paid_by", "status", "expires_at", "withdrawn_at", "withdrawn_by"),
    *("withdrawal_reason", "forfeited"),
    *("used_at", "used_order_id", "used_order_number", "look_again_at"),
    *("refused_at", "shop_terms", "announced_as"),
)
CODE_CHANGES = ("made_at", "retired_at", "sought_until", "due_at", "attempts", "error")


class Issues:
    """Collects what becomes of coupons. `version` is what new ones are issued under."""

    def __init__(self, version: ProgramVersion, now: datetime) -> None:
        self._version = version
        self._now = now
        self._rewards: list[tuple[Entry, str]] = []
        self._changed: dict[int, Coupon] = {}
        self._changed_codes: dict[int, CouponCode] = {}
        self._reissued: list[CouponCode] = []
        self._told: set[tuple[int, str]] = set()  # members, and causes of what tells of coupons

    def __len__(self) -> int:
        return len(self._rewards)

    def issue(self, reward: Entry, *, cause: str) -> None:
        """A coupon for a REWARD entry. What tells of it tells of all of the same cause."""
        self._rewards.append((reward, cause))

    def change(self, coupon: Coupon) -> None:
        """Have a coupon written as it will be; to be called before it changes."""
        self._changed[coupon.pk] = coupon
        self.tell_again(coupon.member_id, coupon.announced_as)

    def tell_again(self, member_id: int, cause: str) -> None:
        """Look again whether what tells of a cause's coupons still waits for any."""
        self._told.add((member_id, cause))

    def change_code(self, code: CouponCode) -> None:
        """Have a code written as it will be."""
        if code.pk is not None:
            self._changed_codes[code.pk] = code

    def reissue(self, former: CouponCode) -> CouponCode:
        """A new code for a coupon; what tells of it is told when it is PENDING in the end."""
        code = self._code(former.coupon, issue=former.issue + 1)
        self._reissued.append(code)
        return code

    def retire(self, code: CouponCode, *, voucher_lives: bool) -> None:
        """Have a code open nothing, and its voucher deleted if it would still be taken.

        One that was retired before is left as it is.
        """
        if code.retired_at is not None:
            return
        self.change_code(code)
        code.retired_at = self._now
        code.sought_until = code.due_at if code.made_at is None else None
        code.due_at = self._now if voucher_lives else None
        code.attempts, code.error = 0, ""

    def write(self) -> None:
        """Write it all down."""
        new = [self._code(coupon) for coupon in self._new()]
        codes = [*new, *self._reissued]
        writing = Writing()
        writing.insert(code.coupon for code in new)
        writing.insert(codes)
        writing.update(self._changed.values(), COUPON_CHANGES)
        writing.update(self._changed_codes.values(), CODE_CHANGES)
        writing.write()
        coupon_issued.announce([code.coupon for code in new])
        to_mint = [code.coupon for code in codes if code.coupon.status == CouponStatus.PENDING]
        # One that tells of a posting's coupons is there already where they come in several books.
        Message.objects.bulk_create(
            announcements.of_coupons(to_mint, now=self._now), ignore_conflicts=True
        )
        announcements.follow(self._told, now=self._now)
        if to_mint:
            wake("mint_coupons")
        if any(code.retired_at for code in (*codes, *self._changed_codes.values())):
            wake("retire_codes")

    def _new(self) -> Iterator[Coupon]:
        """A PENDING coupon for each threshold reached."""
        if not self._rewards:
            return
        reward, time_zone = self._version.reward, self._version.time_zone
        ends_at = valid_until(issued_at=self._now, days=reward.valid_days, time_zone=time_zone)
        for entry, cause in self._rewards:
            yield Coupon(
                shop_id=entry.shop_id,
                member_id=entry.member_id,
                entry=entry,
                reward=reward,
                issued_at=self._now,
                expires_at=ends_at,
                announced_as=cause,
            )

    def _code(self, coupon: Coupon, *, issue: int = 1) -> CouponCode:
        """A new code of a coupon, to be made now."""
        return CouponCode(
            shop_id=coupon.shop_id,
            coupon=coupon,
            issue=issue,
            code=new_code(),
            due_at=self._now,
        )
