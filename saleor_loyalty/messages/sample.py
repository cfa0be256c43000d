"""The member, coupon and gift that previews and test sends tell of; nobody's real ones."""

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from decimal import Decimal
from operator import attrgetter

from babel import Locale
from django.utils import timezone

from saleor_loyalty.messages.variables import MessageContext, Values, values
from saleor_loyalty.models import (
    Branding,
    ChannelTerms,
    DiscountType,
    ExpiryPolicy,
    ProgramVersion,
    Shop,
)
from saleor_loyalty.program import programs
from saleor_loyalty.rules.days import end_of_day
from saleor_loyalty.shop import branding

CODE = "7K2M-QX9T-4HBD-W3NE"
UNSUBSCRIBE_URL = "https://example.com/unsubscribe"
DISCOUNTS_URL = "https://example.com/account/discounts"


def sample(shop: Shop, brand: Branding, kind: str, language: str) -> Values:
    """What a text of the kind is previewed with: the shop's own rules, an invented member."""
    return _filled(message_context(shop, brand, kind, language), kind, language)


def examples(shop: Shop, brand: Branding, kind: str, language: str) -> Values:
    """What each name may stand for: as the preview has it, or by rules that give it a value."""
    told = message_context(shop, brand, kind, language)
    limited = copy(told.version)
    limited.limited_to = _LIMITED
    others = _filled(replace(told, version=limited), kind, language)
    shown = _filled(told, kind, language)
    return {name: others[name] if value is None else value for name, value in shown.items()}


def samples(shop: Shop, brand: Branding, kind: str, language: str) -> Iterator[Values]:
    """What a text has to bear: everything there, everything left out that may be, the other rules.

    All that a template can ask about comes in both ways.
    """
    full = message_context(shop, brand, kind, language)
    full = replace(full, coupons=[(CODE, full.deadline)])
    yield _filled(full, kind, language)
    bare = replace(
        full, first_name="", discounts_url="", unsubscribe_url="", coupons=[(CODE, None)]
    )
    for policy, limited_to in ((ExpiryPolicy.ROLLING, []), (ExpiryPolicy.PER_LOT, _LIMITED)):
        version = copy(full.version)
        version.expiry_policy, version.limited_to = policy, limited_to
        yield _filled(replace(full, version=version, points=1), kind, language)
        bare = replace(bare, version=version, terms=_TERMS[1:], points=full.balance)
        yield _filled(bare, kind, language)
    yield _filled(replace(full, terms=_TERMS, balance=-300), kind, language)
    for number, end in ((3, None), (150, full.deadline)):
        yield _filled(replace(full, coupons=[(CODE, end)] * number), kind, language)


def message_context(shop: Shop, brand: Branding, kind: str, language: str) -> MessageContext:
    """An invented member's, by the shop's own rules; by invented ones while it has none."""
    program = programs.current(shop)
    version = program.current if program else None
    rules = version or _VERSION
    now, days = timezone.now(), rules.coupon_valid_days
    end = end_of_day(now, days=30, time_zone=rules.time_zone)
    balance = max(2, min(rules.threshold * 2 // 5, 10**6))
    whole = rules.expiry_policy == ExpiryPolicy.ROLLING
    return MessageContext(
        shop_name=brand.name,
        first_name="Ada",
        balance=balance,
        version=rules,
        terms=sorted(version.channels.all(), key=attrgetter("pk")) if version else _TERMS[:1],
        discounts_url=branding.discounts_link(brand, language=language, kind=kind) or DISCOUNTS_URL,
        unsubscribe_url=UNSUBSCRIBE_URL,
        coupons=[(CODE, end_of_day(now, days=days, time_zone=rules.time_zone) if days else None)],
        points=balance if whole else balance * 3 // 5,
        reason=_REASONS.get(language, _REASONS["en"]),
        deadline=end,
    )


def _filled(told: MessageContext, kind: str, language: str) -> Values:
    return values(kind, told, language=language, locale=Locale.parse(language))


_REASONS = {
    "en": "Thank you for your patience while we restocked.",
    "fr": "Merci de votre patience pendant notre réassort.",
    "de": "Danke für deine Geduld, während wir Nachschub besorgt haben.",
    "es": "Gracias por tu paciencia mientras reponíamos existencias.",
    "pl": "Dziękujemy za cierpliwość podczas uzupełniania zapasów.",
    "ar": "شكرًا لصبرك ريثما أعدنا توفير المنتج.",
}
_LIMITED = ["UHJvZHVjdDox"]  # some product
_VERSION = ProgramVersion(
    name="Loyalty program",
    threshold=5000,
    discount_type=DiscountType.PERCENTAGE,
    coupon_valid_days=60,
    expiry_policy=ExpiryPolicy.ROLLING,
    expiry_days=365,
    time_zone="UTC",
)
_TERMS = [
    ChannelTerms(
        channel_id="eu",
        currency="EUR",
        points_per_unit=Decimal(10),
        discount_value=Decimal(10),
        min_spent=Decimal(50),
    ),
    ChannelTerms(
        channel_id="us",
        currency="USD",
        points_per_unit=Decimal("2.5"),
        discount_value=Decimal(15),
        min_spent=None,
    ),
]
