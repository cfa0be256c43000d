"""The programme in GraphQL: its rules as types, and as the input that changes them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal as ExactDecimal
from typing import Any, NamedTuple, TypeVar

import graphene
from graphene import NonNull, ResolveInfo

from saleor_loyalty.graphql.batch import batch_of
from saleor_loyalty.graphql.enums import (
    LoyaltyDiscountType,
    LoyaltyExpiryPolicy,
    LoyaltyReminder,
    LoyaltySpendBasis,
)
from saleor_loyalty.graphql.language import language_argument, language_for
from saleor_loyalty.graphql.scalars import Decimal
from saleor_loyalty.models import ChannelTerms, Program, RewardTerms
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes, Terms
from saleor_loyalty.rewards.offers import reward_in
from saleor_loyalty.saleor_api.facts import Channel
from saleor_loyalty.saleor_api.items import KINDS, by_kind, kind_of

REWARD_NAME = "In the shop's words; without them, by what it takes off, such as 10% off."


CATEGORIES = "What is right in them, not in categories below: so Saleor's vouchers count."
LIMITED_TO = "What the coupon is good for; the whole order when all lists are empty."


class ChannelRules(NamedTuple):
    """What orders in a channel earn, and what the reward gives there."""

    earns: ChannelTerms
    gives: RewardTerms


class LoyaltyChannelTerms(graphene.ObjectType):
    """What the program says of one channel."""

    channel = graphene.String(required=True, description="Channel slug.")
    currency = graphene.String(required=True, description="Of the channel, as EUR.")
    points_per_unit = Decimal(required=True, description="Points for one unit of the currency.")
    discount_value = Decimal(
        required=True, description="Of the reward coupon: percent, or an amount in the currency."
    )
    min_spent = Decimal(description="Order amount before discount that the coupon asks for.")

    @staticmethod
    def resolve_channel(channel: ChannelRules, info: ResolveInfo) -> str:
        return slug_of(channel.earns, info)

    @staticmethod
    def resolve_currency(channel: ChannelRules, _info: ResolveInfo) -> str:
        return channel.earns.currency

    @staticmethod
    def resolve_points_per_unit(channel: ChannelRules, _info: ResolveInfo) -> ExactDecimal:
        return channel.earns.points_per_unit

    @staticmethod
    def resolve_discount_value(channel: ChannelRules, _info: ResolveInfo) -> ExactDecimal:
        return channel.gives.discount_value

    @staticmethod
    def resolve_min_spent(channel: ChannelRules, _info: ResolveInfo) -> ExactDecimal | None:
        return channel.gives.min_spent


class LoyaltyCatalogue(graphene.ObjectType):
    """Things of the shop's catalogue, by Saleor's ids. All lists empty: everything."""

    products = graphene.List(
        NonNull(graphene.ID), required=True, description="These, in all their variants."
    )
    collections = graphene.List(
        NonNull(graphene.ID), required=True, description="What is in them at the time."
    )
    categories = graphene.List(NonNull(graphene.ID), required=True, description=CATEGORIES)


def slug_of(terms: ChannelTerms | RewardTerms, info: ResolveInfo) -> str:
    """The slug that the channel of some terms has now."""
    return batch_of(info.context).channel_slugs.get(terms.channel_id, terms.known_as)


def _of_version(
    name: str, _default: object, program: Program, _info: ResolveInfo, **_args: object
) -> object:
    """Resolve a field of the program from its current rules."""
    return getattr(program.current, name)


class LoyaltyProgram(graphene.ObjectType):
    """What the shop promises its customers."""

    class Meta:
        default_resolver = _of_version

    name = graphene.String(required=True, description="What members know it by.")
    is_active = graphene.Boolean(required=True, description="Off: nothing is credited or sent.")
    threshold = graphene.Int(required=True, description="Points for one reward.")
    reward_name = graphene.String(
        required=True, language_code=language_argument(), description=REWARD_NAME
    )
    discount_type = LoyaltyDiscountType(
        required=True, description="What `discountValue` of the channels means."
    )
    coupon_valid_days = graphene.Int(description="Null: no end.")
    channels = graphene.List(
        NonNull(LoyaltyChannelTerms),
        required=True,
        description="Where orders earn, and how much; elsewhere they earn nothing.",
    )
    limited_to = graphene.Field(LoyaltyCatalogue, required=True, description=LIMITED_TO)
    basis = LoyaltySpendBasis(required=True, description="Whether taxes count.")
    include_shipping = graphene.Boolean(required=True, description="Whether shipping counts.")
    expiry_policy = LoyaltyExpiryPolicy(required=True, description="When points expire.")
    expiry_days = graphene.Int(description="Null only for NEVER.")
    time_zone = graphene.String(required=True, description="IANA name; days end at midnight there.")
    reminders = graphene.List(
        NonNull(LoyaltyReminder), required=True, description="Requires MANAGE_SETTINGS."
    )

    @staticmethod
    def resolve_is_active(program: Program, _info: ResolveInfo) -> bool:
        return program.is_active

    @staticmethod
    def resolve_reward_name(
        program: Program, info: ResolveInfo, language_code: str | None = None
    ) -> str:
        if program.current is None:
            return ""
        return reward_in(program.current.reward, language_for(info, language_code))

    @staticmethod
    def resolve_discount_type(program: Program, _info: ResolveInfo) -> str:
        return program.current.reward.discount_type if program.current else ""

    @staticmethod
    def resolve_coupon_valid_days(program: Program, _info: ResolveInfo) -> int | None:
        return program.current.reward.valid_days if program.current else None

    @staticmethod
    def resolve_channels(program: Program, info: ResolveInfo) -> list[ChannelRules]:
        if program.current is None:
            return []
        programs.read_terms(program.current)
        gives = {terms.channel_id: terms for terms in program.current.reward.terms.all()}
        earns = terms_of(program.current.channels.all(), info)
        return [ChannelRules(terms, gives[terms.channel_id]) for terms in earns]

    @staticmethod
    def resolve_limited_to(program: Program, _info: ResolveInfo) -> dict[str, list[str]]:
        return by_kind(program.current.reward.limited_to if program.current else ())

    @staticmethod
    def resolve_reminders(program: Program, info: ResolveInfo) -> Sequence[str]:
        info.context.loyalty_viewer.require(Permission.MANAGE_SETTINGS)
        return program.current.reminders if program.current else []


Row = TypeVar("Row", ChannelTerms, RewardTerms)


def terms_of(rows: Iterable[Row], info: ResolveInfo) -> list[Row]:
    """Terms in the order of their channels' slugs."""
    return sorted(rows, key=lambda terms: slug_of(terms, info))


class LoyaltyChannelTermsInput(graphene.InputObjectType):
    """All terms of one channel."""

    channel = graphene.String(required=True, description="Channel slug.")
    points_per_unit = Decimal(required=True, description="Points for one unit of the currency.")
    discount_value = Decimal(
        required=True, description="Of the reward coupon: percent, or an amount in the currency."
    )
    min_spent = Decimal(
        description="Order amount before discount that the coupon asks for; null: none."
    )


class LoyaltyCatalogueInput(graphene.InputObjectType):
    """Things of the shop's catalogue, by Saleor's ids."""

    products = graphene.List(NonNull(graphene.ID), description="In all their variants.")
    collections = graphene.List(NonNull(graphene.ID), description="What is in them at the time.")
    categories = graphene.List(NonNull(graphene.ID), description=CATEGORIES)


class LoyaltyProgramInput(graphene.InputObjectType):
    """What to change; a field that is not given stays as it is.

    `channels` replaces all terms, `limitedTo` all limits: an empty one is for the whole order.
    """

    name = graphene.String(description="What members know it by.")
    is_active = graphene.Boolean(description="Off: nothing is credited or sent.")
    threshold = graphene.Int(description="Points for one reward.")
    reward_name = graphene.String(description="Empty: it is called by what it takes off.")
    discount_type = LoyaltyDiscountType(description="What `discountValue` means.")
    coupon_valid_days = graphene.Int(description="Null: coupons have no end.")
    channels = graphene.List(
        NonNull(LoyaltyChannelTermsInput), description="Of every channel where orders earn."
    )
    limited_to = LoyaltyCatalogueInput(description="What coupons are good for.")
    basis = LoyaltySpendBasis(description="Whether taxes count.")
    include_shipping = graphene.Boolean(description="Whether shipping counts.")
    expiry_policy = LoyaltyExpiryPolicy(description="When points expire.")
    expiry_days = graphene.Int(description="After how many days; required unless NEVER.")
    time_zone = graphene.String(description="IANA name; days end at midnight there.")
    reminders = graphene.List(
        NonNull(LoyaltyReminder), description="How long before points expire members are told."
    )


def changes_of(given: Mapping[str, Any], known: Mapping[str, Channel]) -> Changes:
    """The input as `programs.update` takes it: channels, which it names by slug, by their ids.

    `known` are the shop's channels by id. A slug that none of them has stays: it is refused there.
    Raises Refused for ids in a list of other ones.
    """
    given = dict(given)
    if given.get("channels"):
        given["channels"] = [_terms(known, **terms) for terms in given["channels"]]
    if given.get("limited_to") is not None:
        given["limited_to"] = _ids(given["limited_to"])
    return Changes(**given)


def _terms(known: Mapping[str, Channel], *, channel: str, **terms: Any) -> Terms:
    ids = [each.id for each in known.values() if each.slug == channel]
    return Terms(channel_id=ids[0] if ids else channel, **terms)


def _ids(limits: Mapping[str, Sequence[str] | None]) -> list[str]:
    found = [(id, kind) for name, kind in KINDS.items() for id in limits.get(name) or ()]
    problems = [
        Problem("limited_to", f"“{id}” is the id of no {kind.lower()}.", ErrorCode.INVALID)
        for id, kind in found
        if kind_of(id) != kind
    ]
    if problems:
        raise Refused(*problems)
    return [id for id, _kind in found]
