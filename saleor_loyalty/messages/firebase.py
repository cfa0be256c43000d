"""pyfcm, kept from hanging a worker, and telling a gone device from a server in trouble."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

import httpx
from google.auth import transport
from google.auth.exceptions import GoogleAuthError, TransportError
from google.oauth2.service_account import Credentials
from pyfcm import FCMNotification
from pyfcm.errors import FCMNotRegisteredError, InvalidDataError

from saleor_loyalty.conf import conf
from saleor_loyalty.messages.outcomes import Postponed, Unavailable
from saleor_loyalty.saleor_api.outgoing import Client

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"


class DeviceOfAnotherProject(Exception):
    """The token was made for another Firebase project than the service account's."""


class Firebase(FCMNotification):  # type: ignore[misc] # pyfcm ships no types
    """One request per notice: the outbox does the retrying, so nothing here sleeps or repeats.

    `notify` raises FCMNotRegisteredError only when Firebase says so of the token itself (a wrong
    address answers 404 as well), DeviceOfAnotherProject, InvalidDataError for a notice Firebase
    cannot take, Postponed where it is not let through to one kind of device, and Unavailable for
    all else.
    """

    def __init__(self, *, service_account_file: str, url: str) -> None:
        self.FCM_END_POINT_BASE = f"{url.rstrip('/')}/v1/projects"
        super().__init__(
            credentials=Credentials.from_service_account_file(service_account_file, scopes=[SCOPE]),  # type: ignore[no-untyped-call] # google-auth's constructors are not annotated
        )
        self._http = Client(seconds=conf.http_timeout)

    def send_request(self, payload: bytes, timeout: float) -> httpx.Response:
        """One try; a second one only with a new access token where the old one has expired."""
        try:
            answer = self._post(payload)
            if self._is_access_token_expired(answer):
                self.credentials.token = None
                answer = self._post(payload)
        except (httpx.HTTPError, GoogleAuthError) as error:
            raise Unavailable(f"Firebase was not reached: {type(error).__name__}.") from error
        return answer

    def parse_response(self, response: httpx.Response) -> dict[str, Any]:
        """Firebase's answer to a notice that was taken; raises for any other."""
        if response.is_success:
            return response.json() if response.content else {}
        code, fields = _fault(response)
        if code == "UNREGISTERED" or "message.token" in fields:
            raise FCMNotRegisteredError("Firebase does not know this token any more.")
        if code == "SENDER_ID_MISMATCH":
            raise DeviceOfAnotherProject("The device belongs to another Firebase project.")
        if code == "THIRD_PARTY_AUTH_ERROR":
            raise Postponed("Firebase has no valid key for Apple's or the browser's push service.")
        if code == "INVALID_ARGUMENT":
            raise InvalidDataError(f"Firebase refused the notice: {', '.join(fields) or code}.")
        raise Unavailable(
            f"Firebase answered {response.status_code} {code}".rstrip() + ".",
            after=_retry_after(response),
        )

    def _post(self, payload: bytes) -> httpx.Response:
        return self._http.post(self.fcm_end_point, content=payload, headers=self.request_headers())

    def _get_access_token(self) -> str:
        if not self.credentials.valid:
            self.credentials.refresh(self._request)
        return str(self.credentials.token)

    def _request(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_more: Any,
    ) -> "_Answer":
        """How google-auth asks for an access token: as a google.auth.transport.Request."""
        try:
            return _Answer(self._http.request(method, url, content=body, headers=headers))
        except httpx.HTTPError as error:
            raise TransportError(error) from error  # type: ignore[no-untyped-call]


class _Answer(transport.Response):
    """An answer as google-auth reads it."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    @property
    def data(self) -> bytes:
        return self._response.content


@cache
def firebase(service_account_file: str, url: str) -> Firebase:
    """The client of a service account, with its access token and connections, once per process.

    Raises OSError or ValueError when the file is missing or is no service account's key.
    """
    return Firebase(service_account_file=service_account_file, url=url)


def _fault(response: httpx.Response) -> tuple[str, list[str]]:
    """FCM's error code and the fields at fault, as its HTTP v1 reference describes errors."""
    try:
        details = response.json()["error"].get("details", [])
        codes = [detail["errorCode"] for detail in details if "errorCode" in detail]
        violations = [v for detail in details for v in detail.get("fieldViolations", [])]
        return codes[0] if codes else "", [violation.get("field", "") for violation in violations]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", []  # not Firebase's own answer, but a proxy's


def _retry_after(response: httpx.Response) -> timedelta:
    seconds = response.headers.get("Retry-After", "")
    return timedelta(seconds=min(int(seconds), 86_400) if seconds.isdecimal() else 0)
