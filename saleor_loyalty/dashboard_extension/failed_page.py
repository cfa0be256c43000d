"""The messages that failed: which and why; each can be sent again, or all that are alike."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from saleor_loyalty.dashboard_extension import pagination
from saleor_loyalty.dashboard_extension.forms import Form
from saleor_loyalty.dashboard_extension.pages import REFUSED, Visit, go, page, show
from saleor_loyalty.dashboard_extension.tags import number
from saleor_loyalty.dashboard_extension.words import FAULTS
from saleor_loyalty.database.paging import Keyset
from saleor_loyalty.messages import failed
from saleor_loyalty.messages.kinds import KINDS
from saleor_loyalty.models import Message, MessageFault
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import Refused


class FailedFilters(Form):
    """What the list is narrowed to; nothing: all. What makes no sense narrows nothing."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Message"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            *((name, kind.label) for name, kind in KINDS.items()),
        ],
    )
    fault = forms.ChoiceField(
        label=gettext_lazy("Why"),
        required=False,
        choices=[("", gettext_lazy("All")), *FAULTS.items()],
    )


@page(Permission.MANAGE_USERS, methods=("GET", "POST"))
def failed_view(visit: Visit) -> HttpResponse:
    """A page of the list, newest first. POST: all that `kind` and `fault` narrow it to, again."""
    if visit.is_post:
        return _resend_all(visit)
    return _show(visit)


@page(Permission.MANAGE_USERS, methods=("POST",))
def failed_resend_view(visit: Visit, *, message_id: int) -> HttpResponse:
    """One message again; then the same page of the list."""
    message = Message.objects.filter(shop=visit.shop, pk=message_id).first()
    if message is None:
        raise Http404
    try:
        failed.resend(message, actor=visit.viewer.actor)
    except Refused as refused:
        return _show(visit, refusal=str(refused))
    return go(
        visit, "failed", told=_("The message will go out again"), query=visit.request.GET.dict()
    )


def _resend_all(visit: Visit) -> HttpResponse:
    chosen = _chosen(FailedFilters(visit.request.POST))
    try:
        count = failed.resend_all(visit.shop, **chosen, actor=visit.viewer.actor)
    except Refused as refused:
        return _show(visit, refusal=str(refused))
    told = ngettext(
        "{number} message will go out again", "{number} messages will go out again", count
    )
    return go(visit, "failed", told=told.format(number=number(count)))


def _show(visit: Visit, *, refusal: str = "") -> HttpResponse:
    filters = FailedFilters(visit.request.GET)
    chosen = _chosen(filters)
    messages = failed.matching(visit.shop, **chosen)
    order = Keyset(Message.objects.filter(shop=visit.shop))
    found = pagination.read(visit.request, messages.select_related("member"), order)
    count, true = failed.counted(messages)
    context = {
        "filters": filters,
        "chosen": chosen,
        "query": _query(visit.request),
        "rows": [
            {
                "message": message,
                "kind": KINDS[message.kind].label,
                "why": FAULTS[MessageFault(message.fault)] if message.fault else "",
            }
            for message in found.rows
        ],
        "count": count,
        "true": true,
        "is_filtered": any(chosen.values()),
        "is_resending": failed.is_resending(visit.shop),
        "refusal": refusal,
        "may_edit": visit.viewer.may(Permission.MANAGE_SETTINGS),
        **found.links({name: value for name, value in chosen.items() if value}),
    }
    return show(visit, "messages/failed.html", context, status=REFUSED if refusal else 200)


def _chosen(filters: FailedFilters) -> dict[str, str]:
    """What the fields narrow to, by name; "" for one that narrows nothing."""
    filters.is_valid()
    return {name: filters.cleaned_data.get(name, "") for name in filters.fields}


def _query(request: HttpRequest) -> str:
    """Which page of the list this is, to come back to."""
    return f"?{asked}" if (asked := request.GET.urlencode()) else ""
