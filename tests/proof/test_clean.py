"""What really happens in a shop breaks no law, and the proof says what it looked at."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from saleor_loyalty import proof
from saleor_loyalty.models import SettledOrder
from tests.paper_saleor import ANNA
from tests.proof.conftest import damage, found
from tests.proof.history import DAN, EVE, member


def check(*arguments: str) -> str:
    out = StringIO()
    call_command("loyalty_check", *arguments, stdout=out)
    return out.getvalue()


def test_a_real_history_breaks_no_law(history):
    assert found() == []


def test_the_history_has_all_that_is_to_be_proved(history):
    moved = SettledOrder.objects.get(number="31")

    assert all(proof.extent().values())
    assert moved.member == member(DAN)
    assert moved.entries.filter(account__member=member(EVE)).count() == 2
    assert SettledOrder.objects.get(number="32").waived


def test_an_empty_ledger_breaks_no_law(db):
    assert check() == (
        "All agree: 0 members, 0 entries, 0 lots, 0 settled orders, 0 coupons, by 38 laws.\n"
    )


def test_the_check_says_what_it_looked_at(history, shop):
    (line,) = check("--shop", shop.api_url).splitlines()

    assert line.startswith("All agree: 4 members, ")
    assert " 7 coupons" in line


def test_the_check_says_who_differs_and_how_and_fails(history):
    anna = member(ANNA).pk
    damage("UPDATE saleor_loyalty_account SET balance = 4408 WHERE member_id = %s", anna)
    out = StringIO()
    with pytest.raises(CommandError) as failure:
        call_command("loyalty_check", stdout=out)

    assert out.getvalue().splitlines() == [
        f"member {anna}: balance: found 4408, expected 4407 "
        "(the balance is the sum of the entries)",
        f"member {anna}: left in lots, less debts: found 4407, expected 4408 "
        "(what is left in the lots, less what is owed, is the balance)",
    ]
    assert failure.value.returncode == 1
    assert str(failure.value).startswith("2 differences among 4 members")


def test_differences_name_nobody_by_their_email(history):
    damage("UPDATE saleor_loyalty_account SET balance = balance + 1")

    assert "@" not in "".join(map(str, proof.differences()))


def test_only_the_members_asked_for_are_checked(history):
    damage("UPDATE saleor_loyalty_account SET balance = 1 WHERE member_id = %s", member(DAN).pk)

    assert check("--member", str(member(ANNA).pk), str(member(EVE).pk)).startswith("All agree: 2 ")
    with pytest.raises(CommandError):
        check("--member", str(member(DAN).pk))


def test_only_the_shop_asked_for_is_checked(history, shop):
    other = type(shop).objects.create(
        api_url="https://other.example.com/graphql/", installed_at=shop.installed_at
    )
    damage("UPDATE saleor_loyalty_account SET balance = 1 WHERE member_id = %s", member(DAN).pk)

    assert check("--shop", other.api_url).startswith("All agree: 0 members")
    with pytest.raises(CommandError, match="differences"):
        check("--shop", shop.api_url)


def test_a_shop_nobody_knows_is_refused_with_those_that_are_known(shop):
    with pytest.raises(CommandError) as refused:
        check("--shop", "https://nowhere.example.com/graphql/")

    assert str(refused.value) == (
        "No shop has the API URL https://nowhere.example.com/graphql/. "
        "Known: https://shop.example.com/graphql/."
    )


def test_a_member_nobody_knows_is_refused(history):
    with pytest.raises(CommandError, match=r"Not all of these members exist: 999999\."):
        check("--member", "999999", str(member(ANNA).pk))


def test_the_number_of_statements_does_not_depend_on_the_members(
    history, django_assert_num_queries
):
    with django_assert_num_queries(len(proof.LAWS)):
        found()
