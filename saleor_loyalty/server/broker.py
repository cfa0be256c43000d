"""The queue, read so that what is no message of Celery's ends no worker: it is dropped and logged.

Whoever can write to the broker, another program by mistake among them, leaves what they like there.
"""

import logging
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, redis, virtual

logger = logging.getLogger(__name__)

NAMES = ("redis", "rediss")  # how CELERY_BROKER_URL begins


def use() -> None:
    """Have all that is called redis:// read so, in this process and those it starts."""
    for name in NAMES:
        TRANSPORT_ALIASES[name] = f"{__name__}:Transport"


class Channel(redis.Channel):
    """Reads a frame; one that is no JSON was none."""

    def _brpop_read(self, **options: Any) -> Any:
        try:
            return super()._brpop_read(**options)  # type: ignore[misc] # its stubs leave it out
        except ValueError as error:
            _drop(error)
            return True


class Transport(redis.Transport):
    """Hands a frame on, if a message can be made of it."""

    Channel = Channel

    def _deliver(self, message: Any, queue: str | None) -> None:
        try:
            [channel, *_] = self.channels or []
            where = virtual.Message(message, channel=channel).delivery_info
            _ = where["exchange"], where["routing_key"]
        except Exception as error:  # noqa: BLE001 - of what shape it is, nobody knows
            _drop(error)
        else:
            super()._deliver(message, queue)


def _drop(error: Exception) -> None:
    logger.error("Dropped from the queue what is no message: %s", type(error).__name__)
