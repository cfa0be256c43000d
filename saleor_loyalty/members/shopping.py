"""Where members shop: the channel of the last order that earned them points."""

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from saleor_loyalty.models import Member, SettledOrder


def channel_of(member: Member) -> str:
    """The channel's id in Saleor; empty: no order of theirs tells."""
    return _newest_first(SettledOrder.objects.filter(member=member)).first() or ""


def last_channel(member: str) -> Coalesce:
    """The same for the database, of whom a field of the row asked for names."""
    orders = SettledOrder.objects.filter(member=OuterRef(member))
    return Coalesce(Subquery(_newest_first(orders)[:1]), Value(""))


def _newest_first(orders: QuerySet[SettledOrder]) -> "QuerySet[SettledOrder, str]":
    return orders.order_by("-fully_paid_at", "-pk").values_list("channel_id", flat=True)
