"""What of an order an entry's points were computed from."""

from dataclasses import fields

from django.db import models
from django.db.models import F

from saleor_loyalty.models.entry import Entry
from saleor_loyalty.rules.parts import Part

PART_FIELDS = [field.name for field in fields(Part)]


class OrderPart(models.Model):
    """A line of an entry's order, or its shipping, as it was then: a `rules.parts.Part`.

    Appended with the entry and refused any change. How the line earned when the order was first
    settled stands with the order's first entry.
    """

    entry = models.ForeignKey(
        Entry,
        on_delete=models.PROTECT,
        related_name="parts",
        db_index=False,  # the constraint has one
    )
    line_id = models.CharField(
        max_length=64, blank=True, help_text="Saleor's global id; empty: shipping."
    )
    name = models.TextField(blank=True, help_text="The product's, as it was ordered.")
    pieces = models.DecimalField(
        max_digits=20, decimal_places=3, help_text="Of shipping, its gross price."
    )
    back = models.DecimalField(
        max_digits=20,
        decimal_places=3,
        help_text="How many of them came back; of shipping, what was paid back.",
    )
    returned = models.BooleanField(help_text="They were sent back; else they were refunded.")
    gross = models.DecimalField(
        max_digits=20, decimal_places=3, help_text="The price of all its pieces."
    )
    amount = models.DecimalField(
        max_digits=20, decimal_places=3, help_text="What of that price counts for points."
    )
    rate = models.DecimalField(
        max_digits=12, decimal_places=4, help_text="Points per unit of the currency."
    )
    factor = models.DecimalField(
        max_digits=10, decimal_places=6, help_text="What multiplies the points."
    )
    exact_points = models.GeneratedField(
        expression=F("amount") * F("rate") * F("factor"),
        output_field=models.DecimalField(max_digits=42, decimal_places=13),
        db_persist=True,
        help_text="What all its pieces earn, before anything came back.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "line_id"], name="saleor_loyalty_one_part_per_line"
            ),
            models.CheckConstraint(
                condition=models.Q(back__gte=0, back__lte=F("pieces")),
                name="saleor_loyalty_part_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'shipping'} of entry {self.entry_id}"

    @property
    def part(self) -> Part:
        return Part(**{name: getattr(self, name) for name in PART_FIELDS})
