"""Doors into real shops. Without a Saleor on this machine only the sandbox's is open."""

import os
from collections.abc import Iterator

import pytest

from sandbox.demo import Demo
from tests.live import doors, saleor
from tests.live.doors import Door
from tests.live.saleor import Installation, LiveSaleor


@pytest.fixture(scope="session")
def installation() -> Installation:
    found = Installation.from_environment()
    if found is None:
        pytest.skip("A real Saleor, not tried: none is named (make test-saleor SALEOR_DIR=…)")
    return found


@pytest.fixture(scope="session")
def inside(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LiveSaleor, Demo]]:
    data_dir = tmp_path_factory.mktemp("inside")
    with doors.inside(installation, data_dir, broker_url=broker(14)) as running:
        yield running


@pytest.fixture(scope="session")
def live(inside: tuple[LiveSaleor, Demo]) -> LiveSaleor:
    """A Saleor with the plugin."""
    return inside[0]


@pytest.fixture(scope="session")
def plugin_door(inside: tuple[LiveSaleor, Demo]) -> Door:
    """The same with a programme."""
    live, demo = inside
    shop, app_id = doors.open_plugin_shop(
        demo, staff=saleor.STAFF, stop=demo.processes.stop, say=lambda _: None
    )
    return Door("plugin", shop, live.api_url, app_id, live=live)


@pytest.fixture(scope="session")
def app_door(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    data_dir = tmp_path_factory.mktemp("app")
    with doors.app_door(installation, data_dir, broker_url=broker(15)) as door:
        yield door


@pytest.fixture(scope="session")
def sandbox_door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with doors.sandbox_door(tmp_path_factory.mktemp("sandbox")) as door:
        yield door


@pytest.fixture(scope="session", params=["sandbox", "app", "plugin"])
def door(request: pytest.FixtureRequest) -> Door:
    """Each way into a shop: what is written for one door holds for all."""
    found: Door = request.getfixturevalue(f"{request.param}_door")
    return found


def broker(number: int) -> str:
    """A room of its own on the broker of this test run."""
    return f"{os.environ['CELERY_BROKER_URL'].rpartition('/')[0]}/{number}"
