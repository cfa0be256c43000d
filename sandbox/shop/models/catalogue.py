"""What is for sale and where: channels, products, how they are grouped, and their prices."""

from decimal import Decimal

from django.db import models


class Channel(models.Model):
    """A market with one currency. Prices include the tax of `tax_percent`."""

    name = models.CharField(max_length=250)
    slug = models.SlugField(unique=True)
    currency_code = models.CharField(max_length=3)
    is_active = models.BooleanField(default=True)
    tax_percent = models.DecimalField(max_digits=5, decimal_places=2, default=Decimal(0))
    shipping_price = models.DecimalField(max_digits=12, decimal_places=2)

    def __str__(self) -> str:
        return self.slug


class Category(models.Model):
    """The one place of a product in the catalogue. Here none lies within another."""

    name = models.CharField(max_length=250, unique=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class Collection(models.Model):
    """Products that are shown together."""

    name = models.CharField(max_length=250, unique=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """A product with exactly one variant, which shares its key: enough to buy something."""

    class Kind(models.TextChoices):
        NORMAL = "NORMAL"
        GIFT_CARD = "GIFT_CARD"

    name = models.CharField(max_length=250)
    slug = models.SlugField(unique=True)
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.NORMAL)
    description = models.TextField(default="")
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, related_name="products"
    )
    collections = models.ManyToManyField(Collection, related_name="products")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.slug

    @property
    def is_shipping_required(self) -> bool:
        return self.kind == self.Kind.NORMAL


class Price(models.Model):
    """What one piece costs in a channel, tax included, in the channel's currency."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="prices")
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=("product", "channel"), name="shop_one_price_per_channel"
            )
        ]

    def __str__(self) -> str:
        return f"price {self.pk}"
