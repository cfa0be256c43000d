"""The rules as settlement needs them: all versions that some orders go by, read at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from saleor_loyalty.models import (
    Activation,
    ChannelTerms,
    Program,
    ProgramVersion,
    RewardVersion,
    SettledOrder,
    Shop,
    SpendBasis,
)
from saleor_loyalty.rules.entitlement import EarningTerms


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Versions of a shop's rules, and the times at which the programme was on.

    `version` is the current one.
    """

    version: ProgramVersion
    versions: Mapping[int, ProgramVersion]
    terms: Mapping[tuple[int, str], EarningTerms]
    activations: Sequence[Activation]

    def was_active_at(self, moment: datetime) -> bool:
        """True when the programme was on then."""
        return any(
            a.started_at <= moment and (a.ended_at is None or moment < a.ended_at)
            for a in self.activations
        )

    def in_force_at(self, moment: datetime) -> ProgramVersion | None:
        """The version by which orders earn that were paid then; None before the first one.

        Only for moments that the rulebook was read for.
        """
        made = (v for v in self.versions.values() if v.created_at <= moment)
        return max(made, key=lambda version: version.number, default=None)

    def earning_terms(self, version_id: int, channel_id: str) -> EarningTerms | None:
        """What a version pays in a channel; None when the channel earns nothing by it."""
        return self.terms.get((version_id, channel_id))


def to_read(
    shop: Shop, *, of: QuerySet[SettledOrder], paid: Collection[datetime] = ()
) -> list[QuerySet[Any]]:
    """What to read for a `rulebook`: the current version with its reward, those that orders go by,
    and those in force while orders were `paid`.
    """
    programs = Program.objects.filter(shop=shop)
    wanted = Q(pk__in=programs.values("current")) | Q(pk__in=of.values("version"))
    if paid:
        first = ProgramVersion.objects.filter(program__in=programs, created_at__lte=min(paid))
        since = Coalesce(Subquery(first.order_by("-number").values("number")[:1]), 0)
        wanted |= Q(program__in=programs, number__gte=since, created_at__lte=max(paid))
    versions = ProgramVersion.objects.filter(wanted)
    return [
        programs,
        versions,
        ChannelTerms.objects.filter(version__in=versions),
        Activation.objects.filter(program__in=programs),
        RewardVersion.objects.filter(pk__in=programs.values("current__reward")),
    ]


def rulebook(
    programs: Sequence[Program],
    versions: Sequence[ProgramVersion],
    terms: Sequence[ChannelTerms],
    activations: Sequence[Activation],
    rewards: Sequence[RewardVersion],
) -> Rulebook:
    """The rules as read, the current ones with their reward.

    Raises Program.DoesNotExist when the shop has none yet.
    """
    by_id = {version.pk: version for version in versions}
    if not programs or programs[0].current_id is None:
        message = "the shop has no program: set it up before orders are settled"
        raise Program.DoesNotExist(message)
    version = by_id[programs[0].current_id]
    (version.reward,) = rewards
    return Rulebook(
        version=version,
        versions=by_id,
        terms={
            (row.version_id, row.channel_id): _earning_terms(row, by_id[row.version_id])
            for row in terms
        },
        activations=activations,
    )


def _earning_terms(row: ChannelTerms, version: ProgramVersion) -> EarningTerms:
    return EarningTerms(
        currency=row.currency,
        points_per_unit=row.points_per_unit,
        net=version.basis == SpendBasis.NET,
        include_shipping=version.include_shipping,
    )
