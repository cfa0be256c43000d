"""What a message says: its variables and texts, rendered for one member."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from babel import Locale
from markupsafe import Markup

from saleor_loyalty.conf import conf
from saleor_loyalty.messages.localised import (
    FALLBACK,
    last_day,
    locale_of,
    money,
    number,
    percentage,
)
from saleor_loyalty.messages.rendering import (
    Variables,
    inline_styles,
    plain_text,
    render_html,
    render_line,
)
from saleor_loyalty.models import ChannelTerms, Coupon, DiscountType, Message

TEMPLATES = files("saleor_loyalty.messages") / "templates"


@dataclass(frozen=True, slots=True)
class Email:
    """An email's subject and its two parts."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a push notice shows, also on a locked screen: no coupon code."""

    title: str
    body: str


def email(message: Message) -> Email:
    """The email of a message. Raises TemplateFailed.

    Reads member, shop, coupon, version and its channels: have them selected and prefetched.
    """
    texts = _Texts(message)
    body = render_html(texts.read("body.html"), texts.variables)
    footer = render_html(texts.read("footer.html", shared=True), texts.variables)
    document = {
        **texts.variables,
        "language": texts.language,
        "direction": Locale.parse(texts.language).text_direction,
        "subject": render_line(texts.read("subject.liquid"), texts.variables),
        "preheader": render_line(texts.read("preheader.liquid"), texts.variables),
        "body": Markup(body),  # noqa: S704 - rendered just above, with every variable escaped
        "footer": Markup(footer),  # noqa: S704 - likewise
    }
    html = render_html(_read("layout.html"), document)
    return Email(
        subject=str(document["subject"]),
        html=inline_styles(html),
        text=f"{plain_text(body)}\n{plain_text(footer)}",
    )


def notice(message: Message) -> Notice:
    """The push notice of a message. Needs and raises the same as `email`."""
    texts = _Texts(message)
    return Notice(
        title=render_line(texts.read("subject.liquid"), texts.variables),
        body=render_line(texts.read("body.liquid"), texts.variables),
    )


class _Texts:
    """The texts of a message's kind in the member's language, or what comes nearest."""

    def __init__(self, message: Message) -> None:
        locale = locale_of(message.member.language_code)
        self.folder = message.kind.lower()
        self.language = _text_language(locale, self.folder)
        self.variables = _variables(message, locale)

    def read(self, name: str, *, shared: bool = False) -> str:
        folder = self.language if shared else f"{self.language}/{self.folder}"
        return _read(f"{folder}/{name}")


@cache
def _text_language(locale: Locale, folder: str) -> str:
    """The language itself, its base language, or English: the first that has texts."""
    languages = (str(locale), locale.language)
    return next((code for code in languages if (TEMPLATES / code / folder).is_dir()), FALLBACK)


@cache
def _read(path: str) -> str:
    return (TEMPLATES / path).read_text(encoding="utf-8")


def _variables(message: Message, locale: Locale) -> Variables:
    """What templates may name: strings ready to be shown, None where there is nothing to show."""
    member, coupon = message.member, message.coupon
    return {
        "shop_name": message.shop.domain,
        "first_name": member.first_name.strip() or None,
        "balance": number(member.spendable, locale),
        "discounts_url": conf.discounts_url or None,
        **(_coupon_variables(coupon, locale) if coupon else {}),
    }


def _coupon_variables(coupon: Coupon, locale: Locale) -> Variables:
    version = coupon.version
    end = coupon.expires_at
    terms = _terms(coupon, locale)
    return {
        "program_name": version.name,
        "reward_name": version.reward_name,
        "reward_points": number(version.threshold, locale),
        "code": coupon.code,
        "discount": " / ".join(dict.fromkeys(term["discount"] or "" for term in terms)),
        "terms": terms,
        "valid_until": end and last_day(end, time_zone=version.time_zone, locale=locale),
    }


def _terms(coupon: Coupon, locale: Locale) -> list[dict[str, str | None]]:
    """What the coupon gives and asks for, once where channels agree, in the channels' order.

    `orders_in` says of which orders each is true, and only where there is more than one.
    """
    channels = list(coupon.version.channels.all())
    by_money: dict[tuple[str | None, ...], list[ChannelTerms]] = {}
    for channel in channels:
        shown = (_discount(channel, coupon, locale), _min_order(channel, locale))
        by_money.setdefault(shown, []).append(channel)
    return [
        {
            "discount": discount,
            "min_order": min_order,
            "orders_in": _orders_in(same, channels) if len(by_money) > 1 else None,
        }
        for (discount, min_order), same in by_money.items()
    ]


def _discount(channel: ChannelTerms, coupon: Coupon, locale: Locale) -> str:
    if coupon.version.discount_type == DiscountType.PERCENTAGE:
        return percentage(channel.discount_value, locale)
    return money(channel.discount_value, channel.currency, locale)


def _min_order(channel: ChannelTerms, locale: Locale) -> str | None:
    amount = channel.min_spent or Decimal(0)
    return money(amount, channel.currency, locale) if amount else None


def _orders_in(some: list[ChannelTerms], everywhere: list[ChannelTerms]) -> str:
    """Channels by their currency; by their name as well, where the currency is not enough."""
    elsewhere = {channel.currency for channel in everywhere if channel not in some}
    names = (
        f"{channel.currency} ({channel.channel})"
        if channel.currency in elsewhere
        else channel.currency
        for channel in some
    )
    return ", ".join(dict.fromkeys(names))
