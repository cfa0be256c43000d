"""The inbox: things of the shop that a worker must look at again."""

from django.db import models

from saleor_loyalty.models.shop import Shop


class Subject(models.TextChoices):
    ORDER = "ORDER"
    CUSTOMER = "CUSTOMER"


class Change(models.Model):
    """One changed thing, however many events spoke of it.

    A worker claims a row (`lease`, with `due_at` pushed ahead as a lease), looks at the thing, and
    deletes the row in the same transaction as its work, but only while the lease is still its
    own and `marks` has not grown meanwhile: a newer event means another look.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=8, choices=Subject.choices)
    subject_id = models.CharField(max_length=64, help_text="Saleor's global id.")
    marks = models.PositiveIntegerField(default=1)
    marked_at = models.DateTimeField(help_text="When it was first marked.")
    due_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "subject", "subject_id"], name="saleor_loyalty_change_once"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="saleor_loyalty_change_due")]

    def __str__(self) -> str:
        return f"{self.subject} {self.subject_id}"
