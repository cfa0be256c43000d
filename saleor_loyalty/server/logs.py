"""What logs hold: no token that stands in an address, and for machines one JSON object per line."""

import logging
import re

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter


def json_formatter() -> JsonFormatter:
    """For LOGGING. What a record carries besides its message stands beside it."""
    return JsonFormatter(
        ["asctime", "levelname", "name", "process", "message"],
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        # uvicorn's for a terminal, and Django's, which tells the address once more
        reserved_attrs=[*RESERVED_ATTRS, "color_message", "request"],
    )


class WithoutTokens(logging.Filter):
    """Takes the token out of the address by which emails are ended, wherever a line tells it.

    It is for good, and mail programs post to it by themselves (RFC 8058), so it has to stand there.
    """

    TOKEN = re.compile(r"(/unsubscribe/)[^\s/?\"']+")

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self.TOKEN.sub(r"\1…", record.getMessage()), None
        return True
