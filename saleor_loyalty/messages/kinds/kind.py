"""What a kind of message states about itself; the outbox, texts and pages ask it for all else."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from babel import Locale
from django.db.models import Q
from django.utils.functional import Promise

from saleor_loyalty.models import (
    ChannelTerms,
    Message,
    MessageKind,
    ProgramVersion,
    RewardTerms,
    RewardVersion,
)
from saleor_loyalty.rules.languages import last_day

Values = dict[str, object]
Told = TypeVar("Told")  # what messages of a kind tell of, beside what all of them do


class Channel(StrEnum):
    """What brings a message."""

    EMAIL = "EMAIL"
    PUSH = "PUSH"


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that templates may use, and what it stands for."""

    name: str
    meaning: str | Promise


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContext:
    """What every message tells, whatever its kind.

    `version` is the one the coupon was issued under, or else the programme's current one, and
    `channels` what that earns, where no coupon is told of; `reward` is what the coupon gives, or
    the threshold brings, by its `terms`.
    """

    shop_name: str
    first_name: str
    balance: int
    version: ProgramVersion
    channels: Sequence[ChannelTerms]
    reward: RewardVersion
    terms: Sequence[RewardTerms]
    discounts_url: str = ""
    unsubscribe_url: str = ""

    def day(self, end: datetime | None, locale: Locale) -> str | None:
        """The last day before something ends, in words; None without an end."""
        return last_day(end, time_zone=self.version.time_zone, locale=locale) if end else None


@dataclass(frozen=True, slots=True)
class Samples(Generic[Told]):
    """What texts of a kind are tried with; nobody's real coupons, gifts or points.

    `shown` is the preview's, `full` has everything that may be left out and `bare` nothing of it;
    `more` is whatever else a template can ask about.
    """

    shown: Told
    full: Told
    bare: Told
    more: Sequence[Told] = ()


class Kind(ABC, Generic[Told]):
    """One kind of message. `label` is what staff call it, `variables` are its own."""

    name: ClassVar[MessageKind]
    channel: ClassVar[Channel]
    label: ClassVar[str | Promise]
    variables: ClassVar[Sequence[Variable]] = ()
    # Rows that its messages are told from, beside member and shop: to be prefetched.
    reads: ClassVar[Sequence[str]] = ()
    # For how long a provider that is down is waited for; None: until what it tells of is over.
    keeps_for: ClassVar[timedelta | None] = None
    # What comes by the thousand keeps nobody waiting for the news of their own coupon. The index
    # saleor_loyalty_reminder_due is of these.
    comes_by_the_thousand: ClassVar[bool] = False

    @property
    def is_email(self) -> bool:
        return self.channel == Channel.EMAIL

    def look_again(self, message: Message) -> None:
        """Raise NotSent where the message is no longer true; keep in it what is true now.

        Right before it goes, with its member, shop and programme as they are. One statement at
        most.
        """

    def still_true(self, now: datetime) -> Q:
        """Which of its messages still tell of something, as far as a list can ask of them all."""
        return Q()

    def version(self, message: Message) -> ProgramVersion | None:
        """By which rules it is told; None: by the programme's current ones."""
        return None

    def reward(self, message: Message) -> RewardVersion | None:
        """The reward it tells of; None: what the threshold brings."""
        return None

    @abstractmethod
    def told(self, message: Message) -> Told:
        """What a message tells of. Reads its rows: have `reads` prefetched."""

    @abstractmethod
    def samples(self, context: MessageContext, language: str) -> Samples[Told]:
        """Invented ones, fit for an invented member."""

    @abstractmethod
    def values(self, told: Told, context: MessageContext, locale: Locale) -> Values:
        """What its own variables stand for, in the language that is active."""
