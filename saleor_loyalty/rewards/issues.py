"""What one book does to coupons: those it issues, changes and takes back, written at its end."""

from collections.abc import Iterator
from datetime import datetime

from saleor_loyalty.members import announcements
from saleor_loyalty.models import Coupon, CouponStatus, Entry, Message, ProgramVersion, RetiredCode
from saleor_loyalty.rules.rewards import new_code, valid_until
from saleor_loyalty.workers.waking import wake

CHANGES = (
    *("paid_by", "status", "code", "issue", "voucher_id", "expires_at"),
    *("withdrawn_at", "withdrawn_by", "used_at", "used_order_id", "used_order_number"),
    *("refused_at", "shop_terms", "announced_as", "due_at", "attempts", "error"),
)


class Issues:
    """Collects what becomes of coupons. `version` is what new ones are issued under."""

    def __init__(self, version: ProgramVersion, now: datetime) -> None:
        self._version = version
        self._now = now
        self._rewards: list[tuple[Entry, str]] = []
        self._changed: dict[int, Coupon] = {}
        self._reissued: list[Coupon] = []
        self._retired: list[RetiredCode] = []
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

    def reissue(self, coupon: Coupon) -> None:
        """The coupon is PENDING under a new code."""
        self._reissued.append(coupon)

    def retire(self, coupon: Coupon, *, voucher_lives: bool) -> None:
        """Remember the coupon's code, and have its voucher deleted if it would still be taken."""
        self._retired.append(
            RetiredCode(
                shop_id=coupon.shop_id,
                coupon=coupon,
                code=coupon.code,
                due_at=self._now if voucher_lives else None,
            )
        )

    def write(self) -> None:
        """Write it all down."""
        new = Coupon.objects.bulk_create(self._new())
        Coupon.objects.bulk_update(self._changed.values(), CHANGES)
        RetiredCode.objects.bulk_create(self._retired, ignore_conflicts=True)
        to_mint = [c for c in (*new, *self._reissued) if c.status == CouponStatus.PENDING]
        # One that tells of a posting's coupons is there already where they come in several books.
        Message.objects.bulk_create(
            announcements.of_coupons(to_mint, now=self._now), ignore_conflicts=True
        )
        announcements.follow(self._told, now=self._now)
        if to_mint:
            wake("mint_coupons")
        if self._retired:
            wake("retire_codes")

    def _new(self) -> Iterator[Coupon]:
        """A PENDING coupon for each threshold reached."""
        version = self._version
        ends_at = valid_until(
            issued_at=self._now, days=version.coupon_valid_days, time_zone=version.time_zone
        )
        for entry, cause in self._rewards:
            yield Coupon(
                shop_id=entry.shop_id,
                member_id=entry.member_id,
                entry=entry,
                version=version,
                code=new_code(),
                issued_at=self._now,
                expires_at=ends_at,
                announced_as=cause,
                due_at=self._now,
            )
