"""Points by staff: gifts, and corrections in either direction."""

import uuid

from django.db import transaction
from django.utils import timezone

from saleor_loyalty import announcements, ledger, members, programs
from saleor_loyalty.models import (
    Entry,
    EntryKind,
    Member,
    MemberStatus,
    Message,
    ProgramVersion,
    Shop,
)
from saleor_loyalty.postings import Posting
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.workers import wake

MOST = 1_000_000  # points in one entry; a slip of a zero or three stops here
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
    problems = []
    if not 1 <= points <= MOST:
        message = f"Give from 1 to {MOST:,} points at once."
        problems.append(Problem("points", message, ErrorCode.OUT_OF_RANGE))
    _check(problems, reason, idempotency_key)
    return _post(
        kind=EntryKind.GIFT,
        shop=shop,
        customer_id=customer_id,
        points=points,
        reason=reason,
        actor=actor,
        idempotency_key=idempotency_key,
    )


def adjust(
    *,
    shop: Shop,
    customer_id: str,
    points: int,
    reason: str,
    actor: str,
    idempotency_key: str | None = None,
) -> Entry:
    """Correct a customer's points by a signed number; the ADJUSTMENT entry.

    Upwards it is like a gift. Downwards it takes no more than the member has, and corrects members
    who are blocked or closed too, and while the programme is off: nothing is credited by it. With
    an `idempotency_key` seen before for this member, the first correction's entry is returned and
    nothing is changed again. Raises what `give` raises.
    """
    problems = []
    if not 1 <= abs(points) <= MOST:
        message = f"Correct by 1 to {MOST:,} points at once, up or down."
        problems.append(Problem("points", message, ErrorCode.OUT_OF_RANGE))
    _check(problems, reason, idempotency_key)
    return _post(
        kind=EntryKind.ADJUSTMENT,
        shop=shop,
        customer_id=customer_id,
        points=points,
        reason=reason,
        actor=actor,
        idempotency_key=idempotency_key,
    )


def _check(problems: list[Problem], reason: str, idempotency_key: str | None) -> None:
    """Raise what is wrong with an input: the problems found already and those found here."""
    if not reason.strip():
        message = "Say why; the customer will read it."
        problems.append(Problem("reason", message, ErrorCode.REQUIRED))
    elif len(reason) > LONGEST_REASON:
        message = f"Keep the reason to {LONGEST_REASON} characters."
        problems.append(Problem("reason", message, ErrorCode.OUT_OF_RANGE))
    if idempotency_key is not None and not 1 <= len(idempotency_key) <= LONGEST_KEY:
        message = f"A key has 1 to {LONGEST_KEY} characters."
        problems.append(Problem("idempotency_key", message, ErrorCode.OUT_OF_RANGE))
    if problems:
        raise Refused(*problems)


def _post(
    *,
    kind: EntryKind,
    shop: Shop,
    customer_id: str,
    points: int,
    reason: str,
    actor: str,
    idempotency_key: str | None,
) -> Entry:
    version = _rules(shop, to_credit=points > 0)
    member = _member(shop, customer_id, to_credit=points > 0)
    source = f"{kind.lower()}:{idempotency_key or uuid.uuid4()}"
    posting = Posting(
        member_id=member.pk,
        kind=kind,
        points=points,
        source=source,
        version=version,
        reason=reason.strip(),
        actor=actor,
    )
    with transaction.atomic():
        with ledger.open_book([member.pk], version=version, now=timezone.now()) as book:
            posted = Entry.objects.filter(member=member, kind=kind, source=source).first()
            if posted:
                return _same(posted, points)
            _check_member(book.member(member.pk), points)
            entry = book.post(posting)
        if kind == EntryKind.GIFT:
            Message.objects.bulk_create(announcements.of_gift(entry))
            wake("send_messages")
    return entry


def _rules(shop: Shop, *, to_credit: bool) -> ProgramVersion:
    """The current rules; points are credited only while the programme is on."""
    program = programs.current(shop)
    if program is None or program.current is None or (to_credit and not program.is_active):
        message = "The programme is switched off; switch it on to give points."
        raise Refused(Problem(None, message, ErrorCode.PROGRAM_INACTIVE))
    return program.current


def _member(shop: Shop, customer_id: str, *, to_credit: bool) -> Member:
    """The customer's member; only who is to get points is made one."""
    find = members.find_or_enroll if to_credit else members.find
    member = find(shop=shop, customer_id=customer_id)
    if member is None:
        whom = "customer" if to_credit else "member"
        message = f"The shop has no {whom} with the customer id “{customer_id}”."
        raise Refused(Problem("customer_id", message, ErrorCode.NOT_FOUND))
    return member


def _check_member(member: Member, points: int) -> None:
    """`member` is locked: of several debits at once, each sees what the one before left."""
    if points > 0 and member.status != MemberStatus.ACTIVE:
        message = f"This member is {member.status.lower()} and takes no points."
        raise Refused(Problem("customer_id", message, ErrorCode.MEMBER_BLOCKED))
    if -points > member.spendable:
        message = f"This member has {member.spendable:,} points; {-points:,} cannot be taken."
        raise Refused(Problem("points", message, ErrorCode.INSUFFICIENT_POINTS))


def _same(posted: Entry, points: int) -> Entry:
    """The entry that a key brought before; refused when it was for another number of points."""
    if posted.points != points:
        message = f"This key was used for {posted.points:,} points; use a new one."
        raise Refused(Problem("idempotency_key", message, ErrorCode.DUPLICATE))
    return posted
