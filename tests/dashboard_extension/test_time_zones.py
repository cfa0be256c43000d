"""Time zones by a city: in the form of the program, and in the browser that proposes its own."""

import re
from datetime import UTC, datetime

import pytest
from django.utils import timezone

from saleor_loyalty.dashboard_extension import time_zones
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes

SUMMER = datetime(2026, 7, 1, tzinfo=UTC)
WINTER = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "said"),
    [
        ("Europe/Paris", WINTER, "Paris (UTC+1)"),
        ("Europe/Paris", SUMMER, "Paris (UTC+2)"),
        ("Europe/London", WINTER, "London (UTC)"),
        ("Asia/Kolkata", WINTER, "Kolkata (UTC+5:30)"),
        ("America/St_Johns", WINTER, "St. John’s (UTC−3:30)"),
        ("UTC", WINTER, "UTC"),
    ],
)
def test_a_zone_is_listed_by_its_city_with_what_clocks_say_there(monkeypatch, zone, at, said):
    monkeypatch.setattr(timezone, "now", lambda: at)

    assert dict(time_zones.choices())[zone] == said


def test_each_city_is_listed_once_and_in_order():
    cities = [label for _zone, label in time_zones.choices()]

    assert len(cities) == len(set(cities)) > 400
    assert cities.index(named("Réunion", cities)) < cities.index(named("Riga", cities))


def named(city, cities):
    return next(each for each in cities if each.startswith(city))


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("Europe/Paris", "Europe/Paris"),
        ("Asia/Calcutta", "Asia/Kolkata"),  # as Chromium calls it
        ("Etc/UTC", "UTC"),
        ("Mars/Olympus", None),
        ("", None),
    ],
)
def test_what_a_browser_calls_its_zone_is_found(named, found):
    assert time_zones.listed(named) == found


def chosen(answer):
    part = re.search(r'<select name="time_zone".*?</select>', answer.text, re.DOTALL)[0]
    return re.search(r'<option value="([^"]*)" selected>([^<]*)', part).groups()


def test_a_new_program_proposes_the_zone_of_the_browser(client, dashboard, shop):
    headers = {"Authorization": f"Bearer {dashboard.token()}", "Time-Zone": "America/Bogota"}

    answer = client.get("/app/program", headers=headers)

    assert chosen(answer) == ("America/Bogota", "Bogota (UTC−5)")


def test_a_program_keeps_its_zone_whatever_the_browser_and_by_whatever_name(ask, program):
    programs.update(shop=program.shop, changes=Changes(time_zone="US/Pacific"), actor="Olga")

    zone, label = chosen(ask("program"))

    assert (zone, label.partition(" (")[0]) == ("US/Pacific", "US/Pacific")


def test_cities_are_in_the_readers_language(ask, program):
    assert "Londres (UTC" in ask("program", language="fr").text
