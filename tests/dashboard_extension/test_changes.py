"""Who did what when: as much of it read as is shown, and all of it exported."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db.models import DateTimeField, IntegerField
from django.db.models.signals import post_init
from django.utils import timezone

from saleor_loyalty.activities import staff_points
from saleor_loyalty.dashboard_extension.audit_pages import SHOWN
from saleor_loyalty.dashboard_extension.rule_changes import rule_changes
from saleor_loyalty.messages import texts
from saleor_loyalty.models import (
    AuditAction,
    AuditNote,
    AuditRecord,
    ChannelTerms,
    Message,
    MessageText,
    ProgramVersion,
    RewardVersion,
)
from tests.dashboard_extension.test_program import FORM, PLN
from tests.shops import REWARD_RULES, new_reward

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
    """Texts and branding changed by turns, the last one branding."""
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
        record = AuditRecord.objects.create(
            shop=shop, at=at + timedelta(minutes=1), action=AuditAction.BRANDING_CHANGED
        )
        AuditNote.objects.create(record=record, actor=f"look-{number}@example.com")


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
    ask_table, long_history, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8) as said:
        rows = ask_table("program/changes.csv")

    assert len(rows) == 2 * MANY + 1  # and the rules, long ago
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert not any('"body"' in query["sql"] for query in said.captured_queries)


def changed(version, **changes):
    """The version that follows, with one rule or more changed, in a channel too by `channel`."""
    in_channel = changes.pop("channel", {})
    of_reward = {name: changes.pop(name) for name in REWARD_RULES if name in changes}
    reward = RewardVersion.objects.get(pk=version.reward_id)
    terms = [
        {**row, **{name: in_channel[name] for name in row if name in in_channel}}
        for row in reward.terms.values("channel_id", "currency", "discount_value", "min_spent")
    ]
    rules = {name: getattr(reward, column) for name, column in REWARD_RULES.items()}
    next_reward = new_reward(reward.reward.shop, terms, **{**rules, **of_reward})
    rows = list(version.channels.values())
    version = ProgramVersion.objects.get(pk=version.pk)
    version.pk, version.number, version.reward = None, version.number + 1, next_reward
    for name, value in changes.items():
        setattr(version, name, value)
    version.save(force_insert=True)
    for row in rows:
        row |= {name: in_channel[name] for name in row if name in in_channel}
        ChannelTerms.objects.create(**{**row, "version_id": version.pk, "id": None})
    return version


def test_what_a_version_changed_is_said_in_the_words_of_the_form(ask, ask_table, program):
    form = {**FORM, "threshold": "1500", "coupon_valid_days": "", "include_shipping": "on"}
    form["channel-default-channel-discount_value"] = "15"
    form["channel-default-channel-min_spent"] = "1200.5"

    ask("program", post={**form, "confirmed": "1"}, email="mia@example.com")

    new, first = ask_table("program/changes.csv")
    assert (new["actor"], new["action"]) == ("mia@example.com", "Changed the rules")
    assert new["detail"] == (
        "version 2; Shipping counts too: no → yes; Points for one coupon: 5,000 → 1,500; "
        "Valid for, in days: 60 → \N{EN DASH}; Discount (Europe): 10% → 15%; "
        "Only for orders from (Europe): €100.00 → €1,200.50"
    )
    assert (first["action"], first["detail"]) == ("Set up the program", "version 1")
    french = ask("program/changes", language="fr").text
    assert "Points pour un bon de réduction\xa0: 5\u202f000 → 1\u202f500" in french
    assert "10\xa0% → 15\xa0%" in french


def test_a_channel_that_came_or_went_is_said_with_its_terms(ask, ask_table, program):
    ask("program", post={**FORM, **PLN, "confirmed": "1"})
    ask("program", post={**FORM, "opened_at": "2", "confirmed": "1"})

    gone, came, _set_up = (row["detail"] for row in ask_table("program/changes.csv"))
    assert gone == "version 3; Orders in Poland earn points: yes → no"
    assert came == (
        "version 2; Orders in Poland earn points: no → yes; "
        "Points for 1 PLN (Poland): \N{EN DASH} → 2; "
        "Discount (Poland): \N{EN DASH} → 10%"
    )


def another(field, value):
    """Some other value that the column takes."""
    if field.choices:
        return next(key for key, _words in field.choices if key != value)
    if isinstance(field, ArrayField):
        return ["ONE_WEEK"]
    if isinstance(field, DateTimeField):
        return timezone.now()
    if isinstance(value, bool):
        return not value
    if field.name == "time_zone":
        return "Europe/Oslo"
    return (value or 0) + 7 if isinstance(field, IntegerField) else f"{value} too"


KEPT = ("id", "program", "reward", "number", "created_at", "created_by")
RULES = [field for field in ProgramVersion._meta.concrete_fields if field.name not in KEPT]
OF_REWARD = [
    (name, RewardVersion._meta.get_field(column))
    for name, column in REWARD_RULES.items()
    if name != "limited_names"
]
TERMS = ("points_per_unit", "discount_value", "min_spent")


@pytest.mark.parametrize("rule", RULES, ids=lambda field: field.name)
def test_a_change_of_any_rule_is_said(program, rule):
    before = program.current
    after = changed(before, **{rule.name: another(rule, getattr(before, rule.name))})

    assert len(list(rule_changes(before, after))) >= 1


@pytest.mark.parametrize(("rule", "field"), OF_REWARD, ids=lambda each: str(each))
def test_a_change_of_any_rule_of_the_reward_is_said(program, rule, field):
    before = program.current
    after = changed(before, **{rule: another(field, getattr(before.reward, field.name))})

    assert len(list(rule_changes(before, after))) >= 1


def test_what_a_coupon_is_good_for_is_said_by_the_names_of_its_day(program):
    names = {"UHJvZHVjdDox": "Juice", "Q2F0ZWdvcnk6MQ==": "Drinks"}
    limited = changed(program.current, limited_to=[*names], limited_names=names)
    renamed = changed(limited, limited_names={**names, "UHJvZHVjdDox": "Apple juice"})

    assert list(rule_changes(program.current, limited)) == [
        "Good for: the whole order → Drinks (category), Juice"
    ]
    assert list(rule_changes(limited, changed(renamed, limited_to=["UHJvZHVjdDox"]))) == [
        "Good for: Drinks (category), Juice → Apple juice"
    ]


@pytest.mark.parametrize("rule", TERMS)
def test_a_change_of_any_rule_of_a_channel_is_said(program, rule):
    after = changed(program.current, channel={rule: Decimal(7)})

    assert len(list(rule_changes(program.current, after))) == 1


def test_a_discount_is_written_as_the_kind_it_was(program):
    after = changed(program.current, discount_type="FIXED")

    assert list(rule_changes(program.current, after)) == [
        "Discount: Percent of the order → A fixed amount",
        "Discount (default-channel): 10% → €10.00",
    ]


def test_many_versions_are_read_with_as_many_queries_as_few(
    ask, program, django_assert_num_queries
):
    version = program.current
    for number in range(20):
        version = changed(version, threshold=1000 + number)

    with django_assert_num_queries(8):
        page = ask("program/changes").text

    assert page.count("Points for one coupon") == 20


def test_a_language_is_named_as_within_a_sentence(ask, long_history):
    assert "Cadeau : e-mail en français" in ask("program/changes", language="fr").text


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("gift", {"points": 5, "reason": "x", "key": "k"}, "Gave points"),
        ("correct", {"points": 5, "reason": "x", "key": "k"}, "Corrected points"),
        ("gifts/{gift}/take-back", {"reason": "x"}, "Corrected points"),
        ("status", {"status": "BLOCKED", "reason": "x"}, "Blocked the member"),
        ("coupons/{coupon}/withdraw", {"reason": "x"}, "Withdrew a coupon"),
        ("messages/{message}/resend", {}, "Sent a message again"),
    ],
)
def test_what_staff_do_to_a_member_is_kept_with_who_did_it(
    ask, ask_table, ada, coupon, path, form, said
):
    gift = staff_points.give(
        shop=ada.shop, customer_id=ada.customer_id, points=9, reason="x", actor="sam"
    )
    message = Message.objects.filter(member=ada, kind="GIFT_EMAIL").earliest("pk")
    Message.objects.filter(pk=message.pk).update(status="FAILED")
    known = {"gift": gift.pk, "coupon": coupon.pk, "message": message.pk}

    answer = ask(f"members/{ada.pk}/{path.format(**known)}", post=form, email="mia@example.com")

    assert answer.status_code == 200
    newest = ask_table(f"members/{ada.pk}/audit.csv")[0]
    assert (newest["actor"], newest["action"]) == ("mia@example.com", said)
    assert newest == ask_table("members/audit.csv")[0]


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("program/switch", {"on": "0"}, "Switched the program off"),
        ("messages", {"kind": "GIFT_EMAIL", "on": "0"}, "Switched a message off"),
        ("messages/GIFT_PUSH/en", {"subject": "A", "body": "B"}, "Changed a text"),
        ("messages/GIFT_PUSH/fr/reset", {}, "Restored the original words"),
        ("messages/GIFT_EMAIL/en/test", {"recipient": "a@example.com"}, "Sent a test message"),
        ("branding", {"brand_color": "#112233", "default_language": "en"}, "Changed the branding"),
    ],
)
def test_what_staff_do_to_the_program_is_kept_with_who_did_it(
    ask, ask_table, shop, program, path, form, said
):
    texts.save(shop, "GIFT_PUSH", "fr", subject="A", body="B", actor="sam")

    answer = ask(path, post=form, email="mia@example.com")

    assert answer.status_code in {200, 204}
    newest = ask_table("program/changes.csv")[0]
    assert (newest["actor"], newest["action"]) == ("mia@example.com", said)
