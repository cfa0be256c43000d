"""What others leave in the queue ends no worker: what was asked for behind it is done."""

import json

import pytest
import redis
from django.conf import settings

from saleor_loyalty.models import Change, Shop
from saleor_loyalty.orders import inbox
from tests.paper_saleor import line
from tests.server.test_workers import wait_until
from tests.shops import new_program, new_shop

POISON = {
    "no JSON": b"hello",
    "no text": b"\xff\xfe\x00",
    "nothing": b"",
    "JSON of another kind": b"[1, 2]",
    "a number": b"7",
    "an object of nobody's": b"{}",
    "properties of nobody's": b'{"properties": {}, "body": "e30="}',
    "a body that is not what it says": json.dumps(
        {
            "body": "not base64!",
            "headers": {},
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "properties": {
                "body_encoding": "base64",
                "delivery_tag": "1",
                "delivery_info": {"exchange": "", "routing_key": "saleor_loyalty"},
            },
        }
    ).encode(),
    "a pickle": json.dumps(
        {
            "body": "gASVAAAAAA==",
            "headers": {"task": "saleor_loyalty.tasks.reconcile", "id": "1"},
            "content-type": "application/x-python-serialize",
            "content-encoding": "binary",
            "properties": {
                "body_encoding": "base64",
                "delivery_tag": "2",
                "delivery_info": {"exchange": "", "routing_key": "saleor_loyalty"},
            },
        }
    ).encode(),
}


@pytest.fixture
def shop(transactional_db, saleor) -> Shop:
    shop = new_shop(saleor.api_url)
    new_program(shop)
    return shop


def test_a_worker_outlives_what_is_no_message(run, tmp_path, saleor, shop):
    inbox.mark(shop=shop, order_ids=[saleor.paper.place(1, line(100))])
    log = tmp_path / "worker.log"
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as valkey:
        valkey.delete("saleor_loyalty")
        for frame in POISON.values():
            valkey.lpush("saleor_loyalty", frame)
        worker = run(log, "celery", "--app", "saleor_loyalty.server", "worker", "--concurrency=1")
        wait_until(lambda: not valkey.llen("saleor_loyalty"))
    run(
        tmp_path / "call.log",
        *("celery", "--app", "saleor_loyalty.server", "call", "saleor_loyalty.tasks.settle_orders"),
    )
    wait_until(lambda: not Change.objects.exists())

    assert worker.poll() is None, log.read_text()
    assert log.read_text().count("Dropped from the queue what is no message") == len(POISON) - 1
    assert log.read_text().count("connection to broker lost") == 0
