"""What left one installation is what arrives in another, and life goes on there."""

import json
from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.utils import timezone

from saleor_loyalty import proof
from saleor_loyalty.members import addresses
from saleor_loyalty.messages import bounces, unsubscribe
from saleor_loyalty.messages.explanations import explain
from saleor_loyalty.models import (
    Activation,
    AuditAction,
    AuditRecord,
    Branding,
    Change,
    ChannelTerms,
    Coupon,
    CouponCode,
    Device,
    EmailFault,
    Entry,
    Logo,
    Lot,
    Member,
    Message,
    Program,
    ProgramVersion,
    SettledOrder,
    audit,
)
from saleor_loyalty.rewards import coupons
from saleor_loyalty.saleor_api.client import Saleor
from tests.paper_saleor import ANNA, BEN
from tests.proof.history import DAN, coupon_of, member, order_of
from tests.shops import new_version
from tests.transfer.conftest import export, move_house

pytestmark = pytest.mark.django_db(transaction=True)

COUNTED = (
    Program,
    ProgramVersion,
    ChannelTerms,
    Activation,
    Member,
    SettledOrder,
    Entry,
    Lot,
    Coupon,
    CouponCode,
    Device,
    Message,
)


def import_file(shop, path, **options) -> str:
    out = StringIO()
    call_command("loyalty_import", str(path), shop=shop.api_url, stdout=out, **options)
    return out.getvalue()


def seen() -> dict[str, object]:
    """What people see of the programme, by names that mean the same everywhere."""
    return {
        "counts": {model.__name__: model.objects.count() for model in COUNTED},
        "standings": sorted(
            Member.objects.values_list(
                *("customer_id", "account__balance", "account__lifetime_points", "status"),
                *("account__expires_at", "first_name", "joined_at", "last_activity_at"),
                *("push_enabled",),
            )
        ),
        "histories": [
            (
                e.member.customer_id,
                e.kind,
                e.points,
                e.balance_after,
                e.created_at,
                explain(e, "fr"),
            )
            for e in Entry.objects.select_related("account__member", "order", "version").order_by(
                "pk"
            )
        ],
        "lots": list(
            Lot.objects.order_by("entry").values_list(
                "account__member__customer_id", "entry__points", "remaining", "expires_at"
            )
        ),
        "coupons": list(
            Coupon.objects.order_by("entry").values_list(
                *("uid", "member__customer_id", "status", "expires_at"),
                *(
                    "used_order_id",
                    "used_at",
                    "withdrawn_at",
                    "reward__number",
                    "reward__reward__uid",
                ),
            )
        ),
        "codes": list(
            CouponCode.objects.order_by("coupon__entry", "issue").values_list(
                *("code", "issue", "voucher_id", "made_at", "retired_at", "due_at")
            )
        ),
        "rules": list(
            Program.objects.values_list(
                "is_active", "current__number", "current__reminders", "activations__started_at"
            )
        ),
    }


def test_everything_arrives_as_it_left(history, shop, tmp_path):
    before = seen()
    path = export(shop, tmp_path / "shop.jsonl")
    ids = set(Coupon.objects.values_list("pk", flat=True))
    move_house()

    import_file(shop, path)

    assert seen() == before
    assert ids.isdisjoint(Coupon.objects.values_list("pk", flat=True))
    assert list(proof.differences()) == []


def test_what_coupons_are_limited_to_arrives_with_its_names(history, shop, tmp_path):
    limits = {"UHJvZHVjdDox": "Jus d’été", "Q2F0ZWdvcnk6MQ==": "Drinks"}
    program = Program.objects.get(shop=shop)
    program.current = new_version(program, limited_to=[*limits], limited_names=limits)
    program.save()
    path = export(shop, tmp_path / "shop.jsonl")
    move_house()

    import_file(shop, path)

    version = Program.objects.get().current
    assert (version.reward.limited_to, version.reward.limited_names) == ([*limits], limits)


def test_what_is_exported_again_is_the_same_file(elsewhere, exported, tmp_path):
    import_file(elsewhere, exported)

    again = export(elsewhere, tmp_path / "again.jsonl")
    assert again.read_bytes() == exported.read_bytes()


def test_the_import_says_what_came(elsewhere, exported):
    assert import_file(elsewhere, exported).startswith(
        "Imported program 1, reward 1, reward_version 2, reward_terms 2, version 2, terms 2, "
        "activation 1, member 4, order 8, entry 25, "
    )


def test_a_second_import_changes_nothing(elsewhere, exported):
    import_file(elsewhere, exported)
    before = seen(), sorted(Message.objects.values_list("pk", "uid"))

    assert import_file(elsewhere, exported).startswith("Nothing changed: ")
    assert (seen(), sorted(Message.objects.values_list("pk", "uid"))) == before


def test_a_second_import_does_not_take_back_what_happened_since(elsewhere, exported):
    import_file(elsewhere, exported)
    Message.objects.update(status="SENT")
    Member.objects.filter(customer_id=ANNA["id"]).update(push_enabled=False)

    import_file(elsewhere, exported)

    assert set(Message.objects.values_list("status", flat=True)) == {"SENT"}
    assert not member(ANNA).push_enabled


def test_a_rehearsal_keeps_nothing(elsewhere, exported):
    assert import_file(elsewhere, exported, dry_run=True).startswith("Would import program 1, ")
    assert not any(model.objects.exists() for model in COUNTED)


def test_messages_belong_to_their_coupon_and_are_not_sent_twice(elsewhere, exported, paper):
    import_file(elsewhere, exported)
    coupon = Coupon.objects.filter(member=member(ANNA), status="PENDING")[0]
    coupons.mint(Saleor(paper), Saleor(paper).channels(), coupon.current, language="en")

    assert set(Message.objects.filter(coupon=coupon).values_list("kind", "cause")) == {
        ("REWARD_EMAIL", coupon.announced_as),
        ("REWARD_PUSH", coupon.announced_as),
    }


def test_messages_of_a_gift_belong_to_its_entry(elsewhere, exported):
    import_file(elsewhere, exported)

    told = Message.objects.filter(kind__in=["GIFT_EMAIL", "GIFT_PUSH"])
    assert {(message.entry.points, message.entry.member) for message in told} == {
        (750, member(DAN))
    }
    assert told.count() == 2


def test_devices_that_have_a_push_already_are_known_again(elsewhere, exported):
    import_file(elsewhere, exported)

    (served,) = {
        tuple(ids)
        for ids in Message.objects.filter(kind="REWARD_PUSH", member=member(ANNA)).values_list(
            "delivered_devices", flat=True
        )
    }
    assert served == (Device.objects.get().pk,)


def test_a_refund_there_withdraws_a_coupon_that_was_earned_here(elsewhere, exported, paper, settle):
    import_file(elsewhere, exported)
    unused = Coupon.objects.filter(member=member(ANNA), status="PENDING")
    assert unused.count() == 1  # of two; the other is forfeited
    paper.charge(order_of(paper, 5), 0.0)
    settle(order_of(paper, 5))

    assert unused.count() == 0
    assert member(ANNA).balance == 4407 - 12000 + 5000
    assert list(proof.differences()) == []


def test_orders_that_were_settled_here_earn_nothing_again_there(elsewhere, exported, paper, settle):
    import_file(elsewhere, exported)
    entries = Entry.objects.count()

    settle(*paper.orders)

    assert Entry.objects.count() == entries


def test_a_code_that_was_retired_here_is_known_there(elsewhere, exported):
    import_file(elsewhere, exported)
    withdrawn = coupon_of(ANNA, "WITHDRAWN")

    assert withdrawn.current.retired_at is not None
    assert Coupon.objects.filter(member=member(BEN)).get().used_order_number == "22"


def test_a_shop_that_moved_is_taken_in_when_that_is_said(elsewhere, exported):
    source = elsewhere.api_url
    elsewhere.api_url = "https://new.example.com/graphql/"
    elsewhere.save()

    import_file(elsewhere, exported, from_api_url=source)

    assert Member.objects.filter(shop=elsewhere).count() == 4


def test_a_member_and_a_device_that_were_there_first_are_joined_with_theirs(elsewhere, exported):
    early = Member.objects.create(
        shop=elsewhere,
        customer_id=ANNA["id"],
        email=ANNA["email"],
        joined_at=timezone.now(),
    )
    Device.objects.create(
        shop=elsewhere, member=early, token="token-1", platform="IOS", registered_at=timezone.now()
    )
    import_file(elsewhere, exported)

    assert member(ANNA).pk == early.pk
    assert member(ANNA).balance == 4407
    assert Device.objects.get().platform == "IOS"
    assert import_file(elsewhere, exported).startswith("Nothing changed: ")


def test_a_shop_without_points_can_move_too(shop, program, tmp_path):
    path = export(shop, tmp_path / "shop.jsonl")
    move_house()
    import_file(shop, path)

    assert Program.objects.get().current.number == 1
    assert import_file(shop, path).startswith("Nothing changed: ")


def test_what_staff_did_to_the_program_and_to_a_member_arrives(history, shop, tmp_path):
    anna = Member.objects.get(customer_id=ANNA["id"])
    audit.note(shop=shop, actor="sam", action=AuditAction.PROGRAM_OFF)
    audit.note(shop=shop, actor="sam", action=AuditAction.MESSAGE_RESENT, member=anna)
    path = export(shop, tmp_path / "audited.jsonl")
    move_house()

    import_file(shop, path)

    kept = AuditRecord.objects.filter(note__actor="sam").order_by("pk")
    assert list(kept.values_list("action", "member__customer_id")) == [
        (AuditAction.PROGRAM_OFF, None),
        (AuditAction.MESSAGE_RESENT, ANNA["id"]),
    ]


def test_the_inbox_stays_and_the_export_says_so(history, shop):
    Change.objects.create(
        shop=shop, subject="ORDER", subject_id="x", marked_at=timezone.now(), due_at=timezone.now()
    )
    out, err = StringIO(), StringIO()
    call_command("loyalty_export", shop=shop.api_url, stdout=out, stderr=err)

    assert "1 changed orders wait to be settled here and are not in the file." in err.getvalue()


def test_no_secret_of_the_shop_leaves(history, shop):
    type(shop).objects.update(sealed_token="sealed-token", jwks={"keys": ["public-key"]})
    out = StringIO()
    call_command("loyalty_export", shop=shop.api_url, stdout=out, stderr=StringIO())

    assert "sealed-token" not in out.getvalue()
    assert "public-key" not in out.getvalue()


def test_another_shops_rows_stay(history, shop):
    other = type(shop).objects.create(
        api_url="https://other.example.com/graphql/", installed_at=timezone.now()
    )
    Member.objects.create(
        shop=other, customer_id="stranger", email="s@example.com", joined_at=timezone.now()
    )
    out = StringIO()
    call_command("loyalty_export", shop=shop.api_url, stdout=out, stderr=StringIO())

    assert "stranger" not in out.getvalue()


def test_every_line_is_json_in_ascii(exported):
    lines = exported.read_bytes().decode("ascii").splitlines()

    assert json.loads(lines[0]) == {
        "format": "saleor-loyalty",
        "version": 1,
        "shop": "https://shop.example.com/graphql/",
    }
    assert all(json.loads(line) for line in lines)


def test_the_link_in_an_old_email_ends_its_reader_s_emails_there_and_nobody_else_s(
    history, shop, tmp_path, client, settings
):
    settings.LOYALTY_PUBLIC_URL = "https://loyalty.example.com"
    link = unsubscribe.link(member(ANNA))
    path = export(shop, tmp_path / "shop.jsonl")
    move_house()
    import_file(shop, path)

    assert client.post(urlsplit(link).path).status_code == 200

    ended = Member.objects.filter(email_enabled=False)
    assert list(ended.values_list("customer_id", flat=True)) == [ANNA["id"]]


def test_that_link_holds_with_other_keys_and_another_address_of_the_shop(
    history, shop, tmp_path, client, settings
):
    settings.LOYALTY_PUBLIC_URL = "https://loyalty.example.com"
    link = unsubscribe.link(member(ANNA))
    path = export(shop, tmp_path / "shop.jsonl")
    move_house()
    settings.SECRET_KEY = "another"
    type(shop).objects.update(api_url="https://moved.example.com/graphql/")
    shop.refresh_from_db()
    import_file(shop, path, from_api_url="https://shop.example.com/graphql/")

    assert client.post(urlsplit(link).path).status_code == 200

    ended = Member.objects.filter(email_enabled=False)
    assert list(ended.values_list("customer_id", flat=True)) == [ANNA["id"]]


def test_t47_what_was_reported_of_an_address_comes_along_under_another_key(
    history, shop, tmp_path, settings
):
    anna, ben = member(ANNA), member(BEN)
    for each in (anna, ben):
        bounces.note(addresses.keys(each.email)[0], EmailFault.COMPLAINED, anna.joined_at)
    bounces.lift(ben, actor="Sam")
    path = export(shop, tmp_path / "shop.jsonl")
    move_house()
    settings.SECRET_KEY = "another"
    import_file(shop, path)

    fault = bounces.fault_of(member(ANNA))
    assert (fault.fault, fault.reported_at) == (EmailFault.COMPLAINED, anna.joined_at)
    assert bounces.fault_of(member(BEN)) is None
    assert export(shop, tmp_path / "again.jsonl").read_bytes() == path.read_bytes()


def test_an_uploaded_logo_moves_along(program, shop, tmp_path):
    picture = bytes(range(256))
    Branding.objects.create(shop=shop, logo_name="a" * 32)
    Logo.objects.create(shop=shop, name="a" * 32, content=picture, created_at=timezone.now())
    path = export(shop, tmp_path / "shop.jsonl")
    move_house()

    import_file(shop, path)

    assert bytes(Logo.objects.get(shop=shop).content) == picture
    assert Branding.objects.get(shop=shop).logo_name == "a" * 32
