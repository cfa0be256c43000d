"""What staff write: why a member is blocked, and notes that nobody else ever reads."""

import json
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from babel import Locale
from django.db import connection

from saleor_loyalty.account_page import contents
from saleor_loyalty.account_page.wording import ReaderLocale
from saleor_loyalty.graphql.schema import execute
from saleor_loyalty.members import enrolment
from saleor_loyalty.messages.content import Writer
from saleor_loyalty.messages.kinds import EMAILS
from saleor_loyalty.models import AuditNote, AuditRecord, EntryNote, MemberStatus, Message
from saleor_loyalty.permissions import Viewer

SECRET = "Third complaint this year"
SCHEMA = Path(__file__).parents[2] / "docs" / "schema.graphql"


@pytest.fixture
def noted(ask, ada, coupon):
    """Ada, with a note beside a gift, a correction, a withdrawal with points and one without."""
    forms = {
        "gift": {"points": "5000", "key": "a"},
        "correct": {"points": "-10", "key": "b"},
        f"coupons/{coupon.pk}/withdraw": {"points": "return"},
    }
    for path, form in forms.items():
        given = {**form, "reason": "For the customer", "internal_note": SECRET}
        assert ask(f"members/{ada.pk}/{path}", post=given).status_code == 200
    other = ada.coupons.exclude(pk=coupon.pk).latest("pk")
    given = {"reason": "For the customer", "internal_note": SECRET, "points": "keep"}
    assert ask(f"members/{ada.pk}/coupons/{other.pk}/withdraw", post=given).status_code == 200
    return ada


def test_a_note_stands_on_the_members_page_and_in_the_audit(ask, ask_table, noted):
    page = ask(f"members/{noted.pk}").text
    rows = ask_table(f"members/{noted.pk}/audit.csv")

    assert page.count(f"Internal note: {SECRET}") == 4
    assert [row["internal_note"] for row in rows].count(SECRET) == 4
    assert {row["reason"] for row in rows if row["internal_note"]} == {"For the customer"}


def test_the_popup_keeps_a_note_too(ask, ada, program):
    form = {"points": "5", "reason": "Thanks", "internal_note": SECRET, "key": "k"}

    ask(f"gift?customerId={ada.customer_id}", post=form)

    assert EntryNote.objects.get().internal_note == SECRET


def test_no_message_tells_a_note(noted):
    messages = Message.objects.filter(member=noted).select_related("member__account", "shop")
    written = Writer()
    said = [
        str(written.email(message) if message.kind in EMAILS else written.notice(message))
        for message in messages.select_related("entry__note", "coupon__reward")
    ]

    assert any("For the customer" in text for text in said)
    assert not any(SECRET in text for text in said)


def test_the_account_page_tells_no_note(noted):
    reader = ReaderLocale(Locale("en"), "UTC")
    shown = str([contents.history(noted, reader, before=None), contents.coupons(noted, reader)])

    assert "For the customer" in shown
    assert SECRET not in shown


def test_the_api_has_no_field_for_a_note_nor_tells_one_in_another(noted, shop):
    query = """{ loyalty {
      entries(first: 50) { edges { node { reason explanation } } }
      coupons(first: 50) { edges { node { code status withdrawalReason } } } } }"""
    viewer = Viewer(shop=shop, customer_id=noted.customer_id)
    answer = execute(query, variables={}, context=SimpleNamespace(loyalty_viewer=viewer))

    assert "errors" not in answer, answer
    assert "For the customer" in json.dumps(answer)
    assert SECRET not in json.dumps(answer)
    assert "internal" not in SCHEMA.read_text().lower()


def test_who_is_forgotten_takes_the_notes_along(noted):
    enrolment.follow(shop=noted.shop, customers={noted.customer_id: None})
    text = (Path(__file__).parents[2] / "docs" / "data.md").read_text()
    with connection.cursor() as cursor:
        for statement in re.findall(r"UPDATE .*?;", text, re.DOTALL):
            cursor.execute(statement.replace("VXNlcjoxMg==", noted.customer_id))

    for notes in (EntryNote, AuditNote):
        assert not notes.objects.exclude(internal_note="").exists()


# ---------------------------------------------------------------- blocked, and why


def block(ask, member, reason):
    form = {"status": "BLOCKED", "reason": reason}
    return ask(f"members/{member.pk}/status", post=form, email="mia@example.com")


def test_why_a_member_is_blocked_stands_on_their_page_while_they_are(ask, ada, program):
    block(ask, ada, "Orders and sends back")

    page = ask(f"members/{ada.pk}").text
    assert re.search(r"By mia@example\.com, [^<]*: Orders and sends back", page)
    ask(f"members/{ada.pk}/status", post={"status": "ACTIVE"})
    unblocked = ask(f"members/{ada.pk}").text
    assert "By mia@example.com" not in unblocked
    assert "Blocked the member: Orders and sends back" in unblocked


def test_blocking_is_kept_with_who_when_and_why(ask, ask_table, ada, program):
    block(ask, ada, "Orders and sends back")

    ada.refresh_from_db()
    record = AuditRecord.objects.get()
    assert ada.status == MemberStatus.BLOCKED
    assert (record.member, record.actor, record.detail) == (ada, "mia@example.com", "BLOCKED")
    row = ask_table("members/audit.csv")[0]
    assert (row["action"], row["reason"]) == ("Blocked the member", "Orders and sends back")


def test_nobody_is_blocked_without_a_word(ask, ada, program):
    answer = block(ask, ada, " ")

    assert answer.status_code == 422
    assert "Say why; the other staff will read it." in answer.text
    assert re.search(r'<dialog id="status"[^>]* data-open', answer.text)
    ada.refresh_from_db()
    assert ada.status == MemberStatus.ACTIVE


def test_one_whom_another_system_blocked_is_shown_without_a_reason(ask, shop, ada, program):
    enrolment.set_status(shop=shop, customer_id=ada.customer_id, status="BLOCKED", actor="Till")

    assert re.search(r"By Till, [^:<]*:\d\d[^:<]*</p>", ask(f"members/{ada.pk}").text)
