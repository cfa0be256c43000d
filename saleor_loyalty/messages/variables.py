"""What message templates may name: the catalogue that merchants read, and the values."""

from babel import Locale
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from saleor_loyalty.messages.kinds import KINDS
from saleor_loyalty.messages.kinds.kind import MessageContext, Values, Variable
from saleor_loyalty.rewards.offers import (
    discount,
    offers_in,
    on_products,
    reward_name,
)
from saleor_loyalty.rules.languages import Count, harmless, language_of
from saleor_loyalty.rules.rewards import progress

COMMON = (
    Variable("first_name", _("The member's first name; empty when the shop does not know it.")),
    Variable("shop_name", _("The shop's name.")),
    Variable("program_name", _("The program's name.")),
    Variable("balance", _("The member's points now. A number.")),
    Variable("reward_name", _("The name of the reward.")),
    Variable("reward_points", _("Points that a reward takes. A number.")),
    Variable(
        "points_to_next_reward",
        _("Points still missing for the next reward, owed ones included. A number."),
    ),
    Variable("discount", _("What the reward's coupon takes off, in every currency.")),
    Variable(
        "terms",
        _(
            "What the coupon takes off and asks for, a list to loop over: term.discount, "
            "term.min_order (empty when any order will do), term.orders_in (the currency; empty "
            "when all have the same terms)."
        ),
    ),
    Variable(
        "on_products",
        _(
            "What the coupon is for, as “on Juice, Mug and 3 more”, in the text's language; empty "
            "when it is for the whole order."
        ),
    ),
    Variable("discounts_url", _("The page with the member's discounts; empty when none is set.")),
    Variable("language", _("The language the text is written in.")),
)
WAY_OUT = Variable(
    "unsubscribe_url", _("The page that ends these emails; every email has to link to it.")
)


def catalogue(kind: str) -> tuple[Variable, ...]:
    """Every name that the kind's templates may use."""
    known = KINDS[kind]
    return (*COMMON, *((WAY_OUT,) if known.is_email else ()), *known.variables)


def values(
    kind: str, context: MessageContext, told: object, *, language: str, locale: Locale
) -> Values:
    """What the kind's templates are filled with: text ready to be shown, Counts, lists of those.

    `told` is what a message of the kind tells of. Nothing to show is None. `language` is the
    text's, `locale` what money and dates follow.
    """
    with override(language_of(language)):
        filled = {**_always(context, locale), **KINDS[kind].values(told, context, locale)}
    filled["language"] = language
    return {variable.name: filled[variable.name] for variable in catalogue(kind)}


def _always(context: MessageContext, locale: Locale) -> Values:
    version, reward, balance = context.version, context.reward, max(0, context.balance)
    way = progress(balance=context.balance, threshold=version.threshold)
    offers = offers_in(context.terms, reward, locale)
    return {
        "first_name": harmless(context.first_name) or None,
        "shop_name": harmless(context.shop_name),
        "program_name": harmless(version.name),
        "balance": Count(balance, locale),
        "reward_name": reward_name(reward, locale, context.terms),
        "reward_points": Count(version.threshold, locale),
        "points_to_next_reward": Count(way.missing, locale),
        "discount": discount(offers),
        "on_products": on_products(reward),
        "terms": [offer._asdict() for offer in offers],
        "discounts_url": context.discounts_url or None,
        "unsubscribe_url": context.unsubscribe_url or None,
    }
