"""The reward of a threshold: a single-use voucher."""

import uuid
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING

from django.contrib.postgres.functions import RandomUUID
from django.db import models

from saleor_loyalty.models.entry import Entry
from saleor_loyalty.models.member import Member
from saleor_loyalty.models.reward import RewardVersion
from saleor_loyalty.models.shop import Shop

if TYPE_CHECKING:
    from saleor_loyalty.models.coupon_code import CouponCode

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
