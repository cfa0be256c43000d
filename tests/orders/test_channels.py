"""A channel is its id: renamed it goes on; added to the rules it earns from then on."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from saleor_loyalty.models import Account, Channel, Coupon, Entry, SettledOrder
from saleor_loyalty.orders import backfill, reconciliation
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes, Terms
from saleor_loyalty.rewards import coupons
from saleor_loyalty.saleor_api.client import Saleor
from tests.paper_saleor import PAID_AT, line
from tests.shops import new_version

MAY = datetime(2026, 5, 1, tzinfo=UTC)
MAIN = Terms("channel-1", Decimal(10), Decimal(10))


@pytest.fixture
def new_rules(program):
    """Rules in force from May on; the orders on paper are paid in March."""

    def new_rules(**rules) -> None:
        program.current = new_version(program, **{"created_at": MAY, **rules})
        program.save()

    return new_rules


def rename(paper, slug: str) -> None:
    paper.channels["channel-1"] = (slug, "EUR")


def balance() -> int:
    return sum(Account.objects.values_list("balance", flat=True))


def slugs() -> dict[str, str]:
    return dict(Channel.objects.values_list("channel_id", "slug"))


def test_t42_a_renamed_channel_goes_on_earning(paper, program, settle):
    settle(paper.place(1, line(100)))
    rename(paper, "europe")
    settle(paper.place(2, line(100)))

    assert balance() == 2000


def test_t42_a_coupon_that_waits_gets_its_voucher_after_its_channel_was_renamed(
    paper, program, settle, shop, connected
):
    settle(paper.place(1, line(512)))
    rename(paper, "europe")
    coupons.mint_due(shop)

    (voucher,) = paper.vouchers.values()
    assert Coupon.objects.get().status == "ACTIVE"
    assert voucher["listings"].keys() == {"channel-1"}
    assert slugs() == {"channel-1": "europe"}


def test_t42_another_channel_that_takes_the_old_slug_gets_nothing_by_it(
    paper, program, settle, shop, connected
):
    settle(paper.place(1, line(512)))
    paper.channels = {"channel-1": ("europe", "EUR"), "channel-2": ("main", "EUR")}
    settle(paper.place(2, line(100), channel={"id": "channel-2"}))
    coupons.mint_due(shop)

    (voucher,) = paper.vouchers.values()
    assert voucher["listings"].keys() == {"channel-1"}
    assert balance() == 120


def test_t42_a_walk_notes_what_channels_are_called_now(paper, program, shop):
    for slug in ("main", "europe"):
        rename(paper, slug)
        reconciliation.reconcile(shop, Saleor(paper), pause=0)

        assert slugs() == {"channel-1": slug}


def test_t42_a_channel_that_is_gone_keeps_its_last_name(paper, program, shop):
    reconciliation.reconcile(shop, Saleor(paper), pause=0)
    paper.channels = {}
    reconciliation.reconcile(shop, Saleor(paper), pause=0)

    assert slugs() == {"channel-1": "main"}


def test_t42_rules_saved_anew_after_a_rename_are_no_new_version(paper, program, shop, connected):
    first = programs.update(shop=shop, changes=Changes(channels=[MAIN]), actor="Olga").current
    rename(paper, "europe")
    second = programs.update(shop=shop, changes=Changes(channels=[MAIN]), actor="Olga").current

    assert first == second
    assert slugs() == {"channel-1": "europe"}


def test_t43_an_order_paid_before_its_channel_was_added_earns_nothing_when_it_changes(
    paper, program, settle, new_rules
):
    key = paper.place(1, line(500), channel={"id": "channel-2"})
    settle(key)
    new_rules(channel="channel-2", threshold=100_000)
    settle(key)

    assert not Entry.objects.exists()


@pytest.mark.parametrize("rate", ["0", "20"])
def test_t43_an_order_paid_before_a_rate_was_raised_stays_at_what_it_had(
    paper, program, settle, new_rules, rate
):
    program.current = new_version(program, rate=rate, threshold=100_000)
    program.save()
    key = paper.place(1, line(500))
    settle(key)
    before = balance()
    new_rules(rate="40", threshold=100_000)
    settle(key)

    assert balance() == before == 500 * int(rate)


def test_t43_what_is_paid_once_a_channel_was_added_earns(paper, program, settle, new_rules):
    new_rules(channel="channel-2", threshold=100_000)
    later = {"events": [{"type": "ORDER_FULLY_PAID", "date": "2026-05-02T10:00:00+00:00"}]}
    settle(paper.place(1, line(500), channel={"id": "channel-2"}, **later))

    assert balance() == 5000


def test_t43_an_event_that_comes_late_credits_by_the_rules_in_force_when_the_order_was_paid(
    paper, program, settle, new_rules
):
    key = paper.place(1, line(100))
    new_rules(rate="1")
    settle(key)
    paper.charge(key, 50.0)
    settle(key)

    assert list(Entry.objects.order_by("pk").values_list("points", flat=True)) == [1000, -500]
    assert SettledOrder.objects.get().version.number == 1


def test_t43_what_is_paid_at_the_moment_the_rules_change_goes_by_the_new_ones(
    paper, settle, new_rules
):
    new_rules(rate="1", created_at=datetime.fromisoformat(PAID_AT))
    new_rules(rate="5")
    settle(paper.place(1, line(100)))

    assert balance() == 100


def test_t43_orders_paid_under_many_rules_are_settled_together_each_by_its_own(
    paper, program, settle, new_rules
):
    new_rules(rate="20", created_at=datetime(2026, 4, 1, tzinfo=UTC))
    new_rules(rate="30")
    paid = ["2025-12-31", "2026-03-01", "2026-04-02", "2026-05-02"]
    keys = [
        paper.place(
            number, line(1), events=[{"type": "ORDER_FULLY_PAID", "date": f"{day}T10:00:00+00:00"}]
        )
        for number, day in enumerate(paid)
    ]
    settle(*keys)

    assert list(Entry.objects.order_by("pk").values_list("points", flat=True)) == [10, 20, 30]


def test_t43_a_channel_taken_out_still_pays_for_what_was_paid_before(
    paper, program, settle, new_rules
):
    key = paper.place(1, line(100))
    new_rules(channel="channel-2")
    settle(key)

    assert balance() == 1000


def test_t43_a_backfill_credits_what_was_paid_before_by_the_rules_in_force_now(
    paper, program, settle, new_rules, shop, connected
):
    key = paper.place(1, line(100), channel={"id": "channel-2"})
    settle(key)
    new_rules(channel="channel-2", rate="3")
    list(
        backfill.backfill(
            shop, Saleor(paper), since=datetime.fromisoformat(PAID_AT), dry_run=False, pause=0
        )
    )
    settle(key)

    assert balance() == 300
