"""The worker process: a stop lets it finish what it has begun."""

import signal
import time

import pytest

from saleor_loyalty.models import Change, Member, Shop
from saleor_loyalty.orders import inbox
from tests.paper_saleor import line
from tests.server.conftest import PATIENCE
from tests.shops import new_program, new_shop


@pytest.fixture
def shop(transactional_db, saleor) -> Shop:
    shop = new_shop(saleor.api_url)
    new_program(shop)
    return shop


def wait_until(condition) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("It did not happen.")


def test_t32_a_worker_that_is_stopped_settles_the_orders_it_has_begun(run, tmp_path, saleor, shop):
    saleor.seconds_on_the_way = 2
    order_id = saleor.paper.place(1, line(100))
    inbox.mark(shop=shop, order_ids=[order_id])
    log = tmp_path / "worker.log"
    worker = run(log, "celery", "--app", "saleor_loyalty.server", "worker", "--concurrency=1")
    wait_until(lambda: Change.objects.filter(lease__isnull=False).exists())

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=PATIENCE) == 0, log.read_text()
    assert not Change.objects.exists()
    assert Member.objects.get().balance == 1000
