"""Reports of mail providers, through Anymail's webhook: bounces, complaints, unsubscriptions."""

import base64
import json

import pytest
from django.urls import include, path
from django.utils import timezone

from saleor_loyalty import members
from saleor_loyalty.messages import bounces
from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.models import AuditAction, AuditRecord, EmailFault, Member, MessageStatus, Shop
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
COMPLAINT = {"RecordType": "SpamComplaint", "Type": "SpamComplaint"}


def test_a_bounce_stops_further_mail_and_is_visible_to_staff(
    report, ada, make_message, mail_server
):
    message = make_message(member=ada)

    assert report(**BOUNCE).status_code == 200
    send_due()

    ada.refresh_from_db()
    message.refresh_from_db()
    assert ada.email_fault == EmailFault.BOUNCED
    assert f"{ada.email_fault_at:%Y-%m-%d %H:%M}" == "2027-05-01 10:00"
    assert (message.status, message.error) == (
        MessageStatus.SKIPPED,
        "The member's address has bounced.",
    )
    assert mail_server.mails == []


def test_a_complaint_stops_further_mail(report, ada):
    assert report(**COMPLAINT).status_code == 200

    ada.refresh_from_db()
    assert ada.email_fault == EmailFault.COMPLAINED


def test_an_address_stops_in_every_shop_that_writes_to_it(report, ada):
    other = Shop.objects.create(
        api_url="https://other.example/graphql/", domain="other", installed_at=timezone.now()
    )
    Member.objects.create(
        shop=other, customer_id="1", email="ada@mail.example", joined_at=timezone.now()
    )
    report(**BOUNCE)

    assert set(Member.objects.values_list("email_fault", flat=True)) == {"BOUNCED"}


def test_nobody_else_s_mail_is_stopped(report, ada, make_member):
    bob = make_member(email="bob@mail.example")

    report(**BOUNCE)

    bob.refresh_from_db()
    assert bob.email_fault == ""


@pytest.mark.parametrize("kind", ["Transient", "DnsError", "AutoResponder"])
def test_what_may_pass_stops_nothing(report, ada, kind):
    report(**BOUNCE | {"Type": kind})

    ada.refresh_from_db()
    assert (ada.email_fault, ada.email_enabled) == ("", True)


def test_who_unsubscribes_at_the_provider_is_unsubscribed_here(report, ada):
    report(
        RecordType="SubscriptionChange",
        SuppressSending=True,
        SuppressionReason="ManualSuppression",
        Origin="Recipient",
        ChangedAt="2027-05-01T10:00:00Z",
    )

    ada.refresh_from_db()
    assert (ada.email_enabled, ada.email_fault) == (False, "")


@pytest.mark.parametrize("secret", ["", "provider:guess"])
def test_a_report_without_the_secret_changes_nothing(report, ada, secret):
    assert report(secret=secret, **BOUNCE).status_code == 400

    ada.refresh_from_db()
    assert ada.email_fault == ""


def test_a_report_seen_before_changes_nothing(report, ada):
    report(**BOUNCE)
    report(**BOUNCE | {"BouncedAt": "2028-01-01T00:00:00Z"})

    ada.refresh_from_db()
    assert ada.email_fault_at.year == 2027


def test_a_new_address_is_written_to_again(report, ada, shop):
    report(**BOUNCE)
    same = Customer(ada.customer_id, "ada@mail.example", "Ada", "en")
    members.follow(shop=shop, customers={ada.customer_id: same})
    ada.refresh_from_db()
    assert ada.email_fault == EmailFault.BOUNCED

    moved = Customer(ada.customer_id, "ada@new.example", "Ada", "en")
    members.follow(shop=shop, customers={ada.customer_id: moved})

    ada.refresh_from_db()
    assert (ada.email, ada.email_fault, ada.email_fault_at) == ("ada@new.example", "", None)


def test_staff_trust_an_address_again(report, ada, make_message, mail_server):
    report(**BOUNCE)

    trusted = bounces.lift(ada, actor="Sam")
    bounces.lift(ada, actor="Sam")  # nothing left to lift, nothing to note
    make_message(member=ada)
    send_due()

    assert len(mail_server.mails) == 1
    assert (trusted.email_fault, trusted.email_fault_at) == ("", None)
    record = AuditRecord.objects.get()
    assert (record.action, record.actor, record.member) == (AuditAction.EMAIL_TRUSTED, "Sam", ada)


def test_the_log_of_a_report_names_no_address(report, ada, caplog):
    caplog.set_level("DEBUG")

    report(**BOUNCE)

    assert "1 members' address has bounced" in caplog.text
    assert "ada@mail" not in caplog.text.lower().replace("postmark", "")
