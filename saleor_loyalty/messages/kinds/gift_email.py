"""The email that tells of points which staff gave; members.announcements queues it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel import Locale
from django.db.models import Exists, OuterRef, Q, QuerySet
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
from saleor_loyalty.models import Entry, Message, MessageKind
from saleor_loyalty.rules.languages import Count, harmless

REASONS = {
    "en": "Thank you for your patience while we restocked.",
    "fr": "Merci de votre patience pendant notre réassort.",
    "de": "Danke für deine Geduld, während wir Nachschub besorgt haben.",
    "es": "Gracias por tu paciencia mientras reponíamos existencias.",
    "pl": "Dziękujemy za cierpliwość podczas uzupełniania zapasów.",
    "ar": "شكرًا لصبرك ريثما أعدنا توفير المنتج.",
}


@dataclass(frozen=True, slots=True)
class Gift:
    points: int
    reason: str


class GiftEmail(Kind[Gift]):
    name = MessageKind.GIFT_EMAIL
    channel = Channel.EMAIL
    label = _("Gift: email")
    variables = (
        Variable("points", _("How many points the gift brings. A number.")),
        Variable(
            "owed",
            _("Points taken back after they were spent, less this gift; usually 0. A number."),
        ),
        Variable("reason", _("Why the points are given, as staff wrote it.")),
    )
    reads = ("entry__note",)
    keeps_for = timedelta(days=7)

    def look_again(self, message: Message) -> None:
        if _taken_back().filter(reverses=message.entry_id).exists():
            raise Skipped("The gift was taken back.")

    def still_true(self, now: datetime) -> Q:
        return ~Q(Exists(_taken_back().filter(reverses=OuterRef("entry"))))

    def told(self, message: Message) -> Gift:
        entry = message.entry
        return Gift(entry.points, entry.reason) if entry else Gift(0, "")

    def samples(self, context: MessageContext, language: str) -> Samples[Gift]:
        reason = REASONS.get(language, REASONS["en"])
        usual, small, whole = (
            Gift(points, reason) for points in (context.balance * 3 // 5, 1, context.balance)
        )
        return Samples(shown=usual, full=small, bare=whole, more=(usual,))

    def values(self, told: Gift, context: MessageContext, locale: Locale) -> Values:
        return {
            "points": Count(told.points, locale),
            "owed": Count(max(0, -context.balance), locale),
            "reason": harmless(told.reason) or None,
        }


def _taken_back() -> QuerySet[Entry]:
    return Entry.objects.filter(reverses__isnull=False)


KIND = GiftEmail()
