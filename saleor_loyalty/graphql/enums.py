"""The contract's enums: the domain's own, under their public names.

All are enums of strings: an argument arrives as its value in graphene 2 and as a member in
graphene 3, and to the domain's verbs that is the same.
"""

import graphene

from saleor_loyalty import models, problems
from saleor_loyalty.members import listing
from saleor_loyalty.rules import reminders


class LoyaltyMemberStatus(graphene.Enum):
    """A blocked member keeps what they have and earns nothing; a closed one has left."""

    class Meta:
        enum = models.MemberStatus


class LoyaltyMemberSortField(graphene.Enum):
    """LAST_ACTIVITY_AT takes who never did anything by when they joined; BALANCE, debts below 0."""

    class Meta:
        enum = listing.SortField


class LoyaltyEntryKind(graphene.Enum):
    """What moved a member's points."""

    class Meta:
        enum = models.EntryKind


class LoyaltyCouponStatus(graphene.Enum):
    """PENDING: the shop does not take it yet, or not just now. WITHDRAWN: taken back; its points
    came back, unless staff kept them."""

    class Meta:
        enum = models.CouponStatus


class LoyaltyExpiryPolicy(graphene.Enum):
    """NEVER; ROLLING: all points after a time without an order; PER_LOT: each lot on its date."""

    class Meta:
        enum = models.ExpiryPolicy


class LoyaltySpendBasis(graphene.Enum):
    """Whether taxes count."""

    class Meta:
        enum = models.SpendBasis


class LoyaltyDiscountType(graphene.Enum):
    """Whether a coupon takes off a percentage or an amount."""

    class Meta:
        enum = models.DiscountType


class LoyaltyMessageKind(graphene.Enum):
    """What a member is told, and how."""

    class Meta:
        enum = models.MessageKind


class LoyaltyDevicePlatform(graphene.Enum):
    """Where push notices appear."""

    class Meta:
        enum = models.DevicePlatform


class LoyaltyErrorCode(graphene.Enum):
    """What is wrong with an input."""

    class Meta:
        enum = problems.ErrorCode


class LoyaltyReminder(graphene.Enum):
    """How long before points expire their owner is told."""

    class Meta:
        enum = reminders.Reminder
