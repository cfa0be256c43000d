"""The programme's rules and its switch."""

from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

import pytest

from saleor_loyalty.models import Program, ProgramVersion
from saleor_loyalty.problems import ErrorCode, Refused
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes, Rules, Terms, rules_of
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.shop import catalogue
from tests.paper_saleor import PaperSaleor, line

MAIN = Terms("channel-1", Decimal(10), Decimal(10), min_spent=Decimal(100))


@pytest.fixture(autouse=True)
def asked(monkeypatch) -> PaperSaleor:
    """The Saleor that is asked for its channels."""
    saleor = PaperSaleor()

    @contextmanager
    def connect(shop):
        yield Saleor(saleor)

    monkeypatch.setattr(catalogue, "connect", connect)
    return saleor


def update(shop, **changes) -> Program:
    return programs.update(shop=shop, changes=Changes(**changes), actor="owner@example.com")


def problems(shop, **changes) -> list[tuple[str | None, str]]:
    with pytest.raises(Refused) as refused:
        update(shop, **changes)
    return [(problem.field, problem.code) for problem in refused.value.problems]


def test_a_programme_is_set_up_with_a_threshold_and_its_channels(shop):
    program = update(shop, threshold=5000, channels=[MAIN], is_active=True)

    rules = program.current
    assert (rules.number, rules.threshold, rules.created_by) == (1, 5000, "owner@example.com")
    assert (rules.basis, rules.include_shipping, rules.expiry_policy) == ("GROSS", False, "NEVER")
    terms = rules.channels.get()
    assert (terms.channel_id, terms.currency, terms.points_per_unit) == ("channel-1", "EUR", 10)
    assert program.is_active


def test_what_a_new_programme_needs_is_named_at_once(shop):
    assert problems(shop, is_active=True) == [
        ("threshold", ErrorCode.REQUIRED),
        ("channels", ErrorCode.REQUIRED),
    ]
    assert Program.objects.count() == 0


def test_a_change_is_a_new_version_and_the_old_one_stays(shop):
    update(shop, threshold=5000, channels=[MAIN])
    update(shop, threshold=4000)

    assert list(ProgramVersion.objects.values_list("number", "threshold")) == [(1, 5000), (2, 4000)]
    assert programs.current(shop).current.channels.get().points_per_unit == 10


def test_a_version_says_the_rules_that_it_was_made_of(shop):
    version = update(shop, threshold=5000, channels=[MAIN], limited_to=[]).current

    assert rules_of(version) == Rules(threshold=5000, channels=(MAIN,))


def test_a_change_that_changes_nothing_makes_no_version(shop):
    update(shop, threshold=5000, channels=[MAIN])
    update(shop, threshold=5000, channels=[MAIN], is_active=True)

    assert ProgramVersion.objects.count() == 1


def test_what_follows_the_switch_is_told_when_it_is_turned_and_at_first(shop):
    told = []

    def follow(*, shop, on, **kwargs):
        told.append((shop, on))

    programs.switched.connect(follow)
    try:
        update(shop, threshold=5000, channels=[MAIN])
        update(shop, threshold=4000)
        update(shop, is_active=True)
        update(shop, is_active=True)
    finally:
        programs.switched.disconnect(follow)

    assert told == [(shop, False), (shop, True), (shop, True)]


def test_t38_each_switch_is_kept(shop):
    update(shop, threshold=5000, channels=[MAIN], is_active=True)
    update(shop, is_active=True)
    update(shop, is_active=False)
    program = update(shop, is_active=True)

    first, second = program.activations.order_by("started_at")
    assert first.started_at < first.ended_at <= second.started_at
    assert second.ended_at is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"threshold": 9}, ("threshold", ErrorCode.OUT_OF_RANGE)),
        ({"threshold": 0}, ("threshold", ErrorCode.OUT_OF_RANGE)),
        ({"is_active": None}, ("is_active", ErrorCode.REQUIRED)),
        ({"threshold": None}, ("threshold", ErrorCode.REQUIRED)),
        ({"name": " "}, ("name", ErrorCode.REQUIRED)),
        ({"name": "x" * 121}, ("name", ErrorCode.OUT_OF_RANGE)),
        ({"coupon_valid_days": 0}, ("coupon_valid_days", ErrorCode.OUT_OF_RANGE)),
        ({"time_zone": "Mars/Olympus"}, ("time_zone", ErrorCode.INVALID)),
        ({"time_zone": "../etc/passwd"}, ("time_zone", ErrorCode.INVALID)),
        ({"expiry_policy": "ROLLING"}, ("expiry_days", ErrorCode.REQUIRED)),
        (
            {"expiry_policy": "PER_LOT", "expiry_days": 0},
            ("expiry_days", ErrorCode.OUT_OF_RANGE),
        ),
        ({"expiry_days": 30}, ("expiry_days", ErrorCode.INVALID)),
        ({"reminders": ["ONE_DAY"]}, ("reminders", ErrorCode.INVALID)),
        ({"channels": []}, ("channels", ErrorCode.REQUIRED)),
        ({"channels": [MAIN, MAIN]}, ("channels", ErrorCode.DUPLICATE)),
        ({"channels": [replace(MAIN, channel_id="moon")]}, ("channels", ErrorCode.NOT_FOUND)),
        (
            {"channels": [replace(MAIN, points_per_unit=Decimal(-1))]},
            ("channels", ErrorCode.OUT_OF_RANGE),
        ),
        (
            {"channels": [replace(MAIN, points_per_unit=Decimal("NaN"))]},
            ("channels", ErrorCode.OUT_OF_RANGE),
        ),
        (
            {"channels": [replace(MAIN, points_per_unit=Decimal("0.00001"))]},
            ("channels", ErrorCode.OUT_OF_RANGE),
        ),
        (
            {"channels": [replace(MAIN, discount_value=Decimal(0))]},
            ("channels", ErrorCode.OUT_OF_RANGE),
        ),
        (
            {"channels": [replace(MAIN, discount_value=Decimal(101))]},
            ("channels", ErrorCode.OUT_OF_RANGE),
        ),
        (
            {"channels": [replace(MAIN, min_spent=Decimal(-1))]},
            ("channels", ErrorCode.OUT_OF_RANGE),
        ),
    ],
)
def test_rules_that_cannot_be_are_refused_beside_their_field(shop, program, changes, expected):
    assert problems(shop, **changes) == [expected]
    assert ProgramVersion.objects.count() == 1


def test_a_fixed_discount_may_be_above_100(shop, program):
    terms = replace(MAIN, discount_value=Decimal(150))
    assert (
        update(shop, discount_type="FIXED", channels=[terms]).current.reward.discount_type
        == "FIXED"
    )


def test_switching_to_percent_checks_the_values_that_stay(shop, program):
    update(shop, discount_type="FIXED", channels=[replace(MAIN, discount_value=Decimal(150))])
    assert problems(shop, discount_type="PERCENTAGE") == [("channels", ErrorCode.OUT_OF_RANGE)]


def test_an_order_credited_before_keeps_its_rules(shop, program, paper, settle):
    key = paper.place(1, line(100))
    settle(key)
    update(shop, channels=[replace(MAIN, points_per_unit=Decimal(1))])
    settle(key)

    assert shop.settled_orders.get().points == 1000


@pytest.mark.parametrize(
    ("currency", "discount_type", "terms", "said"),
    [
        ("EUR", "FIXED", {"discount_value": "5.125"}, "EUR has 2 decimals at most."),
        ("EUR", "PERCENTAGE", {"min_spent": "99.999"}, "EUR has 2 decimals at most."),
        ("JPY", "FIXED", {"discount_value": "500.5"}, "JPY has no decimals."),
        ("JPY", "FIXED", {"discount_value": "500", "min_spent": "0.5"}, "JPY has no decimals."),
        ("KWD", "FIXED", {"discount_value": "1.0005"}, "KWD has 3 decimals at most."),
        ("CLF", "FIXED", {"discount_value": "1.0005"}, "CLF has 3 decimals at most."),
        ("EUR", "PERCENTAGE", {"discount_value": "12.3456"}, "has 3 decimals at most."),
    ],
)
def test_t44_an_amount_finer_than_the_currency_is_refused(
    shop, asked, currency, discount_type, terms, said
):
    asked.channels = {"channel-1": ("main", currency)}
    given = replace(MAIN, **{name: Decimal(value) for name, value in terms.items()})
    with pytest.raises(Refused) as refused:
        update(shop, threshold=5000, discount_type=discount_type, channels=[given])

    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == ("channels", ErrorCode.OUT_OF_RANGE)
    assert said in problem.message
    assert not ProgramVersion.objects.exists()


@pytest.mark.parametrize(
    ("currency", "discount_type", "value"),
    [
        ("EUR", "FIXED", "5.120"),
        ("JPY", "FIXED", "500.000"),
        ("KWD", "FIXED", "1.005"),
        ("JPY", "PERCENTAGE", "12.125"),
    ],
)
def test_t44_an_amount_that_the_currency_has_is_taken(shop, asked, currency, discount_type, value):
    asked.channels = {"channel-1": ("main", currency)}
    given = replace(MAIN, discount_value=Decimal(value))
    version = update(shop, threshold=5000, discount_type=discount_type, channels=[given]).current

    assert version.reward.terms.get().discount_value == Decimal(value)


def test_t44_a_change_of_kind_looks_at_the_amounts_that_stay(shop):
    given = replace(MAIN, discount_value=Decimal("12.125"))
    update(shop, threshold=5000, discount_type="PERCENTAGE", channels=[given])
    with pytest.raises(Refused):
        update(shop, discount_type="FIXED")


def test_switching_on_has_the_workers_look_at_once_for_what_happened_meanwhile(
    shop, program, monkeypatch
):
    woken = []
    monkeypatch.setattr(programs, "wake", woken.append)
    programs.update(shop=shop, changes=Changes(is_active=False), actor="Sam")
    assert woken == []

    programs.update(shop=shop, changes=Changes(is_active=True), actor="Sam")

    waiting = ["settle_orders", "issue_coupons", "mint_coupons", "send_messages"]
    assert woken == ["reconcile", *waiting]


def test_rules_that_are_not_the_rewards_make_no_version_of_it(shop, asked):
    before = update(shop, threshold=5000, channels=[MAIN]).current

    after = update(shop, threshold=700).current

    assert after.number == 2
    assert after.reward == before.reward


@pytest.mark.parametrize(
    "changes",
    [
        {"reward_name": "A tree"},
        {"coupon_valid_days": 30},
        {"discount_type": "FIXED"},
        {"channels": [replace(MAIN, discount_value=Decimal(20))]},
        {"channels": [replace(MAIN, min_spent=None)]},
    ],
    ids=str,
)
def test_what_the_reward_gives_makes_its_next_version(shop, asked, changes):
    before = update(shop, threshold=5000, channels=[MAIN]).current

    after = update(shop, **changes).current

    assert (after.reward.reward, after.reward.number) == (before.reward.reward, 2)
