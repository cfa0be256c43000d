"""One sandbox for all tests of this folder, and an app that is installed in it."""

from collections.abc import Iterator

import pytest

from tests.chromium import browser
from tests.sandbox.app import App
from tests.sandbox.orders import Orders
from tests.sandbox.running import Sandbox, running
from tests.settings import WORKER

__all__ = ["browser"]


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    log = tmp_path_factory.mktemp("sandbox") / "server.log"
    with running(f"sandbox_{WORKER}", log) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def _installed(sandbox: Sandbox) -> Iterator[App]:
    app = App("tests.orders", ["MANAGE_ORDERS", "MANAGE_DISCOUNTS"])
    sandbox.run("install_app", app.manifest_url)
    yield app
    app.close()


@pytest.fixture
def app(_installed: App) -> App:
    """The installed app, which answers 200."""
    _installed.statuses.clear()
    return _installed


@pytest.fixture
def orders(sandbox: Sandbox) -> Orders:
    return Orders(sandbox)
