"""The inbox: doors mark what changed, workers claim it and take it off when it is done."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from saleor_loyalty.backoff import wait_before_try
from saleor_loyalty.models import Change, Shop, Subject
from saleor_loyalty.workers import wake

LEASE = timedelta(minutes=2)  # a claim older than this is a dead worker's

# A claimed row keeps its lease: the worker that holds it sees the grown `marks` and looks again.
# The newest facts win, of one moment those with the longer history. A mark without facts, or two
# that disagree, leave none: null compares to nothing, so it stays until the row is done.
MARK = """
    INSERT INTO saleor_loyalty_change AS change
        (shop_id, subject, subject_id, marks, marked_at, due_at, attempts, error, facts, facts_at)
    SELECT %s, subject, subject_id, 1, %s, %s, 0, '', facts, facts_at
    FROM unnest(%s::text[], %s::text[], %s::jsonb[], %s::timestamptz[])
        AS changed (subject, subject_id, facts, facts_at)
    ON CONFLICT (shop_id, subject, subject_id) DO UPDATE SET
        marks = change.marks + 1,
        due_at = CASE WHEN change.claim IS NULL THEN excluded.due_at ELSE change.due_at END,
        facts = CASE
            WHEN (excluded.facts_at, jsonb_array_length(excluded.facts->'events'))
                > (change.facts_at, jsonb_array_length(change.facts->'events')) THEN excluded.facts
            WHEN (excluded.facts_at, jsonb_array_length(excluded.facts->'events'))
                < (change.facts_at, jsonb_array_length(change.facts->'events')) THEN change.facts
            WHEN excluded.facts = change.facts THEN change.facts END,
        facts_at = CASE WHEN change.facts_at IS NOT NULL AND excluded.facts_at IS NOT NULL
                        THEN greatest(excluded.facts_at, change.facts_at) END
"""

# Only rows that are still this claim's and had no newer mark since it was taken.
DELETE_SEEN = """
    DELETE FROM saleor_loyalty_change AS change
    USING unnest(%s::text[], %s::int[]) AS seen (subject_id, marks)
    WHERE change.claim = %s
      AND change.subject_id = seen.subject_id AND change.marks = seen.marks
"""


class Snapshot(NamedTuple):
    """An order as an event told it: Saleor's JSON text, and the order's `updatedAt` in it."""

    facts: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """Changes of one subject that one worker holds until its lease ends.

    Subject ids, with the marks it saw.
    """

    id: uuid.UUID
    marks: dict[str, int]


def mark(
    *,
    shop: Shop,
    order_ids: Iterable[str] = (),
    customer_ids: Iterable[str] = (),
    snapshots: Mapping[str, Snapshot] | None = None,
) -> None:
    """Have these looked at again. One statement; wakes the workers once committed.

    An order of `order_ids` is settled by its entry in `snapshots`, unless a worker knows newer
    facts; one without an entry is asked for.
    """
    snapshots = snapshots or {}
    changed = {(Subject.ORDER, order_id) for order_id in order_ids}
    changed |= {(Subject.CUSTOMER, customer_id) for customer_id in customer_ids}
    if not changed:
        return
    now = timezone.now()
    rows = [_row(subject, id_, snapshots.get(id_)) for subject, id_ in sorted(changed)]
    columns = [list(column) for column in zip(*rows, strict=True)]  # sorted: one order of locking
    with connection.cursor() as cursor:
        cursor.execute(MARK, [shop.pk, now, now, *columns])
    wake("settle_orders")


def _row(
    subject: Subject, subject_id: str, snapshot: Snapshot | None
) -> tuple[Subject, str, str | None, datetime | None]:
    if subject != Subject.ORDER or snapshot is None:
        return subject, subject_id, None, None
    return subject, subject_id, snapshot.facts, snapshot.updated_at


def shops_with_work() -> list[Shop]:
    """Shops with something due. A shop whose programme is off keeps its changes for later."""
    due = Change.objects.filter(due_at__lte=timezone.now()).values("shop")
    return list(Shop.objects.filter(pk__in=due, is_active=True, program__is_active=True))


def claim(*, shop: Shop, limit: int, subject: Subject = Subject.ORDER) -> Claim | None:
    """Take up to `limit` due changes of a shop for this worker alone; None when none is due."""
    now = timezone.now()
    with transaction.atomic():
        due = list(
            Change.objects.select_for_update(skip_locked=True, of=["self"])
            .filter(shop=shop, subject=subject, due_at__lte=now)
            .filter(shop__program__is_active=True)
            .order_by("due_at")
            .values_list("pk", "subject_id", "marks")[:limit]
        )
        if not due:
            return None
        taken = Claim(uuid.uuid4(), {subject_id: marks for _, subject_id, marks in due})
        Change.objects.filter(pk__in=[pk for pk, _, _ in due]).update(
            claim=taken.id, due_at=now + LEASE, attempts=F("attempts") + 1
        )
    return taken


def still_held(claim: Claim) -> set[str]:
    """Lock the claim's rows for this transaction; the subject ids that are still this worker's.

    A row is lost when the lease ended and another worker took it over.
    """
    rows = Change.objects.select_for_update().filter(claim=claim.id).order_by("pk")
    return set(rows.values_list("subject_id", flat=True))


def finish(claim: Claim, subject_ids: Collection[str]) -> None:
    """Take done changes off, in the transaction of the work; those marked meanwhile stay due."""
    ids = list(subject_ids)
    with connection.cursor() as cursor:
        cursor.execute(DELETE_SEEN, [ids, [claim.marks[i] for i in ids], claim.id])
        marked_meanwhile = len(ids) - cursor.rowcount
    if marked_meanwhile:
        Change.objects.filter(claim=claim.id, subject_id__in=ids).update(
            claim=None, due_at=timezone.now(), attempts=0, error=""
        )


def postpone(claim: Claim, subject_ids: Collection[str], *, error: Exception) -> None:
    """Put changes back for a later try: after a growing wait, or the one that Saleor asked for."""
    changes = list(Change.objects.filter(claim=claim.id, subject_id__in=subject_ids))
    asked_to_wait = getattr(error, "retry_after", timedelta(0))
    for change in changes:
        change.due_at = timezone.now() + max(wait_before_try(change.attempts), asked_to_wait)
        change.claim = None
        change.error = f"{type(error).__name__}: {error}"[:500]
    Change.objects.bulk_update(changes, ["due_at", "claim", "error"])
