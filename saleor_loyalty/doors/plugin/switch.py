"""One switch, wherever it is turned: the plugin's in Saleor is the programme's own."""

import logging
from typing import Any

from saleor.core.db.connection import allow_writer
from saleor.plugins.models import PluginConfiguration

from saleor_loyalty.doors.manifest import APP_ID
from saleor_loyalty.doors.plugin import shop
from saleor_loyalty.models import Door, Shop
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes

logger = logging.getLogger(__name__)

ACTOR = "Saleor's plugin page"


def turn(*, on: bool) -> None:
    """Switch the programme as the plugin was switched; a shop without one has nothing to switch."""
    with allow_writer():
        here = shop.read()
        if programs.current(here) is None:
            return
        programs.update(shop=here, changes=Changes(is_active=on), actor=ACTOR)
    logger.info("Shop %s: the plugin was switched %s", here.pk, "on" if on else "off")


def register() -> None:
    """Have the plugin follow the programme: Saleor tells a plugin that is off of nothing."""
    programs.switched.connect(_follow, dispatch_uid="saleor_loyalty")


def _follow(*, shop: Shop, on: bool, **kwargs: Any) -> None:
    if shop.door == Door.PLUGIN:
        row = PluginConfiguration.objects.filter(identifier=APP_ID, channel=None)
        row.exclude(active=on).update(active=on)
