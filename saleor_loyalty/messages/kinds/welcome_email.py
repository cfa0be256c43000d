"""The email that welcomes a new member; members.announcements queues it."""

from collections.abc import Iterable
from datetime import timedelta

from babel import Locale
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.messages.kinds.kind import (
    Channel,
    Kind,
    MessageContext,
    Samples,
    Values,
    Variable,
)
from saleor_loyalty.models import ChannelTerms, Message, MessageKind
from saleor_loyalty.rules.languages import Count, round_money


class WelcomeEmail(Kind[None]):
    name = MessageKind.WELCOME_EMAIL
    channel = Channel.EMAIL
    label = _("Welcome: email")
    variables = (
        Variable(
            "earnings",
            _(
                "What shopping brings, a list to loop over: earning.points (a number) for every "
                "earning.amount."
            ),
        ),
    )
    keeps_for = timedelta(days=7)

    def told(self, message: Message) -> None:
        return None

    def samples(self, context: MessageContext, language: str) -> Samples[None]:
        return Samples(shown=None, full=None, bare=None)

    def values(self, told: None, context: MessageContext, locale: Locale) -> Values:
        return {"earnings": _earnings(context.channels, locale)}


def _earnings(channels: Iterable[ChannelTerms], locale: Locale) -> list[Values]:
    """Whole points for a round amount, once per currency and rate: 5 points for every €10."""
    earnings: dict[tuple[int, int, str], Values] = {}
    for channel in channels:
        amount, points = 1, channel.points_per_unit
        while points != int(points):
            amount, points = amount * 10, points * 10
        if points:
            earnings[int(points), amount, channel.currency] = {
                "points": Count(int(points), locale),
                "amount": round_money(amount, channel.currency, locale),
            }
    return list(earnings.values())


KIND = WelcomeEmail()
