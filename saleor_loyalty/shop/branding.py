"""How a shop shows itself in its messages: reading and changing its branding, and its links."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.conf import conf
from saleor_loyalty.models import AuditAction, AuditRecord, Branding, Logo, Shop, audit
from saleor_loyalty.problems import EditConflict, ErrorCode, Problem, Refused
from saleor_loyalty.rules.languages import known_locale
from saleor_loyalty.sentences import sentence
from saleor_loyalty.shop import logo

PLACEHOLDERS = frozenset({"language", "kind"})
WEB = frozenset({"http", "https"})
# A host by its name, and its port: nothing that says more in a Content-Security-Policy.
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?", re.ASCII)


def of(shop: Shop) -> Branding:
    """The shop's branding; one that is not saved, with the defaults, if it has set none."""
    return Branding.objects.filter(shop=shop).select_related("shop").first() or Branding(shop=shop)


def last_change(shop: Shop) -> AuditRecord | None:
    """Who changed the branding last, and when; its id is what a form was opened at."""
    changes = AuditRecord.objects.filter(shop=shop, action=AuditAction.BRANDING_CHANGED)
    return changes.order_by("-pk").first()


def save(
    shop: Shop,
    *,
    actor: str,
    opened_at: int | None = None,
    upload: bytes | None = None,
    **changes: str,
) -> Branding:
    """Change the shop's branding: fields of Branding by name; the others stay.

    `upload` is a file with a logo: it takes the place of an address, as an address does of it.
    Raises Refused with every problem found; then nothing is changed. A form gives the id of the
    `last_change` it was `opened_at`, 0 before the first: EditConflict when there is a newer one.
    """
    changes = {name: value.strip() for name, value in changes.items()}
    if "default_language" in changes and (locale := known_locale(changes["default_language"])):
        changes["default_language"] = str(locale)
    picture = b""
    if problems := list(_problems(changes)):
        raise Refused(*problems)
    if upload is not None:
        changes["logo_url"] = ""
        changes["logo_name"], picture = _encoded(upload)
    elif changes.get("logo_url"):
        changes["logo_name"] = ""
        _look_at_logo(shop, changes["logo_url"])
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        last = last_change(shop)
        if last and opened_at not in (None, last.pk):
            raise EditConflict(number=last.pk, actor=last.actor)
        brand = of(shop)
        changed = sorted(name for name in changes if getattr(brand, name) != changes[name])
        if picture:
            made = {"content": picture, "created_at": timezone.now()}
            Logo.objects.get_or_create(shop=shop, name=changes["logo_name"], defaults=made)
        if changed:
            brand, _created = Branding.objects.update_or_create(shop=shop, defaults=changes)
            action = AuditAction.BRANDING_CHANGED
            audit.note(shop=shop, actor=actor, action=action, detail=", ".join(changed))
    return brand


def discounts_link(brand: Branding, *, language: str, kind: str) -> str:
    """The page with a shopper's discounts; empty when none is set."""
    return _filled(brand.discounts_url or conf.discounts_url, language=language, kind=kind)


def push_link(brand: Branding, *, language: str, kind: str) -> str:
    """What a push notice opens; empty when none is set."""
    template = brand.push_url or brand.discounts_url or conf.discounts_url
    return _filled(template, language=language, kind=kind)


def _filled(template: str, *, language: str, kind: str) -> str:
    filled = template.replace("{language}", quote(language.replace("_", "-")))
    return filled.replace("{kind}", quote(kind.lower()))


# ------------------------------------------------------------------ what branding may be


def _problems(changes: dict[str, Any]) -> Iterator[Problem]:
    for name, value in changes.items():
        longest = LONGEST[name]
        if len(value) > longest:
            message = sentence(_("At most {number} characters are kept here."), number=longest)
            yield Problem(name, message, ErrorCode.OUT_OF_RANGE)
        elif (value or name in REQUIRED) and (fault := CHECKS.get(name, _line)(value)):
            yield Problem(name, fault, ErrorCode.INVALID)


def _encoded(upload: bytes) -> tuple[str, bytes]:
    if not conf.public_url:
        words = _("The server does not know its own address, which LOYALTY_PUBLIC_URL is to say.")
        raise Refused(Problem("upload", words, ErrorCode.INVALID))
    try:
        return logo.encoded(upload)
    except logo.NoPicture as fault:
        raise Refused(Problem("upload", fault.words, ErrorCode.INVALID)) from None


def _look_at_logo(shop: Shop, address: str) -> None:
    """Where it is new: a shop whose server for pictures is down can still save all else."""
    if address != of(shop).logo_url and (fault := logo.fault_of(address)):
        raise Refused(Problem("logo_url", fault, ErrorCode.INVALID))


Fault = Promise | None  # what is wrong with a value, as a sentence


def _line(value: str) -> Fault:
    return None if value.isprintable() else _("Write it in one line.")


def _color(value: str) -> Fault:
    shaped = re.fullmatch(r"#[0-9a-fA-F]{6}", value)
    return None if shaped else _("Write the color as # and six digits or letters a to f: #2459c4.")


def _language(value: str) -> Fault:
    words = _("There is no language “{code}”; use a code like de.")
    return None if known_locale(value) else sentence(words, code=value)


def _web_address(value: str) -> Fault:
    words = _("Give a whole web address, such as https://shop.example/account.")
    return _placeholders(value) or (None if _is_address(value, WEB) else words)


def _picture(value: str) -> Fault:
    words = _("Give the picture’s whole address, starting with https://.")
    is_safe = _is_address(value, frozenset({"https"})) and "{" not in value
    return None if is_safe else words


def _link(value: str) -> Fault:
    """Also of an app whose scheme the server's settings name: nordlys://discounts."""
    words = _(
        "Give a whole address of the web, or of an app whose scheme is in LOYALTY_APP_SCHEMES."
    )
    is_one = _is_address(value, WEB.union(conf.app_schemes))
    return _placeholders(value) or (None if is_one else words)


def _is_address(value: str, schemes: frozenset[str]) -> bool:
    shaped = re.fullmatch(r"([a-zA-Z][\w.+-]*)://([^/?#]*)[!-~]*", value, re.ASCII)
    if not shaped or shaped[1].lower() not in schemes or not value.isascii():
        return False
    return shaped[1].lower() not in WEB or bool(HOST.fullmatch(shaped[2]))


def _placeholders(value: str) -> Fault:
    unknown = set(re.findall(r"{(.*?)}", value)) - PLACEHOLDERS
    words = _("Only {language} and {kind} can be filled in, not {name}.")
    known = {name: f"{{{name}}}" for name in PLACEHOLDERS}
    return sentence(words, **known, name=f"{{{min(unknown)}}}") if unknown else None


def fault_of_email(value: str) -> Fault:
    """What is wrong with an email address; None: nothing."""
    try:
        validate_email(value)
    except ValidationError:
        return sentence(_("“{text}” is no email address."), text=value)
    return None


LONGEST = {column.name: column.max_length or 0 for column in Branding._meta.concrete_fields}
REQUIRED = frozenset({"brand_color", "default_language"})
CHECKS = {
    "brand_color": _color,
    "default_language": _language,
    "discounts_url": _web_address,
    "logo_url": _picture,
    "push_url": _link,
    "reply_to": fault_of_email,
}
