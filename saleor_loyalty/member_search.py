"""The list of members that staff read: who is on it, and in which order."""

import enum
from collections.abc import Collection
from datetime import datetime

from django.db.models import Expression, F, Q, QuerySet
from django.db.models.functions import Coalesce, Collate, Upper

from saleor_loyalty.keyset import Keyset
from saleor_loyalty.models import Member, Shop

# As the indexes have it. By bytes ("C"), so that one index finds by the first letters and sorts.
EMAIL = Collate(Upper("email"), "C")
FIRST_NAME = Collate(Upper("first_name"), "C")
# Who never did anything has been here since they joined.
LAST_ACTIVITY = Coalesce("last_activity_at", "joined_at")


class SortField(enum.StrEnum):
    JOINED_AT = "JOINED_AT"
    LAST_ACTIVITY_AT = "LAST_ACTIVITY_AT"
    BALANCE = "BALANCE"
    EMAIL = "EMAIL"
    STATUS = "STATUS"


KEYS: dict[SortField, Expression | F] = {
    SortField.JOINED_AT: F("joined_at"),
    SortField.LAST_ACTIVITY_AT: LAST_ACTIVITY,
    SortField.BALANCE: F("balance"),
    SortField.EMAIL: EMAIL,
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

    `search` is how an email or first name begins, letter case aside, or a whole customer id.
    A debt counts as a negative balance. Inactive since a moment is who neither joined nor did
    anything from then on.
    """
    members = Member.objects.filter(shop=shop)
    if search := (search or "").replace("\x00", "").strip():  # PostgreSQL's text has no NUL
        members = members.alias(upper_email=EMAIL, upper_name=FIRST_NAME).filter(
            Q(upper_email__startswith=search.upper())
            | Q(upper_name__startswith=search.upper())
            | Q(customer_id=search)
        )
    if status is not None:
        members = members.filter(status__in=status)
    if balance_gte is not None:
        members = members.filter(balance__gte=balance_gte)
    if balance_lte is not None:
        members = members.filter(balance__lte=balance_lte)
    if inactive_since is not None:
        members = members.alias(active_at=LAST_ACTIVITY).filter(active_at__lt=inactive_since)
    return members


def order(
    *, shop: Shop, field: SortField = SortField.JOINED_AT, descending: bool = True
) -> Keyset[Member]:
    """The order to read `matching` members in, by a field; the latest to join first, if not said.

    Emails are compared without regard to letter case. A debt is below 0.
    """
    return Keyset(Member.objects.filter(shop=shop), KEYS[SortField(field)], descending)
