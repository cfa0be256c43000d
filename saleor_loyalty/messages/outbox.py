"""The outbox: takes messages that are due and sees each one through."""

import logging
import math
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import datetime, timedelta
from typing import Protocol

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from saleor_loyalty.database import leases
from saleor_loyalty.database.leases import wait_before_try
from saleor_loyalty.members.shopping import last_channel
from saleor_loyalty.messages import reach
from saleor_loyalty.messages.content import Writer
from saleor_loyalty.messages.email import EmailCourier
from saleor_loyalty.messages.kinds import KINDS
from saleor_loyalty.messages.kinds.kind import Channel
from saleor_loyalty.messages.liquid import TemplateFailed
from saleor_loyalty.messages.outcomes import NotSent, Postponed, Skipped, Unavailable, Unwritten
from saleor_loyalty.messages.push import PushCourier
from saleor_loyalty.models import Message, MessageStatus

TRIES = 19  # about a day, by the waits of database.leases; a provider's outage uses up none
LEASE = timedelta(minutes=15)  # a message taken longer ago than this is a dead worker's
ROUND = timedelta(minutes=5)  # no message is begun later, so that none outlives its lease
BY_THE_THOUSAND = Q(kind__in=[kind.name for kind in KINDS.values() if kind.comes_by_the_thousand])
ROWS = {row for kind in KINDS.values() for row in kind.reads}

logger = logging.getLogger(__name__)


class Courier(Protocol):
    """Brings the messages of one batch to a provider."""

    def send(self, message: Message) -> None:
        """Return once the provider has taken the message; raise NotSent otherwise."""

    def close(self) -> None: ...


def send_due(limit: int = 50, *, ends: float = math.inf) -> int:
    """Try to send up to `limit` due messages; how many were taken up, 0 when none is due.

    Those that were not begun by `ends` (time.monotonic) are given back; the first always is.

    Any number of workers may run it at once: each message is one worker's. It ends SENT, SKIPPED
    or FAILED, or stays PENDING and due again later. Messages of a shop whose programme is off, or
    that has left, stay as they are. What a provider takes just before a crash is sent again, under
    the same id.

    Talks to providers, so it must not be called in a transaction; raises RuntimeError if it is.
    """
    messages = _lease(limit)
    writer = Writer()
    with ExitStack() as stack:
        email = stack.enter_context(closing(EmailCourier(writer)))
        push = stack.enter_context(closing(PushCourier(writer)))
        _send_all(messages, writer, {Channel.EMAIL: email, Channel.PUSH: push}, ends)
    return len(messages)


def _lease(limit: int) -> Sequence[Message]:
    """Due messages for this worker alone, until their lease ends; the urgent ones first."""
    now = timezone.now()
    due = Message.objects.filter(
        status=MessageStatus.PENDING, shop__is_active=True, shop__program__is_active=True
    )
    messages: list[Message] = []
    with transaction.atomic(durable=True):
        for some in (due.exclude(BY_THE_THOUSAND), due.filter(BY_THE_THOUSAND)):
            if room := limit - len(messages):
                messages += leases.take(some, limit=room, now=now, lasting=LEASE)
    prefetch_related_objects(messages, "shop", *ROWS)
    return messages


def _send_all(
    messages: Sequence[Message], writer: Writer, couriers: Mapping[Channel, Courier], ends: float
) -> None:
    """Send one by one, noting each result at once; give back what the round has no time for.

    A provider that is down is asked once per batch.
    """
    end = time.monotonic() + ROUND.total_seconds()
    down: dict[Channel, Unavailable] = {}
    for position, message in enumerate(messages):
        now = time.monotonic()
        if now > end or (position and now >= ends):
            _give_back(messages[position:])
            return
        channel = KINDS[message.kind].channel
        outcome = down.get(channel) or _outcome(message, writer, couriers[channel])
        if isinstance(outcome, Unavailable) and channel not in down:
            down[channel] = outcome
            logger.warning("%s: the provider takes nothing now; its messages wait", channel)
        _note(message, outcome)


def _outcome(message: Message, writer: Writer, courier: Courier) -> NotSent | None:
    """None when the provider has taken the message."""
    try:
        _look_again(message, writer)
        courier.send(message)
    except NotSent as outcome:
        return outcome
    except TemplateFailed as error:
        return Unwritten(f"The text cannot be rendered: {error}")
    except Exception as error:  # noqa: BLE001 - one message must not keep the others from going
        # Only where it happened: what an exception says may hold an address or a code.
        logger.error("message %s: %s", message.pk, _place(error))  # noqa: TRY400 - likewise
        return Postponed(_place(error))
    return None


def _look_again(message: Message, writer: Writer) -> None:
    """Read what may have changed since the batch was taken, and raise NotSent if it says so.

    A coupon may have been withdrawn, an order have moved a deadline, a member have had enough.
    """
    fresh = (
        Message.objects.filter(
            pk=message.pk, status=MessageStatus.PENDING, attempts=message.attempts
        )
        .select_related("member__account", "shop__program__current")
        .annotate(ordered_in=last_channel("member"))
        .first()
    )
    if fresh is None:
        raise Postponed("Another worker has it.")
    if not fresh.shop.program.is_active:
        raise Postponed("The program is switched off.")
    message.member, message.shop = fresh.member, fresh.shop
    message.member.shop, message.shops_in = message.shop, fresh.ordered_in
    if reason := reach.why_not(message.member, message.kind, writer.silenced(message.shop)):
        raise Skipped(reason)
    KINDS[message.kind].look_again(message)


def _note(message: Message, outcome: NotSent | None) -> None:
    """Write down what became of the message: one statement, and none of it twice.

    That it was sent is noted in any case; anything else only by the worker whose lease still runs.
    """
    now = timezone.now()
    pending = Message.objects.filter(pk=message.pk, status=MessageStatus.PENDING)
    mine = pending.filter(attempts=message.attempts)
    served = {
        "delivered_devices": message.delivered_devices,
        "refused_devices": message.refused_devices,
    }
    if outcome is None:
        pending.update(
            status=MessageStatus.SENT, sent_at=now, error="", points=message.points, **served
        )
        return
    if not isinstance(outcome, Unavailable):
        message.failures += 1
    tried = {"failures": message.failures, "error": str(outcome)[:500], **served}
    if isinstance(outcome, Postponed) and not _is_given_up(message, outcome, now):
        is_down = isinstance(outcome, Unavailable)
        wait = wait_before_try(message.attempts if is_down else message.failures)
        mine.update(due_at=now + max(wait, outcome.after), **tried)
    elif message.delivered_devices:  # the member has it, though not on every device
        mine.update(status=MessageStatus.SENT, sent_at=now, **tried)
    elif isinstance(outcome, Skipped):
        mine.update(status=MessageStatus.SKIPPED, **tried)
    else:
        mine.update(status=MessageStatus.FAILED, fault=outcome.fault, **tried)
        logger.warning("message %s failed for good after %s tries", message.pk, message.attempts)


def _is_given_up(message: Message, outcome: Postponed, now: datetime) -> bool:
    """A message gets so many tries; that its provider is down is not held against it."""
    if isinstance(outcome, Unavailable):
        patience = KINDS[message.kind].keeps_for
        return patience is not None and message.created_at < now - patience
    return message.failures >= TRIES


def _give_back(messages: Sequence[Message]) -> None:
    """Make messages of one batch due at once; those that are another worker's by now stay so."""
    ids, lease = [message.pk for message in messages], messages[0].due_at
    pending = Message.objects.filter(pk__in=ids, status=MessageStatus.PENDING)
    pending.filter(due_at=lease).update(due_at=timezone.now())


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f" in {trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}" if trace else ""
    return f"Unexpected {type(error).__name__}{where}."
