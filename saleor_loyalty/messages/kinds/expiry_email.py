"""The email that reminds of points which end soon; messages.reminders queues it."""

from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.messages.kinds.kind import (
    Channel,
    Kind,
    MessageContext,
    Samples,
    Values,
    Variable,
)
from saleor_loyalty.messages.outcomes import Skipped
from saleor_loyalty.messages.reminders import rule_of
from saleor_loyalty.models import ExpiryPolicy, Lot, Member, Message, MessageKind
from saleor_loyalty.rules.days import end_of_day
from saleor_loyalty.rules.expiry import ROLLING, ExpiryRule
from saleor_loyalty.rules.languages import Count


@dataclass(frozen=True, slots=True)
class Ending:
    """How many points of the balance end, and when."""

    points: int
    deadline: datetime | None


class ExpiryEmail(Kind[Ending]):
    name = MessageKind.EXPIRY_EMAIL
    channel = Channel.EMAIL
    label = _("Points expire soon: email")
    variables = (
        Variable("points", _("How many points expire on that day. A number.")),
        Variable("remaining", _("How many points are left after that day. A number.")),
        Variable("last_day", _("The last day on which these points can be used.")),
        Variable("order_keeps_points", _("Yes when an order by then keeps the points.")),
    )
    comes_by_the_thousand = True

    def look_again(self, message: Message) -> None:
        """Its points become those that end as things are now."""
        version = message.shop.program.current
        deadline = message.deadline
        if version is None or deadline is None:
            raise Skipped("The program has no rules.")
        now = timezone.now()
        if deadline <= now:
            raise Skipped("The points have expired.")
        message.points = _points_ending(message.member, version.expiry, deadline)
        if not message.points:
            raise Skipped("No points expire then any more.")
        if rule_of(version).due(deadline, now=now) != message.cause.rpartition(":")[2]:
            raise Skipped("A later reminder takes its place, or this one was switched off.")

    def still_true(self, now: datetime) -> Q:
        return Q(deadline__gt=now)

    def told(self, message: Message) -> Ending:
        return Ending(message.points or 0, message.deadline)

    def samples(self, context: MessageContext, language: str) -> Samples[Ending]:
        version, balance = context.version, context.balance
        end = end_of_day(timezone.now(), days=30, time_zone=version.time_zone)
        part = balance * 3 // 5
        whole = version.expiry_policy == ExpiryPolicy.ROLLING
        return Samples(
            shown=Ending(balance if whole else part, end),
            full=Ending(1, end),
            bare=Ending(balance, end),
            more=(Ending(part, end),),
        )

    def values(self, told: Ending, context: MessageContext, locale: Locale) -> Values:
        return {
            "points": Count(told.points, locale),
            "remaining": Count(max(0, context.balance - told.points), locale),
            "last_day": context.day(told.deadline, locale),
            "order_keeps_points": context.version.expiry_policy == ExpiryPolicy.ROLLING,
        }


def _points_ending(member: Member, rule: ExpiryRule, deadline: datetime) -> int:
    """The points of a member that end at that moment."""
    if member.balance <= 0:
        return 0
    if rule.policy == ROLLING:
        return member.balance if rule.balance_ends(member.account.expires_at) == deadline else 0
    if rule.lot_ends(deadline) != deadline:  # the programme protects them for longer
        return 0
    ending = Q(expires_at=deadline)
    if rule.protected_until == deadline:
        ending = Q(expires_at__lte=deadline) | Q(expires_at=None)
    lots = Lot.objects.filter(ending, account__member=member, remaining__gt=0)
    points: int | None = lots.aggregate(points=Sum("remaining"))["points"]
    return points or 0


KIND = ExpiryEmail()
