"""How the shop shows itself to its members: name, logo, colour, and where links lead."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.dashboard_extension.edit_conflict import OpenedForm, differences
from saleor_loyalty.dashboard_extension.pages import CONFLICT, REFUSED, Visit, go, page, show
from saleor_loyalty.dashboard_extension.words import LOOK, language_name
from saleor_loyalty.messages import drafts, texts
from saleor_loyalty.models import MessageKind
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import EditConflict, Refused
from saleor_loyalty.sentences import Words
from saleor_loyalty.shop import branding, logo


def _optional(label: Words, help_text: Words) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=False)


class LookForm(OpenedForm):
    """The fields of a Branding, and a picture that takes the place of the logo's address."""

    name = "branding"

    shop_name = _optional(LOOK["shop_name"], _("Empty: its name in Saleor."))
    logo_url = _optional(
        LOOK["logo_url"],
        _("A picture on the web, starting with https://. Empty: the name in words."),
    )
    upload = forms.FileField(
        label=_("Or a picture of your own"),
        help_text=_("A PNG, JPEG, GIF or WebP of 1 MB at most; it is made fit for emails."),
        required=False,
        allow_empty_file=True,  # refused as what it is: no picture
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/gif,image/webp"}),
    )
    is_removed = forms.BooleanField(label=_("Remove the uploaded logo"), required=False)
    brand_color = forms.CharField(
        label=LOOK["brand_color"],
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text=_("Of buttons and bars, in messages and on the members’ page."),
    )
    discounts_url = _optional(
        LOOK["discounts_url"],
        _("Where emails lead. {language} in it becomes the member’s language."),
    )
    push_url = _optional(
        LOOK["push_url"],
        _("May open an app. Empty: the page with the discounts."),
    )
    default_language = forms.ChoiceField(
        label=LOOK["default_language"],
        help_text=_("For members in whose language there are no texts."),
    )
    sender_name = _optional(LOOK["sender_name"], _("Empty: the name of the shop."))
    reply_to = _optional(LOOK["reply_to"], _("Empty: to the sender’s address."))

    def changes(self) -> dict[str, Any]:
        """As `branding.save` takes them. Only of a valid form."""
        given = dict(self.cleaned_data)
        file = given.pop("upload")
        if given.pop("is_removed"):
            given["logo_name"] = ""
        return {**given, "upload": file.read(logo.MOST_BYTES + 1) if file is not None else None}

    def ask_for_file_again(self) -> None:
        """A browser fills in again what was typed, and no file that was chosen."""
        if "upload" in self.files and "upload" not in self.errors:
            self.add_error("upload", gettext("Choose the picture once more: nothing was saved."))


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def branding_view(visit: Visit) -> HttpResponse:
    form, status = _form(visit), 200
    context: dict[str, object] = {}
    if form.is_valid():
        try:
            branding.save(
                visit.shop,
                actor=visit.viewer.actor,
                opened_at=form.was_opened_at,
                **form.changes(),
            )
            return go(visit, "branding", told=gettext("The branding is saved"))
        except EditConflict as conflict:
            form, status = _form(visit), CONFLICT
            said = gettext("{who} saved the branding meanwhile.").format(who=conflict.actor)
            context = {"conflict": said, "differences": list(differences(form))}
            form.reopen(conflict)
        except Refused as refused:
            form.refuse(refused)
    brand = branding.of(visit.shop)
    status = REFUSED if form.errors else status
    form.ask_for_file_again()
    context |= {
        "form": form,
        "brand": brand,
        "rendered": drafts.preview(visit.shop, MessageKind.REWARD_EMAIL, brand.default_language),
    }
    return show(visit, "branding.html", context, status=status)


def _form(visit: Visit) -> LookForm:
    """As it was sent, or as the branding is."""
    current, last = branding.of(visit.shop), branding.last_change(visit.shop)
    initial = {name: getattr(current, name) for name in LOOK if name in LookForm.base_fields}
    initial["opened_at"] = last.pk if last else 0
    form = LookForm(visit.request.POST if visit.is_post else None, initial=initial)
    form.files = visit.request.FILES
    form.fields["default_language"].choices = [  # type: ignore[attr-defined]  # a ChoiceField's
        (code, language_name(code)) for code in texts.languages(visit.shop)
    ]
    return form
