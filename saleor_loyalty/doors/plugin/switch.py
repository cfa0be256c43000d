"""The plugin's switch in Saleor is the programme's switch."""

import logging

from saleor.core.db.connection import allow_writer

from saleor_loyalty import programs
from saleor_loyalty.doors.plugin import shop

logger = logging.getLogger(__name__)

ACTOR = "Saleor's plugin page"


def turn(*, on: bool) -> None:
    """Switch the programme as the plugin was switched; a shop without one has nothing to switch."""
    with allow_writer():
        here = shop.read()
        if programs.current(here) is None:
            return
        programs.update(shop=here, changes={"is_active": on}, actor=ACTOR)
    logger.info("Shop %s: the plugin was switched %s", here.pk, "on" if on else "off")
