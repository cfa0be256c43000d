"""What is noted of customers, members or not: by what their orders were last looked for."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import FollowedCustomer, Shop
from saleor_loyalty.saleor_api.facts import Customer

NOTE = """
    INSERT INTO saleor_loyalty_followedcustomer AS followed
        (shop_id, customer_id, fingerprint, is_active, since, followed_at)
    SELECT %s, walked.customer_id, walked.fingerprint, walked.is_active, %s, %s
    FROM unnest(%s::text[], %s::text[], %s::boolean[])
        AS walked (customer_id, fingerprint, is_active)
    ON CONFLICT (shop_id, customer_id) DO UPDATE SET
        since = CASE WHEN followed.fingerprint = excluded.fingerprint
                     THEN followed.since ELSE excluded.since END,
        fingerprint = excluded.fingerprint, is_active = excluded.is_active,
        followed_at = excluded.followed_at,
        orders_wait = followed.orders_wait AND NOT followed.customer_id = ANY(%s)
"""
NOTE_WAITING = """
    INSERT INTO saleor_loyalty_followedcustomer AS followed
        (shop_id, customer_id, fingerprint, is_active, orders_wait, since, followed_at)
    SELECT %s, customer_id, fingerprint, is_active, true, %s, %s
    FROM unnest(%s::text[], %s::text[], %s::boolean[])
        AS waiting (customer_id, fingerprint, is_active)
    ON CONFLICT (shop_id, customer_id) DO UPDATE SET orders_wait = true
        WHERE NOT followed.orders_wait
"""


def note(shop: Shop, walked: Collection[Customer], *, now: datetime) -> None:
    """By what these customers' orders were looked for, as of `now`. One statement.

    Orders of those whose email is confirmed wait no more.
    """
    known = [customer.id for customer in walked if enrolment.is_known(customer)]
    _execute(NOTE, shop, walked, known, now=now)


def note_waiting(shop: Shop, customers: Iterable[Customer], *, now: datetime) -> None:
    """That these have paid and get no points for it until their email is confirmed.

    One statement, none without any.
    """
    by_id = {customer.id: customer for customer in customers}
    _execute(NOTE_WAITING, shop, [by_id[id_] for id_ in sorted(by_id)], now=now)


def have_orders_waiting(shop: Shop) -> QuerySet[FollowedCustomer]:
    """Customers, members or not, who are noted to."""
    return FollowedCustomer.objects.filter(shop=shop, orders_wait=True)


def _execute(
    statement: str, shop: Shop, customers: Collection[Customer], *more: list[str], now: datetime
) -> None:
    """With the customers' ids, fingerprints and whether they are active, a column each."""
    if not customers:
        return
    rows = ((customer.id, customer.fingerprint, customer.is_active) for customer in customers)
    columns = (list(column) for column in zip(*rows, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(statement, [shop.pk, now, now, *columns, *more])


def note_inactive(shop: Shop, customers: Iterable[Customer]) -> None:
    """That these, where they are inactive, were seen so: once active again, their orders settle.

    Saleor tells nobody when staff set several customers inactive or active at once, and moves no
    `updatedAt`. One statement for those known as inactive, none without any.
    """
    inactive = {customer.id: customer for customer in customers if not customer.is_active}
    if not inactive:
        return
    known = FollowedCustomer.objects.filter(shop=shop, customer_id__in=inactive, is_active=False)
    seen_before = set(known.values_list("customer_id", flat=True))
    news = {id_: inactive[id_] for id_ in sorted(inactive.keys() - seen_before)}
    with transaction.atomic():
        enrolment.follow(shop=shop, customers=news)
        note(shop, news.values(), now=timezone.now())
