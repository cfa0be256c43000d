"""A whole demo on free ports: shop, app, worker and inboxes, as `make demo` starts them."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from sandbox.addresses import Ports
from sandbox.demo import Demo, running
from tests.demo.line import Line

STOREFRONT = "http://localhost:3000"  # of a developer's own


@pytest.fixture(scope="session")
def ports() -> Ports:
    return Ports.any()


@pytest.fixture(scope="session")
def line(ports: Ports) -> Iterator[Line]:
    """What all calls to the shop go through."""
    with Line(ports.sandbox) as line:
        yield line


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, ports: Ports, line: Line) -> Iterator[Demo]:
    with running(
        tmp_path_factory.mktemp("demo"),
        ports=ports,
        stop=Event(),
        say=lambda _: None,
        sandbox_url=line.url,
        storefronts=[STOREFRONT],
        temporary=True,
    ) as demo:
        yield demo


@pytest.fixture
def service_account(demo: Demo) -> Path:
    return Path(demo.programs["sandbox"].env["FCM_SERVICE_ACCOUNT_FILE"])
