"""Who did what when: as much of it read as is shown, and all of it exported."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db.models.signals import post_init
from django.utils import timezone

from saleor_loyalty import staff_points
from saleor_loyalty.dashboard_extension.audit_pages import SHOWN
from saleor_loyalty.messages import texts
from saleor_loyalty.models import AuditAction, AuditRecord, Message, MessageText

MANY = SHOWN + 50


@contextmanager
def rows_read(*models: type) -> Iterator[list[object]]:
    """The rows that are made into objects meanwhile."""
    read: list[object] = []

    def note(instance: object, **_signal: object) -> None:
        read.append(instance)

    for model in models:
        post_init.connect(note, sender=model)
    yield read
    for model in models:
        post_init.disconnect(note, sender=model)


@pytest.fixture
def long_history(shop, program):
    """Texts and looks changed by turns, the last one a look."""
    now = timezone.now()
    for number in range(MANY):
        at = now - timedelta(minutes=2 * (MANY - number))
        MessageText.objects.create(
            shop=shop,
            kind="GIFT_EMAIL",
            language_code="fr",
            subject="Bonjour",
            body="<p>" + "long " * 2000,
            created_at=at,
            created_by=f"text-{number}@example.com",
        )
        AuditRecord.objects.create(
            shop=shop,
            at=at + timedelta(minutes=1),
            actor=f"look-{number}@example.com",
            action=AuditAction.LOOK_CHANGED,
        )


def test_the_page_reads_of_each_kind_no_more_than_it_shows(
    ask, long_history, django_assert_max_num_queries
):
    with rows_read(MessageText, AuditRecord) as read, django_assert_max_num_queries(8) as said:
        page = ask("program/changes").text

    assert len(read) <= 2 * SHOWN
    assert not any('"body"' in query["sql"] for query in said.captured_queries)
    assert page.count("<tr>") == SHOWN + 1
    assert f"look-{MANY - 1}@" in page
    assert f"text-{MANY - SHOWN // 2}@" in page
    assert f"text-{MANY - SHOWN // 2 - 1}@" not in page


def test_the_file_has_all_in_order_and_reads_no_texts(
    ask, long_history, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8) as said:
        table = ask("program/changes.csv").content.decode("utf-8-sig")

    rows = list(csv.DictReader(table.splitlines()))
    assert len(rows) == 2 * MANY + 1  # and the rules, long ago
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert not any('"body"' in query["sql"] for query in said.captured_queries)


def test_a_language_is_named_as_within_a_sentence(ask, long_history):
    assert "Cadeau : e-mail en français" in ask("program/changes", language="fr").text


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("gift", {"points": 5, "reason": "x", "key": "k"}, "Gave points"),
        ("correct", {"points": 5, "reason": "x", "key": "k"}, "Corrected points"),
        ("gifts/{gift}/take-back", {"reason": "x"}, "Corrected points"),
        ("status", {"status": "BLOCKED"}, "Blocked the member"),
        ("coupons/{coupon}/withdraw", {"reason": "x"}, "Withdrew a coupon"),
        ("messages/{message}/resend", {}, "Sent a message again"),
    ],
)
def test_what_staff_do_to_a_member_is_kept_with_who_did_it(ask, ada, coupon, path, form, said):
    gift = staff_points.give(
        shop=ada.shop, customer_id=ada.customer_id, points=9, reason="x", actor="sam"
    )
    message = Message.objects.filter(member=ada, kind="GIFT_EMAIL").earliest("pk")
    Message.objects.filter(pk=message.pk).update(status="FAILED")
    known = {"gift": gift.pk, "coupon": coupon.pk, "message": message.pk}

    answer = ask(f"members/{ada.pk}/{path.format(**known)}", post=form, email="mia@example.com")

    assert answer.status_code == 200
    table = ask(f"members/{ada.pk}/audit.csv").content.decode("utf-8-sig")
    assert f"mia@example.com,{said}" in table


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("program/switch", {"on": "0"}, "Switched the program off"),
        ("messages", {"kind": "GIFT_EMAIL", "on": "0"}, "Switched a message off"),
        ("messages/GIFT_PUSH/en", {"subject": "A", "body": "B"}, "Changed a text"),
        ("messages/GIFT_PUSH/fr/reset", {}, "Put a text back to the standard"),
        ("messages/GIFT_EMAIL/en/test", {"recipient": "a@example.com"}, "Sent a test message"),
        ("look", {"brand_color": "#112233", "default_language": "en"}, "Changed the look"),
    ],
)
def test_what_staff_do_to_the_program_is_kept_with_who_did_it(ask, shop, program, path, form, said):
    texts.save(shop, "GIFT_PUSH", "fr", subject="A", body="B", actor="sam")

    answer = ask(path, post=form, email="mia@example.com")

    assert answer.status_code in {200, 204}
    assert f"mia@example.com,{said}" in ask("program/changes.csv").content.decode("utf-8-sig")
