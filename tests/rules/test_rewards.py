"""Rewards: how many, their code, their last moment."""

import re
from datetime import UTC, datetime

import pytest

from saleor_loyalty.rules.rewards import (
    ALPHABET,
    Progress,
    new_code,
    progress,
    rewards_due,
    valid_until,
)


@pytest.mark.parametrize(
    ("balance", "expected"), [(-7000, 0), (0, 0), (4999, 0), (5000, 1), (15300, 3)]
)
def test_each_full_threshold_is_one_reward(balance, expected):
    assert rewards_due(balance=balance, threshold=5000) == expected


@pytest.mark.parametrize(
    ("balance", "done", "missing", "percent"),
    [(0, 0, 5000, 0), (1200, 1200, 3800, 24), (5200, 5000, 0, 100), (-300, 0, 5300, 0)],
)
def test_the_way_to_a_reward_begins_where_a_debt_is_made_up_for(balance, done, missing, percent):
    way = progress(balance=balance, threshold=5000)

    assert way == Progress(threshold=5000, done=done, missing=missing)
    assert way.percent == percent


def test_t14_a_code_holds_80_random_bits():
    assert len(ALPHABET) == 32  # 5 bits a character
    assert re.fullmatch(rf"([{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}", new_code())
    assert len({new_code() for _ in range(1000)}) == 1000


def test_a_coupon_ends_with_the_last_of_its_days_where_the_programme_lives():
    issued = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)  # already 2 March in Paris
    assert valid_until(issued_at=issued, days=60, time_zone="Europe/Paris") == datetime(
        2026, 5, 1, 22, 0, tzinfo=UTC
    )


def test_t25_the_last_day_is_whole_though_the_clocks_change_meanwhile():
    issued = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    # 29 March has 23 hours in Paris: its end is 22:00 UTC.
    assert valid_until(issued_at=issued, days=1, time_zone="Europe/Paris") == datetime(
        2026, 3, 29, 22, 0, tzinfo=UTC
    )


def test_a_coupon_without_days_has_no_end():
    assert (
        valid_until(issued_at=datetime(2026, 3, 1, tzinfo=UTC), days=None, time_zone="UTC") is None
    )
