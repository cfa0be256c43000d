"""The program's form, asked for directly: what it refuses, and what it says before it saves."""

import re

import pytest
from django.db import DatabaseError, transaction

from saleor_loyalty.models import AuditAction, AuditRecord
from saleor_loyalty.problems import EditConflict
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes

FORM = {
    "opened_at": "1",
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
        ({"threshold": "0"}, "The threshold must be from 1 to 1,000,000,000 points."),
        ({"title": " "}, '_error">Give a name.'),
        ({"threshold": "1000000001"}, "must be from 1 to 1,000,000,000 points."),
        ({"threshold": "5,000"}, "Write a plain number, such as 500."),
        ({"threshold": "\u0665\u0660\u0660"}, "Write a plain number, such as 500."),
        ({"threshold": "1_000"}, "Write a plain number, such as 500."),
        ({"threshold": "1e3"}, "Write a plain number, such as 500."),
        ({"channel-default-channel-discount_value": "\u0662"}, "a plain number, such as 12.5."),
        ({"channel-default-channel-discount_value": "1_2"}, "a plain number, such as 12.5."),
        ({"channel-default-channel-discount_value": "1e1"}, "a plain number, such as 12.5."),
        ({"channel-default-channel-discount_value": "12,50"}, "a plain number, such as 12.5."),
        ({"expiry_policy": "ROLLING"}, "Say after how many days points expire."),
        (
            {"channel-default-channel-discount_value": "101"},
            "The discount must be more than 0 and 100 at most.",
        ),
        ({"channel-default-channel-discount_value": ""}, "Give a number."),
        ({"channel-default-channel-min_spent": "5.125"}, "EUR has 2 decimals at most."),
        (
            {"discount_type": "FIXED", "channel-default-channel-discount_value": "5.125"},
            "EUR has 2 decimals at most.",
        ),
        ({"channel-default-channel-earns": ""}, "Let at least one channel earn points."),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice"),
        (
            {"channel-default-channel-points_per_unit": "9999"},
            "One unit of the currency",
        ),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_saved(ask, program, change, said):
    answer = ask("program", post={**FORM, **change, "confirmed": "1"})

    assert answer.status_code == 422
    assert said in answer.text
    program.refresh_from_db()
    assert program.current.number == 1


def test_what_cannot_be_is_said_in_the_readers_language_beside_its_field(ask, program):
    change = {"threshold": "0", "channel-default-channel-min_spent": "5.125"}

    answer = ask("program", post={**FORM, **change}, language="fr").text

    told = dict(re.findall(r'<p class="error" id="(\w[\w-]*)_error">(.*?) ?</p>', answer))
    space = "\N{NARROW NO-BREAK SPACE}"
    assert told == {
        "program_threshold": f"Le seuil doit être de 1 à 1{space}000{space}000{space}000 points.",
        "id_channel-default-channel-min_spent": "EUR a 2 décimales au plus.",
    }


@pytest.mark.parametrize("field", ["discount_value", "min_spent"])
def test_t44_a_currency_without_decimals_takes_none(ask, dashboard, program, field):
    dashboard.paper.channels["default-channel"] = ("japan", "JPY")
    rules = {**FORM, "discount_type": "FIXED", f"channel-default-channel-{field}": "500.5"}
    answer = ask("program", post={**rules, "confirmed": "1"})

    assert answer.status_code == 422
    assert "JPY has no decimals." in answer.text
    program.refresh_from_db()
    assert program.current.number == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"threshold": "6000"}, "1 member with points has farther to go"),
        ({"threshold": "100"}, "1 member has 100 points already and gets a coupon"),
        (
            {"expiry_policy": "ROLLING", "expiry_days": "365"},
            "The points of 1 member expire on another day, none before",
        ),
        ({"channel-default-channel-points_per_unit": "5"}, "earn by the new rules"),
        ({"channel-default-channel-discount_value": "20"}, "New coupons follow the new terms"),
        (
            {
                "channel-channel-pln-earns": "on",
                "channel-channel-pln-points_per_unit": "2",
                "channel-channel-pln-discount_value": "10",
            },
            "Orders in Poland earn points from now on.",
        ),
        ({"title": "Another name"}, "Nobody’s points or coupons change."),
        (
            {"expiry_policy": "ROLLING", "expiry_days": "30", "time_zone": "Asia/Tokyo"},
            "to the end of the day that members were shown",
        ),
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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"threshold": "6000"}, "Nobody’s points or coupons change."),
        ({"threshold": "100"}, "Nobody has 100 points yet."),
        ({"expiry_policy": "ROLLING", "expiry_days": "365"}, "Nobody’s points or coupons change."),
        ({"include_shipping": "on"}, "Orders paid from now on earn by the new rules."),
        ({"coupon_valid_days": "90"}, "New coupons follow the new terms."),
    ],
)
def test_where_there_is_nobody_yet_a_change_is_not_said_of_0_members(ask, program, change, said):
    asked = ask("program", post={**FORM, **change}).text

    dialog = asked[asked.index('id="confirm"') :]
    assert said in dialog
    assert not re.search(r"(?<![\d,.])0 \w", dialog)


def save_as(ask, who, **changes):
    return ask("program", post={**FORM, **changes, "confirmed": "1"}, email=who)


def current(program):
    program.refresh_from_db()
    return program.current


def test_two_owners_the_second_is_told_who_saved_what_and_nothing_is_overwritten(ask, program):
    save_as(ask, "mia@example.com", threshold="6000", basis="NET")

    answer = save_as(ask, "sam@example.com", threshold="7000")

    assert answer.status_code == 409
    assert "mia@example.com saved version 2 meanwhile." in answer.text
    assert current(program).number == 2
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', answer.text)
    assert rows == [
        ("What counts", "Prices before tax", "Prices with tax"),
        ("Points for one coupon", "6,000", "7,000"),
    ]


def test_what_was_typed_stays_in_the_form_which_can_take_the_place_of_the_newer_one(ask, program):
    save_as(ask, "mia@example.com", threshold="6000")

    answer = save_as(ask, "sam@example.com", threshold="7000", title="Sam’s Club")

    assert 'value="7000"' in answer.text
    assert 'value="Sam’s Club"' in answer.text
    opened_at = re.search(r'name="opened_at" value="(\d+)"', answer.text)[1]
    save_as(ask, "sam@example.com", threshold="7000", opened_at=opened_at)
    assert (current(program).number, current(program).threshold) == (3, 7000)


def test_whom_a_change_affects_is_not_said_of_rules_that_are_old(ask, ada, program, gift):
    gift(ada, 300)
    save_as(ask, "mia@example.com", threshold="200")

    asked = ask("program", post={**FORM, "threshold": "100"})

    assert asked.status_code == 409
    assert "gets a coupon" not in asked.text


def test_rules_saved_while_their_consequences_were_read_are_not_overwritten(ask, ada, program):
    shown = ask("program", post={**FORM, "threshold": "7000"})
    save_as(ask, "mia@example.com", threshold="6000")

    answer = save_as(ask, "sam@example.com", threshold="7000")

    assert "Save the new rules?" in shown.text
    assert answer.status_code == 409
    assert current(program).threshold == 6000


def test_of_two_who_set_the_program_up_one_is_told_of_the_other(ask, program):
    answer = save_as(ask, "sam@example.com", opened_at="0", threshold="7000")

    assert "owner@example.com saved version 1 meanwhile." in answer.text
    assert save_as(ask, "sam@example.com", opened_at="", threshold="7000").status_code == 409


def test_rules_are_compared_again_when_they_are_saved(shop, program):
    with pytest.raises(EditConflict) as meanwhile:
        programs.update(shop=shop, changes=Changes(threshold=1), actor="sam", opened_at=0)

    assert (meanwhile.value.number, meanwhile.value.actor) == (1, "owner@example.com")
    assert current(program).number == 1


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


PLN = {
    "channel-channel-pln-earns": "on",
    "channel-channel-pln-points_per_unit": "2",
    "channel-channel-pln-discount_value": "10",
}


def test_channels_go_by_the_names_that_the_shop_gives_them(ask, program):
    page = ask("program").text

    assert "Orders in Europe earn points" in page
    assert "<legend>Poland (PLN)</legend>" in page
    assert 'name="name-channel-pln" value="Poland"' in page
    assert not re.search(r">[^<]*channel-pln", page)


def test_a_shop_that_does_not_answer_keeps_the_names_of_its_channels(ask, dashboard, program):
    save_as(ask, "mia@example.com", **PLN)
    dashboard.is_down = True

    assert "Orders in Poland earn points" in ask("program").text


def test_a_channel_that_is_only_called_otherwise_makes_no_version(ask, dashboard, program):
    save_as(ask, "mia@example.com", **PLN)
    dashboard.paper.channels["channel-pln"] = ("polska", "PLN")

    page = ask("program").text
    answer = save_as(ask, "mia@example.com", **PLN, opened_at="2")

    assert "Orders in Polska earn points" in page
    assert answer.status_code == 200
    assert current(program).number == 2


def test_the_preview_calls_a_channel_by_its_name(ask, program):
    sent = {"currency-default-channel": "EUR", "name-default-channel": "Europe"}

    preview = ask("program/preview", post={**FORM, **sent}).text

    assert "<h3>Europe</h3>" in preview


def test_who_switched_and_when_is_kept_for_good(ask, program):
    ask("program/switch", post={"on": "0"}, email="mia@example.com")

    record = AuditRecord.objects.get()
    assert (record.action, record.actor) == (AuditAction.PROGRAM_OFF, "mia@example.com")
    assert "Switched the program off" in ask("program/changes").text
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditRecord.objects.update(detail="something else")
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
        "branding": "Apparence",
        "gift?customerId=VXNlcjo3": "Offrir des points",
    }.items():
        assert said in ask(path, language="fr-FR,fr;q=0.9").text, path


TOO_LONG = "Never sent, as points expire sooner: Two months before, A month before."
LASTING = {"expiry_policy": "ROLLING", "reminders": ["TWO_MONTHS", "ONE_MONTH", "ONE_WEEK"]}


def test_reminders_longer_than_the_period_are_told_of_before_and_after_saving(ask, program):
    lasting = {**FORM, **LASTING, "expiry_days": "30"}

    before = ask("program/preview", post={**lasting, "currency-default-channel": "EUR"})
    asked = ask("program", post=lasting)
    saved = ask("program", post={**lasting, "confirmed": "1"})
    after = ask("program")

    assert "HX-Location" in saved.headers  # a warning, no error
    assert [TOO_LONG in each.text for each in (before, asked, after)] == [True, True, True]


@pytest.mark.parametrize("change", [{"expiry_days": "68"}, {"expiry_policy": "NEVER"}])
def test_nothing_is_told_of_reminders_that_are_sent_or_of_points_that_never_expire(
    ask, program, change
):
    form = {**FORM, **LASTING, **change, "reminders": ["ONE_MONTH", "ONE_WEEK"]}

    assert "Never sent" not in ask("program/preview", post=form).text


@pytest.mark.parametrize(
    ("change", "field", "said"),
    [
        (
            {"channel-default-channel-earns": ""},
            "id_channel-default-channel-earns",
            "Let at least one channel earn points.",
        ),
        ({"reminders": ["TOMORROW"]}, "program_reminders", "TOMORROW"),
        ({"expiry_policy": "SOON"}, "program_expiry_policy", "SOON"),
        ({"time_zone": "Mars/Olympus"}, "program_time_zone", "Mars/Olympus"),
        ({"basis": "GUESS"}, "program_basis", "GUESS"),
    ],
)
def test_what_is_wrong_stands_at_the_field_that_it_is_wrong_with(ask, program, change, field, said):
    answer = ask("program", post={**FORM, **change})

    assert answer.status_code == 422
    errors = re.findall(r'<p class="error" id="(.*?)_error">(.*?)</p>', answer.text)
    assert [(at, said in words) for at, words in errors] == [(field, True)]
    assert "note bad" not in answer.text
