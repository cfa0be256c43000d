"""Facts that came with events: believed while nothing newer is known, else Saleor is asked.

A delivery may come late, twice or out of order. So a snapshot settles an order only when it is
young, and newer than all that a worker has seen of that order; docs/decisions/snapshots.md says why
that is enough, and what makes up for the rest.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from saleor_loyalty.inbox import Claim
from saleor_loyalty.models import Change, Shop, Sighting, Subject
from saleor_loyalty.saleor_api.facts import Order, Unreadable
from saleor_loyalty.statements import Writing, recordset

# Saleor tries a delivery for about five minutes. Sightings are kept for much longer than the
# oldest snapshot that is believed, so that one that is missing was never made.
BELIEVED_FOR = timedelta(hours=1)
KEPT_FOR = timedelta(days=2)

NOTE = """
    noted AS (
        INSERT INTO saleor_loyalty_sighting ({columns})
        SELECT {columns} FROM jsonb_to_recordset(%s::jsonb) AS given ({types})
        ON CONFLICT (shop_id, order_id) DO UPDATE SET
            updated_at = excluded.updated_at, history = excluded.history,
            fingerprint = excluded.fingerprint, was_asked = excluded.was_asked,
            seen_at = excluded.seen_at
    )
"""


def of(shop: Shop, claim: Claim) -> dict[str, Order]:
    """The claimed orders that can be settled by what events told of them, by id.

    Each is newer than the last sighting of its order, or the same.
    """
    oldest = timezone.now() - BELIEVED_FOR
    changes = Change.objects.filter(claim=claim.id, subject=Subject.ORDER, facts_at__gt=oldest)
    told = {}
    for facts in changes.filter(facts__isnull=False).values_list("facts", flat=True):
        try:
            order = Order.from_event(facts or {})
        except Unreadable:
            continue  # asked for, like an order without facts
        told[order.id] = order
    seen = _last_seen(shop, told)
    return {order.id: order for order in told.values() if _is_newest(order, seen.get(order.id))}


def note(shop: Shop, orders: Collection[Order], writing: Writing, *, told: Collection[str]) -> None:
    """Keep by which facts these orders are settled, with all that is written of them.

    `told` are the ids of those from events.
    """
    now = timezone.now()
    sightings = [
        Sighting(
            shop=shop,
            order_id=order.id,
            updated_at=order.updated_at,
            history=order.history,
            fingerprint=order.fingerprint,
            was_asked=order.id not in told,
            seen_at=now,
        )
        for order in orders
    ]
    fields = [field for field in Sighting._meta.concrete_fields if not field.primary_key]
    given = recordset(sightings, fields)
    columns = ", ".join(given.columns)
    writing.add(NOTE.format(columns=columns, types=given.types), given.values)


def not_asked_since(shop: Shop, changed: Iterable[tuple[str, datetime]]) -> list[str]:
    """Of orders and when they changed, the ids of those that Saleor was not asked about since."""
    moments = dict(changed)
    asked = Sighting.objects.filter(shop=shop, order_id__in=moments, was_asked=True)
    known = dict(asked.values_list("order_id", "updated_at"))
    return [id_ for id_, moment in moments.items() if id_ not in known or known[id_] < moment]


def forget_old(shop: Shop) -> None:
    """Drop what can decide nothing any more: old sightings, and facts too old to be believed."""
    now = timezone.now()
    Sighting.objects.filter(shop=shop, seen_at__lt=now - KEPT_FOR).delete()
    Change.objects.filter(shop=shop, facts_at__lt=now - BELIEVED_FOR).update(
        facts=None, facts_at=None
    )


def _last_seen(shop: Shop, order_ids: Iterable[str]) -> dict[str, Sighting]:
    sightings = Sighting.objects.filter(shop=shop, order_id__in=list(order_ids))
    return {sighting.order_id: sighting for sighting in sightings}


def _is_newest(order: Order, seen: Sighting | None) -> bool:
    if seen is None or order.version > (seen.updated_at, seen.history):
        return True
    return order.fingerprint == seen.fingerprint
