"""A member's coupons: those of use first, counted by what became of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.dashboard_extension import pagination
from saleor_loyalty.dashboard_extension.forms import WithdrawForm
from saleor_loyalty.dashboard_extension.pages import Visit
from saleor_loyalty.database.paging import whole_number
from saleor_loyalty.models import BY_SALEOR, Coupon, CouponStatus, Member, status_as_of
from saleor_loyalty.rewards.coupon_terms import asks_for_more, terms_now
from saleor_loyalty.rewards.offers import offers, on_products, reward_name
from saleor_loyalty.sentences import locale

COUPONS = 20
GROUPS = {
    "unused": _("Unused"),
    "used": _("Used"),
    "expired": _("Expired"),
    "withdrawn": _("Withdrawn"),
}
# What they stand at now: time alone makes one EXPIRED, and nothing USED or WITHDRAWN.
FITS = {
    "unused": Q(status_now__in=(CouponStatus.PENDING, CouponStatus.ACTIVE)),
    "used": Q(status=CouponStatus.USED),
    "expired": Q(status_now=CouponStatus.EXPIRED),
    "withdrawn": Q(status=CouponStatus.WITHDRAWN),
}
IS_OVER = Case(When(FITS["unused"], then=Value(0)), default=Value(1))
OWN = ("coupons", "coupon_page", "coupon")  # what the address says of them


def coupons(
    visit: Visit, member: Member, kept: Mapping[str, str], refused: WithdrawForm | None = None
) -> dict[str, object]:
    """A page of them, and how many there are of which kind. `kept`: as for the history.

    `?coupon=` names one that is to be in sight: then it is the page with that one. `refused` is the
    form of one that was not withdrawn.
    """
    now = timezone.now()
    own = Coupon.objects.filter(member=member)
    own = own.annotate(status_now=status_as_of(now)).annotate(is_over=IS_OVER)
    counts = own.aggregate(**{name: Count("pk", filter=fits) for name, fits in FITS.items()})
    chosen = visit.request.GET.get("coupons", "")
    chosen = chosen if counts.get(chosen) else ""
    fitting = own.filter(FITS.get(chosen, Q()))
    asked = whole_number(kept.get("coupon"))
    wanted = fitting.filter(pk=asked).first() if asked else None
    found = pagination.read_numbered(
        visit.request,
        "coupon_page",
        _in_order(fitting),
        count=counts[chosen] if chosen else sum(counts.values()),
        size=COUPONS,
        place=_before(fitting, wanted).count() if wanted else 0,
    )
    others = {name: kept[name] for name in kept if name not in OWN}
    return {
        "rows": [_row(coupon, now, refused) for coupon in found.rows],
        "wanted": wanted,
        "groups": _choice(others, counts, chosen),
        **found.context({**others, **({"coupons": chosen} if chosen else {})}, "coupon_page"),
    }


def _in_order(found: QuerySet[Coupon]) -> QuerySet[Coupon]:
    """Unused ones first, each lot newest first."""
    found = found.select_related("reward", "entry__version")
    found = found.prefetch_related("reward__terms", "codes")
    return found.order_by(IS_OVER, "-pk")


def _before(coupons: QuerySet[Any], wanted: Any) -> QuerySet[Any]:
    """Those that come before one of them, in that order."""
    return coupons.filter(
        Q(is_over__lt=wanted.is_over) | Q(is_over=wanted.is_over, pk__gt=wanted.pk)
    )


def _choice(
    others: Mapping[str, str], counts: Mapping[str, int], chosen: str
) -> list[dict[str, object]]:
    """All of them, and each kind there is any of; nothing to choose where there is one kind."""
    names = [name for name in GROUPS if counts[name]]
    if len(names) < 2:
        return []
    return [
        {
            "label": GROUPS[name] if name else gettext("All"),
            "count": counts[name] if name else sum(counts.values()),
            "link": "?" + urlencode({**others, **({"coupons": name} if name else {})}),
            "is_current": name == chosen,
        }
        for name in ("", *names)
    ]


def _row(coupon: Coupon, now: datetime, refused: WithdrawForm | None) -> dict[str, object]:
    """What it gives, and how to withdraw it while that can be."""
    terms = terms_now(coupon)
    form = WithdrawForm(coupon.pk)
    return {
        "coupon": coupon,
        "name": reward_name(terms, locale()),
        "offers": offers(terms, locale()),
        "on_products": on_products(terms),
        "notes": list(_notes(coupon)),
        "state": state(coupon, coupon.status_at(now)),
        "can_withdraw": coupon.is_unused_at(now),
        "withdraw": refused if refused and refused.name == form.name else form,
    }


def state(coupon: Coupon, status: str) -> tuple[str, str]:
    """What a coupon stands at, in words, and the badge's colour."""
    if status == CouponStatus.ACTIVE and coupon.refused_at:
        return pgettext("a coupon", "Not taken by Saleor"), "warn"
    return {
        CouponStatus.PENDING: (pgettext("a coupon", "Being made"), "warn"),
        CouponStatus.ACTIVE: (pgettext("a coupon", "Can be used"), "good"),
        CouponStatus.USED: (pgettext("a coupon", "Used"), ""),
        CouponStatus.EXPIRED: (pgettext("a coupon", "Expired"), ""),
        CouponStatus.WITHDRAWN: (pgettext("a coupon", "Withdrawn"), "bad"),
    }[CouponStatus(status)]


def _notes(coupon: Coupon) -> Iterator[str]:
    """What was done to the coupon in Saleor, and by whom it was withdrawn."""
    if coupon.shop_terms is not None:
        yield gettext("Changed in Saleor since it was issued.")
    if asks_for_more(coupon):
        yield gettext("Its voucher asks for more there than is shown here.")
    if coupon.status == CouponStatus.ACTIVE and coupon.refused_at:
        yield gettext(
            "Its code is held by a draft order, or its voucher is not listed in any channel."
        )
    if coupon.status == CouponStatus.WITHDRAWN and coupon.withdrawn_by == BY_SALEOR:
        yield gettext("Its voucher was deleted in Saleor; the points are back.")
    elif coupon.status == CouponStatus.WITHDRAWN and coupon.withdrawn_by:
        yield gettext("Withdrawn by {actor}: {reason}").format(
            actor=coupon.withdrawn_by, reason=coupon.withdrawal_reason
        )
        if coupon.forfeited:
            yield gettext("Its points did not come back.")
    elif coupon.status == CouponStatus.WITHDRAWN:
        yield gettext("Withdrawn to cover points that were taken back.")
