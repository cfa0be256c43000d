"""Who did what when: as much of it read as is shown, and all of it exported."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db.models.signals import post_init
from django.utils import timezone

from saleor_loyalty.dashboard_extension.audit_pages import SHOWN
from saleor_loyalty.models import AuditAction, AuditRecord, MessageText

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
