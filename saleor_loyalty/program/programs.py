"""The programme of a shop: reading its rules, changing them, switching it on and off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.dispatch import Signal
from django.utils import timezone

from saleor_loyalty.database.statements import read
from saleor_loyalty.models import (
    Activation,
    AuditAction,
    ChannelTerms,
    Program,
    ProgramVersion,
    RewardTerms,
    Shop,
    audit,
)
from saleor_loyalty.problems import EditConflict
from saleor_loyalty.program import ends, threshold_reward
from saleor_loyalty.program.ruleset import KEEP, Changes, Rules, rules_of
from saleor_loyalty.program.validation import checked
from saleor_loyalty.rules.days import end_of_day
from saleor_loyalty.rules.expiry import latest, protected_until
from saleor_loyalty.saleor_api.facts import Channel
from saleor_loyalty.shop import catalogue, channels
from saleor_loyalty.workers.waking import wake

# Sent within the transaction that switches a programme, or sets one up: `shop`, and whether it is
# then `on`. Also when it was so before: what follows the switch may have gone its own way.
switched = Signal()


@dataclass(frozen=True, slots=True)
class Draft:
    """The rules in force, None before the first ones, and those that are to follow them."""

    before: Rules | None
    after: Rules
    channels: Mapping[str, Channel]  # those that either names, by id
    items: Mapping[str, str]  # what either limits the coupon to, by id

    def name_of(self, channel_id: str) -> str:
        """What staff call a channel, by its id."""
        return self.channels[channel_id].name or self.channels[channel_id].known_as


def current(shop: Shop) -> Program | None:
    """The shop's programme with its current rules; None when none was set up."""
    programs = Program.objects.filter(shop=shop, current__isnull=False)
    program = programs.select_related("current__reward").first()
    if program and program.current:
        read_terms(program.current)
    return program


def read_terms(version: ProgramVersion) -> None:
    """Read what a version and its reward say of channels, as prefetched: one statement, or none."""
    if "channels" in getattr(version, "_prefetched_objects_cache", ()):
        return
    channels, terms = read(
        ChannelTerms.objects.filter(version=version),
        RewardTerms.objects.filter(version=version.reward_id),
    )
    for row, name, rows in ((version, "channels", channels), (version.reward, "terms", terms)):
        found = getattr(row, name).all()
        found._result_cache = rows
        row._prefetched_objects_cache = {name: found}  # type: ignore[union-attr]  # Django's


def channels_of(terms: Iterable[ChannelTerms]) -> dict[str, Channel]:
    """The channels that rules name, by id, as they were called when those were made."""
    return {
        row.channel_id: Channel(row.channel_id, "", row.channel_name, row.currency) for row in terms
    }


def draft(
    *,
    shop: Shop,
    changes: Changes,
    known: Mapping[str, Channel],
    items: Mapping[str, str] | None = None,
    opened_at: int | None = None,
) -> Draft:
    """What `update` would make of `changes`, with nothing changed. Raises what `update` does."""
    program = current(shop)
    _compare(program, opened_at)
    version = program.current if program else None
    before = rules_of(version) if version else None
    return Draft(
        before,
        checked(changes, before, known=known, items=items),
        {**channels_of(version.channels.all() if version else ()), **known},
        {**(version.reward.limited_names if version else {}), **(items or {})},
    )


def update(
    *,
    shop: Shop,
    changes: Changes,
    actor: str,
    known: Mapping[str, Channel] | None = None,
    opened_at: int | None = None,
) -> Program:
    """Change the programme, or set it up.

    `known` are the shop's channels by id, if they were asked for just now. New rules become a new
    version, for orders that are paid from now on. Raises Refused with every problem found, and then
    nothing is changed; SaleorUnavailable when the shop cannot be asked for its channels, or for
    what the coupon is to be limited to. A form gives the number of the version it was `opened_at`,
    0 before the first: EditConflict when there is a newer one.
    """
    if known is None and changes.channels is not KEEP:
        known = catalogue.channels(shop)
    limited_to = None if changes.limited_to is KEEP else changes.limited_to
    items = catalogue.names(shop, limited_to) if limited_to else None
    with transaction.atomic():
        program = _held(shop)
        now = timezone.now()  # versions follow each other in time, as in their numbers
        _compare(program, opened_at)
        is_first = program.current is None
        before = rules_of(program.current) if program.current else None
        if known is None:
            known = channels_of(program.current.channels.all() if program.current else ())
        after = checked(changes, before, known=known, items=items)
        if items is None:
            items = program.current.reward.limited_names if program.current else {}
        if changes.channels is not KEEP:
            channels.follow(shop, known.values())
        _move_ends(program, after, now)
        on = program.is_active if changes.is_active is KEEP else bool(changes.is_active)
        protected = _protected_until(program, after, on=on, now=now)
        protected_before = program.current.protected_until if program.current else None
        if after != before or protected != protected_before:
            program.current = _new_version(
                program, after, protected, known, items, actor=actor, now=now
            )
        _switch(program, on=on, actor=actor, now=now)
        program.save(update_fields=["current", "is_active"])
        if changes.is_active is not KEEP or is_first:
            switched.send(Program, shop=shop, on=on)
    return current(shop) or program


def _held(shop: Shop) -> Program:
    """The shop's programme, made if there is none yet, locked until the transaction ends."""
    Program.objects.bulk_create([Program(shop=shop)], ignore_conflicts=True)
    programs = Program.objects.select_for_update(of=["self"]).select_related("current__reward")
    return programs.get(shop=shop)


def _compare(program: Program | None, opened_at: int | None) -> None:
    """Raise EditConflict when the rules in force are not those that a form was opened at."""
    version = program.current if program else None
    if version and opened_at not in (None, version.number):
        raise EditConflict(number=version.number, actor=version.created_by)


def _move_ends(program: Program, rules: Rules, now: datetime) -> None:
    """Points last to the end of the day that was shown, also by another time zone's clocks."""
    version = program.current
    if version and version.time_zone != rules.time_zone:
        zones = {"shown_in": version.time_zone, "time_zone": rules.time_zone}
        ends.move(program.shop, **zones, now=now)


def _protected_until(program: Program, rules: Rules, *, on: bool, now: datetime) -> datetime | None:
    """Until when no point that exists ends: a full period after a change of policy or days.

    And after a break at least as long again as the break was: nothing expires while the programme
    is off, and nobody could have renewed their points then.
    """
    protected = protected_until(
        before=program.current.expiry if program.current else None,
        policy=rules.expiry_policy,
        days=rules.expiry_days,
        time_zone=rules.time_zone,
        now=now,
    )
    off_since = program.activations.aggregate(at=Max("ended_at"))["at"]
    if program.is_active or not on or off_since is None or rules.expiry_days is None:
        return protected
    days_off = (now - off_since).days + 1
    return latest([protected, end_of_day(now, days=days_off, time_zone=rules.time_zone)])


def _new_version(
    program: Program,
    rules: Rules,
    protected: datetime | None,
    known: Mapping[str, Channel],
    items: Mapping[str, str],
    *,
    actor: str,
    now: datetime,
) -> ProgramVersion:
    """Write down checked rules as the programme's next version.

    The reward too, if its part changed. Names of channels and things come along as they are now;
    another name alone makes no version.
    """
    reward = threshold_reward.in_force(program, rules, known, items, actor=actor, now=now)
    version = ProgramVersion.objects.create(
        program=program,
        number=program.versions.count() + 1,
        name=rules.name,
        threshold=rules.threshold,
        reward=reward,
        basis=rules.basis,
        include_shipping=rules.include_shipping,
        expiry_policy=rules.expiry_policy,
        expiry_days=rules.expiry_days,
        protected_until=protected,
        time_zone=rules.time_zone,
        reminders=list(rules.reminders),
        created_at=now,
        created_by=actor,
    )
    ChannelTerms.objects.bulk_create(
        ChannelTerms(
            version=version,
            channel_id=terms.channel_id,
            channel_name=known[terms.channel_id].name,
            currency=known[terms.channel_id].currency,
            points_per_unit=terms.points_per_unit,
        )
        for terms in rules.channels
    )
    return version


def _switch(program: Program, *, on: bool, actor: str, now: datetime) -> None:
    """Open or close a stretch of activity; asking for what is already so changes nothing."""
    if on and not program.is_active:
        Activation.objects.create(program=program, started_at=now)
        # What waited while the programme was off. The walk first: of what happened meanwhile
        # nobody may have told, for Saleor calls no hook of a plugin that is off.
        waiting = ("settle_orders", "issue_coupons", "mint_coupons", "send_messages")
        for task in ("reconcile", *waiting):
            wake(task)
    elif program.is_active and not on:
        program.activations.filter(ended_at=None).update(ended_at=now)
    if on != program.is_active:
        action = AuditAction.PROGRAM_ON if on else AuditAction.PROGRAM_OFF
        audit.note(shop=program.shop, actor=actor, action=action)
    program.is_active = on
