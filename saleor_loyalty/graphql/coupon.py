"""A member's coupons in GraphQL."""

from collections.abc import Sequence
from typing import Unpack

import graphene
from django.db.models import Case, QuerySet, Value, When
from django.utils import timezone
from graphene import NonNull, ResolveInfo

from saleor_loyalty.graphql.connections import (
    Connection,
    Page,
    PageArguments,
    cursor_field,
    edges_field,
    node_field,
    paginate,
)
from saleor_loyalty.graphql.enums import LoyaltyCouponStatus, LoyaltyDiscountType
from saleor_loyalty.graphql.ids import write_id
from saleor_loyalty.graphql.language import language_argument, language_for
from saleor_loyalty.graphql.program import (
    LIMITED_TO,
    REWARD_NAME,
    LoyaltyCatalogue,
    slug_of,
    terms_of,
)
from saleor_loyalty.graphql.scalars import DateTime, Decimal
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Member,
    RewardTerms,
    status_as_of,
    unused,
    with_code,
)
from saleor_loyalty.rewards.coupon_terms import terms_now
from saleor_loyalty.rewards.offers import reward_in
from saleor_loyalty.saleor_api.items import by_kind


class LoyaltyCouponTerms(graphene.ObjectType):
    """What a coupon takes off in one channel."""

    channel = graphene.String(required=True, description="Channel slug.")
    currency = graphene.String(required=True, description="Of the channel, as EUR.")
    discount_value = Decimal(
        required=True, description="Percent, or an amount in the currency, as the coupon says."
    )
    min_spent = Decimal(description="Order amount before discount that the coupon asks for.")

    @staticmethod
    def resolve_channel(terms: RewardTerms, info: ResolveInfo) -> str:
        return slug_of(terms, info)


class LoyaltyCoupon(graphene.ObjectType):
    """A reward: a discount for one order, under the rules it was issued by, or the shop's since."""

    id = graphene.ID(required=True, description="Ours.")
    code = graphene.String(description="Null while PENDING.")
    status = LoyaltyCouponStatus(required=True, description="As it is now.")
    reward_name = graphene.String(
        required=True, language_code=language_argument(), description=REWARD_NAME
    )
    discount_type = LoyaltyDiscountType(
        required=True, description="What `discountValue` of its terms means."
    )
    terms = graphene.List(
        NonNull(LoyaltyCouponTerms), required=True, description="One for each of its channels."
    )
    limited_to = graphene.Field(LoyaltyCatalogue, required=True, description=LIMITED_TO)
    issued_at = DateTime(required=True, description="When points became the coupon.")
    expires_at = DateTime(
        description="From this moment on it is over: midnight after its last day; null: never."
    )
    withdrawal_reason = graphene.String(
        description="What staff wrote when they withdrew it; null: they did not."
    )
    used_at = DateTime(description="When the order was placed; null: it is not used.")
    used_order_number = graphene.String(description="The order that it was used for.")

    @staticmethod
    def resolve_id(coupon: Coupon, _info: ResolveInfo) -> str:
        return write_id("LoyaltyCoupon", coupon.pk)

    @staticmethod
    def resolve_code(coupon: Coupon, _info: ResolveInfo) -> str | None:
        is_pending = coupon.status_now == CouponStatus.PENDING  # type: ignore[attr-defined]  # likewise
        return None if is_pending else coupon.code

    @staticmethod
    def resolve_status(coupon: Coupon, _info: ResolveInfo) -> str:
        status: str = coupon.status_now  # type: ignore[attr-defined]  # annotated by coupons_of
        return status

    @staticmethod
    def resolve_reward_name(
        coupon: Coupon, info: ResolveInfo, language_code: str | None = None
    ) -> str:
        return reward_in(terms_now(coupon), language_for(info, language_code, coupon.member))

    @staticmethod
    def resolve_discount_type(coupon: Coupon, _info: ResolveInfo) -> str:
        return terms_now(coupon).discount_type

    @staticmethod
    def resolve_terms(coupon: Coupon, info: ResolveInfo) -> list[RewardTerms]:
        return terms_of(terms_now(coupon).terms.all(), info)

    @staticmethod
    def resolve_limited_to(coupon: Coupon, _info: ResolveInfo) -> dict[str, list[str]]:
        return by_kind(terms_now(coupon).limited_to)

    @staticmethod
    def resolve_withdrawal_reason(coupon: Coupon, _info: ResolveInfo) -> str | None:
        return coupon.withdrawal_reason or None

    @staticmethod
    def resolve_used_order_number(coupon: Coupon, _info: ResolveInfo) -> str | None:
        return coupon.used_order_number or None


class LoyaltyCouponEdge(graphene.ObjectType):
    """A coupon and its place in the list."""

    node = node_field(LoyaltyCoupon)
    cursor = cursor_field()


class LoyaltyCouponConnection(Connection):
    """A page of a member's coupons."""

    edges = edges_field(LoyaltyCouponEdge)


def coupons_of(
    member: Member, *, status: Sequence[str] | None = None, **arguments: Unpack[PageArguments]
) -> Page[Coupon]:
    """A page of a member's coupons, with what its fields read, in two queries."""
    coupons = _as_shown(member.coupons.all(), status=status)
    return paginate("LoyaltyCoupon", coupons, **arguments)


def coupon_now(coupon: Coupon) -> Coupon:
    """One coupon as it is now, with what its fields read, in two queries."""
    return _as_shown(Coupon.objects.select_related("member")).get(pk=coupon.pk)


def _as_shown(
    coupons: QuerySet[Coupon], *, status: Sequence[str] | None = None
) -> QuerySet[Coupon]:
    """With what their fields read; those in one of these states now, if any are named."""
    coupons = with_code(coupons).annotate(status_now=_status_now())
    if status is not None:
        coupons = coupons.filter(status_now__in=status)
    return coupons.select_related("reward").prefetch_related("reward__terms")


def _status_now() -> Case:
    """One that the shop does not take just now is PENDING, as one that it does not have yet."""
    now = timezone.now()
    is_refused = When(unused(now), refused_at__isnull=False, then=Value(CouponStatus.PENDING))
    return Case(is_refused, default=status_as_of(now))
