"""Orders: found, shown, made by staff, marked as paid, cancelled."""

from typing import Any
from uuid import UUID

from ariadne import MutationType, QueryType
from django.db.models import QuerySet
from graphql import GraphQLError, GraphQLResolveInfo

from sandbox.shop import orders
from sandbox.shop.api.access import require
from sandbox.shop.api.connections import column, connection
from sandbox.shop.api.customers import user_keys
from sandbox.shop.api.mutations import find, payload
from sandbox.shop.ids import keys_of
from sandbox.shop.models import Channel, Order, Price, Product, User
from sandbox.shop.problems import ShopError

query = QueryType()
mutation = MutationType()

SORTING = {"NUMBER": "number", "CREATED_AT": "created", "LAST_MODIFIED_AT": "updated_at"}


def rows() -> QuerySet[Order]:
    """Orders with all that their fields show: one order or a hundred, as many statements."""
    return Order.objects.select_related("channel", "user").prefetch_related(
        *("lines__product__prices__channel", "events", "transactions"),
        *("fulfillments__lines__order_line", "granted_refunds__lines__order_line"),
    )


@query.field("order")
def order(_root: object, _info: GraphQLResolveInfo, id: str | None = None) -> Order | None:
    """An order by its id, for whoever knows it."""
    try:
        return find(rows(), "Order", id)
    except ShopError:
        return None


@query.field("orders")
def orders_(
    _root: object,
    info: GraphQLResolveInfo,
    where: dict[str, Any] | None = None,
    sort_by: dict[str, str] | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Any:
    """Orders but for drafts, the newest first unless sorted otherwise."""
    require(info, "MANAGE_ORDERS")
    found = _where(rows().exclude(status=Order.Status.DRAFT), where or {})
    found = found.order_by(column(sort_by, SORTING, unless_sorted="-number"), "pk")
    return connection(info, found, first=first, after=after)


@query.field("draftOrders")
def draft_orders(
    _root: object,
    info: GraphQLResolveInfo,
    where: dict[str, Any] | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Any:
    """What staff prepare, the newest first."""
    require(info, "MANAGE_ORDERS")
    found = _where(rows().filter(status=Order.Status.DRAFT), where or {})
    return connection(info, found.order_by("-number", "pk"), first=first, after=after)


def _where(found: QuerySet[Order], where: dict[str, Any]) -> QuerySet[Order]:
    if where.get("ids") is not None:
        found = found.filter(pk__in=_order_keys(where["ids"]))
    owner = where.get("user") or {}
    for ids in ([owner["eq"]] if "eq" in owner else None, owner.get("one_of")):
        if ids is not None:
            found = found.filter(user__in=user_keys(ids))
    code = where.get("voucher_code") or {}
    for codes in ([code["eq"]] if "eq" in code else None, code.get("one_of")):
        if codes is not None:
            found = found.filter(voucher_code__in=codes)
    if since := (where.get("updated_at") or {}).get("gte"):
        found = found.filter(updated_at__gte=since)
    return found


def _order_keys(ids: list[str]) -> list[str]:
    """Ids of other things are passed over; one that is no id at all spoils the whole list."""
    try:
        return [str(UUID(key)) for key in keys_of("Order", ids)]
    except ValueError as error:
        raise GraphQLError('{"ids": [{"message": "Invalid ID specified.", "code": ""}]}') from error


@mutation.field("draftOrderCreate")
@payload("MANAGE_ORDERS")
def draft_order_create(_info: GraphQLResolveInfo, *, input: dict[str, Any]) -> dict[str, Any]:
    channel = find(Channel.objects.all(), "Channel", input.get("channel_id"), field="channelId")
    user = (
        find(User.objects.all(), "User", input["user"], field="user") if input.get("user") else None
    )
    email = user.email if user else input.get("user_email") or ""
    lines = []
    for line in input.get("lines") or []:
        product = find(Product.objects.all(), "ProductVariant", line["variant_id"], field="lines")
        price = line.get("price")
        if price is None:
            price = Price.objects.get(product=product, channel=channel).amount
        lines.append((product, line["quantity"], price))
    return _shown(orders.draft(channel=channel, user=user, email=email, lines=lines))


@mutation.field("draftOrderComplete")
@payload("MANAGE_ORDERS")
def draft_order_complete(_info: GraphQLResolveInfo, *, id: str) -> dict[str, Any]:
    return _shown(orders.complete_draft(find(Order.objects.all(), "Order", id)))


@mutation.field("orderMarkAsPaid")
@payload("MANAGE_ORDERS")
def order_mark_as_paid(_info: GraphQLResolveInfo, *, id: str) -> dict[str, Any]:
    return _shown(orders.mark_as_paid(find(Order.objects.all(), "Order", id)))


@mutation.field("orderCancel")
@payload("MANAGE_ORDERS")
def order_cancel(_info: GraphQLResolveInfo, *, id: str) -> dict[str, Any]:
    return _shown(orders.cancel(find(Order.objects.all(), "Order", id)))


def _shown(order: Order) -> dict[str, Any]:
    return {"order": rows().get(pk=order.pk)}


bindables = [query, mutation]
