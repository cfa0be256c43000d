"""Who was forgotten by the statements in docs/data.md leaves a ledger that can be proved."""

import re
from pathlib import Path

from django.db import connection

from saleor_loyalty import proof
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import AuditNote, Coupon, Member
from tests.accounts import entries_of

DATA = Path(__file__).parents[2] / "docs" / "data.md"


def forget(member: Member) -> None:
    enrolment.follow(shop=member.shop, customers={member.customer_id: None})
    with connection.cursor() as cursor:
        for statement in re.findall(r"UPDATE .*?;", DATA.read_text(), re.DOTALL):
            cursor.execute(statement.replace("VXNlcjoxMg==", member.customer_id))


def test_a_person_is_forgotten_and_every_balance_is_proved_as_before(history):
    member = Member.objects.filter(account__entries__note__isnull=False).order_by("pk")[0]
    forget(member)

    member.refresh_from_db()
    assert (member.status, member.email, member.first_name) == ("CLOSED", "erased@invalid", "")
    assert not entries_of(member).exclude(note=None).exclude(note__reason="").exists()
    assert list(proof.differences()) == []


def test_why_staff_took_a_persons_coupons_is_forgotten_with_them(history):
    member = Coupon.objects.filter(forfeited=True)[0].member
    theirs = {
        "coupons": Coupon.objects.filter(member=member).exclude(withdrawal_reason=""),
        "notes": AuditNote.objects.filter(record__member=member).exclude(reason=""),
    }
    assert all(rows.exists() for rows in theirs.values())

    forget(member)

    assert not any(rows.exists() for rows in theirs.values())
    assert list(proof.differences()) == []
