"""Figures for Prometheus: what waits, what was done, what was refused.

What waits is read from the database when asked, so every process gives the same answer. Refusals
are counted in each web process; with PROMETHEUS_MULTIPROC_DIR they are summed over all of them.
"""

import os
from collections.abc import Iterable
from typing import Any

from django.db import OperationalError, connection
from django.db.models import Count, Min
from django.dispatch import receiver
from django.urls import Resolver404, resolve
from django.utils import timezone
from prometheus_client import CollectorRegistry, Counter, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from saleor_loyalty.doors.app.refusals import refused
from saleor_loyalty.models import (
    Change,
    Coupon,
    CouponCode,
    CouponStatus,
    Message,
    MessageStatus,
    Shop,
    Subject,
)

PREFIX = "saleor_loyalty"
REFUSALS = Counter(f"{PREFIX}_refusals", "Requests not served.", ["door", "reason"])

# PostgreSQL's own count of rows, over all processes and at no cost: a change is deleted once it is
# settled or followed, and an entry is inserted when it is posted.
DONE = """
    SELECT relname, n_tup_ins, n_tup_del FROM pg_stat_user_tables
    WHERE relid IN ('saleor_loyalty_change'::regclass, 'saleor_loyalty_entry'::regclass)
"""


@receiver(refused)
def count_refusal(*, path: str, reason: str, **_signal: Any) -> None:
    """By the name of the address, not by the address: who asks for nonsense adds no figures."""
    try:
        door = resolve(path).url_name or ""
    except Resolver404:
        door = ""
    REFUSALS.labels(door=door, reason=reason).inc()


def exposition() -> bytes:
    """All figures as Prometheus reads them."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(REFUSALS)
    registry.register(Database())
    return generate_latest(registry)


class Database(Collector):
    """What the tables say just now."""

    def collect(self) -> Iterable[Metric]:
        """The figures; only that the database is away, when it is."""
        try:
            figures = [*_inbox(), *_waiting(), *_walked(), *_done()]
        except OperationalError:
            figures = []
        up = _gauge("database_up", "1 if the database answers.", int(bool(figures)))
        return [up, *figures]


def _inbox() -> Iterable[Metric]:
    depth = _gauge("inbox_depth", "Changes that wait for a worker.", labels=["subject"])
    age = _gauge("inbox_oldest_seconds", "How long the oldest change waits.", labels=["subject"])
    rows = Change.objects.values_list("subject").annotate(Count("pk"), Min("marked_at"))
    found = {subject: (count, oldest) for subject, count, oldest in rows}
    now = timezone.now()
    for subject in Subject.values:
        count, oldest = found.get(subject, (0, now))
        depth.add_metric([subject], count)
        age.add_metric([subject], max(0.0, (now - oldest).total_seconds()))
    return [depth, age]


def _waiting() -> Iterable[Metric]:
    coupons = Coupon.objects.filter(status=CouponStatus.PENDING).count()
    codes = CouponCode.objects.filter(retired_at__isnull=False, due_at__isnull=False).count()
    # One without a moment waits for its coupon, which may have been withdrawn.
    waiting = Message.objects.filter(status=MessageStatus.PENDING, due_at__isnull=False)
    messages = waiting.count()
    failed = Message.objects.filter(status=MessageStatus.FAILED).count()
    return [
        _gauge("coupons_pending", "Coupons that wait for their voucher.", coupons),
        _gauge("codes_to_retire", "Withdrawn codes whose voucher is still there.", codes),
        _gauge("messages_pending", "Messages that wait to be sent.", messages),
        _gauge("messages_failed", "Messages given up after the last try.", failed),
    ]


def _walked() -> Iterable[Metric]:
    """Nothing while no shop was ever walked over."""
    shops = Shop.objects.filter(is_active=True)
    oldest = shops.aggregate(at=Min("orders_walked_to"))["at"]
    if oldest:
        behind = max(0.0, (timezone.now() - oldest).total_seconds())
        yield _gauge("reconcile_behind_seconds", "Since the last walk over a shop.", behind)


def _done() -> Iterable[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(DONE)
        rows = {table: (inserted, deleted) for table, inserted, deleted in cursor.fetchall()}
    _, settled = rows.get(Change._meta.db_table, (0, 0))
    posted, _ = rows.get("saleor_loyalty_entry", (0, 0))
    return [
        CounterMetricFamily(f"{PREFIX}_changes_settled", "Changes settled.", value=settled),
        CounterMetricFamily(f"{PREFIX}_entries_posted", "Entries posted.", value=posted),
    ]


def _gauge(
    name: str, meaning: str, value: float | None = None, labels: list[str] | None = None
) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"{PREFIX}_{name}", meaning, value=value, labels=labels)
