"""Saleor and we behind one gateway of Apollo Federation: one query reads both.

With LOYALTY_LIVE_SALEOR, the address of a running Saleor's API, it composes that one's schema too.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from saleor_loyalty.models import Member, Shop
from tests.accounts import account_of
from tests.saleor_over_http import CUSTOMER_ID, Saleor
from tests.server.conftest import PATIENCE
from tests.server.test_web_servers import UVICORN
from tests.signing import SigningKey

HERE = Path(__file__).parent
QUERY = "{ me { email loyalty { balance } } }"

pytestmark = pytest.mark.skipif(
    not (HERE / "node_modules").exists() or shutil.which("node") is None,
    reason="Federation, not tried: no gateway, which needs Node.js 20 (scripts/gateway)",
)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Callable[[str, str], str]]:
    """Starts a gateway in front of two subgraphs; its address, once it has composed them."""
    running: list[subprocess.Popen[bytes]] = []

    def gateway(saleor: str, loyalty: str) -> str:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        log = tmp_path / "gateway.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                ["node", "gateway.mjs", saleor, loyalty, str(port)],
                cwd=HERE,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        running.append(process)
        until = time.monotonic() + 2 * PATIENCE
        while time.monotonic() < until and process.poll() is None:
            if "The gateway is ready." in log.read_text():
                return f"http://127.0.0.1:{port}/"
            time.sleep(0.1)
        raise AssertionError(f"The gateway does not compose them:\n{log.read_text()}")

    yield gateway
    for process in running:
        with suppress(ProcessLookupError):
            process.terminate()
        process.wait()


@pytest.fixture
def ada(shop: Shop) -> Member:
    member = Member.objects.create(
        shop=shop,
        customer_id=CUSTOMER_ID,
        email="ada@example.com",
        joined_at=shop.installed_at,
    )
    account_of(member, balance=1200)
    return member


def test_a_shopper_reads_saleors_data_and_ours_in_one_query(
    gateway, serve, saleor_subgraph: str, saleor: Saleor, key: SigningKey, ada: Member
) -> None:
    server = serve(*UVICORN, ALLOWED_HOSTS="127.0.0.1")
    address = gateway(saleor_subgraph, f"{server.url}/graphql/")
    token = key.token(saleor.access_claims())

    signed_in = httpx.post(
        address, json={"query": QUERY}, headers={"Authorization": f"Bearer {token}"}, timeout=30
    )
    not_signed_in = httpx.post(address, json={"query": QUERY}, timeout=30)

    assert signed_in.json() == {
        "data": {"me": {"email": "ada@example.com", "loyalty": {"balance": 1200}}}
    }
    assert not_signed_in.json() == {"data": {"me": None}}


@pytest.mark.skipif(
    "LOYALTY_LIVE_SALEOR" not in os.environ,
    reason="A real Saleor's schema in federation, not tried: none runs (LOYALTY_LIVE_SALEOR)",
)
def test_saleors_whole_schema_and_ours_make_one(gateway, serve, shop: Shop) -> None:
    server = serve(*UVICORN, ALLOWED_HOSTS="127.0.0.1")
    address = gateway(os.environ["LOYALTY_LIVE_SALEOR"], f"{server.url}/graphql/")

    shown = httpx.post(
        address, json={"query": '{ __type(name: "User") { fields { name } } }'}, timeout=30
    )

    fields = {field["name"] for field in shown.json()["data"]["__type"]["fields"]}
    assert {"loyalty", "email", "orders"} <= fields
