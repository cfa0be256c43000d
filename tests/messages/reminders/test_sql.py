"""The SQL that queues reminders beside the rules in Python, on random data."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from saleor_loyalty.messages.reminders import rule_of
from saleor_loyalty.models import Account, Entry, Lot, Member, Program, ProgramVersion
from tests.accounts import account_of
from tests.messages.reminders.conftest import ALL, causes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])
@pytest.mark.parametrize("time_zone", ["Europe/Paris", "America/New_York", "Pacific/Auckland"])
@pytest.mark.parametrize("protected", [None, 20, 35])
def test_sql_queues_what_the_rules_say_for_any_data(
    set_up, shop, enroll, at, policy, time_zone, protected
):
    seed = random.Random(f"{policy} {time_zone} {protected}")
    now = datetime(2028, 2, 29, 15, tzinfo=UTC)
    since = now - timedelta(days=seed.randrange(1, 40), minutes=seed.randrange(600))
    set_up(policy, 365, time_zone)
    protection = protected and local_midnight(now + timedelta(days=protected), time_zone)
    version = changed(
        reminders=["TWO_MONTHS", *seed.sample(ALL[1:], 2)], protected_until=protection
    )
    for number in range(80):
        stand(enroll(f"member-{number}"), version, seed, now)

    Program.objects.update(reminded_until=since)
    at(now)

    assert causes() == sorted(expected(version, since=since, now=now))
    assert causes() != []


def local_midnight(moment: datetime, time_zone: str) -> datetime:
    local = moment.astimezone(ZoneInfo(time_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def changed(**rules) -> ProgramVersion:
    """A new version of the rules, as they are given."""
    program = Program.objects.select_related("current").get()
    version = program.current
    assert version
    version.pk, version.number = None, version.number + 1
    for name, value in rules.items():
        setattr(version, name, value)
    version.save(force_insert=True)
    Program.objects.update(current=version)
    return version


def stand(member: Member, version: ProgramVersion, seed: random.Random, now: datetime) -> None:
    """Some points, or none, and some end, or none."""
    lots = seed.randrange(4)
    account = account_of(member)
    for number in range(lots):
        points = seed.choice([0, 10, 25])
        entry = Entry.objects.create(
            shop_id=member.shop_id,
            account=account,
            kind="ORDER",
            source=f"{number}",
            points=25,
            balance_after=25,
            created_at=now,
            version=version,
        )
        Lot.objects.create(
            shop_id=member.shop_id,
            account=account,
            entry=entry,
            points=points,
            remaining=points,
            created_at=now,
            expires_at=some_end(version, seed, now),
        )
        account.balance += points
    account.expires_at = some_end(version, seed, now)
    account.save()


def some_end(version: ProgramVersion, seed: random.Random, now: datetime) -> datetime | None:
    if seed.random() < 0.15:
        return None
    return local_midnight(now + timedelta(days=seed.randrange(-3, 75)), version.time_zone)


def expected(version: ProgramVersion, *, since: datetime, now: datetime) -> list[str]:
    """One member and one end after the other, by the rules."""
    found, rule, when = [], version.expiry, rule_of(version)
    for account in Account.objects.all():
        ends = set()
        if version.expiry_policy == "ROLLING" and account.balance > 0:
            ends = {rule.balance_ends(account.expires_at)}
        if version.expiry_policy == "PER_LOT":
            ends = {rule.lot_ends(lot.expires_at) for lot in account.lots.filter(remaining__gt=0)}
        for end in ends - {None}:
            due = when.due(end, now=now)
            if due and when.moment(due, end) > since:
                found.append(f"{end:%Y-%m-%dT%H:%M:%SZ}:{due}")
    return found
