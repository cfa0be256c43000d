"""Vouchers over the API: what the loyalty app makes its coupons of."""

from typing import Any

from ariadne import MutationType, ObjectType, QueryType
from django.db import transaction
from django.db.models import Q, QuerySet
from graphql import GraphQLError, GraphQLResolveInfo

from sandbox.shop import vouchers
from sandbox.shop.api.access import require
from sandbox.shop.api.connections import connection
from sandbox.shop.api.money import money
from sandbox.shop.api.mutations import find, payload
from sandbox.shop.ids import InvalidId, key_of, keys_of
from sandbox.shop.models import Channel, Product, Voucher, VoucherListing
from sandbox.shop.problems import ShopError

query = QueryType()
mutation = MutationType()
voucher_type = ObjectType("Voucher")
listing_type = ObjectType("VoucherChannelListing")

COLUMNS = (
    *("name", "type", "discount_value_type", "start_date", "end_date"),
    *("single_use", "usage_limit", "apply_once_per_order"),
)


@query.field("voucher")
def voucher(
    _root: object, info: GraphQLResolveInfo, id: str, channel: str | None = None
) -> Voucher | None:
    require(info, "MANAGE_DISCOUNTS")
    try:
        return find(Voucher.objects.all(), "Voucher", id)
    except ShopError:
        return None


@query.field("vouchers")
def vouchers_(
    _root: object,
    info: GraphQLResolveInfo,
    filter: dict[str, Any] | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Any:
    """Vouchers; a search finds beginnings of names and codes, in whatever case."""
    require(info, "MANAGE_DISCOUNTS")
    rows = Voucher.objects.prefetch_related("codes", "listings__channel")
    if (ids := (filter or {}).get("ids")) is not None:
        rows = rows.filter(pk__in=keys_of("Voucher", ids))
    if search := (filter or {}).get("search"):
        rows = rows.filter(
            Q(name__istartswith=search) | Q(codes__code__istartswith=search)
        ).distinct()
    return connection(info, rows.order_by("pk"), first=first, after=after)


@mutation.field("voucherCreate")
@payload("MANAGE_DISCOUNTS")
def voucher_create(_info: GraphQLResolveInfo, *, input: dict[str, Any]) -> dict[str, Any]:
    codes = input.get("add_codes") or []
    return {"voucher": vouchers.create(codes=codes, values=_values(input), limits=_limits(input))}


@mutation.field("voucherUpdate")
@payload("MANAGE_DISCOUNTS")
def voucher_update(_info: GraphQLResolveInfo, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
    voucher = find(Voucher.objects.all(), "Voucher", id)
    changed = vouchers.update(voucher, values=_values(input), limits=_limits(input))
    return {"voucher": changed}


def _values(input: dict[str, Any]) -> dict[str, Any]:
    if input.get("type") == "SHIPPING":
        raise ShopError("The sandbox has no vouchers on shipping.", code="INVALID", field="type")
    return {name: input[name] for name in COLUMNS if name in input}


def _limits(input: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: _things(name, input[name]) for name in vouchers.LIMITS if name in input}


def _things(name: str, ids: list[str]) -> list[Any]:
    """The rows that a voucher is limited to.

    Raises ShopError when none of them is there; when some are, Saleor fails in words of its own.
    """
    model = vouchers.LIMITS[name]
    keys = keys_of(model.__name__, ids)
    found = {str(row.pk): row for row in model._default_manager.filter(pk__in=keys)}
    if ids and not found:
        message = f"Could not resolve to a node with the global id list of '{ids}'."
        raise ShopError(message, code="GRAPHQL_ERROR", field=name)
    for key in keys:
        if key not in found:
            raise GraphQLError(f"There is no node of type {model.__name__} with pk {key}")
    return list(found.values())


@mutation.field("voucherChannelListingUpdate")
@payload("MANAGE_DISCOUNTS")
@transaction.atomic
def voucher_channel_listing_update(
    _info: GraphQLResolveInfo, *, id: str, input: dict[str, Any]
) -> dict[str, Any]:
    voucher = find(Voucher.objects.all(), "Voucher", id)
    for listing in input.get("add_channels") or []:
        channel, value = _channel(listing["channel_id"]), listing["discount_value"]
        minimum = {}
        if "min_amount_spent" in listing:
            minimum["min_spent"] = listing["min_amount_spent"]
        vouchers.list_in_channel(voucher, channel, discount_value=value, **minimum)
    for channel_id in input.get("remove_channels") or []:
        voucher.listings.filter(channel=_channel(channel_id)).delete()
    return {"voucher": voucher}


@mutation.field("voucherDelete")
@payload("MANAGE_DISCOUNTS")
def voucher_delete(_info: GraphQLResolveInfo, *, id: str) -> dict[str, Any]:
    voucher = find(Voucher.objects.all(), "Voucher", id)
    Voucher.objects.filter(pk=voucher.pk).delete()
    return {"voucher": voucher}


@voucher_type.field("code")
def code(voucher: Voucher, _info: GraphQLResolveInfo) -> str | None:
    return next((code.code for code in voucher.codes.all()), None)


@voucher_type.field("used")
def used(voucher: Voucher, _info: GraphQLResolveInfo) -> int:
    return sum(code.used for code in voucher.codes.all())


@voucher_type.field("codes")
def codes(
    voucher: Voucher, info: GraphQLResolveInfo, first: int | None = None, after: str | None = None
) -> Any:
    return connection(info, list(voucher.codes.all()), first=first, after=after)


@voucher_type.field("applyOncePerCustomer")
@voucher_type.field("onlyForStaff")
def is_for_some(_voucher: Voucher, _info: GraphQLResolveInfo) -> bool:
    """The sandbox's vouchers are for everybody."""
    return False


@voucher_type.field("minCheckoutItemsQuantity")
def least_pieces(_voucher: Voucher, _info: GraphQLResolveInfo) -> None:
    """Nor do they ask for a number of pieces."""


@voucher_type.field("products")
@voucher_type.field("collections")
@voucher_type.field("categories")
def things(
    voucher: Voucher, info: GraphQLResolveInfo, first: int | None = None, after: str | None = None
) -> Any:
    rows = getattr(voucher, info.field_name).order_by("pk")
    return connection(info, rows, first=first, after=after)


@voucher_type.field("variants")
def variants(
    _voucher: Voucher, info: GraphQLResolveInfo, first: int | None = None, after: str | None = None
) -> Any:
    """Products alone can be chosen here."""
    return connection(info, Product.objects.none(), first=first, after=after)


@voucher_type.field("channelListings")
def channel_listings(voucher: Voucher, _info: GraphQLResolveInfo) -> QuerySet[VoucherListing]:
    return voucher.listings.select_related("channel")


@listing_type.field("currency")
def currency(listing: VoucherListing, _info: GraphQLResolveInfo) -> str:
    return listing.channel.currency_code


@listing_type.field("discountValue")
def discount_value(listing: VoucherListing, _info: GraphQLResolveInfo) -> float:
    return float(listing.discount_value)


@listing_type.field("minSpent")
def min_spent(listing: VoucherListing, _info: GraphQLResolveInfo) -> dict[str, object] | None:
    if listing.min_spent is None:
        return None
    return money(listing.min_spent, listing.channel.currency_code)


def _channel(global_id: str) -> Channel:
    try:
        return Channel.objects.get(pk=key_of("Channel", global_id))
    except (InvalidId, ValueError, Channel.DoesNotExist) as error:
        message = f"Could not resolve to a node with the global id list of '['{global_id}']'."
        raise ShopError(message, code="GRAPHQL_ERROR", field="channelId") from error


bindables = [query, mutation, voucher_type, listing_type]
