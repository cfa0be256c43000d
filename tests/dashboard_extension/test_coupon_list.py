"""The list of coupons: found by code, filtered, read in pages, and as a file."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from saleor_loyalty.members import reasons
from saleor_loyalty.models import Coupon, CouponCode, CouponStatus
from saleor_loyalty.rewards import listing, withdrawal
from saleor_loyalty.rules.rewards import new_code

CODE = "7QK2-ABCD-0001-WXYZ"


@pytest.fixture
def many(ada, program, gift) -> list[Coupon]:
    """60 coupons of Ada's, the latest to be issued first; each lasts."""
    for number in range(60):
        gift(ada, 5000, reason=f"number {number}")
    ada.coupons.update(status=CouponStatus.ACTIVE)
    return list(ada.coupons.order_by("-pk"))


@pytest.fixture
def named(many) -> Coupon:
    """The oldest of them, with a code that is known."""
    CouponCode.objects.filter(coupon=many[-1]).update(code=CODE)
    return Coupon.objects.get(pk=many[-1].pk)


def codes(page) -> list[str]:
    return re.findall(r"<code>([^<]+)</code>", page.text)


def withdraw(coupon: Coupon, **how: bool) -> None:
    withdrawal.withdraw(
        shop=coupon.shop, coupon_id=coupon.pk, reason="A slip", actor="sam@example.com", **how
    )


@pytest.mark.parametrize(
    "typed",
    [
        *(CODE, "7qk2abcd0001wxyz", " 7QK2 abcd 0001 wxyz ", "7qk2-abcd-oooI-wxyz"),
        *("7QK2", "7qk2-ab", "7qk2ab", "WXYZ", "1-wxyz", "0001wxyz", "o1wxyz"),
    ],
)
def test_a_coupon_is_found_by_its_code_as_people_type_it_or_how_it_begins_or_ends(
    ask, named, typed
):
    assert codes(ask(f"coupons?search={typed}")) == [CODE]


def test_what_stands_in_the_middle_of_a_code_finds_nothing(ask, named):
    page = ask("coupons?search=abcd")

    assert codes(page) == []
    assert "No coupon fits all of this." in page.text


def test_a_coupon_is_found_by_a_code_that_it_had_before(ask, named):
    CouponCode.objects.create(
        shop=named.shop, coupon=named, issue=2, code="2222-2222-2222-2222", made_at=timezone.now()
    )

    page = ask(f"coupons?search={CODE}")

    assert codes(page) == ["2222-2222-2222-2222"]
    assert f"before: {CODE}" in page.text


def test_a_member_is_found_by_a_code_as_people_type_it(ask, named):
    assert named.member.email in ask("members?search=7qk2 abcd 0001 wxyz").text.replace("<wbr>", "")


def plan_of(coupons) -> str:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE saleor_loyalty_couponcode")
        sql, params = coupons.values("pk").query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_a_code_is_looked_up_in_an_index_by_how_it_begins_and_how_it_ends(shop, coupon):
    CouponCode.objects.bulk_create(
        CouponCode(shop=shop, coupon=coupon, issue=issue, code=new_code())
        for issue in range(2, 5_000)
    )

    plan = plan_of(listing.matching(shop=shop, search=CODE))

    assert re.search(r"saleor_loyalty_code_once\s.*?Index Cond: [^\n]*code", plan, re.DOTALL)
    assert re.search(r"saleor_loyalty_code_ending\s.*?Index Cond: [^\n]*reverse", plan, re.DOTALL)


def test_the_list_is_read_25_a_page_newest_first(ask, many):
    def link(page, rel):
        found = re.search(rf'rel="{rel}" href="(\?[^"]+)"', page.text)
        return found and found[1].replace("&amp;", "&")

    first = ask("coupons?status=unused")
    second = ask(f"coupons{link(first, 'next')}")
    third = ask(f"coupons{link(second, 'next')}")

    assert [codes(page) for page in (first, second, third)] == [
        [coupon.code for coupon in many[at : at + 25]] for at in (0, 25, 50)
    ]
    assert link(third, "next") is None
    assert codes(ask(f"coupons{link(third, 'prev')}")) == codes(second)


@pytest.mark.parametrize("status", ["unused", "used", "expired", "withdrawn"])
def test_the_list_is_narrowed_to_what_coupons_stand_at(ask, many, status):
    used, expired, withdrawn, *rest = many
    Coupon.objects.filter(pk=used.pk).update(status=CouponStatus.USED, used_at=timezone.now())
    over = timezone.now() - timedelta(minutes=1)
    Coupon.objects.filter(pk=expired.pk).update(expires_at=over)  # no worker has said so yet
    withdraw(withdrawn)
    of = {"used": [used], "expired": [expired], "withdrawn": [withdrawn], "unused": rest[:25]}

    assert codes(ask(f"coupons?status={status}")) == [coupon.code for coupon in of[status]]


def test_the_list_is_narrowed_to_days_of_the_programs_time_zone(ask, many):
    # Half past midnight in Paris is the day before by UTC.
    Coupon.objects.update(issued_at="2026-01-01T00:00Z")
    Coupon.objects.filter(pk=many[0].pk).update(issued_at="2026-03-01T22:30Z")
    Coupon.objects.filter(pk=many[1].pk).update(issued_at="2026-03-01T23:30Z")

    assert codes(ask("coupons?since=2026-03-02")) == [many[1].code]
    assert codes(ask("coupons?since=2026-03-01&until=2026-03-01")) == [many[0].code]


@pytest.mark.parametrize(
    "query", ["search=%00", "search=--", "status=x", "since=x&until=9999-12-31", "after=99999999"]
)
def test_an_address_that_makes_no_sense_shows_the_list_all_the_same(ask, named, query):
    assert len(codes(ask(f"coupons?{query}"))) == 25


def test_coupons_of_another_shop_are_neither_shown_nor_found(ask, named, shop):
    other = type(shop).objects.create(
        api_url="https://other.example.com/graphql/",
        domain="other.example.com",
        app_id="QXBwOjk=",
        sealed_token="",
        installed_at=timezone.now(),
    )
    Coupon.objects.filter(pk=named.pk).update(shop=other)
    CouponCode.objects.filter(coupon=named).update(shop=other)

    assert codes(ask(f"coupons?search={CODE}")) == []
    assert CODE not in ask("coupons.csv").getvalue().decode()


def test_a_row_leads_to_the_member_with_that_coupon_in_sight(ask, named, ada):
    row = ask(f"coupons?search={CODE}").text
    path = re.search(r'class="row-link" href="/app/([^"]+)"', row)[1]

    page = ask(path)

    assert path == f"members/{ada.pk}?coupon={named.pk}"
    wanted = re.search(r'<li class="wanted"[^>]*data-heed[^>]*>.*?</li>', page.text, re.DOTALL)[0]
    assert CODE in wanted
    assert len(codes(page)) == 20  # the last page of 60, which begins at the 41st


def test_the_coupon_stays_in_sight_when_it_was_withdrawn(ask, named, ada):
    query = f"?coupon={named.pk}"

    done = ask(f"members/{ada.pk}/coupons/{named.pk}/withdraw{query}", post={"reason": "A slip"})

    assert f"/members/{ada.pk}?coupon={named.pk}" in done.headers["HX-Location"]
    assert "wanted" in ask(f"members/{ada.pk}{query}").text


def test_after_anything_else_that_was_done_no_coupon_is_sought(ask, named, ada):
    form = {"points": "5", "reason": "Thanks", "key": "k"}

    done = ask(f"members/{ada.pk}/gift?coupons=unused&coupon={named.pk}", post=form)

    assert f'/members/{ada.pk}?coupons=unused"' in done.headers["HX-Location"]


def test_a_form_that_was_refused_is_heeded_before_the_coupon(ask, named, ada):
    path = f"members/{ada.pk}/coupons/{named.pk}/withdraw?coupon={named.pk}"

    page = ask(path, post={"reason": ""}).text

    assert "wanted" in page
    assert "data-heed" not in page


@pytest.mark.parametrize("asked", ["0", "x", "999999999"])
def test_a_coupon_that_is_not_the_members_is_not_looked_for(ask, many, ada, asked):
    page = ask(f"members/{ada.pk}?coupon={asked}")

    assert page.status_code == 200
    assert "wanted" not in page.text


def test_the_file_has_all_that_the_list_is_narrowed_to(ask, ask_table, many):
    kept, back, *_rest = many
    withdraw(kept, return_points=False)
    withdraw(back)

    rows = ask_table("coupons.csv?status=withdrawn")

    assert [(row["code"], row["points"], row["points_returned"]) for row in rows] == [
        (kept.code, "5000", "0"),
        (back.code, "5000", "5000"),
    ]
    assert (rows[0]["status"], rows[0]["reason"]) == ("WITHDRAWN", "A slip")
    assert len(ask_table("coupons.csv")) == 60
    page = ask("coupons?status=withdrawn").text
    assert 'href="/app/coupons.csv?status=withdrawn"' in page


def test_the_list_takes_as_many_statements_however_long_it_is(
    ask, many, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6):
        ask("coupons?status=unused")
    with django_assert_max_num_queries(6):
        assert ask("coupons.csv").getvalue().count(b"\n") == 61


def test_where_there_is_no_coupon_yet_the_page_says_how_they_come_about(ask, program):
    assert "Members get one when their points reach" in ask("coupons").text


# ---------------------------------------------------------------- withdrawn, with points or without


def test_a_coupon_is_withdrawn_without_its_points_and_the_page_says_so(ask, ada, coupon):
    form = {"reason": "Got by a trick", "points": "keep", "internal_note": "Three accounts"}

    done = ask(f"members/{ada.pk}/coupons/{coupon.pk}/withdraw", post=form)

    assert "its 5,000 points stay spent" in done["HX-Trigger"]
    coupon.refresh_from_db()
    ada.refresh_from_db()
    assert (coupon.forfeited, ada.balance) == (True, 200)
    page = ask(f"members/{ada.pk}").text
    assert "Withdrew a coupon without its points: Got by a trick" in page
    assert "Internal note: Three accounts" in page


def test_before_a_coupon_is_withdrawn_the_dialog_says_what_becomes_of_its_points(ask, ada, coupon):
    page = ask(f"members/{ada.pk}").text

    dialog = page[page.index(f'id="withdraw-{coupon.pk}"') :]
    assert "The 5,000 points it cost" in dialog
    assert re.search(r'value="return"[^>]* checked', dialog)
    assert "Do not give them back. They stay spent." in dialog


def test_a_withdrawal_that_is_refused_keeps_what_was_chosen_and_written(ask, ada, coupon):
    form = {"reason": "", "points": "keep", "internal_note": "Three accounts"}

    page = ask(f"members/{ada.pk}/coupons/{coupon.pk}/withdraw", post=form).text

    dialog = page[page.index(f'id="withdraw-{coupon.pk}"') :]
    assert re.search(r'value="keep"[^>]* checked', dialog)
    assert "Three accounts</textarea>" in dialog
    assert "Say why; the customer will read it." in dialog


def test_a_note_for_which_there_is_no_room_is_refused_and_nothing_is_withdrawn(ask, ada, coupon):
    form = {"reason": "x", "internal_note": "x" * (reasons.LONGEST + 1)}

    answer = ask(f"members/{ada.pk}/coupons/{coupon.pk}/withdraw", post=form)

    assert answer.status_code == 422
    assert "Keep the note to 500 characters." in answer.text
    coupon.refresh_from_db()
    assert coupon.status == CouponStatus.ACTIVE
