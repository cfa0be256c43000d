"""Lists as files for a spreadsheet: all that is filtered, in columns that a sheet can add up."""

import io
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.http import StreamingHttpResponse
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from saleor_loyalty.dashboard_extension.spreadsheet import AT_ONCE, as_csv
from saleor_loyalty.models import Account, Member


def lines(response) -> list[str]:
    return io.StringIO(response.getvalue().decode("utf-8-sig"), newline="").read().split("\r\n")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_is_no_formula_in_a_sheet(text):
    assert f"'{text}" in as_csv(["said"], [[text]]).getvalue().decode()


def test_numbers_have_a_plain_minus_and_moments_their_zone():
    moment = datetime(2026, 6, 1, 12, 30, 5, 123456, tzinfo=UTC)

    response = as_csv(["points", "at", "none"], [[-1234567, moment, None]])

    assert lines(response)[1] == "-1234567,2026-06-01T12:30:05+00:00,"


def test_rows_are_read_while_the_file_is_on_its_way():
    read = []

    def rows():
        for number in range(3 * AT_ONCE):
            read.append(number)
            yield [number]

    pieces = iter(as_csv(["number"], rows()))
    for _ in range(2):  # the mark of UTF-8, and the first lines
        next(pieces)

    assert len(read) == AT_ONCE - 1  # the heads are a line too


def test_what_staff_did_is_in_columns_that_a_sheet_adds_up(ask, ask_table, ada, program):
    given = {"reason": "A letter", "internal_note": "Third time", "key": "a"}
    ask(f"members/{ada.pk}/gift", post={**given, "points": "1200"}, email="mia@example.com")
    ask(f"members/{ada.pk}/correct", post={"points": "-200", "reason": "=1", "key": "b"})

    less, more = ask_table("members/audit.csv")

    moment = more.pop("at")
    assert datetime.fromisoformat(moment).tzinfo is not None
    assert more == {
        "actor": "mia@example.com",
        "action": "Gave points",
        "detail": "",
        "member": "ada@example.com",
        "points": "1200",
        "reason": "A letter",
        "internal_note": "Third time",
    }
    assert (less["points"], less["reason"]) == ("-200", "'=1")
    assert int(more["points"]) + int(less["points"]) == 1000


def test_a_file_is_written_in_its_readers_language_to_the_end(ask, ask_table, ada, program):
    ask(f"members/{ada.pk}/gift", post={"points": "5", "reason": "x", "key": "k"})
    answer = ask("members/audit.csv", language="fr")

    with translation.override("de"):
        text = answer.getvalue().decode()

    assert isinstance(answer, StreamingHttpResponse)
    assert "A offert des points" in text


def test_the_file_of_members_has_all_that_the_list_is_narrowed_to(
    ask, ask_table, ada, program, gift
):
    gift(ada, 300)
    Member.objects.filter(pk=ada.pk).update(push_enabled=False, last_activity_at=None)
    other = Member.objects.create(
        shop=ada.shop, customer_id="b", email="ben@example.com", joined_at=ada.joined_at
    )

    [row] = ask_table("members.csv?search=ada@")

    assert row == {
        "customer_id": ada.customer_id,
        "email": "ada@example.com",
        "first_name": "Ada",
        "status": "ACTIVE",
        "balance": "300",
        "debt": "0",
        "lifetime_points": "300",
        "joined_at": ada.joined_at.isoformat(timespec="seconds"),
        "last_activity_at": "",
        "language": "en",
        "takes_email": "yes",
        "takes_push": "no",
    }
    assert [row["email"] for row in ask_table("members.csv")] == [other.email, ada.email]
    assert 'href="/app/members.csv?search=ada%40"' in ask("members?search=ada@").text


def test_a_debt_is_a_column_of_its_own(ask_table, ada, program, gift):
    gift(ada, 5)
    Account.objects.filter(member=ada).update(balance=-40)

    [row] = ask_table("members.csv")

    assert (row["balance"], row["debt"]) == ("0", "40")


def test_the_file_of_members_takes_as_many_statements_however_many_there_are(
    ask, ada, program, django_assert_num_queries
):
    def read() -> int:
        return ask("members.csv").getvalue().count(b"\n")

    read()
    with CaptureQueriesContext(connection) as few:
        assert read() == 2
    Member.objects.bulk_create(
        Member(shop=ada.shop, customer_id=f"c{n}", email="", joined_at=ada.joined_at)
        for n in range(AT_ONCE + 5)
    )

    with django_assert_num_queries(len(few)):
        assert read() == AT_ONCE + 7
