"""Orders become entries: each is looked at as it stands now, and only the difference is posted.

Paid, refunded, cancelled, recharged, edited, seen twice or late: all the same path. An order that
earned once stays with the program version that first credited it.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from django.db import IntegrityError, OperationalError, transaction

from saleor_loyalty import announcements, coupons, ground, inbox, ledger, snapshots
from saleor_loyalty.coupons import Use
from saleor_loyalty.ground import Ground
from saleor_loyalty.inbox import Claim
from saleor_loyalty.ledger import Book
from saleor_loyalty.models import Entry, EntryKind, Member, SettledOrder, Shop
from saleor_loyalty.postings import Posting
from saleor_loyalty.programs import Rulebook
from saleor_loyalty.rules.entitlement import Entitlement, entitlement
from saleor_loyalty.saleor_api.client import ORDERS_AT_ONCE, Saleor
from saleor_loyalty.saleor_api.facts import Order
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorRefused, SaleorUnavailable
from saleor_loyalty.statements import Writing
from saleor_loyalty.workers import wake

logger = logging.getLogger(__name__)

# Another transaction was first with a row, or it and we waited for each other. By now it is done,
# so a second try goes through.
CONFLICTS = (IntegrityError, OperationalError)

MOST_REQUESTS = 32  # for a page of 100 orders: enough to find two that Saleor stumbles over

ROW_FIELDS = (
    *("member", "version", "points", "revision"),
    *("gift_card_lines", "waived", "settled_at"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What an order entitles to, beside what the ledger holds for it."""

    order: Order
    row: SettledOrder
    entitled: Entitlement
    owner: Member | None  # None: whose points they are stays as it is
    has_news: bool  # gift-card lines that the row did not know

    @property
    def owner_id(self) -> int:
        """Whose the points are to be. A newcomer has an id once the book is open."""
        return self.owner.pk if self.owner else self.row.member_id

    @property
    def points(self) -> int:
        """What is missing in the ledger; negative: what is too much there."""
        return self.entitled.points - self.row.points

    @property
    def is_settled(self) -> bool:
        """True when nothing is to be posted or kept."""
        has_moved = self.row.points != 0 and self.owner_id != self.row.member_id
        return self.points == 0 and not has_moved and not self.has_news


def settle_due(shop: Shop, saleor: Saleor) -> int:
    """Settle one batch of the shop's changed orders; how many changes were taken up.

    What cannot be settled now goes back into the inbox for a later try. 0 also when Saleor did
    not answer: it would not now, and other shops wait.
    """
    claim = inbox.claim(shop=shop, limit=ORDERS_AT_ONCE)
    if claim is None:
        return 0
    told, old_news = snapshots.of(shop, claim)
    unknown = claim.marks.keys() - told.keys() - old_news
    asked, failed = _fetch_or_postpone(shop, saleor, claim, unknown)
    known = {**told, **(asked or {})}
    _settle_claim(shop, claim, known, claim.marks.keys() - failed, told=told.keys())
    return 0 if asked is None else len(claim.marks)


def _fetch_or_postpone(
    shop: Shop, saleor: Saleor, claim: Claim, order_ids: Collection[str]
) -> tuple[Mapping[str, Order] | None, Collection[str]]:
    """The orders that Saleor has to be asked for, and the ids put back because it did not say.

    None: it did not answer at all.
    """
    if not order_ids:
        return {}, ()
    try:
        orders, failed = fetch(saleor, list(order_ids))
    except (SaleorUnavailable, SaleorForbade) as error:
        logger.warning("Shop %s: orders not fetched, later again: %s", shop.pk, error)
        inbox.postpone(claim, order_ids, error=error)
        return None, order_ids
    for order_id, problem in failed.items():
        logger.error("Shop %s: order %s not fetched, later again: %s", shop.pk, order_id, problem)
        inbox.postpone(claim, [order_id], error=problem)
    return orders, failed.keys()


def fetch(
    saleor: Saleor, order_ids: Sequence[str]
) -> tuple[Mapping[str, Order], Mapping[str, Exception]]:
    """The orders by id, and by id why some cannot be had.

    Saleor refuses a whole page for one order it stumbles over: halving the page finds that one.
    Where it refuses everything we soon stop looking; those not looked at are among the failed.
    """
    found: dict[str, Order] = {}
    failed: dict[str, Exception] = {}
    pages = [list(order_ids)]
    refusal: SaleorRefused | None = None
    for _ in range(MOST_REQUESTS):
        if not pages:
            break
        page = pages.pop()
        try:
            orders, unreadable = saleor.orders(page)
        except SaleorForbade:
            raise
        except SaleorRefused as error:
            refusal = error
            if len(page) == 1:
                failed[page[0]] = error
            else:
                middle = len(page) // 2
                pages += [page[middle:], page[:middle]]
        else:
            found |= orders
            failed |= unreadable
    if refusal:
        failed |= dict.fromkeys(chain.from_iterable(pages), refusal)
    return found, failed


def _settle_claim(
    shop: Shop,
    claim: Claim,
    orders: Mapping[str, Order],
    order_ids: Iterable[str],
    *,
    told: Collection[str] = (),
) -> None:
    """Settle all at once; if that fails, one by one, so that one bad order holds up no other."""
    ids = list(order_ids)
    try:
        settle(shop, claim, orders, ids, told=told)
    except Exception as error:
        if len(ids) == 1:
            logger.exception("Shop %s: order %s not settled, later again", shop.pk, ids[0])
            inbox.postpone(claim, ids, error=error)
            return
        for order_id in ids:
            _settle_claim(shop, claim, orders, [order_id], told=told)


def settle(
    shop: Shop,
    claim: Claim,
    orders: Mapping[str, Order],
    order_ids: Iterable[str],
    *,
    told: Collection[str] = (),
) -> None:
    """Bring the claimed orders to their entitlement and take them off the inbox, or do nothing.

    One transaction. One order that is credited takes four statements, and a batch of any size as
    many. Ids without an order (drafts, orders Saleor no longer knows, old news) are taken off.
    `told` are the ids of the orders that are an event's snapshot and not Saleor's answer.
    """
    try:
        _settle(shop, claim, orders, set(order_ids), told)
    except CONFLICTS:
        _settle(shop, claim, orders, set(order_ids), told)


@transaction.atomic
def _settle(
    shop: Shop,
    claim: Claim,
    orders: Mapping[str, Order],
    order_ids: Collection[str],
    told: Collection[str],
) -> None:
    known = ground.read(shop, [orders[id_] for id_ in sorted(order_ids) if id_ in orders], claim)
    writing = Writing()
    inbox.finish(claim, [c for c in known.changes if c.subject_id in order_ids], writing)
    snapshots.note(shop, known.orders, writing, told=told)
    _settle_on(known, writing)


def bring_to_entitlement(shop: Shop, orders: Sequence[Order], *, past: bool = False) -> list[Entry]:
    """Post what is missing or too much for these orders; the orders' entries that were posted.

    Only within a transaction. With `past`, orders that were paid while the programme was off, or
    while their member took no points, are credited too, by the current rules.
    """
    return _settle_on(ground.read(shop, orders), Writing(), past=past)


def _settle_on(known: Ground, writing: Writing, *, past: bool = False) -> list[Entry]:
    rows = _rows(known, past=past)
    standings = [
        standing
        for order in known.orders
        if order.id in rows
        and (standing := _standing(order, rows[order.id], known.owner(order), known.rulebook))
    ]
    unsettled = sorted((s for s in standings if not s.is_settled), key=_oldest_first)
    if not unsettled and not known.uses:
        writing.write()
        return []
    owners = {s.owner.customer_id: s.owner for s in unsettled if s.owner}
    newcomers = [member for member in owners.values() if member._state.adding]
    with ledger.open_book(
        _member_ids(unsettled, known.uses),
        newcomers=newcomers,
        version=known.rulebook.version,
        now=known.now,
        coupon_ids={use.coupon_id for use in known.uses},
        writing=writing,
    ) as book:
        if not past:  # a shop that credits its past does not want all its customers greeted
            _welcome(book, newcomers, writing)
        coupons.follow(book, known.uses)
        return _post(book, unsettled, known.rulebook, writing)


def _welcome(book: Book, newcomers: Iterable[Member], writing: Writing) -> None:
    """Have those welcomed whom this book has enrolled, and no other transaction meanwhile."""
    members = [book.member(newcomer.pk) for newcomer in newcomers]
    joined = [member for member in members if member.joined_at == book.now]
    writing.insert(announcements.of_new_members(joined))
    if joined:
        wake("send_messages")


def _rows(known: Ground, *, past: bool) -> dict[str, SettledOrder]:
    """The orders' rows; for one that may earn for the first time, a row not yet saved."""
    rows = known.rows
    for order in known.orders:
        row = rows.get(order.id)
        if row is None and _may_earn(order, known.rulebook, past=past):
            rows[order.id] = SettledOrder(
                shop=known.shop,
                order_id=order.id,
                number=order.number,
                channel=order.channel,
                version=known.rulebook.version,
                fully_paid_at=order.fully_paid_at or known.now,
                settled_at=known.now,
            )
        elif row is not None and row.revision == 0:  # known, but never credited
            row.version, row.waived = known.rulebook.version, row.waived and not past
    return rows


def _may_earn(order: Order, rulebook: Rulebook, *, past: bool) -> bool:
    if ground.owner(order) is None or order.fully_paid_at is None:
        return False
    return past or rulebook.was_active_at(order.fully_paid_at)


def _standing(
    order: Order, row: SettledOrder, owner: Member | None, rulebook: Rulebook
) -> Standing | None:
    """The order by its row's version; None when that has no terms for its channel."""
    terms = rulebook.earning_terms(row.version_id, row.channel)
    if terms is None or row.waived:
        return None
    news = order.gift_card_lines.difference(row.gift_card_lines)
    row.gift_card_lines = sorted(news.union(row.gift_card_lines))
    entitled = entitlement(order, terms, gift_card_lines=row.gift_card_lines)
    return Standing(order, row, entitled, owner, has_news=bool(news))


def _oldest_first(standing: Standing) -> tuple[datetime, str]:
    """By payment, as the member will read it in their history."""
    return standing.row.fully_paid_at, standing.order.number


def _member_ids(standings: Iterable[Standing], uses: Iterable[Use]) -> set[int]:
    """Of those who are members already."""
    ids = {use.member_id for use in uses}
    for standing in standings:
        ids |= {standing.owner_id, standing.row.member_id}
    return ids - {None}


def _post(
    book: Book, standings: Sequence[Standing], rulebook: Rulebook, writing: Writing
) -> list[Entry]:
    """Take back all that is too much, then credit all that is missing; have the rows written.

    In that order no coupon that the batch brings is one that the batch should have withdrawn.
    """
    for standing in standings:
        if standing.row.revision == 0:  # its first points, or those that were waived
            standing.row.member_id = standing.owner_id
            standing.row.waived = not book.takes_points(standing.owner_id)
    postings = chain(
        (p for s in standings for p in _taken_back(book, s, rulebook)),
        (p for s in standings for p in _credited(book, s, rulebook)),
    )
    entries = [book.post(posting) for posting in postings]
    rows = [standing.row for standing in standings]
    for row in rows:
        row.settled_at = book.now
    writing.insert(row for row in rows if row._state.adding)
    writing.update((row for row in rows if not row._state.adding), ROW_FIELDS)
    return entries


def _taken_back(book: Book, standing: Standing, rulebook: Rulebook) -> Iterator[Posting]:
    """What is too much. All of it, where the order has another customer now; its row moves on."""
    row, entitled = standing.row, standing.entitled
    if row.member_id != standing.owner_id and _can_move(book, row):
        if row.points:
            yield _posting(row, -row.points, replace(entitled, points=0), rulebook)
        row.member_id = standing.owner_id
    if standing.points < 0:
        yield _posting(row, standing.points, entitled, rulebook)


def _credited(book: Book, standing: Standing, rulebook: Rulebook) -> Iterator[Posting]:
    """What is missing, unless the member is blocked or closed."""
    row = standing.row
    if standing.points > 0 and book.takes_points(row.member_id) and not row.waived:
        yield _posting(row, standing.points, standing.entitled, rulebook)


def _can_move(book: Book, row: SettledOrder) -> bool:
    """False when the points of a blocked or closed member are spent already.

    Who deletes their account and registers anew gets their old orders in Saleor; their points,
    had they been spent, would come a second time, against a debt that nobody pays.
    """
    if row.points == 0 or book.takes_points(row.member_id):
        return True
    return book.member(row.member_id).balance >= row.points


def _posting(row: SettledOrder, points: int, entitled: Entitlement, rulebook: Rulebook) -> Posting:
    row.revision += 1
    row.points += points
    return Posting(
        member_id=row.member_id,
        kind=EntryKind.ORDER if points > 0 else EntryKind.REVERSAL,
        points=points,
        source=f"order:{row.order_id}:{row.revision}",
        version=rulebook.versions[row.version_id],
        order=row,
        basis=entitled,
        renews=row.revision == 1,
    )
