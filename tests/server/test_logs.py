"""What the server writes: one form for all lines, whoever writes them."""

import json
import logging
import signal
import sys
from urllib.parse import urlsplit

import httpx
import pytest

from saleor_loyalty.messages import unsubscribe
from saleor_loyalty.server.logs import json_formatter
from tests.server.conftest import PATIENCE
from tests.server.test_web_servers import GUNICORN, UVICORN


def test_every_line_is_a_json_object_if_asked_for(serve, shop):
    server = serve(*UVICORN, LOG_FORMAT="json")
    httpx.post(f"{server.url}/app/webhooks", headers={"Host": "testserver"})
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(timeout=PATIENCE)

    lines = [json.loads(line) for line in server.log.splitlines()]

    by_logger = {line["logger"]: line for line in lines}
    assert {"saleor_loyalty.doors.app.refusals", "uvicorn.access"} <= set(by_logger)
    assert not [line for line in lines if "color_message" in line]
    refusal = by_logger["saleor_loyalty.doors.app.refusals"]
    assert refusal["level"] == "WARNING"
    assert refusal["message"] == "/app/webhooks refused: HEADER_MISSING (shop None)"
    assert refusal["process"] == server.process.pid


def test_an_exception_is_part_of_its_line():
    formatter = json_formatter()
    try:
        1 / 0  # noqa: B018 - it raises
    except ZeroDivisionError:
        record = logging.LogRecord(
            "room", logging.ERROR, "", 0, "%s failed", ("x",), sys.exc_info()
        )

    [line] = formatter.format(record).splitlines()

    assert json.loads(line)["message"] == "x failed"
    assert "ZeroDivisionError" in json.loads(line)["exc_info"]


@pytest.mark.parametrize("form", ["line", "json"])
@pytest.mark.parametrize("command", [UVICORN, GUNICORN], ids=lambda parts: parts[0])
def test_no_line_tells_the_token_of_an_address_that_ends_emails(serve, shop, anna, command, form):
    link = urlsplit(unsubscribe.link(anna)).path
    forged = f"{link}x"
    access = ["--access-logfile=-"] if command is GUNICORN else []
    server = serve(*command, *access, LOG_FORMAT=form, ALLOWED_HOSTS="testserver")
    for path in (link, f"{link}?from=mail", forged):
        httpx.get(f"{server.url}{path}", headers={"Host": "testserver"})
        httpx.post(f"{server.url}{path}", headers={"Host": "testserver"})
    httpx.get(f"{server.url}{link}", headers={"Host": "elsewhere"})
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(timeout=20)

    assert "/unsubscribe/" in server.log
    assert link.rpartition("/")[2] not in server.log
