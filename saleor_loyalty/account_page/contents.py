"""What the page shows of one member, read in a fixed number of statements, ready to be laid out."""

from dataclasses import dataclass
from datetime import datetime

import segno
from django.db.models import F
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, npgettext, pgettext
from django.utils.translation import gettext as _

from saleor_loyalty.account_page import wording
from saleor_loyalty.account_page.wording import ReaderLocale
from saleor_loyalty.ledger.endings import endings_of
from saleor_loyalty.messages.explanations import explain, explainable, points
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Entry,
    Member,
    Program,
    RewardVersion,
    unused,
    with_code,
)
from saleor_loyalty.rewards.coupon_terms import terms_now
from saleor_loyalty.rewards.offers import discount, offers, reward_name, terms_for
from saleor_loyalty.rules.rewards import progress

ENTRIES_SHOWN = 10  # of the history, at a time
USABLE_SHOWN = 20  # coupons; who has more sees those that end first
EARLIER_SHOWN = 10
ENDINGS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """The balance and the way to the next reward. `goal` is empty without a programme."""

    balance: str
    unit: str
    goal: str
    done: int
    threshold: int
    is_in_debt: bool


@dataclass(frozen=True, slots=True)
class EndingRow:
    day: str
    points: str


@dataclass(frozen=True, slots=True)
class Endings:
    """The next points to end, in a sentence; then all dates, where there are several."""

    next: str
    all: list[EndingRow]


@dataclass(frozen=True, slots=True)
class Card:
    """A coupon. `code` and `qr` (an SVG) are empty unless it can be used now."""

    pk: int
    discount: str
    name: str
    status: str
    state: str
    conditions: list[str]
    code: str
    qr: SafeString


@dataclass(frozen=True, slots=True)
class Row:
    """One movement of points."""

    at: datetime
    day: str
    points: str
    is_credit: bool
    title: str
    explanation: str
    balance_after: str


@dataclass(frozen=True, slots=True)
class History:
    """Some rows, newest first. `older` asks for those that follow; None: there are none."""

    rows: list[Row]
    older: int | None


def standing(member: Member, program: Program, reader: ReaderLocale) -> Standing:
    version = program.current
    way = progress(balance=member.balance, threshold=version.threshold) if version else None
    goal = wording.goal(way.missing, _name(version.reward, reader)) if version and way else ""
    return Standing(
        balance=reader.number(member.spendable),
        unit=npgettext("below the number", "point", "points", member.spendable),
        goal=goal,
        done=way.done if way else 0,
        threshold=way.threshold if way else 0,
        is_in_debt=member.debt > 0,
    )


def endings(member: Member, program: Program, reader: ReaderLocale) -> Endings | None:
    """When the member's points end; None when none do, as while the programme is off."""
    version = program.current
    if version is None or not program.is_active:
        return None
    found = endings_of(member, version.expiry)
    if not found:
        return None
    return Endings(
        next=wording.ending(
            found[0], balance=member.balance, policy=version.expiry_policy, reader=reader
        ),
        all=[
            EndingRow(reader.last_day(end.at), points(end.points)) for end in found[:ENDINGS_SHOWN]
        ]
        if len(found) > 1
        else [],
    )


def coupons(member: Member, reader: ReaderLocale) -> tuple[list[Card], list[Card]]:
    """Those that can be used, soonest to end first, and the newest of the others."""
    now = timezone.now()
    rows = with_code(member.coupons.select_related("reward", "entry__version"))
    rows = rows.prefetch_related("reward__terms")
    first_to_end = rows.filter(unused(now)).order_by(F("expires_at").asc(nulls_last=True), "pk")
    earlier = rows.exclude(unused(now)).order_by("-pk")
    return (
        [_card(coupon, now, reader) for coupon in first_to_end[:USABLE_SHOWN]],
        [_card(coupon, now, reader) for coupon in earlier[:EARLIER_SHOWN]],
    )


def history(member: Member, reader: ReaderLocale, *, before: int | None) -> History:
    """The newest rows, or those older than the entry `before`."""
    entries = explainable(Entry.objects.filter(account__member=member)).order_by("-pk")
    if before is not None:
        entries = entries.filter(pk__lt=before)
    found = list(entries[: ENTRIES_SHOWN + 1])
    shown = found[:ENTRIES_SHOWN]
    return History(
        rows=[_row(entry, reader) for entry in shown],
        older=shown[-1].pk if len(found) > ENTRIES_SHOWN else None,
    )


def _card(coupon: Coupon, now: datetime, reader: ReaderLocale) -> Card:
    status, is_usable = coupon.status_at(now), coupon.is_usable_at(now)
    terms = terms_now(coupon)
    return Card(
        pk=coupon.pk,
        discount=discount(offers(terms, reader.locale, reader.channel_id)),
        name=_name(terms, reader),
        status=status.lower() if is_usable or status != CouponStatus.ACTIVE else "pending",
        state=_state(status, is_refused=coupon.refused_at is not None),
        conditions=list(wording.conditions(coupon, status, reader)),
        code=coupon.code if is_usable else "",
        qr=_qr(coupon.code) if is_usable else SafeString(),
    )


def _name(reward: RewardVersion, reader: ReaderLocale) -> str:
    return reward_name(reward, reader.locale, terms_for(reward, reader.channel_id))


def _state(status: str, *, is_refused: bool) -> str:
    match status:
        case CouponStatus.ACTIVE if is_refused:
            return pgettext("a coupon", "Not usable now")
        case CouponStatus.ACTIVE:
            return pgettext("a coupon", "Ready to use")
        case CouponStatus.PENDING:
            return pgettext("a coupon", "On its way")
        case CouponStatus.USED:
            return pgettext("a coupon", "Used")
        case CouponStatus.EXPIRED:
            return pgettext("a coupon", "Expired")
        case _:
            return pgettext("a coupon", "Withdrawn")


def _qr(code: str) -> SafeString:
    """The code as a picture that a till reads: an SVG as wide as its place."""
    svg = segno.make_qr(code, error="m").svg_inline(omitsize=True)
    return mark_safe(svg)  # noqa: S308 - segno's own drawing; the code is drawn, not written


def _row(entry: Entry, reader: ReaderLocale) -> Row:
    return Row(
        at=entry.created_at,
        day=reader.day(entry.created_at),
        points=reader.number(entry.points, signed=True),
        is_credit=entry.points > 0,
        title=wording.title(entry),
        explanation=explain(entry, get_language()),
        balance_after=_balance_after(entry, reader),
    )


def _balance_after(entry: Entry, reader: ReaderLocale) -> str:
    """A debt is no number here; but that the balance is below 0 is said, or sums would not fit."""
    if entry.balance_after < 0:
        return _("Balance: below 0")
    return _("Balance: {balance}").format(balance=reader.number(entry.balance_after))
