"""An order that earned points."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from saleor_loyalty.models.member import Member
from saleor_loyalty.models.program import ProgramVersion
from saleor_loyalty.models.shop import Shop


class SettledOrder(models.Model):
    """What the ledger holds for one order, and the version it is settled by for good.

    The row appears when the order first earns, or is first seen to sell gift cards. `points` is
    the sum of the order's entries; `revision` counts them, so that each has a cause of its own. All
    of them are the member's but those `left_behind`: a former owner had spent them.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="settled_orders")
    order_id = models.CharField(max_length=64, help_text="Saleor's global id of the order.")
    number = models.CharField(max_length=64)
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="settled_orders")
    channel_id = models.CharField(
        max_length=255, help_text="Its channel, by Saleor's global id, at the first look: for good."
    )
    version = models.ForeignKey(ProgramVersion, on_delete=models.PROTECT, related_name="+")
    points = models.BigIntegerField(default=0)
    left_behind = models.BigIntegerField(
        default=0,
        db_default=0,
        help_text="Of these, spent by former owners before the order moved on.",
    )
    revision = models.PositiveIntegerField(default=0)
    gift_card_lines = ArrayField(
        models.CharField(max_length=64),
        default=list,
        help_text="Lines known to sell gift cards; deleted products tell no more.",
    )
    waived = models.BooleanField(
        default=False,
        help_text="Paid while its member took no points: only a backfill credits it.",
    )
    fully_paid_at = models.DateTimeField(help_text="When the order was first paid in full.")
    settled_at = models.DateTimeField()
    asked_as_of = models.DateTimeField(
        null=True, help_text="Its updatedAt, by Saleor's clock, when Saleor was last asked for it."
    )
    look_again_at = models.DateTimeField(
        null=True,
        help_text="When Saleor is asked for it though it does not say that it changed.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "order_id"], name="saleor_loyalty_order_settled_once"
            ),
        ]
        indexes = [
            # Staff look for whose an order is.
            models.Index(fields=["shop", "number"], name="saleor_loyalty_order_number"),
            models.Index(
                fields=["shop", "look_again_at"],
                condition=models.Q(look_again_at__isnull=False),
                name="saleor_loyalty_order_again",
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.number}"
