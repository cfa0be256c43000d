"""HTTP calls that leave our machine, each with a deadline for the whole of it, not for every read.

Who answers a byte a second is within httpx's own timeouts for as long as it likes.
"""

import socket
import ssl
import threading
import time
from collections.abc import Iterable, Mapping
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import Any

import httpcore
import httpx

PIECE = 4096  # bytes written at once: a slow reader is looked at between two


class PrivateAddress(Exception):
    """A host has an address that is not of the public internet."""


class Client(httpx.Client):
    """httpx's client, whose calls end `seconds` after they began, answered or not.

    Raises what httpx raises; httpx.TimeoutException for a call that is late. Redirects are not
    followed. Only looking a name up may take longer: the system has a deadline of its own for that.

    `is_public`: for addresses that somebody typed. Raises PrivateAddress for a host inside our own
    network, whatever its name. Where the environment names a proxy, that decides instead.
    """

    def __init__(
        self,
        *,
        seconds: float,
        headers: Mapping[str, str] | None = None,
        is_public: bool = False,
    ) -> None:
        super().__init__(
            timeout=seconds, headers=headers, follow_redirects=False, verify=_trusted()
        )
        self._clock = _Clock(seconds)
        # httpx has no door for what opens connections, and a transport of our own would lose the
        # proxies that the environment names.
        for transport in (self._transport, *self._mounts.values()):
            if isinstance(transport, httpx.HTTPTransport):
                is_direct = transport is self._transport
                transport._pool._network_backend = _Punctual(
                    self._clock, is_public=is_public and is_direct
                )

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        self._clock.start()
        return super().send(request, **options)


class _Clock(threading.local):
    """What is left of the call that this thread makes."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._end = time.monotonic() + seconds

    def start(self) -> None:
        self._end = time.monotonic() + self._seconds

    def left(self) -> float:
        """In seconds, more than none. Raises httpcore.ReadTimeout."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout(f"not done after {self._seconds:g} s")
        return left


class _Punctual(httpcore.NetworkBackend):
    """Opens connections that wait for no longer than the clock allows."""

    def __init__(self, clock: _Clock, *, is_public: bool) -> None:
        self._clock = clock
        self._is_public = is_public
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """To the first of the host's addresses that answers; each has its share of the time."""
        addresses = _addresses(host, port)
        # What was looked at is what is connected to: a name may say another thing the next time.
        if self._is_public and not all(map(_is_public, addresses)):
            raise PrivateAddress(host)
        for still_to_try in range(len(addresses), 0, -1):
            share = self._clock.left() / still_to_try
            address = addresses[-still_to_try]
            try:
                stream = self._real.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if still_to_try == 1:
                    raise
            else:
                return _Stream(stream, self._clock)
        raise httpcore.ConnectError(f"{host} has no address")


class _Stream(httpcore.NetworkStream):
    """A connection under a clock."""

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._clock.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), PIECE):
            self._stream.write(buffer[start : start + PIECE], self._clock.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._clock.left())
        return _Stream(stream, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(str(error)) from error
    return [str(address[0]) for *_, address in found]


def _is_public(address: str) -> bool:
    known = ip_address(address.partition("%")[0])
    if isinstance(known, IPv6Address):
        known = known.ipv4_mapped or known.sixtofour or known
    return known.is_global and not known.is_multicast


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we believe to be who they say; read once, for it takes longer than settling an order."""
    return httpx.create_ssl_context()
