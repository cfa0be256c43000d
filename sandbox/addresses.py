"""Where the demo's servers listen and by which addresses they are known."""

import argparse
import os
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import NamedTuple

from saleor_loyalty.conf import ORIGIN

HOST = "127.0.0.1"


class Ports(NamedTuple):
    """Where the three servers listen."""

    sandbox: int
    app: int
    smtp: int

    @classmethod
    def usual(cls, say: Callable[[str], None]) -> "Ports":
        """The ports the environment asks for, else the usual ones; if taken, the next free."""
        wanted = {"SANDBOX_PORT": 8000, "APP_PORT": 8001, "SMTP_PORT": 8025}
        found: list[int] = []
        for name, default in wanted.items():
            port = int(os.environ.get(name, default))
            found.append(next(p for p in range(port, port + 100) if p not in found and _is_free(p)))
            if found[-1] != port:
                say(f"Port {port} is taken, using {found[-1]} instead ({name} sets another)")
        return cls(*found)

    @classmethod
    def any(cls) -> "Ports":
        """Ports nobody else uses."""
        with ExitStack() as stack:
            sockets = [stack.enter_context(socket.socket()) for _ in cls._fields]
            for each in sockets:
                each.bind((HOST, 0))
            return cls(*(each.getsockname()[1] for each in sockets))


@dataclass(frozen=True)
class Addresses:
    """How everybody reaches everybody. Addresses have no slash at the end, but the shop's API."""

    ports: Ports
    sandbox_url: str
    shop_url: str  # the GraphQL API of the shop that the app serves: the sandbox's or a Saleor's
    storefronts: tuple[str, ...] = ()  # origins of others, beside the sandbox's own

    @property
    def app_url(self) -> str:
        return f"http://{HOST}:{self.ports.app}"

    @property
    def manifest_url(self) -> str:
        return f"{self.app_url}/app/manifest"

    @property
    def discounts_url(self) -> str:
        """The shopper's page of points and coupons."""
        return f"{self.sandbox_url}/account/"


def origin(text: str) -> str:
    """A storefront's, as an option of the command line. Raises ArgumentTypeError."""
    if not ORIGIN.fullmatch(text):
        message = (
            f"“{text}” is no origin. Give scheme and host, and the port if there is one, with "
            "nothing after it: http://localhost:3000"
        )
        raise argparse.ArgumentTypeError(message)
    return text


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind((HOST, port))
            return True
    return False
