"""How we take our place in a Saleor that has just loaded its apps."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate

from saleor_loyalty.doors.plugin import environment, problems, schema, shop, switch, work
from saleor_loyalty.doors.plugin.transport import InProcessTransport
from saleor_loyalty.models import Shop
from saleor_loyalty.saleor_api import inside

URLS = "saleor_loyalty.doors.plugin.urls"


def start(config: AppConfig) -> None:
    """Add our settings, schema, pages, tasks and rows. Once, from `AppConfig.ready`.

    A Saleor that is too old is left as it is, and the system checks say so.
    """
    if problems.is_too_old():
        return
    environment.take_settings()
    schema.extend_schema()
    settings.ROOT_URLCONF = URLS
    work.register()
    switch.register()
    inside.lend(InProcessTransport())
    post_migrate.connect(_after_migrate, sender=config, dispatch_uid="saleor_loyalty")


def _after_migrate(using: str, **kwargs: Any) -> None:
    """Make our rows as soon as their tables are there; take Saleor's back when these are gone."""
    if using != router.db_for_write(Shop):
        return
    if Shop._meta.db_table not in connections[using].introspection.table_names():
        shop.tear_down()
        work.leave()
    elif _is_complete(using):
        shop.set_up()


def _is_complete(using: str) -> bool:
    """Whether the tables are those of this code: not after `migrate saleor_loyalty 0003`."""
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes("saleor_loyalty"))
