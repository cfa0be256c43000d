"""Reports of mail providers, through Anymail's webhook: bounces, complaints, unsubscriptions."""

import base64
import json

import pytest
from django.urls import include, path
from django.utils import timezone

from saleor_loyalty.members import addresses, enrolment, preferences
from saleor_loyalty.messages import bounces
from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.models import (
    AddressFault,
    AddressTrust,
    AuditAction,
    AuditRecord,
    EmailFault,
    Member,
    MessageStatus,
    Shop,
)
from saleor_loyalty.saleor_api.facts import Customer

pytestmark = pytest.mark.django_db

urlpatterns = [path("anymail/", include("anymail.urls"))]


@pytest.fixture
def ada(make_member) -> Member:
    return make_member(email="Ada@Mail.example")


@pytest.fixture
def report(client, settings):
    """Post a report in Postmark's form; the response."""
    settings.ROOT_URLCONF = __name__
    settings.ANYMAIL = {"WEBHOOK_SECRET": "provider:secret"}

    def report(*, secret="provider:secret", **fields):
        token = base64.b64encode(secret.encode()).decode()
        body = {"MessageID": "1", "Email": "ada@mail.example", "Recipient": "ada@mail.example"}
        return client.post(
            "/anymail/postmark/tracking/",
            json.dumps(body | fields),
            content_type="application/json",
            headers={"Authorization": f"Basic {token}"},
        )

    return report


BOUNCE = {"RecordType": "Bounce", "Type": "HardBounce", "BouncedAt": "2027-05-01T10:00:00Z"}
UNSUBSCRIBED = {
    "RecordType": "SubscriptionChange",
    "SuppressSending": True,
    "SuppressionReason": "ManualSuppression",
    "Origin": "Recipient",
    "ChangedAt": "2027-05-01T10:00:00Z",
}
COMPLAINT = {"RecordType": "SpamComplaint", "Type": "SpamComplaint"}


def test_a_bounce_stops_further_mail_and_is_visible_to_staff(
    report, ada, make_message, mail_server
):
    message = make_message(member=ada)

    assert report(**BOUNCE).status_code == 200
    send_due()

    message.refresh_from_db()
    fault = bounces.fault_of(ada)
    assert fault.fault == EmailFault.BOUNCED
    assert f"{fault.reported_at:%Y-%m-%d %H:%M}" == "2027-05-01 10:00"
    assert (message.status, message.error) == (
        MessageStatus.SKIPPED,
        "Mail to the member’s address comes back.",
    )
    assert mail_server.mails == []


def test_a_complaint_stops_further_mail(report, ada):
    assert report(**COMPLAINT).status_code == 200

    assert bounces.fault_of(ada).fault == EmailFault.COMPLAINED


def test_an_address_stops_in_every_shop_that_writes_to_it(report, ada):
    other = Shop.objects.create(
        api_url="https://other.example/graphql/", domain="other", installed_at=timezone.now()
    )
    there = Member.objects.create(
        shop=other, customer_id="1", email="ada@mail.example", joined_at=timezone.now()
    )
    report(**BOUNCE)

    assert bounces.fault_of(ada)
    assert bounces.fault_of(there)


def test_staff_of_one_shop_trust_an_address_for_theirs_alone(report, ada):
    other = Shop.objects.create(
        api_url="https://other.example/graphql/", domain="other", installed_at=timezone.now()
    )
    there = Member.objects.create(
        shop=other, customer_id="1", email="ada@mail.example", joined_at=timezone.now()
    )
    report(**COMPLAINT)

    bounces.lift(ada, actor="Sam")

    assert bounces.fault_of(ada) is None
    assert bounces.fault_of(there)


def test_nobody_else_s_mail_is_stopped(report, ada, make_member):
    bob = make_member(email="bob@mail.example")

    report(**BOUNCE)

    assert bounces.fault_of(bob) is None


@pytest.mark.parametrize("kind", ["Transient", "DnsError", "AutoResponder"])
def test_what_may_pass_stops_nothing(report, ada, kind):
    report(**BOUNCE | {"Type": kind})

    ada.refresh_from_db()
    assert (bounces.fault_of(ada), ada.email_enabled) == (None, True)


def test_who_unsubscribes_at_the_provider_is_unsubscribed_here(report, ada):
    report(**UNSUBSCRIBED)

    ada.refresh_from_db()
    assert (ada.email_enabled, bounces.fault_of(ada)) == (False, None)


@pytest.mark.parametrize(
    ("said", "is_enabled"),
    [("10:00:00.000000", False), ("10:00:00.000001", True), ("09:59:59.999999", False)],
)
def test_an_older_report_does_not_undo_what_the_member_said_since(report, ada, said, is_enabled):
    preferences.change(member=ada, email_enabled=True)
    Member.objects.update(email_chosen_at=f"2027-05-01T{said}Z")

    report(**UNSUBSCRIBED)

    ada.refresh_from_db()
    assert ada.email_enabled is is_enabled


@pytest.mark.parametrize("secret", ["", "provider:guess"])
def test_a_report_without_the_secret_changes_nothing(report, ada, secret):
    assert report(secret=secret, **BOUNCE).status_code == 400

    assert bounces.fault_of(ada) is None


@pytest.mark.parametrize("first", ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"])
def test_the_newest_report_counts_in_whatever_order_they_come(report, ada, first):
    report(**BOUNCE | {"BouncedAt": first})
    report(**BOUNCE)
    report(**BOUNCE | {"BouncedAt": "2028-01-01T00:00:00Z"})
    report(**BOUNCE | {"BouncedAt": first})

    assert bounces.fault_of(ada).reported_at.year == 2028
    assert AddressFault.objects.count() == 1


def test_t47_who_registers_anew_with_the_address_is_not_written_to(
    report, ada, shop, make_member, make_message, mail_server
):
    report(**COMPLAINT)
    enrolment.follow(shop=shop, customers={ada.customer_id: None})
    again = make_member(email=ada.email)
    message = make_message(member=again)

    send_due()

    message.refresh_from_db()
    assert message.error == "The reader reported our mail as spam."
    assert mail_server.mails == []


def test_t47_a_report_that_comes_after_the_account_is_gone_holds_for_the_next(
    report, ada, make_member
):
    ada.account.delete()
    ada.delete()

    report(**COMPLAINT)

    assert bounces.fault_of(make_member(email="ada@mail.example"))


def test_t47_a_change_of_address_there_and_back_brings_the_fault_back(report, ada, shop):
    report(**BOUNCE)

    follow(shop, ada, "ada@new.example")
    assert bounces.fault_of(ada) is None  # a new address is written to

    follow(shop, ada, "ada@mail.example")
    assert bounces.fault_of(ada).fault == EmailFault.BOUNCED


def test_t47_a_report_of_an_address_that_a_member_had_holds_when_they_have_it_again(
    report, ada, shop
):
    follow(shop, ada, "ada@new.example")
    report(**BOUNCE)
    follow(shop, ada, "ada@mail.example")

    assert bounces.fault_of(ada)


def follow(shop: Shop, member: Member, email: str) -> None:
    customer = Customer(member.customer_id, email, "Ada", "en")
    enrolment.follow(shop=shop, customers={member.customer_id: customer})
    member.refresh_from_db()


def test_nothing_kept_of_an_address_names_it(report, ada, settings):
    report(**BOUNCE)
    bounces.lift(ada, actor="Sam")

    kept = [AddressFault.objects.get().address, AddressTrust.objects.get().address]
    assert kept == [addresses.keys("ada@mail.example")[0]] * 2
    settings.SECRET_KEY = "another"
    assert addresses.keys("ada@mail.example")[0] not in kept


def test_a_fault_outlives_a_new_secret_key_while_the_old_one_is_a_fallback(report, ada, settings):
    report(**BOUNCE)

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    assert bounces.fault_of(ada)

    bounces.lift(ada, actor="Sam")
    assert bounces.fault_of(ada) is None


SPELLINGS = ["info@bücher.example", "info@xn--bcher-kva.example", "INFO@XN--BCHER-KVA.example"]


@pytest.mark.parametrize("theirs", SPELLINGS)
@pytest.mark.parametrize("reported", [*SPELLINGS, "Info@BÜCHER.example"])
def test_a_domain_in_letters_and_its_xn_form_are_one(report, make_member, theirs, reported):
    member = make_member(email=theirs)

    report(**BOUNCE | {"Email": reported, "Recipient": reported})
    assert bounces.fault_of(member)

    report(**UNSUBSCRIBED | {"Email": reported, "Recipient": reported})
    member.refresh_from_db()
    assert not member.email_enabled


@pytest.mark.parametrize("theirs", SPELLINGS)
@pytest.mark.parametrize("asked", SPELLINGS)
def test_a_member_is_found_by_either_way_to_write_the_domain(make_member, shop, theirs, asked):
    member = make_member(email=theirs)

    assert enrolment.find(shop=shop, email=asked) == member


@pytest.mark.parametrize("odd", ["", "ada", "@", "ada@", "ada@..", "ada@-x-.example", "a@xn--a"])
def test_what_is_no_address_is_compared_as_it_is(odd):
    assert addresses.same(odd) == odd
    assert addresses.spellings(odd)


def test_staff_trust_an_address_again(report, ada, make_message, mail_server):
    report(**BOUNCE)

    bounces.lift(ada, actor="Sam")
    bounces.lift(ada, actor="Sam")  # nothing left to lift, nothing to note
    make_message(member=ada)
    send_due()

    assert len(mail_server.mails) == 1
    assert bounces.fault_of(ada) is None
    record = AuditRecord.objects.get()
    assert (record.action, record.actor, record.member) == (AuditAction.EMAIL_TRUSTED, "Sam", ada)


@pytest.mark.parametrize(("reported", "counts"), [("2027-06-01", True), ("2027-04-30", False)])
def test_a_report_older_than_staffs_trust_changes_nothing(report, ada, reported, counts):
    report(**BOUNCE)
    bounces.lift(ada, actor="Sam")

    report(**BOUNCE | {"BouncedAt": f"{reported}T10:00:00Z"})

    assert bool(bounces.fault_of(ada)) is counts


def test_the_log_of_a_report_names_no_address(report, ada, caplog):
    caplog.set_level("DEBUG")

    report(**BOUNCE)

    assert "An address has bounced" in caplog.text
    assert "ada@mail" not in caplog.text.lower().replace("postmark", "")
