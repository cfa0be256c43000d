"""The numbers of the overview: what points and coupons did in a stretch of days."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Q, Sum, Value
from django.utils import timezone

from saleor_loyalty.messages.explanations import explainable
from saleor_loyalty.models import (
    Account,
    Change,
    Coupon,
    CouponStatus,
    Entry,
    EntryKind,
    Message,
    MessageStatus,
    Shop,
    Subject,
)

LATE = timedelta(minutes=10)  # work that waits longer is stuck, not busy


@dataclass(frozen=True, slots=True)
class Movement:
    """Points that moved, all as positive numbers.

    `taken_back` of what was issued: by refunds, and corrections downwards. `returned` of what was
    spent: coupons that were withdrawn.
    """

    issued: int = 0
    taken_back: int = 0
    spent: int = 0
    returned: int = 0
    expired: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One day in the programme's time zone."""

    day: date
    moved: Movement


def by_day(*, shop: Shop, days: int, time_zone: str) -> list[Day]:
    """Each of the last `days` days, today the last; those without movement too. One statement."""
    first = first_day(days, time_zone)
    every = [first + timedelta(days=number) for number in range(days)]
    midnights = [_midnight(day, time_zone) for day in every]
    rows = (
        Entry.objects.filter(shop=shop, created_at__gte=midnights[0])
        .order_by()
        .annotate(is_credit=Q(points__gt=0), is_undone=Q(points__gt=0, ended_at__isnull=False))
        .values_list(
            DayOf(F("created_at"), Value(midnights, ArrayField(DateTimeField()))),
            "kind",
            "is_credit",
            "is_undone",
        )
        .annotate(Sum("points"))
    )
    moved: dict[int, Counter[str]] = defaultdict(Counter)
    for number, kind, is_credit, is_undone, points in rows:
        if is_undone:
            moved[number]["expired"] -= int(points)
        else:
            moved[number][_movement(kind, is_credit=is_credit)] += abs(int(points))
    return [Day(day, Movement(**moved[number])) for number, day in enumerate(every, start=1)]


class DayOf(Func):
    """The number of the day that a moment falls on, from 1, among the midnights of some days.

    Found by PostgreSQL in the sorted list; cheaper by far than each moment's date in a time zone.
    """

    function = "width_bucket"
    output_field = IntegerField()


def _movement(kind: str, *, is_credit: bool) -> str:
    """The field of `Movement` that entries of a kind and direction count in."""
    match kind:
        case EntryKind.REWARD:
            return "spent"
        case EntryKind.EXPIRY:
            return "expired"
        case EntryKind.REVERSAL if is_credit:
            return "returned"
    return "issued" if is_credit else "taken_back"


def total(days: list[Day]) -> Movement:
    """What moved in all of these days."""
    return Movement(
        issued=sum(day.moved.issued for day in days),
        taken_back=sum(day.moved.taken_back for day in days),
        spent=sum(day.moved.spent for day in days),
        returned=sum(day.moved.returned for day in days),
        expired=sum(day.moved.expired for day in days),
    )


def outstanding(shop: Shop) -> tuple[int, int]:
    """Points that members can spend now, and how many members have any."""
    held = Account.objects.filter(shop=shop, balance__gt=0).aggregate(
        points=Sum("balance", default=0), members=Count("pk")
    )
    return held["points"], held["members"]


def coupons(*, shop: Shop, days: int, time_zone: str) -> dict[str, int]:
    """How many were issued in the last days, and how many used, of whatever age."""
    since = _midnight(first_day(days, time_zone), time_zone)
    of_shop = Coupon.objects.filter(shop=shop)
    return {
        "issued": of_shop.filter(issued_at__gte=since).count(),
        "used": of_shop.filter(status=CouponStatus.USED, used_at__gte=since).count(),
    }


@dataclass(frozen=True, slots=True)
class Stuck:
    """Work that should be done by now, and is not.

    `waiting` are orders of a shop whose API is silent, however short; `changes` those of orders
    and customers that wait too long, whatever for.
    """

    waiting: int
    changes: int
    coupons: int
    messages: int
    why_coupons: str  # the shop's own words on one of them, or empty


def stuck(shop: Shop) -> Stuck:
    """Changes and coupons that wait too long, and messages that were given up lately."""
    late = timezone.now() - LATE
    coupons = Coupon.objects.filter(shop=shop, status=CouponStatus.PENDING, issued_at__lt=late)
    return Stuck(
        waiting=Change.objects.filter(shop=shop, subject=Subject.ORDER).count()
        if shop.silent_since
        else 0,
        changes=Change.objects.filter(shop=shop, marked_at__lt=late).count(),
        coupons=coupons.count(),
        why_coupons=coupons.order_by("-pk")
        .filter(codes__retired_at=None)
        .values_list("codes__error", flat=True)
        .first()
        or "",
        messages=Message.objects.filter(
            shop=shop,
            status=MessageStatus.FAILED,
            created_at__gte=timezone.now() - timedelta(days=30),
        ).count(),
    )


def latest(shop: Shop, count: int) -> list[Entry]:
    """The newest entries, with all that explaining them reads."""
    entries = explainable(Entry.objects.filter(shop=shop).select_related("account__member"))
    return list(entries.order_by(F("created_at").desc(), "-pk")[:count])


def first_day(days: int, time_zone: str) -> date:
    """The first of the last `days` days there."""
    today = timezone.now().astimezone(ZoneInfo(time_zone)).date()
    return today - timedelta(days=days - 1)


def _midnight(day: date, time_zone: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(time_zone))
