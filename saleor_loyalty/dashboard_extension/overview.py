"""The overview: what points did lately, what happened last, and whether all is well."""

from datetime import UTC, datetime, time

from django.http import HttpResponse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from saleor_loyalty.dashboard_extension import statistics
from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.dashboard_extension.statistics import Day, Movement, Stuck
from saleor_loyalty.dashboard_extension.tags import moment, number
from saleor_loyalty.members import followed
from saleor_loyalty.messages.explanations import explain
from saleor_loyalty.models import Shop
from saleor_loyalty.permissions import Permission

PERIODS = (7, 30)
EVENTS = 8


@page(Permission.MANAGE_USERS)
def overview_view(visit: Visit) -> HttpResponse:
    """The figures of the last days: `?days=7` or 30."""
    if visit.program is None or visit.program.current is None:
        return show(visit, "overview.html", {"periods": PERIODS})
    asked = visit.request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else 30
    time_zone = visit.program.current.time_zone
    by_day = statistics.by_day(shop=visit.shop, days=days, time_zone=time_zone)
    outstanding, holders = statistics.outstanding(visit.shop)
    context = {
        "periods": PERIODS,
        "days": days,
        "figures": statistics.total(by_day),
        "outstanding": outstanding,
        "holders": holders,
        "coupons": statistics.coupons(shop=visit.shop, days=days, time_zone=time_zone),
        "by_day": [{"day": each.day, **_shown(each)} for each in reversed(by_day)],
        "has_movement": statistics.total(by_day) != Movement(),
        "chart": _chart(by_day),
        "latest": _latest(visit.shop),
        "health": _health(visit.shop),
    }
    return show(visit, "overview.html", context)


def _shown(day: Day) -> dict[str, int]:
    """What was issued and stayed so, was spent and stayed so, and expired."""
    moved = day.moved
    return {
        "issued": moved.issued - moved.taken_back,
        "spent": moved.spent - moved.returned,
        "expired": moved.expired,
    }


def _chart(by_day: list[Day]) -> dict[str, object]:
    """In the form of charts.js: days in seconds UTC, and a series of numbers for each line."""
    lines = (
        (_("Issued"), "issued", "--chart-1"),
        (_("Spent"), "spent", "--chart-2"),
        (_("Expired"), "expired", "--chart-3"),
    )
    return {
        "days": [_seconds(day) for day in by_day],
        "series": [
            {"label": label, "color": color, "values": [_shown(day)[name] for day in by_day]}
            for label, name, color in lines
        ],
    }


def _seconds(day: Day) -> int:
    return int(datetime.combine(day.day, time.min, tzinfo=UTC).timestamp())


def _latest(shop: Shop) -> list[dict[str, object]]:
    return [
        {
            "member_id": entry.member_id,
            "member": entry.member,
            "points": entry.points,
            "created_at": entry.created_at,
            "words": explain(entry, get_language()),
        }
        for entry in statistics.latest(shop, EVENTS)
    ]


def _health(shop: Shop) -> list[dict[str, object]]:
    """Each thing that can go wrong: in words, and what to do about it."""
    stuck = statistics.stuck(shop)
    return [
        _orders(shop, stuck),
        *_waiting(shop),
        _check(
            stuck.coupons,
            fine=_("Coupons get their vouchers"),
            wrong=ngettext(
                "{number} coupon has no voucher yet",
                "{number} coupons have no voucher yet",
                stuck.coupons,
            ),
            help=_(
                "See that the app still has the permission to manage discounts, and the shop what "
                "the coupons are limited to: one that has lost all of it is to be withdrawn."
            ),
            why=stuck.why_coupons,
        ),
        _check(
            stuck.messages,
            fine=_("Messages are delivered"),
            wrong=ngettext(
                "{number} message could not be delivered in 30 days",
                "{number} messages could not be delivered in 30 days",
                stuck.messages,
            ),
            help=_("The list says why, and they can be sent again there."),
            page="staff:failed",
        ),
    ]


def _waiting(shop: Shop) -> list[dict[str, object]]:
    """A hint, and no trouble: nothing is said where nobody waits."""
    count = followed.have_orders_waiting(shop).count()
    if not count:
        return []
    words = ngettext(
        "{number} customer has paid and gets no points until their email is confirmed",
        "{number} customers have paid and get no points until their emails are confirmed",
        count,
    )
    help = _(
        "They confirm by the link in Saleor’s mail, or by setting a password; those whom staff "
        "make in the Dashboard have done neither."
    )
    return [{**_check(count, wrong=words, help=help), "is_hint": True}]


def _orders(shop: Shop, stuck: Stuck) -> dict[str, object]:
    if stuck.waiting:
        words = ngettext(
            "{number} order waits for its points: your shop’s API has not answered since {moment}",
            "{number} orders wait for their points: your shop’s API has not answered since "
            "{moment}",
            stuck.waiting,
        )
        return _check(
            stuck.waiting,
            wrong=words.replace("{moment}", moment(shop.silent_since)),
            help=_("Nothing is lost: they are settled as soon as it answers again."),
        )
    return _check(
        stuck.changes,
        fine=_("Orders are settled as they are paid"),
        wrong=ngettext(
            "{number} change of an order or customer waits",
            "{number} changes of orders and customers wait",
            stuck.changes,
        ),
        help=_("See that the workers run and reach the shop’s API."),
    )


def _check(
    count: int, *, fine: str = "", wrong: str, help: str, why: str = "", page: str = ""
) -> dict[str, object]:
    """`count`: of what went wrong; 0 is fine. `why`: the last reason. `page` leads to it."""
    if not count:
        return {"is_well": True, "words": fine}
    words = wrong.format(number=number(count))
    return {"is_well": False, "words": words, "help": help, "why": why, "page": page}
