"""The list of members that staff read: who is on it, and in which order."""

import enum
from collections.abc import Collection
from datetime import datetime

from django.db.models import Expression, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Upper

from saleor_loyalty.database.paging import Keyset
from saleor_loyalty.members import searching
from saleor_loyalty.models import Member, Shop
from saleor_loyalty.models.member import EMAIL_LETTERS, FIRST_NAME_LETTERS, LAST_ACTIVITY


class SortField(enum.StrEnum):
    JOINED_AT = "JOINED_AT"
    LAST_ACTIVITY_AT = "LAST_ACTIVITY_AT"
    BALANCE = "BALANCE"
    EMAIL = "EMAIL"
    STATUS = "STATUS"


# Who never had points holds none.
BALANCE = Coalesce(F("account__balance"), 0)

KEYS: dict[SortField, Expression | F] = {
    SortField.JOINED_AT: F("joined_at"),
    SortField.LAST_ACTIVITY_AT: LAST_ACTIVITY,
    SortField.BALANCE: BALANCE,
    SortField.EMAIL: EMAIL_LETTERS,
    SortField.STATUS: F("status"),
}


def matching(
    *,
    shop: Shop,
    search: str | None = None,
    status: Collection[str] | None = None,
    balance_gte: int | None = None,
    balance_lte: int | None = None,
    inactive_since: datetime | None = None,
) -> QuerySet[Member]:
    """The shop's members who fit all that is given; None, and an empty search, fit everybody.

    `search` is how an email, a first name or a surname begins, letter case aside; or a whole
    customer id, coupon code or order number. For surnames the shop is asked.
    A debt counts as a negative balance. Inactive since a moment is who neither joined nor did
    anything from then on.
    """
    bounds = {
        "status__in": status,
        "points__gte": balance_gte,
        "points__lte": balance_lte,
        "active_at__lt": inactive_since,
    }
    members = Member.objects.filter(shop=shop).select_related("account")
    members = members.alias(active_at=LAST_ACTIVITY, points=BALANCE)
    members = members.filter(**{name: bound for name, bound in bounds.items() if bound is not None})
    search = (search or "").replace("\x00", "").strip()  # PostgreSQL's text has no NUL
    return _found(shop, search, members) if search else members


def _found(shop: Shop, search: str, members: QuerySet[Member]) -> QuerySet[Member]:
    """By ids that were looked up before: only so each condition has its index."""
    letters = Upper(Value(search))
    return members.alias(email_letters=EMAIL_LETTERS, name_letters=FIRST_NAME_LETTERS).filter(
        Q(email_letters__startswith=letters)
        | Q(name_letters__startswith=letters)
        | Q(customer_id__in=[search, *searching.by_surname(shop, search)])
        | Q(pk__in=searching.by_code_or_order(shop, search))
    )


def order(
    *, shop: Shop, field: SortField = SortField.JOINED_AT, descending: bool = True
) -> Keyset[Member]:
    """The order to read `matching` members in, by a field; the latest to join first, if not said.

    Emails are compared without regard to letter case. A debt is below 0.
    """
    return Keyset(Member.objects.filter(shop=shop), KEYS[SortField(field)], descending)
