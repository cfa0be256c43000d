"""What orders stand at: the points that each entitles to now, beside what the ledger holds for it.

An order earns by the rules in force when it was paid, and stays with the version that credited it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from saleor_loyalty.database.statements import Writing
from saleor_loyalty.ledger.book import Book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Entry, EntryKind, Member, ProgramVersion, SettledOrder
from saleor_loyalty.orders.context import SettlementContext
from saleor_loyalty.rules.entitlement import Entitlement, entitlement
from saleor_loyalty.saleor_api.facts import Customer, Order

ROW_FIELDS = (
    *("member", "version", "points", "left_behind", "revision"),
    *("gift_card_lines", "waived", "settled_at"),
)
ASKED_FIELDS = ("asked_as_of", "look_again_at")
ASKED_DAILY = timedelta(days=1)
MAY_COME_BACK_FOR = timedelta(days=60)  # after an order was paid


@dataclass(frozen=True, slots=True)
class OrderDue:
    """What an order entitles to by its row's version, beside what the row says was posted.

    The row is brought up to date with every posting that is made of it.
    """

    order: Order
    row: SettledOrder
    version: ProgramVersion
    entitled: Entitlement
    owner: Member | None  # None: whose points they are stays as it is
    has_new_gift_cards: bool  # lines that the row did not know as such

    @property
    def owner_id(self) -> int:
        """Whose the points are to be. A newcomer has an id once the book is open."""
        return self.owner.pk if self.owner else self.row.member_id

    @property
    def member_ids(self) -> set[int]:
        """Whose points may change, of those who are members already."""
        return {self.owner_id, self.row.member_id} - {None}

    @property
    def missing(self) -> int:
        """Points that are missing in the ledger; negative: that are too many there."""
        return self.entitled.points - self.row.points

    @property
    def takes_back(self) -> bool:
        """Whether points of its member may be taken back."""
        return self.missing < 0 or self.row.member_id not in (None, self.owner_id)

    @property
    def is_settled(self) -> bool:
        """True when nothing is to be posted or kept."""
        is_held = self.row.points != 0 or self.row.left_behind != 0
        has_moved = is_held and self.owner_id != self.row.member_id
        return self.missing == 0 and not has_moved and not self.has_new_gift_cards

    def begin(self, book: Book) -> None:
        """Say whose the row is before its first points, or those that were waived."""
        if self.row.revision == 0:
            self.row.member_id = self.owner_id
            self.row.waived = not book.takes_points(self.owner_id)

    def take_back(self, book: Book) -> list[Entry]:
        """Post what is too much. What its member has of it, where another has the order now."""
        posted = []
        if self.row.member_id != self.owner_id:
            held = self.row.points - self.row.left_behind
            moving = self._movable(book, held)
            if moving:
                posted.append(self._post(book, -moving, None, is_all=moving == held))
            self.row.left_behind += held - moving
            self.row.member_id = self.owner_id
        if self.missing < 0:
            is_all = self.entitled.points <= self.row.left_behind
            posted.append(self._post(book, self.missing, self.entitled, is_all=is_all))
        return posted

    def credit(self, book: Book) -> list[Entry]:
        """Post what is missing, unless the member is blocked or closed; or inactive, who waits."""
        customer = self.order.customer
        if self.row.waived or (customer and not customer.is_active):
            return []
        if self.missing > 0 and book.takes_points(self.row.member_id):
            return [self._post(book, self.missing, self.entitled)]
        return []

    def _movable(self, book: Book, held: int) -> int:
        """How many of the points that the member holds of this order go along with it.

        From a blocked or closed member only what is still there. Who deletes their account and
        registers anew gets their old orders in Saleor: points that had been spent would come a
        second time, against a debt that nobody pays.
        """
        member_id = self.row.member_id
        if held <= 0 or book.takes_points(member_id):
            return held
        return min(held, book.member(member_id).spendable)

    def _post(
        self, book: Book, points: int, basis: Entitlement | None, *, is_all: bool = False
    ) -> Entry:
        """Without a `basis`: it goes along with the order, whatever that entitles to."""
        self.row.revision += 1
        self.row.points += points
        return book.post(
            Posting(
                member_id=self.row.member_id,
                kind=EntryKind.ORDER if points > 0 else EntryKind.REVERSAL,
                points=points,
                source=f"order:{self.row.order_id}:{self.row.revision}",
                version=self.version,
                order=self.row,
                entitled=self.row.points,
                basis=basis,
                renews=self.row.revision == 1,
                is_all=is_all,
            )
        )


def unsettled(context: SettlementContext, *, past: bool) -> list[OrderDue]:
    """The orders of which something is to be posted or kept, the first paid first.

    With `past`, those too that were paid while the programme was off, or while their member took
    no points.
    """
    orders_due = (_standing(context, order, past=past) for order in context.orders)
    return sorted((s for s in orders_due if s and not s.is_settled), key=_oldest_first)


def waiting(context: SettlementContext) -> list[Customer]:
    """Customers who have paid for what would earn, were it known whose their email is."""
    return [
        order.customer
        for order in context.orders
        if order.customer
        and not enrolment.is_known(order.customer)
        and not (order.id in context.rows and context.rows[order.id].revision)
        and _version(context, order, past=False)
    ]


def post(orders_due: Sequence[OrderDue], book: Book) -> list[Entry]:
    """Take back all that is too much, then credit all that is missing; the entries.

    In that order no coupon that the batch brings is one that the batch should have withdrawn.
    """
    for order_due in orders_due:
        order_due.begin(book)
    posted = [entry for order_due in orders_due for entry in order_due.take_back(book)]
    return posted + [entry for order_due in orders_due for entry in order_due.credit(book)]


def keep(orders_due: Sequence[OrderDue], writing: Writing, *, now: datetime) -> None:
    """Have the orders' rows written as they are now."""
    for order_due in orders_due:
        order_due.row.settled_at = now
        _note_asked(order_due.row, order_due.order, now=now)
    rows = [order_due.row for order_due in orders_due]
    writing.insert(row for row in rows if row._state.adding)
    writing.update((row for row in rows if not row._state.adding), (*ROW_FIELDS, *ASKED_FIELDS))


def note_asked(context: SettlementContext, writing: Writing, *, kept: Sequence[OrderDue]) -> None:
    """Have it noted as of when the settled orders were asked for, besides those `kept` anyway."""
    ids = {order_due.order.id for order_due in kept}
    asked = [o for o in context.orders if o.id in context.rows and o.id not in ids]
    for order in asked:
        _note_asked(context.rows[order.id], order, now=context.now)
    writing.update((context.rows[order.id] for order in asked), ASKED_FIELDS)


def _note_asked(row: SettledOrder, order: Order, *, now: datetime) -> None:
    """As of when, and when again: a second return of a part moves neither status nor updatedAt."""
    row.asked_as_of = order.updated_at
    may_come_back = row.fully_paid_at > now - MAY_COME_BACK_FOR
    is_open = order.status == "PARTIALLY_RETURNED" and may_come_back
    row.look_again_at = now + ASKED_DAILY if is_open else None


def _standing(context: SettlementContext, order: Order, *, past: bool) -> OrderDue | None:
    """None for an order that does not earn, or not in its channel by its row's version."""
    row = _row(context, order, past=past)
    if row is None or row.waived:
        return None
    terms = context.rulebook.earning_terms(row.version_id, row.channel_id)
    if terms is None:
        return None
    new_gift_cards = order.gift_card_lines.difference(row.gift_card_lines)
    row.gift_card_lines = sorted(new_gift_cards.union(row.gift_card_lines))
    return OrderDue(
        order=order,
        row=row,
        version=context.rulebook.versions[row.version_id],
        entitled=entitlement(order, terms, gift_card_lines=row.gift_card_lines),
        owner=context.owner(order),
        has_new_gift_cards=bool(new_gift_cards),
    )


def _row(context: SettlementContext, order: Order, *, past: bool) -> SettledOrder | None:
    """The order's row, one not yet saved for a new order; None where it may not earn (yet)."""
    row = context.rows.get(order.id)
    if row is not None and row.revision > 0:
        return row
    version = _version(context, order, past=past)
    if version is None or context.owner(order) is None:
        return None
    if row is None:
        return SettledOrder(
            shop=context.shop,
            order_id=order.id,
            number=order.number,
            channel_id=order.channel_id,
            version=version,
            fully_paid_at=order.fully_paid_at or context.now,
            settled_at=context.now,
        )
    row.version, row.waived = version, row.waived and not past  # known, but never credited
    return row


def _version(context: SettlementContext, order: Order, *, past: bool) -> ProgramVersion | None:
    """By what an order is credited that never was: the rules in force when it was paid.

    None where it does not earn: it was not paid, or not while the programme was on. When the past
    is to be credited, the current rules. See docs/decisions/paid.md.
    """
    if order.fully_paid_at is None:
        return None
    if past:
        return context.rulebook.version
    if not context.rulebook.was_active_at(order.fully_paid_at):
        return None
    return context.rulebook.in_force_at(order.fully_paid_at)


def _oldest_first(order_due: OrderDue) -> tuple[datetime, str]:
    """By payment, as the member will read it in their history."""
    return order_due.row.fully_paid_at, order_due.order.number
