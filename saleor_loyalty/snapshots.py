"""Facts that came with events: believed while nothing newer is known, else Saleor is asked.

A delivery may come late, twice or out of order. So a snapshot settles an order only when it is
young, and newer than all that a worker has seen of that order; docs/decisions/snapshots.md says why
that is enough, and what makes up for the rest.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from saleor_loyalty.inbox import Claim
from saleor_loyalty.models import Change, Shop, Sighting, Subject
from saleor_loyalty.saleor_api.facts import Order, Unreadable
from saleor_loyalty.statements import Writing, recordset

# Saleor tries a delivery for about five minutes. Sightings are kept for much longer than the
# oldest snapshot that is believed, so that one that is missing was never made.
BELIEVED_FOR = timedelta(hours=1)
KEPT_FOR = timedelta(days=2)

Row = TypeVar("Row", bound=Model)

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


class News(NamedTuple):
    """What events told of claimed orders: some that they settle, and ids of those with old news.

    Of all other orders Saleor is to be asked.
    """

    orders: dict[str, Order]
    old: set[str]


def of(shop: Shop, claim: Claim) -> News:
    """What events told of the claimed orders. Two statements at most."""
    oldest = timezone.now() - BELIEVED_FOR
    changes = Change.objects.filter(claim=claim.id, subject=Subject.ORDER, facts_at__gt=oldest)
    snapshots = list(_readable(changes.filter(facts__isnull=False)))
    sightings = Sighting.objects.filter(shop=shop, order_id__in=[order.id for order in snapshots])
    seen = {sighting.order_id: sighting for sighting in sightings}
    news = News({}, set())
    for order in snapshots:
        sighting = seen.get(order.id)
        if sighting is None or _is_newer(order, sighting):
            news.orders[order.id] = order
        elif _is_newer(sighting, order) or order.fingerprint == sighting.fingerprint:
            news.old.add(order.id)
    return news


def _is_newer(one: Order | Sighting, other: Order | Sighting) -> bool:
    """By its stamp, unless the history contradicts: that only grows, stamps are several clocks'."""
    return one.version > other.version and one.history >= other.history


def _readable(changes: QuerySet[Change]) -> Iterator[Order]:
    for facts in changes.values_list("facts", flat=True):
        with suppress(Unreadable):
            yield Order.from_event(facts or {})


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


def not_asked_about(shop: Shop, changed: Iterable[tuple[str, datetime]]) -> list[str]:
    """Of orders and their `updatedAt`, the ids of those not asked about as of that very stamp."""
    moments = dict(changed)
    asked = Sighting.objects.filter(shop=shop, order_id__in=moments, was_asked=True)
    asked_as_of = dict(asked.values_list("order_id", "updated_at"))
    return [id_ for id_, moment in moments.items() if asked_as_of.get(id_) != moment]


def forget_old(shop: Shop) -> None:
    """Drop what can decide nothing any more: old sightings, and facts too old to be believed.

    Rows that somebody holds are left to the next time, so that no webhook waits for us or we for
    each other.
    """
    now = timezone.now()
    sightings = Sighting.objects.filter(shop=shop, seen_at__lt=now - KEPT_FOR)
    too_old = Change.objects.filter(shop=shop, facts_at__lt=now - BELIEVED_FOR)
    with transaction.atomic():
        Sighting.objects.filter(pk__in=_not_held(sightings)).delete()
        Change.objects.filter(pk__in=_not_held(too_old)).update(facts=None, facts_at=None)


def _not_held(rows: QuerySet[Row]) -> list[int]:
    return list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True))
