"""How a shop shows itself in its messages: reading and changing its branding, and its links."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from saleor_loyalty import audit
from saleor_loyalty.conf import conf
from saleor_loyalty.models import AuditAction, AuditRecord, Branding, Shop
from saleor_loyalty.problems import EditConflict, ErrorCode, Problem, Refused
from saleor_loyalty.rules.languages import known_locale

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


def save(shop: Shop, *, actor: str, opened_at: int | None = None, **changes: str) -> Branding:
    """Change the shop's branding: fields of Look by name; the others stay.

    Raises Refused with every problem found; then nothing is changed. A form gives the id of the
    `last_change` it was `opened_at`, 0 before the first: SavedMeanwhile when there is a newer one.
    """
    changes = {name: value.strip() for name, value in changes.items()}
    if "default_language" in changes and (locale := known_locale(changes["default_language"])):
        changes["default_language"] = str(locale)
    if problems := list(_problems(changes)):
        raise Refused(*problems)
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        last = last_change(shop)
        if last and opened_at not in (None, last.pk):
            raise EditConflict(number=last.pk, actor=last.actor)
        brand = of(shop)
        changed = sorted(name for name in changes if getattr(brand, name) != changes[name])
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
            message = f"At most {longest} characters are kept here."
            yield Problem(name, message, ErrorCode.OUT_OF_RANGE)
        elif (value or name in REQUIRED) and (message := CHECKS.get(name, _line)(value)):
            yield Problem(name, message, ErrorCode.INVALID)


def _line(value: str) -> str:
    return "" if value.isprintable() else "Write it in one line."


def _color(value: str) -> str:
    shaped = re.fullmatch(r"#[0-9a-fA-F]{6}", value)
    return "" if shaped else "Write the colour as # and six digits or letters a to f: #2459c4."


def _language(value: str) -> str:
    return "" if known_locale(value) else f"There is no language “{value}”; use a code like de."


def _web_address(value: str) -> str:
    return _problem_of(value, WEB) and (
        _placeholders(value) or "Give a whole web address, starting with https://."
    )


def _link(value: str) -> str:
    """Also of an app whose scheme the server's settings name: nordlys://discounts."""
    apps = frozenset(conf.app_schemes)
    scheme = value.partition("://")[0].lower()
    if "://" in value and scheme not in WEB | apps and not _placeholders(value):
        return f"Addresses of apps begin with a scheme of LOYALTY_APP_SCHEMES; “{scheme}” is none."
    return _problem_of(value, WEB | apps)


def _problem_of(value: str, schemes: frozenset[str]) -> str:
    shaped = re.fullmatch(r"([a-zA-Z][\w.+-]*)://([^/?#]*)[!-~]*", value, re.ASCII)
    if problem := _placeholders(value):
        return problem
    if not shaped or shaped[1].lower() not in schemes or not value.isascii():
        return "Give a whole address, such as https://shop.example/account/discounts."
    if shaped[1].lower() in WEB and not HOST.fullmatch(shaped[2]):
        return "Give a whole address, such as https://shop.example/account/discounts."
    return ""


def _placeholders(value: str) -> str:
    unknown = set(re.findall(r"{(.*?)}", value)) - PLACEHOLDERS
    if unknown:
        return f"Only {{language}} and {{kind}} can be filled in, not {{{min(unknown)}}}."
    return ""


def _email(value: str) -> str:
    try:
        validate_email(value)
    except ValidationError:
        return f"“{value}” is no email address."
    return ""


LONGEST = {column.name: column.max_length or 0 for column in Branding._meta.concrete_fields}
REQUIRED = frozenset({"brand_color", "default_language"})
CHECKS = {
    "brand_color": _color,
    "default_language": _language,
    "discounts_url": _web_address,
    "logo_url": _web_address,
    "push_url": _link,
    "reply_to": _email,
}
