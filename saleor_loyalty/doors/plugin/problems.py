"""System checks inside Saleor: what keeps us from taking our place there, and what to do."""

from collections.abc import Sequence
from typing import Any

import saleor
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections, router
from saleor.app.models import App
from saleor.graphql.account.types import User

from saleor_loyalty.doors.manifest import APP_ID
from saleor_loyalty.models import Shop

OLDEST = (3, 22)
PLUGIN = "saleor_loyalty.doors.plugin.plugin.LoyaltyPlugin"


def is_too_old() -> bool:
    """Whether this Saleor lacks what we rest on."""
    major, minor = saleor.__version__.split(".")[:2]
    return (int(major), int(minor)) < OLDEST


@register(Tags.compatibility)
def check_saleor(**kwargs: Any) -> list[CheckMessage]:
    """E011: a Saleor that is too old for us."""
    if not is_too_old():
        return []
    return [
        Error(
            f"This is Saleor {saleor.__version__}, but saleor-loyalty needs 3.22 or newer.",
            hint="Upgrade Saleor, or take saleor-loyalty out of its image.",
            id="saleor_loyalty.E011",
        )
    ]


@register(Tags.compatibility)
def check_plugin(**kwargs: Any) -> list[CheckMessage]:
    """E012: Saleor knows the app and not the plugin, so it would never tell of an order."""
    if PLUGIN in getattr(settings, "PLUGINS", ()):
        return []
    return [
        Error(
            "Saleor does not know the loyalty plugin: no order would earn points.",
            hint=(
                "Install the package with pip, so that Saleor finds its entry point; in settings "
                f"of your own, add {PLUGIN!r} to PLUGINS."
            ),
            id="saleor_loyalty.E012",
        )
    ]


@register(Tags.compatibility)
def check_schema(**kwargs: Any) -> list[CheckMessage]:
    """E013: Saleor's schema was built before our fields were added to it."""
    if is_too_old() or "loyalty" in User._meta.fields:
        return []
    return [
        Error(
            "Saleor's GraphQL schema was built before saleor_loyalty was ready: it lacks ours.",
            hint="Another plugin imports saleor.graphql.api while Django starts: have it wait.",
            id="saleor_loyalty.E013",
        )
    ]


@register(Tags.compatibility)
def check_broker(**kwargs: Any) -> list[CheckMessage]:
    """W011: without a broker nobody works off what the hooks mark."""
    if settings.CELERY_BROKER_URL or settings.DEBUG:
        return []
    return [
        Warning(
            "CELERY_BROKER_URL is not set: no worker would credit orders or send messages.",
            hint="Point it at the broker of Saleor's Celery workers, and run these with a beat.",
            id="saleor_loyalty.W011",
        )
    ]


@register(Tags.database)
def check_one_door(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """W012: the same shop served by two programmes that know nothing of each other."""
    alias = router.db_for_read(Shop)
    if alias not in (databases or ()) or not _is_there(App, alias):
        return []
    installed = App.objects.using(alias).filter(identifier=APP_ID, is_active=True)
    if not installed.exclude(manifest_url=None).filter(removed_at=None).exists():
        return []
    return [
        Warning(
            "The loyalty app is installed in this shop beside the plugin: "
            "each would credit every order, in a ledger of its own.",
            hint="Move its members with loyalty_export and loyalty_import, then delete the app.",
            id="saleor_loyalty.W012",
        )
    ]


def _is_there(model: Any, alias: str) -> bool:
    return model._meta.db_table in connections[alias].introspection.table_names()
