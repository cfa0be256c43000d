"""Points that staff give by hand."""

import uuid

from django.db import transaction
from django.utils import timezone

from saleor_loyalty import ledger, members, programs
from saleor_loyalty.ledger import Posting
from saleor_loyalty.models import Entry, EntryKind, Member, MemberStatus, ProgramVersion, Shop
from saleor_loyalty.problems import ErrorCode, Problem, Refused

MOST = 1_000_000  # points in one gift; a slip of a zero or three stops here
LONGEST_REASON = 500
LONGEST_KEY = 200


def give(
    *,
    shop: Shop,
    customer_id: str,
    points: int,
    reason: str,
    actor: str,
    idempotency_key: str | None = None,
) -> Entry:
    """Give a customer points; the GIFT entry. A customer who is no member yet becomes one.

    With an `idempotency_key` seen before for this member, the first gift's entry is returned and
    nothing is given again. Raises Refused, and SaleorUnavailable when a customer who is no member
    yet cannot be looked up.
    """
    _check_input(points, reason, idempotency_key)
    version = _active_rules(shop)
    member = members.find_or_enroll(shop=shop, customer_id=customer_id)
    if member is None:
        message = f"The shop has no customer with the id “{customer_id}”."
        raise Refused(Problem("customer_id", message, ErrorCode.NOT_FOUND))
    source = f"gift:{idempotency_key or uuid.uuid4()}"
    with transaction.atomic():
        locked = ledger.lock({member.pk})[member.pk]
        _check_member(locked)
        given = Entry.objects.filter(member=member, kind=EntryKind.GIFT, source=source).first()
        if given:
            return _same_gift(given, points)
        gift = Posting(
            member_id=member.pk,
            kind=EntryKind.GIFT,
            points=points,
            source=source,
            version=version,
            reason=reason.strip(),
            actor=actor,
        )
        return ledger.post([gift], version=version, now=timezone.now())[0]


def _check_input(points: int, reason: str, idempotency_key: str | None) -> None:
    problems = []
    if not 1 <= points <= MOST:
        message = f"Give from 1 to {MOST:,} points at once."
        problems.append(Problem("points", message, ErrorCode.OUT_OF_RANGE))
    if not reason.strip():
        message = "Say why the points are given; the customer will read it."
        problems.append(Problem("reason", message, ErrorCode.REQUIRED))
    elif len(reason) > LONGEST_REASON:
        message = f"Keep the reason to {LONGEST_REASON} characters."
        problems.append(Problem("reason", message, ErrorCode.OUT_OF_RANGE))
    if idempotency_key is not None and not 1 <= len(idempotency_key) <= LONGEST_KEY:
        message = f"A key has 1 to {LONGEST_KEY} characters."
        problems.append(Problem("idempotency_key", message, ErrorCode.OUT_OF_RANGE))
    if problems:
        raise Refused(*problems)


def _active_rules(shop: Shop) -> ProgramVersion:
    program = programs.current(shop)
    if program is None or program.current is None or not program.is_active:
        message = "The programme is switched off; switch it on to give points."
        raise Refused(Problem(None, message, ErrorCode.PROGRAM_INACTIVE))
    return program.current


def _check_member(member: Member) -> None:
    if member.status != MemberStatus.ACTIVE:
        message = f"This member is {member.status.lower()} and takes no points."
        raise Refused(Problem("customer_id", message, ErrorCode.MEMBER_BLOCKED))


def _same_gift(given: Entry, points: int) -> Entry:
    if given.points != points:
        message = f"This key was used for a gift of {given.points:,} points; use a new one."
        raise Refused(Problem("idempotency_key", message, ErrorCode.DUPLICATE))
    return given
