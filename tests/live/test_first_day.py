"""The first day of a shop with the plugin: the whole story, in a fresh Saleor with sample data."""

import sys
from threading import Event

import pytest

from sandbox import story
from sandbox.demo import Demo
from tests.live import saleor
from tests.live.doors import open_plugin_shop
from tests.live.saleor import LiveSaleor

pytestmark = pytest.mark.timeout(1200)


def test_the_story_goes_as_it_should(
    inside: tuple[LiveSaleor, Demo], capsys: pytest.CaptureFixture[str]
) -> None:
    _, demo = inside

    went_well = story.tell(
        demo, staff=saleor.STAFF, stop=Event(), say=print, open_shop=open_plugin_shop
    )

    told = capsys.readouterr().out
    with capsys.disabled():
        sys.stdout.write(told)
    assert went_well
    assert told.count("✓") == 13
