"""Who was forgotten by the statements in docs/data.md leaves a ledger that can be proved."""

import re
from pathlib import Path

from django.db import connection

from saleor_loyalty import proof
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Member
from tests.accounts import entries_of

DATA = Path(__file__).parents[2] / "docs" / "data.md"


def test_a_person_is_forgotten_and_every_balance_is_proved_as_before(history):
    member = Member.objects.filter(account__entries__note__isnull=False).order_by("pk")[0]
    enrolment.follow(shop=member.shop, customers={member.customer_id: None})
    of_them, of_their_entries = re.findall(r"UPDATE .*?;", DATA.read_text(), re.DOTALL)

    with connection.cursor() as cursor:
        for statement in (of_them, of_their_entries):
            cursor.execute(statement.replace("VXNlcjoxMg==", member.customer_id))

    member.refresh_from_db()
    assert (member.status, member.email, member.first_name) == ("CLOSED", "erased@invalid", "")
    assert not entries_of(member).exclude(note=None).exclude(note__reason="").exists()
    assert list(proof.differences()) == []
