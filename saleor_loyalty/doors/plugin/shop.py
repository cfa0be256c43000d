"""The one shop that a plugin serves: the Saleor it lives in, as rows of ours and of Saleor's."""

import logging
from importlib.resources import files
from typing import Any

from django.contrib.sites.models import Site
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from graphene import Node
from saleor.app.models import App, AppExtension
from saleor.app.types import AppType
from saleor.core.jwt_manager import get_jwt_manager
from saleor.core.utils import get_domain
from saleor.permission.enums import get_permissions_from_names
from saleor.plugins.models import PluginConfiguration

from saleor_loyalty import __version__
from saleor_loyalty.doors.manifest import APP_ID, manifest
from saleor_loyalty.doors.plugin import addresses
from saleor_loyalty.models import Door, Shop

logger = logging.getLogger(__name__)

# Of the kind for which the Dashboard gets tokens; one that was installed has a manifest's address.
# One that staff deleted stays for a day, marked as removed: it is nobody's any more.
OURS = {
    "identifier": APP_ID,
    "type": AppType.THIRDPARTY,
    "manifest_url": None,
    "removed_at": None,
}

_here: Shop | None = None


class NotSetUp(Exception):
    """The migrations that make us a part of this shop have not run."""


def here() -> Shop:
    """The shop we live in, as this process first saw it: without a statement after the first.

    What a worker notes in the row meanwhile is not in it. Raises NotSetUp.
    """
    global _here
    if _here is None:
        _here = read()
    return _here


def forget() -> None:
    """Have `here` read anew: something was wrong with what it said."""
    global _here
    _here = None


def read() -> Shop:
    """The shop we live in, as it stands. Raises NotSetUp."""
    try:
        return Shop.objects.get(door=Door.PLUGIN)
    except Shop.DoesNotExist:
        raise NotSetUp("Run manage.py migrate: the shop is not set up.") from None


def app() -> App:
    """The App under which we act in the shop. Raises NotSetUp."""
    found = App.objects.filter(**OURS).first()
    if found is None:
        raise NotSetUp("Run manage.py migrate: the App is not set up.")
    return found


def set_up() -> None:
    """Make the shop's rows, or bring them up to date. Doing it again changes nothing."""
    says = manifest()
    with transaction.atomic():
        app = _app(says)
        _extensions(app, says["extensions"])
        # Without a row Saleor shows the plugin as on, and takes it for off when it is switched.
        PluginConfiguration.objects.get_or_create(
            identifier=APP_ID, channel=None, defaults={"active": True}
        )
        current = {
            "api_url": addresses.api_url(),
            "domain": get_domain()[:255],
            "name": " ".join(Site.objects.get_current().name.split()),
            "app_id": Node.to_global_id("App", app.pk),
            "jwks": get_jwt_manager().get_jwks(),
        }
        if not Shop.objects.filter(door=Door.PLUGIN).exists():
            # A row that was migrated back to before there were doors, and forth, is ours still.
            Shop.objects.filter(api_url=current["api_url"]).update(door=Door.PLUGIN)
        shop, made = Shop.objects.update_or_create(
            door=Door.PLUGIN,
            defaults=current,
            create_defaults={**current, "installed_at": timezone.now()},
        )
    if made:
        logger.info("Shop %s is set up, with the App %s", shop.pk, shop.app_id)
    _logo(app)


def tear_down() -> None:
    """Take our rows out of Saleor's tables, once our own tables are gone."""
    App.objects.filter(**OURS).delete()
    PluginConfiguration.objects.filter(identifier=APP_ID).delete()


def _app(says: dict[str, Any]) -> App:
    """The App, with exactly the permissions it needs. It has no token: nobody else acts as it."""
    current = {
        "name": says["name"],
        "about_app": says["about"],
        "author": says["author"],
        "app_url": says["appUrl"],
        "version": __version__,
        "audience": says["audience"],
    }
    app, _ = App.objects.update_or_create(**OURS, defaults=current)
    app.permissions.set(get_permissions_from_names(says["permissions"]))
    return app


def _extensions(app: App, wanted: list[dict[str, Any]]) -> None:
    """The App's places in the Dashboard, made anew when they differ from the wanted ones."""
    rows = [_row(extension) for extension in wanted]
    fields = rows[0].keys() if rows else ("pk",)
    found = list(app.extensions.order_by("pk").values(*fields))
    permissions = [
        sorted(p.codename for p in extension.permissions.all())
        for extension in app.extensions.order_by("pk")
    ]
    if found == rows and permissions == [_codenames(e["permissions"]) for e in wanted]:
        return
    app.extensions.all().delete()
    for extension, row in zip(wanted, rows, strict=True):
        made = AppExtension.objects.create(app=app, **row)
        made.permissions.set(get_permissions_from_names(extension["permissions"]))


def _logo(app: App) -> None:
    """Our logo, kept where Saleor keeps that of an installed app. Not worth a failing `migrate`."""
    if app.brand_logo_default:
        return
    logo = files("saleor_loyalty") / "static" / "saleor_loyalty" / "logo.png"
    try:
        app.brand_logo_default.save("loyalty.png", ContentFile(logo.read_bytes()))
    except Exception:  # of whatever storage the shop has
        logger.warning("The App has no logo: the shop's storage did not take it", exc_info=True)


def _row(extension: dict[str, Any]) -> dict[str, Any]:
    row = {
        "label": extension["label"],
        "url": extension["url"],
        "mount": extension["mount"].lower(),
        "target": extension["target"].lower(),
    }
    options = extension.get("options", {})
    if hasattr(AppExtension, "settings"):
        return {**row, "settings": options}
    # The first releases of 3.22 know no other option.
    return {**row, "http_target_method": options.get("widgetTarget", {}).get("method")}


def _codenames(names: list[str]) -> list[str]:
    return sorted(permission.codename for permission in get_permissions_from_names(names))
