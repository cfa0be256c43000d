"""The reward of a threshold: a single-use voucher, and its codes, one after the other."""

import uuid
from datetime import datetime
from operator import attrgetter

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Reverse

from saleor_loyalty.models.entry import Entry
from saleor_loyalty.models.member import Member
from saleor_loyalty.models.reward import RewardVersion
from saleor_loyalty.models.shop import Shop

TO_MAKE = models.Q(made_at=None, retired_at=None)  # of codes
BY_SALEOR = "Saleor"  # whoever deleted a voucher there; Saleor does not say


class CouponStatus(models.TextChoices):
    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    USED = "USED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


def unused(moment: datetime) -> models.Q:
    """Coupons that may still give a discount then: `Coupon.is_unused_at`, for the database."""
    lasts = models.Q(expires_at=None) | models.Q(expires_at__gt=moment)
    return models.Q(status=CouponStatus.PENDING) | models.Q(status=CouponStatus.ACTIVE) & lasts


def status_as_of(moment: datetime) -> models.Case:
    """`Coupon.status_at`, for the database."""
    has_run_out = models.When(
        ~unused(moment), status=CouponStatus.ACTIVE, then=models.Value(CouponStatus.EXPIRED)
    )
    return models.Case(has_run_out, default=models.F("status"), output_field=models.CharField())


class Coupon(models.Model):
    """A coupon of one member: PENDING until its code's voucher exists in Saleor."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="coupons")
    uid = models.UUIDField(
        default=uuid.uuid4,
        db_default=RandomUUID(),
        unique=True,
        help_text="What it is called outside its database.",
    )
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="coupon")
    paid_by = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        related_name="pays_for",
        null=True,
        help_text="Of one that was withdrawn and used all the same; null: `entry` pays for it.",
    )
    reward = models.ForeignKey(RewardVersion, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=9, choices=CouponStatus.choices, default=CouponStatus.PENDING
    )
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    used_order_id = models.CharField(max_length=64, blank=True)
    used_order_number = models.CharField(max_length=64, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="Staff, or BY_SALEOR; empty when it covers a debt.",
    )
    withdrawal_reason = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="What staff wrote; its member reads it.",
    )
    forfeited = models.BooleanField(
        default=False, db_default=False, help_text="Of a withdrawn one: its points stay spent."
    )
    refused_at = models.DateTimeField(
        null=True, help_text="Since when the shop does not take the code of an unused coupon."
    )
    shop_terms = models.JSONField(
        null=True, help_text="What its voucher gives in the shop, where that was changed there."
    )
    announced_as = models.CharField(
        max_length=255,
        default="",
        db_default="",
        help_text="The cause of the messages that tell of it.",
    )
    look_again_at = models.DateTimeField(
        null=True, help_text="Of a used one: when Saleor is asked for its order again."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(forfeited=False) | models.Q(status=CouponStatus.WITHDRAWN),
                name="saleor_loyalty_coupon_forfeited_is_withdrawn",
            ),
        ]
        indexes = [
            models.Index(fields=["shop", "issued_at"], name="saleor_loyalty_coupon_issued"),
            models.Index(
                fields=["shop", "used_at"],
                condition=models.Q(status=CouponStatus.USED),
                name="saleor_loyalty_coupon_used",
            ),
            models.Index(fields=["member", "-id"], name="saleor_loyalty_coupon_list"),
            models.Index(
                fields=["shop", "id"],
                condition=models.Q(status=CouponStatus.ACTIVE),
                name="saleor_loyalty_coupon_to_watch",
            ),
        ]

    def __str__(self) -> str:
        return f"coupon {self.uid}"

    @property
    def current(self) -> "CouponCode":
        """The issue that counts: the last. Reads `codes`: have them prefetched."""
        return max(self.codes.all(), key=attrgetter("issue"))

    @property
    def code(self) -> str:
        """The code that it has now, or had last: read along by `with_code`, or else asked for."""
        return getattr(self, "code_now", None) or self.current.code

    @property
    def why_not_made(self) -> str:
        """Of a PENDING one: what kept the last try from making it, read along as `code` is."""
        if self.status != CouponStatus.PENDING:
            return ""
        known: str | None = getattr(self, "error_now", None)
        return self.current.error if known is None else known

    @property
    def cost(self) -> int:
        """The points it was bought with. Reads `entry`: select it along."""
        return -self.entry.points

    def is_unused_at(self, moment: datetime) -> bool:
        """True while it may still give a discount. `unused` says the same to the database.

        Always before it is minted: one whose days are over by then gets them anew.
        """
        if self.status == CouponStatus.ACTIVE:
            return self.expires_at is None or self.expires_at > moment
        return self.status == CouponStatus.PENDING

    def is_usable_at(self, moment: datetime) -> bool:
        """True while its code opens a discount: it is made, unused, and taken by the shop."""
        is_made = self.status == CouponStatus.ACTIVE
        return is_made and self.is_unused_at(moment) and self.refused_at is None

    def status_at(self, moment: datetime) -> str:
        """One that has run out is EXPIRED before any worker says so."""
        if self.status == CouponStatus.ACTIVE and not self.is_unused_at(moment):
            return CouponStatus.EXPIRED
        return self.status


class CouponCode(models.Model):
    """One issue of a coupon: its code, and the voucher that has it in Saleor.

    The code is chosen with the row, before Saleor hears of it, so that a voucher made just before
    a crash is found again by its code. A coupon that is issued anew gets a row more; all but the
    last are retired, and that one too once the coupon was withdrawn. Kept, so that an order placed
    with a former code is still known by it.

    `due_at` says when a worker may try what is still to be done in Saleor, or that one is at it
    until then: to make the voucher, or, of a retired code, to delete it. Null: nothing is.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="codes")
    issue = models.PositiveIntegerField(default=1, help_text="Counts up from 1 in a coupon.")
    # By bytes: so one index finds a whole code and how it begins.
    code = models.CharField(max_length=40, db_collation="C")
    voucher_id = models.CharField(max_length=64, blank=True, help_text="Saleor's global id.")
    made_at = models.DateTimeField(null=True, help_text="Since when its voucher is known of.")
    retired_at = models.DateTimeField(null=True, help_text="When it was to open nothing any more.")
    sought_until = models.DateTimeField(
        null=True,
        help_text="Of one retired before it was made: until when a worker may still make it.",
    )
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "code"], name="saleor_loyalty_code_once"),
            models.UniqueConstraint(
                fields=["coupon", "issue"], name="saleor_loyalty_one_code_per_issue"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=TO_MAKE & models.Q(due_at__isnull=False),
                name="saleor_loyalty_code_to_make",
            ),
            models.Index(
                fields=["due_at"],
                condition=models.Q(retired_at__isnull=False, due_at__isnull=False),
                name="saleor_loyalty_code_to_retire",
            ),
            models.Index("shop", Reverse("code"), name="saleor_loyalty_code_ending"),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"

    @property
    def cause(self) -> str:
        """Names this issue of the coupon as the cause of entries, and of a reissue's messages.

        Reads `coupon`: select it along.
        """
        return f"coupon:{self.coupon.uid}:{self.issue}"


def with_code(coupons: QuerySet[Coupon]) -> QuerySet[Coupon]:
    """Coupons with the `code` of each, and `why_not_made`, read along by the same statement."""
    codes = CouponCode.objects.filter(coupon=OuterRef("pk")).order_by("-issue")
    return coupons.annotate(
        code_now=Subquery(codes.values("code")[:1]),
        error_now=Subquery(codes.values("error")[:1]),
    )
