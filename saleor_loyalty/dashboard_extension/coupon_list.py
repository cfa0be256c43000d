"""The list of coupons: found by code, filtered, 25 a page, and as a file."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.dashboard_extension import pagination
from saleor_loyalty.dashboard_extension.forms import A_DAY, Filters, midnight
from saleor_loyalty.dashboard_extension.member_coupons import FITS, GROUPS, state
from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.dashboard_extension.spreadsheet import AT_ONCE, Cell, as_csv
from saleor_loyalty.models import Coupon
from saleor_loyalty.permissions import Permission
from saleor_loyalty.rewards import listing
from saleor_loyalty.rewards.coupon_terms import terms_now
from saleor_loyalty.rewards.offers import reward_name
from saleor_loyalty.sentences import locale

HEADS = (
    *("code", "status", "reward", "points", "customer_id", "member", "issued_at", "expires_at"),
    *("used_at", "order_number", "withdrawn_at", "withdrawn_by", "reason", "points_returned"),
)


class CouponFilters(Filters):
    search = forms.CharField(
        label=_("Find"),
        required=False,
        max_length=254,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Code, or how it begins or ends")}
        ),
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *GROUPS.items()]
    )
    since = forms.DateField(
        label=_("Issued from"),
        required=False,
        widget=forms.DateInput(attrs=A_DAY, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=_("Issued to"),
        required=False,
        widget=forms.DateInput(attrs=A_DAY, format="%Y-%m-%d"),
    )


@page(Permission.MANAGE_USERS)
def coupons_view(visit: Visit) -> HttpResponse:
    """A page of the list; `?after=` and `?before=` hold the id of the coupon it starts at."""
    filters, kept = CouponFilters.asked(visit.request)
    order = listing.order(visit.shop)
    found = pagination.read(visit.request, _readable(_matching(visit, filters)), order)
    context = {
        "filters": filters,
        "is_filtered": bool(kept),
        "narrowed": len(kept.keys() - {"search"}),
        "query": f"?{urlencode(kept)}" if kept else "",
        "rows": [_row(coupon) for coupon in found.rows],
        **found.links(kept),
    }
    return show(visit, "coupons.html", context)


@page(Permission.MANAGE_USERS)
def coupons_csv_view(visit: Visit) -> HttpResponseBase:
    """All that the list is narrowed to."""
    filters, _kept = CouponFilters.asked(visit.request)
    coupons = _readable(_matching(visit, filters)).order_by("-issued_at", "-pk")
    return as_csv(HEADS, _lines(coupons))


def _matching(visit: Visit, filters: CouponFilters) -> QuerySet[Coupon]:
    """Days are those of the program's time zone, the last one included."""
    chosen: Mapping[str, object] = filters.cleaned_data
    since, until = chosen.get("since"), chosen.get("until")
    return listing.matching(
        shop=visit.shop,
        search=str(chosen.get("search") or ""),
        fits=FITS.get(str(chosen.get("status"))),
        since=midnight(since) if isinstance(since, date) else None,
        until=midnight(until + timedelta(days=1))
        if isinstance(until, date) and until < date.max
        else None,
    )


def _readable(coupons: QuerySet[Coupon]) -> QuerySet[Coupon]:
    """With all that a row or a line of them says."""
    coupons = coupons.select_related("member", "reward", "entry__version")
    return coupons.prefetch_related("reward__terms", "codes")


def _row(coupon: Coupon) -> dict[str, object]:
    return {
        "coupon": coupon,
        "name": reward_name(terms_now(coupon), locale()),
        "state": state(coupon, coupon.status_at(timezone.now())),
        "former": [each.code for each in coupon.codes.all() if each.code != coupon.code],
    }


def _lines(coupons: QuerySet[Coupon]) -> Iterator[list[Cell]]:
    now = timezone.now()
    for coupon in coupons.iterator(chunk_size=AT_ONCE):
        is_withdrawn = coupon.withdrawn_at is not None
        yield [
            coupon.code,
            coupon.status_at(now),
            reward_name(terms_now(coupon), locale()),
            coupon.cost,
            coupon.member.customer_id,
            coupon.member.email,
            coupon.issued_at,
            coupon.expires_at,
            coupon.used_at,
            coupon.used_order_number,
            coupon.withdrawn_at,
            coupon.withdrawn_by,
            coupon.withdrawal_reason,
            (0 if coupon.forfeited else coupon.cost) if is_withdrawn else None,
        ]
