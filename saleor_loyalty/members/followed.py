"""What is noted of customers, members or not: by what their orders were last looked for."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import FollowedCustomer, Shop
from saleor_loyalty.saleor_api.facts import Customer

NOTE = """
    INSERT INTO saleor_loyalty_followedcustomer AS followed
        (shop_id, customer_id, fingerprint, is_active, since, followed_at)
    SELECT %s, customer_id, fingerprint, is_active, %s, %s
    FROM unnest(%s::text[], %s::text[], %s::boolean[])
        AS walked (customer_id, fingerprint, is_active)
    ON CONFLICT (shop_id, customer_id) DO UPDATE SET
        since = CASE WHEN followed.fingerprint = excluded.fingerprint
                     THEN followed.since ELSE excluded.since END,
        fingerprint = excluded.fingerprint, is_active = excluded.is_active,
        followed_at = excluded.followed_at
"""


def note(shop: Shop, walked: Collection[Customer], *, now: datetime) -> None:
    """By what these customers' orders were looked for, as of `now`. One statement."""
    if not walked:
        return
    rows = ((customer.id, customer.fingerprint, customer.is_active) for customer in walked)
    columns = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [shop.pk, now, now, *(list(column) for column in columns)])


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
