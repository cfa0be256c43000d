"""A mail server and a Firebase on real sockets, and messages that wait to be sent."""

import itertools
import json
import socket
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone

from saleor_loyalty.models import (
    ChannelTerms,
    Coupon,
    CouponStatus,
    Device,
    DevicePlatform,
    Entry,
    EntryKind,
    EntryNote,
    Member,
    Message,
    MessageKind,
    Program,
    ProgramVersion,
    Shop,
)
from tests.accounts import account_of
from tests.chromium import browser
from tests.coupons import new_coupon
from tests.shops import REWARD_RULES, new_reward

__all__ = ["browser"]

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def _settings(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Nordlys <club@nordlys.example>"
    settings.LOYALTY_DISCOUNTS_URL = "https://nordlys.example/account/discounts"
    settings.LOYALTY_HTTP_TIMEOUT = 2.0


# ------------------------------------------------------------------ rows


@pytest.fixture
def shop(db) -> Shop:
    shop = Shop.objects.create(
        api_url="https://nordlys.example/graphql/", domain="nordlys.example", installed_at=NOW
    )
    Program.objects.create(shop=shop, is_active=True)
    return shop


@pytest.fixture
def make_version(shop) -> Callable[..., ProgramVersion]:
    def make(channels: list[dict[str, Any]] | None = None, **rules: Any) -> ProgramVersion:
        told = {"reward_name": "Spring reward", "coupon_valid_days": 30, **rules}
        defaults = {
            "name": "Nordlys Club",
            "threshold": 5000,
            "basis": "GROSS",
            "include_shipping": False,
            "expiry_policy": "NEVER",
            "time_zone": "Europe/Oslo",
            "created_at": NOW,
            "created_by": "staff",
        }
        terms = {
            "channel_id": "eu",
            "currency": "EUR",
            "points_per_unit": 10,
            "discount_value": Decimal(10),
            "min_spent": Decimal(50),
        }
        rows = [{**terms, **channel} for channel in channels or [{}]]
        version = ProgramVersion.objects.create(
            program=shop.program,
            number=next(numbers),
            reward=new_reward(
                shop,
                [{name: row[name] for name in row if name != "points_per_unit"} for row in rows],
                **{name: told[name] for name in told if name in REWARD_RULES},
            ),
            **(defaults | {name: told[name] for name in told if name not in REWARD_RULES}),
        )
        for row in rows:
            earns = {name: row[name] for name in row if name not in ("discount_value", "min_spent")}
            ChannelTerms.objects.create(version=version, **earns)
        return version

    return make


@pytest.fixture
def version(shop, make_version) -> ProgramVersion:
    """The rules in force."""
    version = make_version()
    Program.objects.filter(shop=shop).update(current=version)
    shop.program.current = version
    return version


@pytest.fixture
def in_force(shop) -> Callable[[ProgramVersion], None]:
    """Make a version the programme's current one."""

    def put(version: ProgramVersion) -> None:
        shop.program.current = version
        shop.program.save()

    return put


@pytest.fixture
def make_member(shop) -> Callable[..., Member]:
    def make(**fields: Any) -> Member:
        number = next(numbers)
        defaults = {
            "customer_id": f"customer-{number}",
            "email": f"shopper{number}@mail.example",
            "first_name": "Ada",
            "joined_at": NOW,
        }
        balance = fields.pop("balance", 120)
        member = Member.objects.create(shop=shop, **(defaults | fields))
        account_of(member, balance=balance)
        return member

    return make


@pytest.fixture
def make_device() -> Callable[..., Device]:
    def make(member: Member, token: str, **fields: Any) -> Device:
        defaults = {"platform": DevicePlatform.ANDROID, "registered_at": NOW}
        return Device.objects.create(
            shop=member.shop, member=member, token=token, **(defaults | fields)
        )

    return make


@pytest.fixture
def make_message(shop, version, make_member) -> Callable[..., Message]:
    """A due message, for a member of its own unless one is given: about a minted coupon or a gift,
    which it has as its own, or a welcome.
    """

    def make(
        kind: str = MessageKind.REWARD_EMAIL,
        *,
        member: Member | None = None,
        coupon: dict[str, Any] | None = None,
        **fields: Any,
    ) -> Message:
        member = member or make_member()
        number, given = next(numbers), dict(coupon or {})
        told = given.pop("version", version)
        due = {
            "shop": shop,
            "member": member,
            "kind": kind,
            "created_at": NOW,
            "due_at": timezone.now() - timedelta(seconds=1),
        }
        if kind == MessageKind.WELCOME_EMAIL:
            return Message.objects.create(cause="welcome", **(due | fields))
        is_gift = kind in (MessageKind.GIFT_EMAIL, MessageKind.GIFT_PUSH)
        entry = Entry.objects.create(
            shop=shop,
            account=member.account,
            kind=EntryKind.GIFT if is_gift else EntryKind.REWARD,
            source=f"test:{number}",
            points=250 if is_gift else -5000,
            balance_after=120,
            created_at=NOW,
            version=told,
        )
        if is_gift:
            EntryNote.objects.create(entry=entry, reason="Happy birthday", actor="Olga")
            return Message.objects.create(entry=entry, cause=entry.source, **(due | fields))
        minted = {
            "reward": told.reward,
            "status": CouponStatus.ACTIVE,
            "code": f"CODE-{number:04}",
            "issued_at": NOW,
        }
        made = new_coupon(shop=shop, member=member, entry=entry, **(minted | given))
        cause = made.current.cause
        Coupon.objects.filter(pk=made.pk).update(announced_as=cause)
        message = Message.objects.create(cause=cause, coupon=made, **(due | fields))
        made.code_now = made.code  # as the outbox reads it along
        message.told = [made]
        return message

    return make


@pytest.fixture
def make_more_coupons(shop, version) -> Callable[[Message, int], list[Coupon]]:
    """So many more coupons of which a message tells; ACTIVE, and made after its first."""

    def make(message: Message, number: int) -> list[Coupon]:
        more = []
        for _ in range(number):
            source = f"test:{next(numbers)}"
            entry = Entry.objects.create(
                shop=shop,
                account=message.member.account,
                kind=EntryKind.REWARD,
                source=source,
                points=-5000,
                balance_after=120,
                created_at=NOW,
                version=version,
            )
            coupon = new_coupon(
                shop=shop,
                member=message.member,
                entry=entry,
                reward=message.coupon.reward,
                status=CouponStatus.ACTIVE,
                code=f"MORE-{next(numbers):04}",
                announced_as=message.cause,
                issued_at=NOW,
            )
            more.append(coupon)
        return more

    return make


@pytest.fixture
def make_push(make_message, make_member, make_device) -> Callable[..., Message]:
    """A due push notice for a member with these devices."""

    def make(*tokens: str, **fields: Any) -> Message:
        member = make_member()
        for token in tokens:
            make_device(member, token)
        return make_message(MessageKind.REWARD_PUSH, member=member, **fields)

    return make


@pytest.fixture
def due_again() -> Callable[[Message], None]:
    """Let the wait, or the lease, of a message pass."""

    def pass_time(message: Message) -> None:
        Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - timedelta(seconds=1))

    return pass_time


# ------------------------------------------------------------------ mail


class MailServer:
    """An SMTP server that keeps what it takes; `refused` answers a recipient or a mail's data."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.mails: list[EmailMessage] = []
        self.sessions: set[int] = set()
        self.refused_recipients: dict[str, str] = {}
        self.refused_data: deque[str] = deque()
        self._controller: Controller | None = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if answer := self.refused_recipients.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.sessions.add(id(session))
        if self.refused_data:
            return self.refused_data.popleft()
        self.mails.append(message_from_bytes(envelope.content, policy=default))
        return "250 Taken"

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller:
            self._controller.stop()
            self._controller = None


@pytest.fixture
def stopped_mail_server(settings) -> Iterator[MailServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    server = MailServer(port)
    yield server
    server.stop()


@pytest.fixture
def mail_server(stopped_mail_server) -> MailServer:
    stopped_mail_server.start()
    return stopped_mail_server


# ------------------------------------------------------------------ Firebase

Answer = tuple[int, dict[str, str], dict[str, Any]]


class FirebaseServer(ThreadingHTTPServer):
    """Firebase's token and message addresses; `answers` holds what comes before it says yes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _FirebaseHandler)
        self.url = f"http://127.0.0.1:{self.server_port}/fcm"
        self.notices: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.sent: list[tuple[dict[str, str], dict[str, Any]]] = []  # headers and body
        self.grants: list[str] = []
        self.answers: defaultdict[str, deque[Answer]] = defaultdict(deque)

    def tokens(self) -> list[str]:
        return [notice["token"] for notice in self.notices]

    def answer(self, token: str, status: int, code: str = "", **headers: str) -> None:
        """Have the next notice to a device answered with an error, in Firebase's form."""
        detail = {
            "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError",
            "errorCode": code,
        }
        error = {"code": status, "details": [detail] if code else []}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[token].append((status, named, {"error": error}))


class _FirebaseHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FirebaseServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.paths.append(self.path)
        if self.path == "/fcm/token":
            self.server.grants.append(body.decode())
            access = f"access-{len(self.server.grants)}"
            self._reply(200, {}, {"access_token": access, "expires_in": 3600})
            return
        if self.path != "/fcm/v1/projects/nordlys/messages:send":
            self._reply(404, {}, {"error": "not_found"})
            return
        self.server.sent.append((dict(self.headers), json.loads(body)))
        notice = json.loads(body)["message"]
        self.server.notices.append(notice | {"authorization": self.headers["Authorization"]})
        waiting = self.server.answers[notice["token"]]
        yes = (200, {}, {"name": "projects/nordlys/messages/1"})
        self._reply(*(waiting.popleft() if waiting else yes))

    def _reply(self, status: int, headers: dict[str, str], body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def service_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def fcm(settings, tmp_path: Path, service_key) -> Iterator[FirebaseServer]:
    with FirebaseServer() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        pem = service_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        account = {
            "type": "service_account",
            "project_id": "nordlys",
            "private_key_id": "1",
            "private_key": pem.decode(),
            "client_email": "push@nordlys.example",
            "token_uri": f"{server.url}/token",
        }
        path = tmp_path / "service-account.json"
        path.write_text(json.dumps(account))
        settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE = str(path)
        settings.LOYALTY_FCM_URL = server.url
        yield server
        server.shutdown()
        thread.join()
