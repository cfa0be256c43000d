"""`seed`: the shop's channels, products and people. Run again, it changes nothing that it made."""

from decimal import Decimal
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand
from django.db import transaction

from sandbox.shop.models import Category, Channel, Collection, Price, Product, User
from sandbox.shop.people import SHOPPERS, STAFF, Person

CHANNELS = (
    ("default-channel", "Europe", "EUR", Decimal(20), Decimal("9.90")),
    ("channel-pln", "Poland", "PLN", Decimal(23), Decimal("19.90")),
)
STAFF_PERMISSIONS = [
    "HANDLE_CHECKOUTS",
    "HANDLE_PAYMENTS",
    "MANAGE_APPS",
    "MANAGE_CHANNELS",
    "MANAGE_CHECKOUTS",
    "MANAGE_DISCOUNTS",
    "MANAGE_GIFT_CARD",
    "MANAGE_ORDERS",
    "MANAGE_PRODUCTS",
    "MANAGE_SETTINGS",
    "MANAGE_STAFF",
    "MANAGE_USERS",
]


class Item(NamedTuple):
    """A product with its price in euro and zloty, and its place in the catalogue."""

    slug: str
    name: str
    description: str
    eur: str
    pln: str
    category: str
    collection: str = ""
    kind: str = Product.Kind.NORMAL


ITEMS = (
    Item(
        "espresso-machine",
        "Espresso machine",
        "Dual boiler, steel body, warm in six minutes.",
        "512.00",
        "2199.00",
        "Kitchen",
        "Coffee corner",
    ),
    Item(
        "reading-chair",
        "Reading chair",
        "Oak and wool. Stays where you put it.",
        "249.00",
        "1079.00",
        "Living",
    ),
    Item("desk-lamp", "Desk lamp", "Warm light on a long arm.", "89.00", "385.00", "Living"),
    Item(
        "coffee-beans",
        "Coffee beans, 2 kg",
        "Washed, roasted on Tuesdays.",
        "60.00",
        "259.00",
        "Kitchen",
        "Coffee corner",
    ),
    Item(
        "mug",
        "Stoneware mug",
        "Holds 300 ml and most mornings.",
        "18.50",
        "79.90",
        "Kitchen",
        "Coffee corner",
    ),
    Item(
        "gift-card",
        "Gift card",
        "For somebody who knows better what they like.",
        "50.00",
        "200.00",
        "Gifts",
        kind="GIFT_CARD",
    ),
)


class Command(BaseCommand):
    help = "Make the sandbox's channels, products, staff and shoppers."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        for slug, name, currency, tax, shipping in CHANNELS:
            defaults = {
                "name": name,
                "currency_code": currency,
                "tax_percent": tax,
                "shipping_price": shipping,
            }
            Channel.objects.get_or_create(slug=slug, defaults=defaults)
        for position, item in enumerate(ITEMS):
            _offer(item, position)
        _sign_up(STAFF, is_staff=True, permissions=STAFF_PERMISSIONS)
        for shopper in SHOPPERS:
            _sign_up(shopper)
        self.stdout.write("The shop has its channels, products and people.")


def _offer(item: Item, position: int) -> None:
    category, _ = Category.objects.get_or_create(name=item.category)
    product, _ = Product.objects.get_or_create(
        slug=item.slug,
        defaults={
            "name": item.name,
            "description": item.description,
            "kind": item.kind,
            "position": position,
        },
    )
    if product.category is None:  # it is new, or as old as shops without categories
        product.category = category
        product.save(update_fields=["category"])
        if item.collection:
            product.collections.add(Collection.objects.get_or_create(name=item.collection)[0])
    for channel in Channel.objects.filter(currency_code__in=("EUR", "PLN")):
        amount = Decimal(item.eur if channel.currency_code == "EUR" else item.pln)
        Price.objects.get_or_create(product=product, channel=channel, defaults={"amount": amount})


def _sign_up(person: Person, **columns: Any) -> None:
    if User.objects.filter(email=person.email).exists():
        return
    user = User(
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        language_code=person.language_code,
        **columns,
    )
    user.set_password(person.password)
    user.save()
