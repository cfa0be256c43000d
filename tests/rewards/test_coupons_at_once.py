"""Many coupons at once: so many a transaction, all of them in the end, told of together."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_loyalty.activities import staff_points
from saleor_loyalty.models import Account, Coupon, Device, Entry, Message, MessageKind
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.problems import ErrorCode, Refused
from saleor_loyalty.proof import differences
from saleor_loyalty.rewards import coupons, to_come, withdrawal
from saleor_loyalty.saleor_api.client import Saleor
from tests.paper_saleor import (
    ANNA,
    BEN,
    line,
    order_id,
)


@pytest.fixture(autouse=True)
def _three_at_once(settings):
    settings.LOYALTY_COUPONS_AT_ONCE = 3


def issue(shop) -> list[int]:
    """Issue what is to come; how many coupons there are after each transaction."""
    numbers = []
    while to_come.issue_due(shop):
        numbers.append(Coupon.objects.count())
    assert list(differences(shop=shop)) == []
    return numbers


def mint(shop) -> None:
    while coupons.mint_due(shop):
        pass


def test_an_order_that_earns_many_coupons_brings_them_in_several_transactions(shop, paper, settle):
    settle(paper.place(1, line(512 * 8)))
    assert Coupon.objects.count() == 3
    assert list(differences(shop=shop)) == []

    assert issue(shop) == [6, 8]
    account = Account.objects.get()
    assert (account.balance, account.rewards_to_come) == (960, "")


def test_what_a_crash_left_to_come_is_issued_later_and_once(shop, paper, settle):
    settle(paper.place(1, line(512 * 8)))
    to_come.issue_due(shop)

    settle(order_id(1))  # nothing new about it

    assert issue(shop) == [8]
    assert Entry.objects.filter(kind="REWARD").count() == 8


def test_points_spent_meanwhile_bring_no_coupon(shop, paper, settle):
    settle(paper.place(1, line(512 * 8)))
    paper.charge(order_id(1), 512 * 4)
    settle(order_id(1))

    issue(shop)

    account = Account.objects.get()
    assert (account.balance, account.rewards_to_come) == (480, "")
    assert Coupon.objects.exclude(status="WITHDRAWN").count() == 4


def test_two_orders_of_one_batch_share_what_one_transaction_issues(shop, paper, settle):
    settle(paper.place(1, line(512 * 2)), paper.place(2, line(512 * 2)))

    assert Coupon.objects.count() == 3
    assert issue(shop) == [4]


def test_while_the_program_is_off_nothing_that_is_to_come_is_issued(shop, paper, settle, program):
    settle(paper.place(1, line(512 * 8)))
    program.is_active = False
    program.save()

    assert to_come.shops_with_work() == []
    assert to_come.issue_due(shop) == 0


def test_a_gift_that_would_bring_too_many_coupons_is_refused_and_says_why(shop, anna, paper):
    with pytest.raises(Refused) as refused:
        staff_points.give(
            shop=shop, customer_id=ANNA["id"], points=20_000, reason="thanks", actor="Sam"
        )

    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == ("points", ErrorCode.OUT_OF_RANGE)
    assert problem.message == (
        "This gift would bring 4 coupons, at 5,000 points for each; one gift brings 3 at most. "
        "Give less, or in several gifts."
    )
    assert not Entry.objects.exists()


def test_a_gift_of_as_many_coupons_as_one_may_bring_is_given(shop, anna, paper):
    staff_points.give(
        shop=shop, customer_id=ANNA["id"], points=19_999, reason="thanks", actor="Sam"
    )

    assert Coupon.objects.count() == 3


def test_a_correction_brings_its_coupons_in_several_transactions(shop, anna, paper):
    staff_points.adjust(
        shop=shop, customer_id=ANNA["id"], points=20_000, reason="a mistake", actor="Sam"
    )

    assert issue(shop) == [4]


# ---------------------------------------------------------------- told of together


def waiting() -> list[tuple[str, bool]]:
    """Messages of rewards, and whether they may go."""
    rewards = Message.objects.filter(kind__startswith="REWARD", status="PENDING").order_by(
        "kind", "pk"
    )
    return [(message.kind, message.due_at is not None) for message in rewards]


def test_the_coupons_of_one_order_are_told_of_once_by_email_and_by_push(
    shop, paper, settle, connected, anna, settings
):
    settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE = "service.json"
    Device.objects.create(
        shop=shop, member=anna, token="t", platform="IOS", registered_at=anna.joined_at
    )
    settle(paper.place(1, line(512 * 8)))
    mint(shop)
    assert waiting() == [("REWARD_EMAIL", False), ("REWARD_PUSH", False)]

    issue(shop)
    assert waiting() == [("REWARD_EMAIL", False), ("REWARD_PUSH", False)]
    mint(shop)

    assert waiting() == [("REWARD_EMAIL", True), ("REWARD_PUSH", True)]


def test_orders_of_one_batch_are_told_of_each_by_itself(shop, paper, settle, connected):
    settle(paper.place(1, line(512)), paper.place(2, line(512), user=BEN))
    mint(shop)

    assert waiting() == [("REWARD_EMAIL", True), ("REWARD_EMAIL", True)]


def test_what_waits_goes_once_the_last_coupon_that_was_not_made_is_withdrawn(
    shop, paper, settle, connected
):
    settle(paper.place(1, line(512 * 2)))
    coupons.mint_due(shop, limit=1)
    last = Coupon.objects.get(status="PENDING")
    assert waiting() == [("REWARD_EMAIL", False)]

    withdrawal.withdraw(shop=shop, coupon_id=last.pk, reason="a mistake", actor="Sam")

    assert waiting() == [("REWARD_EMAIL", True)]
    assert list(differences(shop=shop)) == []


def test_nothing_is_told_where_every_coupon_was_withdrawn_before_it_was_made(shop, paper, settle):
    settle(paper.place(1, line(512 * 2)))

    for coupon in Coupon.objects.all():
        withdrawal.withdraw(shop=shop, coupon_id=coupon.pk, reason="a mistake", actor="Sam")

    message = Message.objects.get(kind=MessageKind.REWARD_EMAIL)
    assert (message.status, message.error) == (
        "SKIPPED",
        "The coupon was not made under this code.",
    )


def test_what_waits_for_more_goes_when_none_come_after_all(shop, paper, settle, connected):
    settle(paper.place(1, line(512 * 4)))
    mint(shop)
    paper.charge(order_id(1), 512 * 3)
    settle(order_id(1))
    assert waiting() == [("REWARD_EMAIL", False)]

    issue(shop)

    assert waiting() == [("REWARD_EMAIL", True)]


def test_what_waits_for_more_goes_when_another_order_brings_them(shop, paper, settle, connected):
    settle(paper.place(1, line(512 * 4)))
    mint(shop)
    assert waiting() == [("REWARD_EMAIL", False)]

    settle(paper.place(2, line(512)))

    assert waiting() == [("REWARD_EMAIL", True), ("REWARD_EMAIL", False)]


def test_an_order_of_many_coupons_takes_as_many_statements_as_one_of_one(shop, paper):
    def statements_for(number: int, coupons_: int) -> int:
        inbox.mark(shop=shop, order_ids=[paper.place(number, line(512 * coupons_))])
        with CaptureQueriesContext(connection) as statements:
            settlement.settle_due(shop, Saleor(paper))
        return len(statements)

    statements_for(1, 1)
    assert statements_for(2, 3) == statements_for(3, 1)
