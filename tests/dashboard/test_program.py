"""The program's form, asked for directly: what it refuses, and what it says before it saves."""

import pytest
from django.db import DatabaseError, transaction

from saleor_loyalty.models import AuditAction, AuditRecord

FORM = {
    "title": "Nordlys Club",
    "basis": "GROSS",
    "threshold": "5000",
    "reward_name": "10 % off",
    "discount_type": "PERCENTAGE",
    "coupon_valid_days": "60",
    "expiry_policy": "NEVER",
    "time_zone": "Europe/Paris",
    "reminders": ["ONE_MONTH"],
    "channel-default-channel-earns": "on",
    "channel-default-channel-points_per_unit": "10",
    "channel-default-channel-discount_value": "10",
    "channel-default-channel-min_spent": "100",
}


def test_the_form_says_what_the_rules_say(ask, program):
    answer = ask("program", post=FORM)

    assert "Nothing is different" in answer.text
    program.refresh_from_db()
    assert program.current.number == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"threshold": "0"}, "greater than or equal to 1"),
        ({"expiry_policy": "ROLLING"}, "Say after how many days points expire."),
        ({"channel-default-channel-discount_value": "101"}, "100 percent at most"),
        ({"channel-default-channel-discount_value": ""}, "Give a number."),
        ({"channel-default-channel-earns": ""}, "Let at least one channel earn points."),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"channel-default-channel-points_per_unit": "9999"}, "more than one coupon"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(ask, program, change, said):
    answer = ask("program", post={**FORM, **change, "confirmed": "1"})

    assert answer.status_code == 422
    assert said in answer.text
    program.refresh_from_db()
    assert program.current.number == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"threshold": "6000"}, "1 member with points has farther to go"),
        ({"threshold": "100"}, "1 member has 100 points already and gets a coupon"),
        (
            {"expiry_policy": "ROLLING", "expiry_days": "365"},
            "The points of 1 member get a new end, none before",
        ),
        ({"channel-default-channel-points_per_unit": "5"}, "earn by the new rules"),
        ({"channel-default-channel-discount_value": "20"}, "New coupons follow the new terms"),
        (
            {
                "channel-channel-pln-earns": "on",
                "channel-channel-pln-points_per_unit": "2",
                "channel-channel-pln-discount_value": "10",
            },
            "Orders in channel-pln earn points from now on.",
        ),
        ({"title": "Another name"}, "Nobody’s points or coupons change."),
    ],
)
def test_a_change_says_whom_it_affects_and_is_saved_when_confirmed(
    ask, ada, program, gift, change, said
):
    gift(ada, 300)

    asked = ask("program", post={**FORM, **change})
    program.refresh_from_db()
    before = program.current.number
    ask("program", post={**FORM, **change, "confirmed": "1"}, email="mia@example.com")

    assert said in asked.text
    assert before == 1
    program.refresh_from_db()
    assert (program.current.number, program.current.created_by) == (2, "mia@example.com")


def test_decimals_are_read_as_the_language_writes_them(ask, program):
    form = {**FORM, "channel-default-channel-points_per_unit": "2,5", "confirmed": "1"}

    ask("program", post=form, language="fr")

    program.refresh_from_db()
    assert str(program.current.channels.get().points_per_unit) == "2.5000"


def test_a_shop_that_does_not_answer_keeps_its_rules(ask, dashboard, program):
    dashboard.is_down = True

    page = ask("program")
    saved = ask("program", post={**FORM, "threshold": "1", "confirmed": "1"})

    assert "The shop does not answer just now" in page.text
    assert saved.status_code == 422
    program.refresh_from_db()
    assert program.current.threshold == 5000


def test_who_switched_and_when_is_kept_for_good(ask, program):
    ask("program/switch", post={"on": "0"}, email="mia@example.com")

    record = AuditRecord.objects.get()
    assert (record.action, record.actor) == (AuditAction.PROGRAM_OFF, "mia@example.com")
    assert "Switched the program off" in ask("program/changes").text
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditRecord.objects.update(actor="somebody else")
    with pytest.raises(DatabaseError), transaction.atomic():
        record.delete()


def test_switching_to_what_is_already_leaves_no_trace(ask, program):
    ask("program/switch", post={"on": "1"})

    assert not AuditRecord.objects.exists()


def test_all_of_it_is_said_in_french_too(ask, ada, coupon):
    for path, said in {
        "overview": "Points émis",
        "members": "Dernière activité",
        f"members/{ada.pk}": "Historique",
        "program": "Ce qui compte",
        "messages": "Récompense : e-mail",
        "look": "Apparence",
        "gift?customerId=VXNlcjo3": "Offrir des points",
    }.items():
        assert said in ask(path, language="fr-FR,fr;q=0.9").text, path
