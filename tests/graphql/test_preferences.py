"""What customers choose for themselves through GraphQL."""

import pytest

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Member
from saleor_loyalty.permissions import Viewer
from saleor_loyalty.saleor_api.facts import Customer

UPDATE = """mutation ($email: Boolean, $push: Boolean, $language: String) {
  loyaltyPreferencesUpdate(emailEnabled: $email, pushEnabled: $push, languageCode: $language) {
    member { emailEnabled pushEnabled languageCode }
    errors { field message code }
  }
}"""


def test_a_customer_chooses_what_to_be_told_and_in_which_language(ask, customer, ada):
    answer = ask(customer, UPDATE, email=False, push=False, language="pt_BR")

    assert answer["data"]["loyaltyPreferencesUpdate"] == {
        "member": {"emailEnabled": False, "pushEnabled": False, "languageCode": "pt-br"},
        "errors": [],
    }


def test_what_is_not_given_or_null_stays_as_it_is(ask, customer, ada):
    ask(customer, UPDATE, email=False)

    answer = ask(customer, UPDATE, push=None)

    assert answer["data"]["loyaltyPreferencesUpdate"]["member"] == {
        "emailEnabled": False,
        "pushEnabled": True,
        "languageCode": "it",
    }


def test_t29_a_language_chosen_here_outlives_what_the_shop_s_account_says(ask, customer, shop, ada):
    ask(customer, UPDATE, language="de")
    other = enrolment.enroll_all(
        shop=shop, customers=[Customer("VXNlcjoy", "bob@example.com", "Bob", "it")]
    )

    changed = {
        "VXNlcjox": Customer("VXNlcjox", "ada@new.example.com", "Adele", "fr"),
        "VXNlcjoy": Customer("VXNlcjoy", "bob@example.com", "Bob", "fr"),
    }
    enrolment.follow(shop=shop, customers=changed)

    ada.refresh_from_db()
    assert (ada.language_code, ada.email, ada.first_name) == ("de", "ada@new.example.com", "Adele")
    assert Member.objects.get(pk=other["VXNlcjoy"]).language_code == "fr"


@pytest.mark.parametrize("language", ["xx", "", "de/../en", "english"])
def test_a_language_nobody_knows_is_refused_and_nothing_is_changed(ask, customer, ada, language):
    answer = ask(customer, UPDATE, email=False, language=language)

    (error,) = answer["data"]["loyaltyPreferencesUpdate"]["errors"]
    assert (error["field"], error["code"]) == ("languageCode", "INVALID")
    ada.refresh_from_db()
    assert ada.email_enabled


def test_who_is_no_member_yet_becomes_one(ask, shop):
    grace = Viewer(shop=shop, customer_id="VXNlcjo3")

    answer = ask(grace, UPDATE, push=False)

    assert answer["data"]["loyaltyPreferencesUpdate"]["member"]["pushEnabled"] is False
    assert Member.objects.get().customer_id == "VXNlcjo3"


@pytest.mark.parametrize("who", ["anonymous", "staff"])
def test_t37_only_customers_have_preferences_and_only_their_own(ask, request, ada, who):
    answer = ask(request.getfixturevalue(who), UPDATE, email=False)

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    ada.refresh_from_db()
    assert ada.email_enabled


def test_a_blocked_member_may_still_unsubscribe(ask, customer, ada):
    Member.objects.update(status="BLOCKED")

    ask(customer, UPDATE, email=False)

    ada.refresh_from_db()
    assert not ada.email_enabled


@pytest.mark.parametrize(
    ("given", "kept"),
    [(f"en-us-{'a' * 60}", "en-us"), (f"de@{'x' * 60}", "de"), ("zh_HANT-tw", "zh-hant-tw")],
)
def test_a_language_is_kept_as_it_is_known_however_long_it_is(ask, customer, ada, given, kept):
    answer = ask(customer, UPDATE, language=given)

    assert answer["data"]["loyaltyPreferencesUpdate"]["errors"] == []
    ada.refresh_from_db()
    assert ada.language_code == kept
