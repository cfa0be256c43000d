"""Messages by the thousand, senders killed at random: all arrive, and again only as themselves."""

import os
import random
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email import message_from_bytes
from multiprocessing.context import ForkServerContext

import pytest
from aiosmtpd.controller import Controller
from django.db import connection
from django.utils import timezone

from saleor_loyalty.models import (
    Entry,
    EntryKind,
    Member,
    Message,
    MessageKind,
    MessageStatus,
    Shop,
)
from tests.accounts import account_of
from tests.concurrency.processes import send_until_killed

LONG_RUN = os.environ.get("LOYALTY_TESTS") == "long"
SENDERS, MESSAGES, KILLS = (4, 2000, 60) if LONG_RUN else (2, 80, 4)
LEASE = 3.0  # seconds; a batch takes less
PATIENCE = 900 if LONG_RUN else 240


class Mailbox:
    """Keeps who got which mail, as ids; a mail is taken before the sender hears of it."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the name is aiosmtpd's
        mail = message_from_bytes(envelope.content)
        self.taken.append((envelope.rcpt_tos[0], mail["Message-ID"]))
        return "250 Taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield mailbox, port
    controller.stop()


@pytest.fixture
def messages(shop: Shop) -> int:
    """So many gifts to tell of, each to a member of its own."""
    now = timezone.now()
    version = shop.program.current
    members = Member.objects.bulk_create(
        Member(shop=shop, customer_id=f"{n}", email=f"{n}@mail.example", joined_at=now)
        for n in range(MESSAGES)
    )
    entries = Entry.objects.bulk_create(
        Entry(
            shop=shop,
            account=account_of(member),
            kind=EntryKind.GIFT,
            source="gift:1",
            points=10,
            balance_after=10,
            created_at=now,
            version=version,
        )
        for member in members
    )
    Message.objects.bulk_create(
        Message(
            shop=shop,
            member=entry.member,
            kind=MessageKind.GIFT_EMAIL,
            cause=entry.source,
            entry=entry,
            created_at=now,
            due_at=now,
        )
        for entry in entries
    )
    return MESSAGES


@pytest.mark.timeout(0 if LONG_RUN else 600)
def test_t32_killed_senders_lose_no_message_and_repeat_one_only_under_its_id(
    messages, mailbox, processes: ForkServerContext, log, capsys
):
    box, port = mailbox
    started = time.monotonic()

    def start():
        sender = processes.Process(
            target=send_until_killed,
            args=(connection.settings_dict["NAME"], str(log), LEASE, port),
            daemon=True,
        )
        sender.start()
        return sender

    senders = [start() for _ in range(SENDERS)]
    kills = 0
    while kills < KILLS:
        seen = len(box.taken)
        _wait_until(lambda seen=seen: len(box.taken) > seen or _all_sent())
        if _all_sent():
            break
        time.sleep(random.uniform(0, 0.3))
        victim = random.randrange(SENDERS)
        senders[victim].kill()
        senders[victim].join()
        senders[victim] = start()
        kills += 1
    _wait_until(_all_sent)
    for sender in senders:
        sender.kill()
        sender.join()

    ids: dict[str, set[str]] = {}
    for address, message_id in box.taken:
        ids.setdefault(address, set()).add(message_id)
    assert kills > 0
    assert len(ids) == messages  # each was delivered
    assert all(len(each) == 1 for each in ids.values())  # never under a second id
    assert len({each.pop() for each in ids.values()}) == messages
    repeated = [n for n in Counter(box.taken).values() if n > 1]
    assert sum(repeated) - len(repeated) <= kills  # at most the mail under way at each kill
    assert Message.objects.filter(status=MessageStatus.SENT).count() == messages
    assert "ERROR" not in log.read_text()
    if LONG_RUN:
        seconds = time.monotonic() - started
        with capsys.disabled():
            sys.stdout.write(
                f"\n{messages:,} messages, {SENDERS} senders, {kills} killed, {seconds:.0f} s: "
                f"{len(box.taken):,} mails taken, {len(repeated)} messages more than once.\n"
            )


def _all_sent() -> bool:
    return not Message.objects.filter(status=MessageStatus.PENDING).exists()


def _wait_until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "the senders did not catch up"
        time.sleep(0.05)
