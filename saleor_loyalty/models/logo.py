"""A logo that staff uploaded, as the picture that we made of it."""

from django.db import models

from saleor_loyalty.models.shop import Shop


class Logo(models.Model):
    """A picture of a shop's, a PNG. It stays when another takes its place: emails link to it."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="logos")
    name = models.CharField(max_length=32, help_text="Says what is in it: no other has this name.")
    content = models.BinaryField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "shop"], name="saleor_loyalty_one_logo_of_a_name"
            ),
        ]

    def __str__(self) -> str:
        return f"logo {self.name}"
