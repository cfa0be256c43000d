"""Logs as machines read them: one JSON object per line."""

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter


def json_formatter() -> JsonFormatter:
    """For LOGGING. What a record carries besides its message stands beside it."""
    return JsonFormatter(
        ["asctime", "levelname", "name", "process", "message"],
        datefmt="%Y-%m-%dT%H:%M:%S%z",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        reserved_attrs=[*RESERVED_ATTRS, "color_message"],  # uvicorn's, for a terminal
    )
