"""When points end, by each policy, and what a change of the rules protects."""

from datetime import UTC, datetime, timedelta

import pytest

from saleor_loyalty.rules.days import end_of_day, end_of_same_day
from saleor_loyalty.rules.expiry import (
    NEVER,
    PER_LOT,
    ROLLING,
    ExpiryRule,
    latest,
    protected_until,
)

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
EARLY, LATE = NOW + timedelta(days=10), NOW + timedelta(days=20)
PARIS, TOKYO = "Europe/Paris", "Asia/Tokyo"


def rule(policy: str = ROLLING, days: int | None = 30, zone: str = "UTC", kept=None) -> ExpiryRule:
    return ExpiryRule(policy, days, zone, kept)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_points_that_never_end_have_no_period():
    assert rule(NEVER, None).period_from(NOW) is None
    assert rule(ROLLING, 30).period_from(NOW) == day("2027-04-01")


@pytest.mark.parametrize(
    ("zone", "end"), [("UTC", "2027-03-09T00:00"), (TOKYO, "2027-03-08T15:00")]
)
def test_what_comes_back_after_its_end_has_seven_days_of_grace_there(zone, end):
    """However long the points last, and though they never do."""
    assert rule(zone=zone).grace_from(NOW) == day(end)
    assert rule(NEVER, None, zone).grace_from(NOW) == day(end)


@pytest.mark.parametrize(
    ("policy", "balance", "lot"),
    [(ROLLING, LATE, None), (PER_LOT, None, LATE), (NEVER, None, None)],
)
@pytest.mark.parametrize(("stored", "kept"), [(LATE, None), (LATE, EARLY), (EARLY, LATE)])
def test_the_policy_says_what_ends_and_the_later_of_its_own_end_and_the_protection_when(
    policy, balance, lot, stored, kept
):
    assert rule(policy, kept=kept).balance_ends(stored) == balance
    assert rule(policy, kept=kept).lot_ends(stored) == lot


def test_what_has_no_end_of_its_own_ends_with_the_protection_or_not_at_all():
    assert rule(ROLLING, kept=LATE).balance_ends(None) == LATE
    assert rule(ROLLING).balance_ends(None) is None
    assert rule(PER_LOT, kept=LATE).lot_ends(None) == LATE
    assert rule(PER_LOT).lot_ends(None) is None


def test_the_latest_of_moments_leaves_out_those_that_are_not_known():
    assert latest([EARLY, None, LATE, NOW]) == LATE
    assert latest([None]) is None
    assert latest([]) is None


# ---------------------------------------------------------------- what a change protects


def protected(before: ExpiryRule | None, policy=ROLLING, days=30, zone="UTC") -> datetime | None:
    return protected_until(before=before, policy=policy, days=days, time_zone=zone, now=NOW)


def test_the_first_rules_protect_nothing():
    assert protected(None) is None


@pytest.mark.parametrize("kept", [None, EARLY])
def test_the_same_policy_and_days_go_on_protecting_what_they_did(kept):
    assert protected(rule(ROLLING, 30, kept=kept)) == kept


@pytest.mark.parametrize(
    "before", [rule(PER_LOT, 30), rule(ROLLING, 40), rule(ROLLING, 20), rule(NEVER, None)]
)
def test_another_policy_or_other_days_protect_for_one_full_new_period(before):
    assert protected(before) == day("2027-04-01")


@pytest.mark.parametrize(
    ("kept", "until"), [(LATE, "2027-04-01"), (day("2027-05-01"), "2027-05-01")]
)
def test_a_change_never_shortens_what_the_one_before_protects(kept, until):
    assert protected(rule(ROLLING, 40, kept=kept)) == day(until)


def test_points_that_shall_never_end_any_more_stay_protected_as_they_were():
    """Should they end again one day, that was promised."""
    assert protected(rule(ROLLING, 30, kept=LATE), NEVER, None) == LATE
    assert protected(rule(ROLLING, 30), NEVER, None) is None


def test_in_another_time_zone_the_protection_ends_with_the_same_day():
    end = end_of_day(NOW, days=30, time_zone=PARIS)
    moved = end_of_same_day(end, shown_in=PARIS, time_zone="America/New_York")

    assert moved > end
    assert protected(rule(zone=PARIS, kept=end), zone="America/New_York") == moved
    assert protected(rule(zone=PARIS), zone="America/New_York") is None


def test_in_the_same_time_zone_the_protection_stays_whatever_moment_it_ends_at():
    """One that was kept from an earlier zone is not the end of a day in this one."""
    assert protected(rule(zone=PARIS, kept=LATE), zone=PARIS) == LATE
