"""How a document gets to Saleor and its answer back: over HTTP, with the app's token."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, Self

import httpx

from saleor_loyalty.saleor_api.outgoing import Client

FORBIDDEN = frozenset({"PermissionDenied", "InvalidTokenError", "ExpiredSignatureError"})


class SaleorUnavailable(Exception):
    """Saleor did not answer, or not now; the same request may succeed later.

    `retry_after` is how long it asked us to wait; zero when it did not say.
    """

    def __init__(self, message: str, *, retry_after: timedelta = timedelta(0)) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class SaleorRefused(Exception):
    """Saleor answered that it will not do this; the same request will be refused again."""


class SaleorForbade(SaleorRefused):
    """Saleor does not let our app do this: it was uninstalled, or lacks a permission.

    By its own code for that: what a firewall on the way answers is trouble on the way.
    """


class Transport(Protocol):
    """Runs one GraphQL document and returns its `data`, with numbers as Decimal."""

    def execute(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]: ...


class HttpTransport:
    """Talks to the GraphQL API at `api_url`, keeping its connection open between requests.

    Raises SaleorUnavailable on network trouble, 429 and 5xx; SaleorRefused on any other refusal.
    `timeout` is in seconds, for the whole of a request. Use as a context manager, so that the
    connection is closed.
    """

    def __init__(self, api_url: str, *, token: str, timeout: float) -> None:
        self._api_url = api_url
        self._http = Client(seconds=timeout, headers={"Authorization": f"Bearer {token}"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.close()

    def execute(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        try:
            response = self._http.post(
                self._api_url, json={"query": document, "variables": variables}
            )
        except httpx.HTTPError as error:
            message = f"{self._api_url} did not answer: {type(error).__name__}"
            raise SaleorUnavailable(message) from error
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
            message = f"{self._api_url} answered {response.status_code}"
            raise SaleorUnavailable(message, retry_after=_retry_after(response))
        return _data(self._api_url, response)


class PatientTransport:
    """Asks again what Saleor could not answer just now, each time after a longer wait.

    For queries only: a mutation that got no answer may have been carried out. Raises what
    `transport` does; SaleorUnavailable after TRIES, or when Saleor asks for a longer wait than
    LONGEST_WAIT. `sleep` takes seconds.
    """

    TRIES = 5
    FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(seconds=60)

    def __init__(
        self, transport: Transport, *, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._transport = transport
        self._sleep = sleep

    def execute(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        for tries in range(1, self.TRIES):
            try:
                return self._transport.execute(document, variables)
            except SaleorUnavailable as error:
                wait = max(self.FIRST_WAIT * 2 ** (tries - 1), error.retry_after)
                if wait > self.LONGEST_WAIT:
                    raise
                self._sleep(wait.total_seconds())
        return self._transport.execute(document, variables)


def _retry_after(response: httpx.Response) -> timedelta:
    """The wait that an answer asks for: seconds or a date (RFC 9110, 10.2.3); zero for none."""
    asked = response.headers.get("Retry-After", "")
    if asked.isdecimal():
        return timedelta(seconds=min(int(asked), 86_400))
    try:
        until = parsedate_to_datetime(asked)
    except ValueError:
        return timedelta(0)
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(until - datetime.now(UTC), timedelta(0))


def _data(api_url: str, response: httpx.Response) -> dict[str, Any]:
    """The `data` of an answer. Errors beside partial data are refusals too: half is nothing."""
    try:
        answer = json.loads(response.text, parse_float=Decimal)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or not (answer.get("errors") or "data" in answer):
        message = f"{api_url} answered {response.status_code} with nothing of GraphQL"
        raise SaleorUnavailable(message)
    errors = answer.get("errors")
    if errors or not isinstance(answer["data"], dict):
        said, code = _first_error(errors)
        message = f"{api_url} refused: {said} (HTTP {response.status_code})"
        raise SaleorForbade(message) if code in FORBIDDEN else SaleorRefused(message)
    data: dict[str, Any] = answer["data"]
    return data


def _first_error(errors: Any) -> tuple[str, str]:
    """What Saleor said, and its code for it (extensions.exception.code)."""
    try:
        said = str(errors[0]["message"])[:300]
    except (TypeError, KeyError, IndexError):
        return "no reason given", ""
    try:
        return said, str(errors[0]["extensions"]["exception"]["code"])
    except (TypeError, KeyError):
        return said, ""
