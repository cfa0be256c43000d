"""`loyalty_backfill`: the past is credited when the owner asks, and only then."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import (
    Change,
    Coupon,
    Entry,
    Lot,
    Message,
    Program,
    SettledOrder,
    Shop,
)
from saleor_loyalty.orders import backfill, inbox, settlement
from saleor_loyalty.saleor_api.client import Saleor
from tests.accounts import balances
from tests.paper_saleor import (
    ANNA,
    BEN,
    PAID_AT,
    line,
)

pytestmark = pytest.mark.usefixtures("connected")
SWITCHED_ON = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def program_new(program) -> Program:
    """Switched on for the first time after the orders were paid."""
    program.activations.update(started_at=SWITCHED_ON)
    return program


@pytest.fixture
def run(shop):
    """Runs the command; its output as lines."""

    def run(*options: str, since: str = "2026-03-01") -> list[str]:
        out = StringIO()
        given = ("--shop", shop.api_url, "--since", since, "--pause", "0", *options)
        call_command("loyalty_backfill", *given, stdout=out, stderr=out)
        return out.getvalue().splitlines()

    return run


def paid_at(moment: str) -> dict:
    return {
        "created": moment,
        "updatedAt": moment,
        "events": [{"type": "ORDER_FULLY_PAID", "date": moment}],
    }


def test_t38_orders_paid_before_the_programme_was_on_are_credited_when_asked(
    paper, settle, run, program_new
):
    key = paper.place(1, line(100))
    settle(key)
    assert balances() == {}

    run()
    assert balances() == {ANNA["id"]: 1000}


def test_t38_orders_paid_during_a_break_are_credited_when_asked(paper, settle, run, program):
    program.activations.update(ended_at=datetime(2026, 2, 1, tzinfo=UTC))
    program.activations.create(started_at=SWITCHED_ON)
    settle(paper.place(1, line(100)))
    assert balances() == {}

    run()
    assert balances() == {ANNA["id"]: 1000}


def test_t01_a_second_run_changes_nothing(paper, run, program_new):
    paper.place(1, line(512))
    run()
    before = list(Entry.objects.values())
    assert run() == ["0 points for 0 orders of 0 customers credited."]

    assert list(Entry.objects.values()) == before
    assert Coupon.objects.count() == 1


def test_orders_that_were_credited_at_the_time_are_not_credited_again(paper, settle, run):
    settle(paper.place(1, line(100)))
    run()

    assert balances() == {ANNA["id"]: 1000}


def test_only_orders_paid_since_the_day_count_in_the_programmes_time_zone(paper, run, program_new):
    paper.place(1, line(1), **paid_at("2026-04-30T21:59:59+00:00"))  # still April in Paris
    paper.place(2, line(20), **paid_at("2026-04-30T22:00:00+00:00"))
    run(since="2026-05-01")

    assert balances() == {ANNA["id"]: 200}


def test_an_order_placed_before_the_day_and_paid_after_it_counts(paper, run, program_new):
    paid = paid_at("2026-05-02T10:00:00+00:00")
    paper.place(1, line(100), **{**paid, "created": PAID_AT})
    run(since="2026-05-01")

    assert balances() == {ANNA["id"]: 1000}


def test_an_order_that_saleor_stamped_just_before_its_payment_counts(paper, run, program_new):
    paid = paid_at("2026-04-30T22:00:00.100000+00:00")
    paper.place(1, line(100), **{**paid, "updatedAt": "2026-04-30T21:59:59.950000+00:00"})
    run(since="2026-05-01")

    assert balances() == {ANNA["id"]: 1000}


def test_orders_of_guests_and_orders_never_paid_gain_nothing(paper, run, program_new):
    paper.place(1, line(100), user=None)
    paper.place(2, line(100), chargeStatus="PARTIAL", events=[])
    run()

    assert Entry.objects.count() == 0


def test_t23_a_backfill_does_not_credit_an_unconfirmed_customer(paper, run, program_new):
    paper.place(1, line(100), user={**ANNA, "isConfirmed": False})
    run()

    assert balances() == {}


def test_orders_waived_while_their_member_was_blocked_are_credited_once_active_again(
    paper, settle, run, anna, shop
):
    enrolment.set_status(shop=shop, customer_id=ANNA["id"], status="BLOCKED", actor="staff")
    settle(paper.place(1, line(100)))
    enrolment.set_status(shop=shop, customer_id=ANNA["id"], status="ACTIVE", actor="staff")
    run()
    run()

    assert balances() == {ANNA["id"]: 1000}


def test_t35_a_backfill_credits_no_blocked_member_and_forgets_nothing_of_it(
    paper, settle, run, anna, shop
):
    enrolment.set_status(shop=shop, customer_id=ANNA["id"], status="BLOCKED", actor="staff")
    key = paper.place(1, line(100))
    settle(key)
    run()
    assert SettledOrder.objects.get().waived

    enrolment.set_status(shop=shop, customer_id=ANNA["id"], status="ACTIVE", actor="staff")
    settle(key)
    assert balances() == {ANNA["id"]: 0}
    run()
    assert balances() == {ANNA["id"]: 1000}


def test_a_refund_after_the_backfill_is_taken_back(paper, settle, run, program_new):
    key = paper.place(1, line(100))
    run()
    paper.charge(key, 40.0)
    settle(key)

    assert balances() == {ANNA["id"]: 400}


def test_a_dry_run_says_who_would_gain_what(paper, run, program_new):
    paper.place(1, line(512))
    paper.place(2, line(10.50), user=BEN)
    lines = run("--dry-run")

    assert lines == [
        f"{ANNA['id']}\t1\t+5120",
        f"{BEN['id']}\t2\t+105",
        "5225 points for 2 orders of 2 customers would be credited; nothing was changed.",
    ]


def test_a_dry_run_says_what_the_run_then_does(paper, run, program_new):
    for number in range(5):
        paper.place(number, line(300 + number))
    paper.page = 2
    foretold = run("--dry-run")[:-1]

    assert run()[:-1] == foretold


def test_a_dry_run_leaves_no_trace(
    paper, run, program_new, anna, django_capture_on_commit_callbacks
):
    paper.place(1, line(512))
    paper.place(2, line(100), user=BEN)
    with django_capture_on_commit_callbacks() as woken:
        run("--dry-run")

    assert woken == []
    for model in (Entry, Lot, Coupon, Message, SettledOrder, Change):
        assert model.objects.count() == 0
    assert balances() == {ANNA["id"]: 0}


def test_a_dry_run_may_be_tried_while_the_programme_is_off(paper, run, program):
    Program.objects.update(is_active=False)
    paper.place(1, line(100))

    assert run("--dry-run")[0] == f"{ANNA['id']}\t1\t+1000"


def test_t38_a_programme_that_is_off_credits_nothing(paper, run, program):
    Program.objects.update(is_active=False)
    paper.place(1, line(100))

    with pytest.raises(CommandError, match=r"switched off; switch it on, or .* --dry-run"):
        run()
    assert balances() == {}


def test_a_run_that_broke_off_goes_on_where_it_was(paper, run, program_new):
    paper.page = 1
    paper.place(1, line(100))
    paper.place(2, line(100))
    paper.after["orders"] = lambda: setattr(paper, "down", True)
    with pytest.raises(CommandError, match="run the command again"):
        run()
    assert balances() == {ANNA["id"]: 1000}

    paper.down = False
    run()
    assert balances() == {ANNA["id"]: 2000}


def test_an_order_that_cannot_be_read_is_named_and_the_others_credited(paper, run, program_new):
    bad, _ = paper.place(1, line(100)), paper.place(2, line(50))
    paper.stumbles_over = bad
    with pytest.raises(CommandError, match="1 orders could not be read"):
        run()

    assert balances() == {ANNA["id"]: 500}


def test_a_worker_that_holds_an_older_answer_looks_again(paper, run, shop, program_new):
    key = paper.place(1, line(100))
    inbox.mark(shop=shop, order_ids=[key])
    lease = inbox.lease(shop=shop, limit=10)
    before_refund, _ = Saleor(paper).orders([key])
    paper.charge(key, 40.0)
    run()
    settlement.settle(shop, lease, before_refund, [key])
    while settlement.settle_due(shop, Saleor(paper)):
        pass

    assert balances() == {ANNA["id"]: 400}


def test_a_worker_that_settles_an_order_at_the_same_moment_is_no_trouble(
    paper, run, monkeypatch, program_new
):
    paper.place(1, line(100))
    bring, tries = settlement.bring_to_entitlement, []

    def collide_once(*args, **options):
        tries.append(args)
        if len(tries) == 1:
            duplicate = Entry(points=0)  # any IntegrityError
            duplicate.save()
        return bring(*args, **options)

    monkeypatch.setattr(settlement, "bring_to_entitlement", collide_once)
    run()

    assert balances() == {ANNA["id"]: 1000}


def test_the_shop_is_given_time_between_pages(paper, shop, monkeypatch, program_new):
    pauses = []
    monkeypatch.setattr(backfill.clock, "sleep", pauses.append)
    paper.page = 1
    paper.place(1, line(100))
    paper.place(2, line(100))
    start = datetime(2026, 3, 1, tzinfo=UTC)
    list(backfill.backfill(shop, Saleor(paper), since=start, dry_run=True, pause=0.5))

    assert pauses == [0.5, 0.5]


def test_a_day_to_come_is_refused(run, program):
    tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()

    with pytest.raises(CommandError, match=f"{tomorrow} is still to come"):
        run(since=tomorrow)


def test_what_is_no_day_is_refused(run, program):
    with pytest.raises(CommandError, match="'yesterday' is no day; write it as YYYY-MM-DD"):
        run(since="yesterday")


def test_a_shop_without_a_programme_is_refused(run, program):
    Program.objects.update(current=None)

    with pytest.raises(CommandError, match="The shop has no program yet"):
        run()


def test_an_unknown_shop_is_refused_and_the_known_ones_named(shop):
    with pytest.raises(CommandError, match=rf"Known: {shop.api_url}\."):
        call_command(
            "loyalty_backfill", "--shop", "https://no.example.com/", "--since", "2026-01-01"
        )


def test_a_shop_that_uninstalled_the_app_is_unknown(run, shop):
    Shop.objects.update(is_active=False)

    with pytest.raises(CommandError, match="Known: none"):
        run()


def test_the_only_shop_need_not_be_named(paper, program_new):
    paper.place(120, line(120), **paid_at("2026-04-01T10:00:00+00:00"))
    out = StringIO()

    call_command("loyalty_backfill", "--since", "2026-03-01", "--pause", "0", stdout=out)

    assert "for 1 orders of 1 customers credited." in out.getvalue()


def test_of_several_shops_one_has_to_be_named(shop, program_new):
    other = Shop.objects.create(
        api_url="https://a.example/graphql/", domain="a", installed_at=timezone.now()
    )

    with pytest.raises(CommandError, match="name one with --shop") as refused:
        call_command("loyalty_backfill", "--since", "2026-03-01")

    assert f"{other.api_url}, {shop.api_url}." in str(refused.value)


def test_a_shop_that_removed_the_app_does_not_count(paper, program_new):
    Shop.objects.create(
        api_url="https://a.example/graphql/",
        domain="a",
        installed_at=timezone.now(),
        is_active=False,
    )
    out = StringIO()

    call_command("loyalty_backfill", "--since", "2026-03-01", "--pause", "0", stdout=out)

    assert "0 points for 0 orders" in out.getvalue()


def test_where_no_shop_has_the_app_it_is_said_what_to_do(shop):
    Shop.objects.update(is_active=False)

    with pytest.raises(CommandError, match="No shop has the app installed; install it first"):
        call_command("loyalty_backfill", "--since", "2026-03-01")
