"""Messages: which there are and whether they go out, and their texts with a preview beside them."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.dashboard_extension.edit_conflict import OpenedForm, differences
from saleor_loyalty.dashboard_extension.forms import StaffForm
from saleor_loyalty.dashboard_extension.message_words import NAMES
from saleor_loyalty.dashboard_extension.pages import CONFLICT, REFUSED, Visit, go, page, show, tell
from saleor_loyalty.dashboard_extension.words import language_name
from saleor_loyalty.messages import drafts, failed, test_sends, texts
from saleor_loyalty.messages.kinds import EMAILS, KINDS
from saleor_loyalty.messages.wording import Text, silenced
from saleor_loyalty.models import MessageKind
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import EditConflict, Refused
from saleor_loyalty.rules.languages import locale_of


class TextForm(OpenedForm):
    """A text as it is edited: Liquid in both fields."""

    name = "text"

    subject = forms.CharField(
        label=_("Subject"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"data-takes-variables": "", "autocomplete": "off", "rows": 2}),
    )
    body = forms.CharField(
        label=_("Body"),
        required=False,
        strip=False,
        widget=forms.Textarea(
            attrs={"class": "code", "data-takes-variables": "", "spellcheck": "true", "rows": 18}
        ),
    )


class TestForm(StaffForm):
    """Whom a test goes to."""

    name = "test"

    recipient = forms.CharField(label=_("Email address"), max_length=254)


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def messages_view(visit: Visit) -> HttpResponse:
    """The kinds with their languages; POST switches `kind` on or off, in all languages at once."""
    if visit.is_post:
        kind = _known(visit.request.POST.get("kind", ""))
        on = visit.request.POST.get("on") == "1"
        look = texts.languages(visit.shop)[0]
        texts.save(visit.shop, kind, look, is_active=on, actor=visit.viewer.actor)
        told = (
            gettext("The message goes out again") if on else gettext("The message goes out no more")
        )
        return go(visit, "messages", told=told)
    failures = None
    if visit.viewer.may(Permission.MANAGE_USERS):
        failures = failed.matching(visit.shop).count()
    off = silenced(visit.shop)
    order = texts.languages(visit.shop)
    every = sorted(texts.all_current(visit.shop), key=lambda text: order.index(text.language_code))
    rows = [
        {
            "kind": kind.name,
            "label": kind.label,
            "is_active": kind.name not in off,
            "texts": [
                {"text": text, "language": language_name(text.language_code)}
                for text in every
                if text.kind == kind.name
            ],
        }
        for kind in KINDS.values()
    ]
    return show(visit, "messages.html", {"rows": rows, "failures": failures})


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def text_view(visit: Visit, *, kind: str, language: str) -> HttpResponse:
    """A text in one language; `?version=` fills in the words of an earlier one."""
    kind = _known(kind)
    if not visit.is_post:
        return _show(visit, kind, language, form=TextForm(initial=_words(visit, kind, language)))
    form = TextForm(visit.request.POST, initial=_words(visit, kind, language))
    if form.is_valid():
        try:
            texts.save(
                visit.shop,
                kind,
                language,
                **form.cleaned_data,
                actor=visit.viewer.actor,
                opened_at=form.was_opened_at,
            )
        except EditConflict as conflict:
            return _show_conflict(visit, kind, language, conflict)
        except Refused as refused:
            form.refuse(refused)
        else:
            return go(visit, "text", kind, language, told=gettext("The text is saved"))
    return _show(visit, kind, language, form=form, status=REFUSED)


def _show_conflict(
    visit: Visit, kind: MessageKind, language: str, conflict: EditConflict
) -> HttpResponse:
    """What was typed, beside what somebody else saved since the form was opened."""
    form = TextForm(visit.request.POST, initial=_words(visit, kind, language))
    context = {
        "conflict": gettext("{who} saved this text meanwhile.").format(who=conflict.actor),
        "differences": list(differences(form)),
    }
    form.reopen(conflict)
    return _show(visit, kind, language, form=form, status=CONFLICT, more=context)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def preview_view(visit: Visit, *, kind: str, language: str) -> HttpResponse:
    """What the text in the form would look like, or what is wrong with it."""
    posted = visit.request.POST
    context: dict[str, Any] = {"is_email": kind in EMAILS, "direction": _direction(language)}
    try:
        context["rendered"] = drafts.preview(
            visit.shop,
            _known(kind),
            language,
            subject=posted.get("subject", ""),
            body=posted.get("body", ""),
        )
    except Refused as refused:
        context["problems"] = refused.problems
    return show(visit, "messages/preview.html", context)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def reset_view(visit: Visit, *, kind: str, language: str) -> HttpResponse:
    """Back to the words that come with the product. The shop's own stay among the versions."""
    try:
        texts.reset(visit.shop, _known(kind), language, actor=visit.viewer.actor)
    except Refused as refused:
        raise Http404 from refused  # no such language
    return go(visit, "text", kind, language, told=gettext("The text is the standard one again"))


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def test_view(visit: Visit, *, kind: str, language: str) -> HttpResponse:
    """Send what is on screen to one address or member, with the values of the preview."""
    posted = visit.request.POST
    kind, form = _known(kind), TestForm(posted)
    if form.is_valid():
        try:
            test_sends.send(
                visit.shop,
                kind,
                language,
                subject=posted.get("subject"),
                body=posted.get("body"),
                recipient=form.cleaned_data["recipient"],
                actor=visit.viewer.actor,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            # The page stays as it is, with what was typed and is not saved.
            unchanged = HttpResponse(status=204, headers={"HX-Push-Url": "false"})
            return tell(unchanged, gettext("The test is on its way"))
    typed = {**_words(visit, kind, language), **posted.dict()}
    text = TextForm(initial=typed)
    return _show(visit, kind, language, form=text, test=form, status=REFUSED)


def _direction(language: str) -> str:
    """In which direction a language is written: ltr or rtl."""
    return locale_of(language).text_direction


def _known(kind: str) -> MessageKind:
    if kind not in MessageKind.values:
        raise Http404
    return MessageKind(kind)


def _words(visit: Visit, kind: str, language: str) -> dict[str, Any]:
    """The text in force, or an earlier version of it."""
    text = _current(visit, kind, language)
    asked = visit.request.GET.get("version", "")
    versions = texts.versions(visit.shop, kind, language)
    earlier = next((each for each in versions if str(each.pk) == asked), None)
    found = earlier or text
    opened_at = versions[0].pk if versions else 0
    return {"opened_at": opened_at, "subject": found.subject, "body": found.body}


def _current(visit: Visit, kind: str, language: str) -> Text:
    try:
        return texts.current(visit.shop, kind, language)
    except Refused as refused:  # a language nobody knows
        raise Http404 from refused


def _show(
    visit: Visit,
    kind: MessageKind,
    language: str,
    *,
    form: TextForm,
    test: TestForm | None = None,
    status: int = 200,
    more: Mapping[str, object] | None = None,
) -> HttpResponse:
    text = _current(visit, kind, language)
    if kind not in EMAILS:
        form.fields["subject"].label = gettext("Title")
        form.fields["body"].widget.attrs |= {"rows": 4, "style": "min-height:0"}
    written = {"dir": _direction(text.language_code), "lang": text.language_code.replace("_", "-")}
    for name in ("subject", "body"):
        form.fields[name].widget.attrs |= written
    if kind in EMAILS:  # code, whose words alone run the other way
        form.fields["body"].widget.attrs["dir"] = "ltr"
    test = test or TestForm(initial={"recipient": visit.viewer.actor if kind in EMAILS else ""})
    if kind not in EMAILS:
        test.fields["recipient"].label = gettext("Email address of a member with a device")
    context = {
        "kind": kind.value,
        "label": KINDS[kind].label,
        "language": language,
        "language_name": language_name(language),
        "languages": [(code, language_name(code)) for code in texts.languages(visit.shop)],
        "text": text,
        "form": form,
        "test": test,
        "is_email": kind in EMAILS,
        "names": NAMES,
        "direction": _direction(text.language_code),
        "is_silenced": kind in silenced(visit.shop),
        "variables": drafts.variables(visit.shop, kind, language),
        "versions": texts.versions(visit.shop, kind, language),
        **(more or {}),
    }
    return show(visit, "messages/text.html", context, status=status)
