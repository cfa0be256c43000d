"""The inbox: doors mark what changed, workers lease it and take it off when it is done."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Collate
from django.utils import timezone

from saleor_loyalty.database import leases
from saleor_loyalty.database.statements import Writing
from saleor_loyalty.models import Change, Shop, Subject
from saleor_loyalty.saleor_api.transport import SaleorUnavailable
from saleor_loyalty.workers.waking import wake

GRACE = timedelta(days=3)  # of points that ended, while an order waits that might renew them
# How long a shop whose API is silent is left alone before it is asked again.
SHORTEST_REST, LONGEST_REST = timedelta(seconds=5), timedelta(minutes=5)

# A leased row keeps its lease: the worker that holds it sees the grown `marks` and looks again.
MARK = """
    INSERT INTO saleor_loyalty_change AS change
        (shop_id, subject, subject_id, marks, marked_at, due_at, attempts, error)
    SELECT %s, subject, subject_id, 1, %s, %s, 0, ''
    FROM unnest(%s::text[], %s::text[]) AS changed (subject, subject_id)
    ON CONFLICT (shop_id, subject, subject_id) DO UPDATE SET
        marks = change.marks + 1,
        due_at = CASE WHEN change.lease IS NULL THEN excluded.due_at ELSE change.due_at END
"""

# Changes are locked last of all, so that a door waits for no more than this statement and a commit.
FINISHED = """
    finished AS MATERIALIZED (
        SELECT change.id, change.marks > seen.marks AS is_due
        FROM saleor_loyalty_change AS change
        JOIN unnest(%s::bigint[], %s::integer[]) AS seen (id, marks) USING (id)
        WHERE change.lease = %s ORDER BY change.subject_id COLLATE "C" FOR UPDATE OF change
    ), done AS (
        DELETE FROM saleor_loyalty_change AS change USING finished
        WHERE change.id = finished.id AND NOT finished.is_due
    ), marked_meanwhile AS (
        UPDATE saleor_loyalty_change AS change
        SET lease = NULL, due_at = %s, attempts = 0, error = ''
        FROM finished WHERE change.id = finished.id AND finished.is_due
    )
"""


class LeaseLost(Exception):
    """The lease ended before the work was done, and another worker has taken it over."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Changes of one subject that one worker holds until its lease ends.

    Subject ids, with the marks it saw.
    """

    id: uuid.UUID
    marks: dict[str, int]


def mark(*, shop: Shop, order_ids: Iterable[str] = (), customer_ids: Iterable[str] = ()) -> None:
    """Have these looked at again. One statement; wakes the workers once committed.

    Waits for a worker that just settles one of them.
    """
    changed = {(Subject.ORDER, order_id) for order_id in order_ids}
    changed |= {(Subject.CUSTOMER, customer_id) for customer_id in customer_ids}
    if not changed:
        return
    now = timezone.now()
    subjects, ids = zip(*sorted(changed), strict=True)  # sorted: one order of locking
    with connection.cursor() as cursor:
        cursor.execute(MARK, [shop.pk, now, now, list(subjects), list(ids)])
    wake("settle_orders")


def shops_with_work() -> list[Shop]:
    """Shops with something due. One whose programme is off keeps its changes for later.

    So does one whose API is silent, until it is to be asked again.
    """
    now = timezone.now()
    due = Change.objects.filter(due_at__lte=now).values("shop")
    may_be_asked = Q(ask_again_at=None) | Q(ask_again_at__lte=now)
    return list(
        Shop.objects.filter(may_be_asked, pk__in=due, is_active=True, program__is_active=True)
    )


def lease(*, shop: Shop, limit: int, subject: Subject = Subject.ORDER) -> Lease | None:
    """Take up to `limit` due changes of a shop for this worker alone; None when none is due.

    One alone while the shop's API is silent: to see whether it answers, and for what it does not.
    One statement.
    """
    id_ = uuid.uuid4()
    due = Change.objects.filter(shop=shop, subject=subject, shop__program__is_active=True)
    limit = 1 if shop.silent_since else limit
    taken = leases.take(due, limit=limit, now=timezone.now(), lease=id_)
    return Lease(id_, {change.subject_id: change.marks for change in taken}) if taken else None


def held(lease: Lease) -> QuerySet[Change]:
    """The changes that are still this worker's.

    One is lost when the lease ended and another worker took it over.
    """
    # In the order in which `mark` locks them.
    return Change.objects.filter(lease=lease.id).order_by(Collate("subject_id", "C"))


def renew(lease: Lease) -> bool:
    """Begin anew what is left of the lease; False when it was taken over or all is done."""
    with transaction.atomic():
        mine = {change.pk for change in held(lease).select_for_update()}
        Change.objects.filter(pk__in=mine).update(due_at=timezone.now() + leases.LEASE)
    return bool(mine)


def finish(lease: Lease, changes: Iterable[Change], writing: Writing) -> None:
    """Take changes that were `held` off, with all that is written.

    Those marked meanwhile stay due: whom the mark woke may have found them taken. The writing
    raises LeaseLost when one of them is no longer this worker's.
    """
    ids = {change.pk: lease.marks[change.subject_id] for change in changes}

    def look(mine: int, due: int) -> None:
        if mine < len(ids):
            raise LeaseLost
        if due:
            wake("settle_orders")

    writing.add(FINISHED, list(ids), list(ids.values()), lease.id, timezone.now())
    writing.ask("SELECT count(*), count(*) FILTER (WHERE is_due) FROM finished", look)


def postpone(lease: Lease, subject_ids: Collection[str], *, error: Exception) -> None:
    """Put changes back for a later try: after a growing wait, or the one that Saleor asked for."""
    with transaction.atomic():
        changes = list(held(lease).select_for_update().filter(subject_id__in=subject_ids))
        for change in changes:
            for name, value in leases.postponed(change, error).items():
                setattr(change, name, value)
            change.lease = None
        Change.objects.bulk_update(changes, ["due_at", "lease", "error"])


def rest(shop: Shop, lease: Lease, *, error: SaleorUnavailable) -> None:
    """Give all that is leased back: the shop's API is silent, and what is due for it rests.

    It is asked again after as long as it has been silent, within bounds, or after the wait it asked
    for. What was leased is then behind all else that waits: it may be the cause.
    """
    now = timezone.now()
    silent = now - (shop.silent_since or now)
    wait = max(SHORTEST_REST, min(silent, LONGEST_REST), error.retry_after)
    with transaction.atomic():
        mine = {change.pk for change in held(lease).select_for_update()}
        Change.objects.filter(pk__in=mine).update(
            lease=None, due_at=now, attempts=F("attempts") - 1, error=f"{error}"[:500]
        )
        Shop.objects.filter(pk=shop.pk).update(
            silent_since=Coalesce("silent_since", Value(now)), ask_again_at=now + wait
        )
    shop.refresh_from_db(fields=["silent_since", "ask_again_at"])


def note_answer(shop: Shop) -> None:
    """The shop's API answers: what rests while it is silent is due again, at once."""
    if shop.silent_since is None:
        return
    Shop.objects.filter(pk=shop.pk).update(silent_since=None, ask_again_at=None)
    shop.silent_since = shop.ask_again_at = None
    wake("settle_orders")


def settled_until(shop: Shop, *, now: datetime) -> datetime:
    """The moment up to which all orders we heard of are settled.

    An order that waits may have been paid in time to renew points that ended meanwhile. One that
    has waited for longer than GRACE cannot be settled, and holds up nobody's points any more.
    """
    waiting = Change.objects.filter(shop=shop, marked_at__gt=now - GRACE)
    oldest = waiting.aggregate(at=Min("marked_at"))["at"]
    return min(now, oldest or now)
