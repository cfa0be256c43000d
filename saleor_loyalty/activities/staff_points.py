"""Points by staff: gifts, taking them back, and corrections in either direction."""

import uuid
from collections.abc import Collection
from typing import NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.conf import conf
from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import announcements, enrolment, reasons
from saleor_loyalty.members.enrolment import NO_MEMBER
from saleor_loyalty.models import (
    Entry,
    EntryKind,
    Member,
    MemberStatus,
    Message,
    ProgramVersion,
    Shop,
)
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.program import programs
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.rules.rewards import rewards_due
from saleor_loyalty.sentences import sentence
from saleor_loyalty.workers.waking import wake

MOST = 1_000_000  # points in one entry; a slip of a zero or three stops here
LONGEST_KEY = 200
AT_ONCE = {
    EntryKind.GIFT: _("Give from 1 to {most} points at once."),
    EntryKind.ADJUSTMENT: _("Correct by 1 to {most} points at once, up or down."),
}
TAKES_NONE = {
    MemberStatus.ACTIVE: _("This member is inactive in the shop and takes no points."),
    MemberStatus.BLOCKED: _("This member is blocked and takes no points."),
    MemberStatus.CLOSED: _("This member is closed and takes no points."),
}


class StaffAction(TypedDict):
    """What staff do to a customer's points, and why; by `idempotency_key` once only.

    The customer reads the reason, and never the `internal_note`.
    """

    shop: Shop
    customer_id: str
    points: int
    reason: str
    actor: str
    internal_note: NotRequired[str]
    idempotency_key: NotRequired[str | None]


def give(**action: Unpack[StaffAction]) -> Entry:
    """Give a customer points; the GIFT entry. A customer who is no member yet becomes one.

    With an `idempotency_key` seen before for this member, the first gift's entry is returned and
    nothing is given again; one that was seen with other points or another reason is refused. Raises
    Refused, and SaleorUnavailable when a customer who is no member yet cannot be looked up.
    """
    return _post(EntryKind.GIFT, action)[0]


def adjust(**action: Unpack[StaffAction]) -> Entry:
    """Correct a customer's points by a signed number; the ADJUSTMENT entry.

    Upwards it is like a gift. Downwards it takes no more than the member has, and corrects members
    who are blocked or closed too, and while the programme is off: nothing is credited by it. With
    an `idempotency_key` seen before for this member, the first correction's entry is returned and
    nothing is changed again. Raises what `give` raises.
    """
    return _post(EntryKind.ADJUSTMENT, action)[0]


def take_back(gift: Entry, *, reason: str, actor: str, internal_note: str = "") -> Entry:
    """Take back all the points of an entry by staff; the ADJUSTMENT entry.

    Raises Refused when they were taken back before, and as `adjust` does when the member has fewer
    left. Reads `gift.account.member` and `gift.shop`: select them along.
    """
    action = StaffAction(
        shop=gift.shop,
        customer_id=gift.member.customer_id,
        points=-gift.points,
        reason=reason,
        actor=actor,
        internal_note=internal_note,
    )
    source = _source_of_taking_back(gift)
    entry, is_new = _post(EntryKind.ADJUSTMENT, action, source=source, reverses=gift)
    if not is_new:
        message = _("These points were taken back already.")
        raise Refused(Problem("gift", message, ErrorCode.DUPLICATE))
    return entry


def taken_back(gifts: Collection[Entry]) -> frozenset[int]:
    """Those of a member's entries, by id, that were taken back."""
    found = Entry.objects.filter(reverses__in=gifts)
    reversed_ids = set(found.values_list("reverses", flat=True))
    return frozenset(gift.pk for gift in gifts if gift.pk in reversed_ids)


def _source_of_taking_back(gift: Entry) -> str:
    """Says so by the gift's own cause: ids change when points move to another door."""
    return f"taken-back:{gift.source}"


def _check(kind: EntryKind, action: StaffAction) -> None:
    """Raise what is wrong with an input."""
    problems = []
    points, reason, key = action["points"], action["reason"], action.get("idempotency_key")
    if not 1 <= (points if kind == EntryKind.GIFT else abs(points)) <= MOST:
        message = sentence(AT_ONCE[kind], most=MOST)
        problems.append(Problem("points", message, ErrorCode.OUT_OF_RANGE))
    if not reason.strip():
        problems.append(reasons.NO_REASON)
    problems += reasons.too_long(reason=reason, internal_note=action.get("internal_note", ""))
    if key is not None and not 1 <= len(key) <= LONGEST_KEY:
        message = sentence(_("A key has 1 to {most} characters."), most=LONGEST_KEY)
        problems.append(Problem("idempotency_key", message, ErrorCode.OUT_OF_RANGE))
    if problems:
        raise Refused(*problems)


def _post(
    kind: EntryKind,
    action: StaffAction,
    *,
    source: str = "",
    reverses: Entry | None = None,
) -> tuple[Entry, bool]:
    """The action's entry, and True if it is new: its source was not seen before."""
    _check(kind, action)
    points = action["points"]
    version = _rules(action["shop"], to_credit=points > 0)
    member = _member(action["shop"], action["customer_id"], to_credit=points > 0)
    posting = Posting(
        member_id=member.pk,
        kind=kind,
        points=points,
        source=source or f"{kind.lower()}:{action.get('idempotency_key') or uuid.uuid4()}",
        version=version,
        reason=action["reason"].strip(),
        internal_note=action.get("internal_note", "").strip(),
        actor=action["actor"],
        reverses=reverses,
    )
    with transaction.atomic():
        with open_book(
            [member.pk],
            version=version,
            now=timezone.now(),
            consequences=[CouponBook(version)],
            reversing=Entry.objects.filter(pk=reverses.pk) if reverses else None,
        ) as book:
            same = Entry.objects.filter(account__member=member, kind=kind, source=posting.source)
            posted = same.select_related("note").first()
            if posted:
                return (posted if source else _same(posted, posting)), False
            _check_member(book.member(member.pk), points)
            if kind == EntryKind.GIFT:
                _check_coupons(book.member(member.pk), points, version)
            entry = book.post(posting)
        if kind == EntryKind.GIFT:
            Message.objects.bulk_create(announcements.of_gift(entry))
            wake("send_messages")
    return entry, True


def _rules(shop: Shop, *, to_credit: bool) -> ProgramVersion:
    """The current rules; points are credited only while the programme is on."""
    program = programs.current(shop)
    if program is None or program.current is None or (to_credit and not program.is_active):
        message = _("The program is switched off; switch it on to give points.")
        raise Refused(Problem(None, message, ErrorCode.PROGRAM_INACTIVE))
    return program.current


def _member(shop: Shop, customer_id: str, *, to_credit: bool) -> Member:
    """The customer's member; only who is to get points is made one."""
    find = enrolment.find_or_enroll if to_credit else enrolment.find
    member = find(shop=shop, customer_id=customer_id)
    if member is None:
        words = _("The shop has no customer with the id “{id}”.") if to_credit else NO_MEMBER
        raise Refused(Problem("customer_id", sentence(words, id=customer_id), ErrorCode.NOT_FOUND))
    return member


def _check_member(member: Member, points: int) -> None:
    """`member` is locked: of several debits at once, each sees what the one before left."""
    if points > 0 and not member.takes_part:
        message = TAKES_NONE[MemberStatus(member.status)]
        raise Refused(Problem("customer_id", message, ErrorCode.MEMBER_BLOCKED))
    if -points > member.spendable:
        words = _("This member has {has} points; {number} cannot be taken.")
        message = sentence(words, has=member.spendable, number=-points)
        raise Refused(Problem("points", message, ErrorCode.INSUFFICIENT_POINTS))


def _check_coupons(member: Member, points: int, version: ProgramVersion) -> None:
    """A gift is one transaction: an order, which nobody can split, issues more in several."""
    threshold, most = version.threshold, conf.coupons_at_once
    before = rewards_due(balance=member.balance, threshold=threshold)
    brings = rewards_due(balance=member.balance + points, threshold=threshold) - before
    if brings > most:
        words = _(
            "This gift would bring {brings} coupons, at {threshold} points for each; one gift "
            "brings {most} at most. Give less, or in several gifts."
        )
        message = sentence(words, brings=brings, threshold=threshold, most=most)
        raise Refused(Problem("points", message, ErrorCode.OUT_OF_RANGE))


def _same(posted: Entry, asked: Posting) -> Entry:
    """The entry that a key brought before; refused when it was for other points or reasons."""
    if (posted.points, posted.reason) == (asked.points, asked.reason):
        return posted
    words = _("This was sent before, for {number} points. Use a new key, or open the form again.")
    if posted.points == asked.points:
        words = _(
            "This was sent before, for another reason. Use a new key, or open the form again."
        )
    message = sentence(words, number=posted.points)
    raise Refused(Problem("idempotency_key", message, ErrorCode.DUPLICATE))
