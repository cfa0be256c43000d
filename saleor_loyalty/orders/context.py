"""What orders are settled on: all that is known of them before, read in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from saleor_loyalty.database import statements
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Change, Member, SettledOrder, Shop
from saleor_loyalty.orders import inbox
from saleor_loyalty.orders.inbox import Lease
from saleor_loyalty.program import rulebook
from saleor_loyalty.program.rulebook import Rulebook
from saleor_loyalty.rewards import coupons
from saleor_loyalty.rewards.coupons import Use
from saleor_loyalty.saleor_api.facts import Customer, Order


@dataclass(frozen=True, slots=True)
class SettlementContext:
    """The `orders` with their `rows`, which are locked, and the `changes` that a lease still holds.

    `members` are those of the orders' owners, by customer id. They are not locked: only their ids
    are to be relied on. Newcomers are among them, without an id yet.
    """

    shop: Shop
    now: datetime
    orders: Sequence[Order]
    rulebook: Rulebook
    rows: dict[str, SettledOrder]
    members: Mapping[str, Member]
    uses: Sequence[Use]
    changes: Sequence[Change]

    def owner(self, order: Order) -> Member | None:
        """The member that the order's points are due to; None when they are nobody's, or stay."""
        customer = _owner(order)
        return self.members[customer.id] if customer else None


def read_context(
    shop: Shop, orders: Sequence[Order], lease: Lease | None = None
) -> SettlementContext:
    """What these orders are settled on; with a lease, of those whose changes it still holds.

    One statement. Raises Program.DoesNotExist when the shop has no programme yet.
    """
    context = _read(shop, orders, lease)
    if any(row.version_id not in context.rulebook.versions for row in context.rows.values()):
        return _read(shop, orders, lease)  # credited by newer rules while we waited for its lock
    return context


def _read(shop: Shop, orders: Sequence[Order], lease: Lease | None) -> SettlementContext:
    now = timezone.now()
    customers = {customer.id: customer for order in orders if (customer := _owner(order))}
    settled = SettledOrder.objects.filter(shop=shop, order_id__in=[order.id for order in orders])
    changes, rows, enrolled, named, codes, *rules = statements.read(
        inbox.held(lease) if lease else Change.objects.none(),
        settled.select_for_update().order_by("pk"),
        Member.objects.filter(shop=shop, customer_id__in=customers),
        *coupons.named_by(shop, orders),
        *rulebook.to_read(
            shop, of=settled, paid=[order.fully_paid_at for order in orders if order.fully_paid_at]
        ),
    )
    if lease:
        held = {change.subject_id for change in changes}
        orders = [order for order in orders if order.id in held]
    newcomers = {
        id_: enrolment.newcomer(shop=shop, customer=customer, now=now)
        for id_, customer in customers.items()
    }
    return SettlementContext(
        shop=shop,
        now=now,
        orders=orders,
        rulebook=rulebook.rulebook(*rules),
        rows={row.order_id: row for row in rows},
        members=newcomers | {member.customer_id: member for member in enrolled},
        uses=coupons.uses(named, codes, orders),
        changes=changes,
    )


def _owner(order: Order) -> Customer | None:
    """Nobody, until it is proven that the email with which the order was placed is the customer's.

    Saleor gives an order to the customer whose email was typed at checkout, whoever typed it. Nor
    anybody who is inactive in the shop: the order waits for them.
    """
    customer = order.customer
    return customer if customer and enrolment.may_earn(customer) else None
