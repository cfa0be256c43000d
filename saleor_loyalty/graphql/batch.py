"""What one request has read so far, so that nothing is read once per item of a list."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from saleor_loyalty.ledger.endings import Ending, all_endings
from saleor_loyalty.models import Member, Program, SettledOrder
from saleor_loyalty.permissions import Viewer
from saleor_loyalty.rules.expiry import ExpiryRule
from saleor_loyalty.shop import channels


class Batch:
    """The members, orders and rules of one request, in the shop of its viewer.

    100 customers with what they have cost two statements: the members with the program, and what
    is left of their lots if somebody asks when it ends. 100 orders cost one.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._shop = viewer.shop
        self._members: dict[str, Member | None] = {}
        self._orders: dict[str, SettledOrder | None] = {}
        # By the object, not by its key: after a mutation the same member is another one. Each is
        # kept alive beside its ending, so that no other takes its identity.
        self._endings: dict[int, tuple[Member, Ending | None]] = {}

    def load_members(self, customer_ids: Iterable[str]) -> None:
        """Read the members among these customers, all at once."""
        missing = set(customer_ids).difference(self._members)
        if not missing:
            return
        self._members |= dict.fromkeys(missing)
        members = Member.objects.filter(shop=self._shop, customer_id__in=missing)
        for member in members.select_related("account", "shop__program__current__reward"):
            self._members[member.customer_id] = member

    def remember(self, members: Iterable[Member]) -> None:
        """Take in members that were read otherwise, for what is asked of all of them."""
        self._members |= {member.customer_id: member for member in members}

    def member(self, customer_id: str) -> Member | None:
        """The member a customer is; None when they are none."""
        self.load_members([customer_id])
        return self._members[customer_id]

    def load_orders(self, order_ids: Iterable[str]) -> None:
        """Read what these orders brought, all at once."""
        missing = set(order_ids).difference(self._orders)
        if not missing:
            return
        self._orders |= dict.fromkeys(missing)
        orders = SettledOrder.objects.filter(shop=self._shop, order_id__in=missing)
        for order in orders.select_related(
            "member__account", "member__shop__program__current__reward"
        ):
            self._orders[order.order_id] = order

    def order(self, order_id: str) -> SettledOrder | None:
        """What an order brought; None when it earned nothing so far."""
        self.load_orders([order_id])
        return self._orders[order_id]

    @cached_property
    def program(self) -> Program | None:
        """The shop's program with its current rules, read along with members if there are any."""
        for member in self._known_members():
            if "shop" in member._state.fields_cache:
                return getattr(member.shop, "program", None)
        return Program.objects.filter(shop=self._shop).select_related("current__reward").first()

    @cached_property
    def channel_slugs(self) -> dict[str, str]:
        """What the shop's channels are called now, by their ids."""
        return channels.slugs(self._shop) if self._shop else {}

    @cached_property
    def expiry_rule(self) -> ExpiryRule | None:
        """By which points end; None while the program is off, for then they do not."""
        program = self.program
        return program.current.expiry if program and program.current and program.is_active else None

    def ending(self, member: Member) -> Ending | None:
        """The points of a member that end first; read for all members of the request at once."""
        rule = self.expiry_rule
        if rule is None:
            return None
        if id(member) not in self._endings:
            members = [member, *self._known_members()]
            new = [known for known in members if id(known) not in self._endings]
            endings = all_endings(new, rule)
            self._endings |= {
                id(known): (known, next(iter(endings.get(known.pk, ())), None)) for known in new
            }
        return self._endings[id(member)][1]

    def _known_members(self) -> list[Member]:
        members = [member for member in self._members.values() if member]
        return members + [order.member for order in self._orders.values() if order]


def batch_of(context: Any) -> Batch:
    """The batch of a request, by its context."""
    if not hasattr(context, "loyalty_batch"):
        context.loyalty_batch = Batch(context.loyalty_viewer)
    batch: Batch = context.loyalty_batch
    return batch
