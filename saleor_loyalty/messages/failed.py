"""Messages that were given up, and having messages sent again: one, or all that failed alike."""

import logging
import uuid
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.messages import reach
from saleor_loyalty.messages.kinds import EMAILS, KINDS, PUSHES
from saleor_loyalty.messages.rendering import one_line
from saleor_loyalty.models import (
    AuditAction,
    MemberStatus,
    Message,
    MessageStatus,
    ResendRequest,
    Shop,
    audit,
)
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.sentences import sentence
from saleor_loyalty.workers.waking import wake

AT_ONCE = 1_000  # messages that one transaction takes up
LONGEST_REASON = 200

logger = logging.getLogger(__name__)


def matching(shop: Shop, *, kind: str = "", fault: str = "") -> QuerySet[Message]:
    """The shop's failed messages of a kind and fault, of any where that is empty."""
    messages = Message.objects.filter(shop=shop, status=MessageStatus.FAILED)
    if kind:
        messages = messages.filter(kind=kind)
    return messages.filter(fault=fault) if fault else messages


def counted(messages: QuerySet[Message]) -> tuple[int, int]:
    """How many there are, and how many of them still tell of something. One statement."""
    every = messages.aggregate(number=Count("pk"), true=Count("pk", filter=_is_true()))
    return every["number"], every["true"]


def telling(messages: QuerySet[Message]) -> QuerySet[Any]:
    """Each with `still_tells`: whether it may be sent again, as far as the database knows."""
    return messages.annotate(still_tells=ExpressionWrapper(_is_true(), BooleanField()))


def _still_true(messages: QuerySet[Message]) -> QuerySet[Message]:
    return messages.filter(_is_true())


def _is_true() -> Q:
    """What they tell of is not over, as their kind says, and their member takes the kind.

    It is asked once more, and more closely, right before each is sent.
    """
    now = timezone.now()
    tells_of = [Q(kind=name) & kind.still_true(now) for name, kind in KINDS.items()]
    takes_part = Q(member__status=MemberStatus.ACTIVE, member__customer_is_active=True)
    takes_kind = Q(kind__in=PUSHES, member__push_enabled=True) | Q(
        kind__in=EMAILS, member__email_enabled=True
    )
    return reduce(or_, tells_of) & takes_part & takes_kind


def resend(message: Message, *, actor: str, reason: str = "") -> Message:
    """Have a message sent again that is not on its way; the message as it is now.

    One that was given up goes under its own id. One that was sent is a new one for mailboxes and
    phones, which would show the same id only once, and takes a `reason`. `actor` is who asked; both
    are kept. Raises Refused for one that waits to be sent, that tells of what is over, or whose
    member does not take it.
    """
    with transaction.atomic():
        messages = Message.objects.select_for_update(of=("self",)).select_related("member", "shop")
        message = messages.get(pk=message.pk)
        _check(message, reason)
        if message.status == MessageStatus.SENT:
            Message.objects.filter(pk=message.pk).update(uid=uuid.uuid4(), delivered_devices=[])
        _take_up(Message.objects.filter(pk=message.pk), actor=actor)
        audit.note(
            shop=message.shop,
            actor=actor,
            action=AuditAction.MESSAGE_RESENT,
            member=message.member,
            detail=message.kind,
            reason=one_line(reason),
        )
        wake("send_messages")
    message.refresh_from_db()
    return message


def _check(message: Message, reason: str) -> None:
    """Raise Refused with what keeps the message from being sent again."""
    if message.status == MessageStatus.PENDING:
        raise Refused(Problem("message", _("This message waits to be sent."), ErrorCode.DUPLICATE))
    if message.status == MessageStatus.SENT and not reason.strip():
        wrong = _("It was sent before: say why it is to be sent again.")
        raise Refused(Problem("why", wrong, ErrorCode.REQUIRED))
    if len(reason) > LONGEST_REASON:
        most = sentence(_("Keep the reason to {most} characters."), most=LONGEST_REASON)
        raise Refused(Problem("why", most, ErrorCode.OUT_OF_RANGE))
    if obstacle := reach.why_not(message.member, message.kind):
        raise Refused(Problem("member", obstacle, ErrorCode.MEMBER_BLOCKED))
    if not _still_true(Message.objects.filter(pk=message.pk)).exists():
        wrong = _("What this message tells of is over.")
        raise Refused(Problem("message", wrong, ErrorCode.INVALID))


def resend_all(shop: Shop, *, kind: str = "", fault: str = "", actor: str) -> int:
    """Have all `matching` messages that still tell of something tried again; how many.

    It is only asked for here: the workers carry it out, by `resend_asked`. Raises Refused when
    there is none.
    """
    _every, number = counted(matching(shop, kind=kind, fault=fault))
    if not number:
        wrong = _("None of these messages can be sent again any more.")
        raise Refused(Problem(None, wrong, ErrorCode.NOT_FOUND))
    with transaction.atomic():
        ResendRequest.objects.create(
            shop=shop, kind=kind, fault=fault, asked_at=timezone.now(), actor=actor
        )
        told = " ".join(filter(None, (kind, fault, str(number))))
        audit.note(shop=shop, actor=actor, action=AuditAction.ALL_RESENT, detail=told)
        wake("send_messages")
    return number


def is_resending(shop: Shop) -> bool:
    """Whether the workers have not come to the end of what was asked for."""
    return ResendRequest.objects.filter(shop=shop).exists()


def resend_asked(limit: int = AT_ONCE) -> int:
    """Take up a batch of what was asked for longest; how many messages were looked at.

    0 when nothing is left, or another worker is at it. In the order of ids, each message once:
    one that fails again meanwhile is not begun with again. Restartable: a batch is a transaction.
    """
    with transaction.atomic():
        asked = ResendRequest.objects.select_for_update(skip_locked=True, of=("self",))
        wish = asked.select_related("shop").order_by("pk").first()
        if wish is None:
            return 0
        failed = matching(wish.shop, kind=wish.kind, fault=wish.fault)
        rest = failed.filter(pk__gt=wish.reached).order_by("pk")
        ids = list(rest.values_list("pk", flat=True)[:limit])
        if ids:
            true = _still_true(Message.objects.filter(pk__in=ids)).values("pk")
            _take_up(failed.filter(pk__in=true), actor=wish.actor)
        if len(ids) < limit:
            wish.delete()
            logger.info("Shop %s: all that was asked to be sent again is due", wish.shop_id)
        else:
            wish.reached = ids[-1]
            wish.save(update_fields=["reached"])
    return len(ids)


def _take_up(given_up: QuerySet[Message], *, actor: str) -> int:
    """Make them due, as if they had never been tried but under their own ids; how many."""
    return given_up.update(
        status=MessageStatus.PENDING,
        due_at=timezone.now(),
        failures=0,
        error="",
        fault="",
        refused_devices=[],
        resent_by=actor,
    )
