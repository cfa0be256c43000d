"""The list of members and a member's page, and what staff do there."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_loyalty.activities import staff_points
from saleor_loyalty.members import addresses, enrolment, followed
from saleor_loyalty.messages import bounces
from saleor_loyalty.models import (
    CouponStatus,
    EmailFault,
    Entry,
    EntryKind,
    Member,
    Message,
    MessageKind,
    MessageStatus,
)
from saleor_loyalty.saleor_api.facts import Customer
from tests.accounts import account_of, entries_of
from tests.dashboard_extension.conftest import ADA


def enroll(shop, count):
    people = [
        {**ADA, "id": f"c{n:03}", "email": f"p{n:03}@example.com", "firstName": f"P{n}"}
        for n in range(count)
    ]
    enrolment.enroll_all(shop=shop, customers=[Customer.from_json(each) for each in people])


def emails(answer):
    found = re.findall(r'class="row-link" href="[^"]+">([^<]+)<wbr>([^<]+)<', answer.text)
    return ["".join(parts) for parts in found]


def link(answer, rel):
    found = re.search(rf'rel="{rel}" href="([^"]+)"', answer.text)
    return found[1].replace("&amp;", "&") if found else None


def test_the_list_has_25_a_page_and_leads_there_and_back(ask, shop, program):
    enroll(shop, 60)

    first = ask("members?sort=EMAIL")
    second = ask("members" + link(first, "next"))
    third = ask("members" + link(second, "next"))
    back = ask("members" + link(third, "prev"))

    assert [len(emails(page)) for page in (first, second, third)] == [25, 25, 10]
    assert emails(first)[0] == "p000@example.com"
    assert link(third, "next") is None
    assert link(first, "prev") is None
    assert emails(back) == emails(second)


def test_the_list_is_found_filtered_and_sorted(ask, shop, program, gift):
    enroll(shop, 3)
    one, two, three = Member.objects.order_by("pk")
    gift(one, 100)
    gift(two, 300)
    enrolment.set_status(shop=shop, customer_id="c002", status="BLOCKED", actor="sam")

    assert emails(ask("members?search=P001")) == [two.email]
    assert emails(ask("members?sort=-BALANCE"))[0] == two.email
    assert emails(ask("members?balance_gte=50&balance_lte=150")) == [one.email]
    assert emails(ask("members?status=BLOCKED")) == [three.email]
    assert "Nobody fits" in ask("members?search=zzz").text


@pytest.mark.parametrize(
    "query",
    ["after=999999", "before=x", "sort=-PASSWORD", "balance_gte=x", "status=%00", "search=%00"],
)
def test_an_address_that_makes_no_sense_shows_the_list_all_the_same(ask, ada, program, query):
    assert ask(f"members?{query}").status_code == 200


def test_an_empty_list_says_how_members_come_about(ask, shop, program):
    assert "Customers become members with their first paid order" in ask("members").text


def test_the_page_of_a_member_tells_where_they_stand_and_why(ask, ada, coupon):
    page = ask(f"members/{ada.pk}").text

    assert "A gift of 5,200 points: For a kind letter" in page
    assert "5,000 points became the reward “10 % off”" in page
    assert "by sam@example.com" in page
    assert coupon.code in page
    assert "4,800" in page  # points to the next reward


def test_a_gift_is_given_with_reason_and_actor(ask, ada, program):
    form = {"points": "250", "reason": "A birthday", "key": "one"}

    answer = ask(f"members/{ada.pk}/gift", post=form, email="mia@example.com")

    entry = Entry.objects.get()
    assert (entry.kind, entry.points, entry.reason) == (EntryKind.GIFT, 250, "A birthday")
    assert entry.actor == "mia@example.com"
    assert "Gave 250 points" in answer["HX-Trigger"]


def test_t30_a_form_sent_twice_gives_once(ask, ada, program):
    key = re.search(r'name="key" value="(\w+)"', ask(f"members/{ada.pk}").text)[1]
    form = {"points": "250", "reason": "A birthday", "key": key}

    answers = [ask(f"members/{ada.pk}/gift", post=form) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert Entry.objects.count() == 1


def test_t30_two_forms_give_twice(ask, ada, program):
    keys = {
        re.search(r'name="key" value="(\w+)"', ask(f"members/{ada.pk}").text)[1] for _ in range(2)
    }

    for key in keys:
        form = {"points": "250", "reason": "A birthday", "key": key}
        ask(f"members/{ada.pk}/gift", post=form)

    assert Entry.objects.count() == 2


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"points": "", "reason": "x"}, "Say how many points."),
        ({"points": "0", "reason": "x"}, "Give from 1 to 1,000,000 points at once."),
        ({"points": "10", "reason": " "}, "Say why; the customer will read it."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_given(ask, ada, program, form, said):
    answer = ask(f"members/{ada.pk}/gift", post={**form, "key": "k"})

    assert answer.status_code == 422
    assert said in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert re.search(r'<dialog id="gift"[^>]* data-open', answer.text)
    assert not Entry.objects.exists()


def test_t35_a_gift_to_a_blocked_member_is_refused_in_words(ask, shop, ada, program):
    enrolment.set_status(shop=shop, customer_id=ada.customer_id, status="BLOCKED", actor="sam")

    answer = ask(f"members/{ada.pk}/gift", post={"points": "5", "reason": "x", "key": "k"})

    assert answer.status_code == 422
    assert "This member is blocked and takes no points." in answer.text


def test_a_correction_takes_no_more_than_there_is(ask, ada, program, gift):
    gift(ada, 100)

    refused = ask(f"members/{ada.pk}/correct", post={"points": "-101", "reason": "x", "key": "a"})
    taken = ask(f"members/{ada.pk}/correct", post={"points": "-100", "reason": "x", "key": "b"})

    assert "This member has 100 points; 101 cannot be taken." in refused.text
    assert taken.status_code == 200
    ada.refresh_from_db()
    assert ada.balance == 0


def take_back(ask, entry, **form):
    return ask(
        f"members/{entry.member_id}/gifts/{entry.pk}/take-back",
        post={"reason": "A slip", **form},
    )


def test_a_gift_is_taken_back_whole_and_says_why(ask, ada, program, gift):
    entry = gift(ada, 100)
    dialog = re.search(
        r'<dialog id="take-back".*?</dialog>',
        ask(f"members/{ada.pk}?undo={entry.pk}").text,
        re.DOTALL,
    )[0]

    answer = take_back(ask, entry, points="30")

    assert "Take back 100 points?" in dialog
    assert "Taken back: For a kind letter" in dialog
    assert 'name="points"' not in dialog
    assert "Took back 100 points" in answer["HX-Trigger"]
    ada.refresh_from_db()
    assert ada.balance == 0


def test_t30_a_gift_is_taken_back_once_and_the_second_time_says_so(ask, ada, program, gift):
    entry = gift(ada, 100)
    gift(ada, 100)

    first, again = take_back(ask, entry), take_back(ask, entry)

    assert (first.status_code, again.status_code) == (200, 422)
    assert "These points were taken back already." in again.text
    ada.refresh_from_db()
    assert ada.balance == 100


def test_a_gift_that_was_taken_back_is_not_offered_again(ask, ada, program, gift):
    one, two = gift(ada, 100), gift(ada, 100)
    take_back(ask, one)

    page = ask(f"members/{ada.pk}").text

    assert f"?undo={one.pk}" not in page
    assert f"?undo={two.pk}" in page
    assert page.count("was taken back") == 1
    asked = ask(f"members/{ada.pk}?undo={one.pk}").text
    assert "These points were taken back already." in asked
    assert 'id="take-back"' not in asked


def test_a_correction_of_a_gift_is_no_taking_back(ask, ada, program, gift):
    entry = gift(ada, 100)
    ask(f"members/{ada.pk}/correct", post={"points": "-20", "reason": "x", "key": "a"})

    refused = take_back(ask, entry)

    assert refused.status_code == 422
    assert "This member has 80 points; 100 cannot be taken." in refused.text
    assert f"?undo={entry.pk}" in ask(f"members/{ada.pk}").text
    gift(ada, 20)
    assert take_back(ask, entry).status_code == 200


def test_the_popup_takes_its_gift_back_once(ask, ada, program, gift):
    entry = gift(ada, 100)
    gift(ada, 100)

    first, again = (ask(f"gift/{entry.pk}/undo", post={}) for _ in range(2))

    assert "Took back 100 points" in first.text
    assert again.status_code == 422
    assert "These points were taken back already." in again.text
    ada.refresh_from_db()
    assert ada.balance == 100


def test_only_points_that_staff_gave_are_taken_back(ask, ada, program, gift):
    gift(ada, 100)
    ask(f"members/{ada.pk}/correct", post={"points": "-20", "reason": "x", "key": "a"})

    assert take_back(ask, entries_of(ada).latest("pk")).status_code == 404


def test_nobody_is_closed_or_brought_back_from_there(ask, shop, ada, program):
    assert ask(f"members/{ada.pk}/status", post={"status": "CLOSED"}).status_code == 422

    enrolment.set_status(shop=shop, customer_id=ada.customer_id, status="CLOSED", actor="")
    assert ask(f"members/{ada.pk}/status", post={"status": "ACTIVE"}).status_code == 422


def test_a_coupon_is_withdrawn_its_points_return_and_its_voucher_is_to_go(ask, ada, coupon):
    answer = ask(
        f"members/{ada.pk}/coupons/{coupon.pk}/withdraw",
        post={"reason": "Sent to the wrong person"},
        email="mia@example.com",
    )

    coupon.refresh_from_db()
    ada.refresh_from_db()
    entry = entries_of(ada).latest("pk")
    assert "5,000 points returned" in answer["HX-Trigger"]
    assert coupon.status == CouponStatus.WITHDRAWN
    assert ada.balance == 5200
    assert (entry.kind, entry.points, entry.actor) == ("REVERSAL", 5000, "mia@example.com")
    assert coupon.current.due_at is not None
    assert "Sent to the wrong person" in ask(f"members/{ada.pk}").text


def test_staff_read_why_a_coupon_is_not_made_yet(ask, ada, coupon):
    ada.coupons.update(status=CouponStatus.PENDING)
    coupon.codes.update(made_at=None, error="SaleorUnavailable: down")

    assert "SaleorUnavailable: down" in ask(f"members/{ada.pk}").text


def test_staff_read_what_a_coupon_is_for_and_why_it_was_withdrawn(ask, ada, coupon):
    coupon.shop_terms = {
        "discount_type": "PERCENTAGE",
        "limited_to": ["1", "2"],
        "limited_names": {"1": "Juice", "2": "Mug"},
        "channels": [],
        "asks_for_more": False,
    }
    coupon.save()
    ask(f"members/{ada.pk}/coupons/{coupon.pk}/withdraw", post={"reason": "Sent twice"})

    page = ask(f"members/{ada.pk}").text

    assert "on Juice and Mug" in page
    assert re.search(r"Withdrawn by \S+: Sent twice", page)


def test_staff_read_that_a_coupon_covered_a_debt(ask, ada, coupon):
    ada.coupons.update(status=CouponStatus.WITHDRAWN)

    assert "Withdrawn to cover points that were taken back." in ask(f"members/{ada.pk}").text


def test_staff_read_that_the_first_coupon_comes_with_the_next_points(ask, ada, gift, program):
    account_of(ada, balance=5000)

    assert "None yet: the first comes with the next points." in ask(f"members/{ada.pk}").text


def test_t30_a_coupon_is_withdrawn_once(ask, ada, coupon):
    for _ in range(2):
        path = f"members/{ada.pk}/coupons/{coupon.pk}/withdraw"
        assert ask(path, post={"reason": "x"}).status_code == 200

    ada.refresh_from_db()
    assert ada.balance == 5200


def test_a_used_coupon_is_not_withdrawn(ask, ada, coupon):
    coupon.status = CouponStatus.USED
    coupon.used_at = timezone.now()
    coupon.save()

    answer = ask(f"members/{ada.pk}/coupons/{coupon.pk}/withdraw", post={"reason": "x"})

    assert answer.status_code == 422
    ada.refresh_from_db()
    assert ada.balance == 200


def test_a_withdrawal_says_why_or_is_none(ask, ada, coupon):
    answer = ask(f"members/{ada.pk}/coupons/{coupon.pk}/withdraw", post={"reason": ""})

    assert answer.status_code == 422
    assert re.search(rf'<dialog id="withdraw-{coupon.pk}"[^>]* data-open', answer.text)


def test_a_message_that_failed_is_sent_again(ask, ada, program):
    message = Message.objects.create(
        shop=ada.shop,
        member=ada,
        kind=MessageKind.REWARD_EMAIL,
        cause="x",
        status=MessageStatus.FAILED,
        created_at=timezone.now(),
        error="mailbox full",
    )
    page = ask(f"members/{ada.pk}").text
    assert "mailbox full" in page

    ask(f"members/{ada.pk}/messages/{message.pk}/resend", post={}, email="mia@example.com")

    message.refresh_from_db()
    assert (message.status, message.resent_by) == (MessageStatus.PENDING, "mia@example.com")
    again = ask(f"members/{ada.pk}/messages/{message.pk}/resend", post={})
    assert again.status_code == 422


@pytest.mark.parametrize(("days", "is_offered"), [(-1, False), (1, True)])
def test_only_what_is_not_over_is_offered_to_be_sent_again(ask, ada, program, days, is_offered):
    reminder = Message.objects.create(
        shop=ada.shop,
        member=ada,
        kind=MessageKind.EXPIRY_EMAIL,
        cause="x",
        status=MessageStatus.FAILED,
        created_at=timezone.now(),
        deadline=timezone.now() + timedelta(days=days),
    )

    page = ask(f"members/{ada.pk}").text

    assert (f"messages/{reminder.pk}/resend" in page) == is_offered


def test_to_an_address_that_sends_mail_back_nothing_is_offered_to_be_sent_again(ask, ada, program):
    message = Message.objects.create(
        shop=ada.shop,
        member=ada,
        kind=MessageKind.GIFT_EMAIL,
        cause="x",
        status=MessageStatus.FAILED,
        created_at=timezone.now(),
    )
    bounces.note(addresses.keys(ada.email)[0], EmailFault.BOUNCED, timezone.now())

    page = ask(f"members/{ada.pk}").text

    assert f"messages/{message.pk}/resend" not in page


def test_pages_cost_the_same_however_much_there_is(
    ask, shop, ada, program, gift, django_assert_max_num_queries
):
    enroll(shop, 30)
    for number in range(25):
        gift(ada, 300, reason=f"number {number}")
    ada.coupons.update(status=CouponStatus.ACTIVE)

    with django_assert_max_num_queries(8):
        ask("members?sort=-BALANCE")
    with django_assert_max_num_queries(20):
        ask(f"members/{ada.pk}")
    with django_assert_max_num_queries(15):
        ask("overview")


def test_who_did_nothing_for_long_is_found(ask, ada, program):
    Member.objects.filter(pk=ada.pk).update(joined_at=timezone.now() - timedelta(days=100))

    assert emails(ask("members?inactive=90")) == [ada.email]
    assert emails(ask("members?inactive=365")) == []


def test_forms_are_drawn_wherever_the_shop_s_own_come_from(ask, shop, program, settings):
    settings.FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
    settings.TEMPLATES = []

    for address in ("members", "program", "branding"):
        assert ask(address).status_code == 200


HYPHEN = re.compile(r"(?<![\w-])-\d")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_numbers_below_zero_have_a_minus_and_no_hyphen(ask, ada, program, gift, language):
    gift(ada, 300)
    ask(f"members/{ada.pk}/correct", post={"points": -20, "reason": "A slip", "key": "k"})
    Entry.objects.create(
        shop=ada.shop,
        account=account_of(ada),
        kind=EntryKind.REVERSAL,
        source="order:debt",
        points=-1500,
        balance_after=-1220,
        created_at=timezone.now(),
        version=program.current,
    )

    for path in (f"members/{ada.pk}", "overview"):
        text = re.sub(r"<script.*?</script>|<[^>]+>", " ", ask(path, language=language).text)

        assert not HYPHEN.search(re.sub(r"\d{4}-\d\d-\S+", "", text)), path
        assert "−20" in text


def test_orders_that_wait_for_a_confirmed_email_are_said_to_wherever_staff_look(
    ask, shop, program, ada
):
    words = "Points for paid orders wait until the email is confirmed."
    hint = "1 customer has paid and gets no points until their email is confirmed"
    pages = (f"members/{ada.pk}", f"widgets/customer?customerId={ada.customer_id}")
    assert not any(words in ask(path).text for path in pages)
    assert "gets no points until" not in ask("overview").text
    email = Customer(ada.customer_id, ada.email, "", "en", is_confirmed=False)

    followed.note_waiting(shop, [email], now=timezone.now())

    assert all(words in ask(path).text for path in pages)
    assert hint in ask("overview").text


def test_who_is_no_member_and_has_not_confirmed_is_said_to_wait(ask, shop, program):
    stranger = Customer("VXNlcjo5", "new@example.com", "", "en", is_confirmed=False)
    followed.note_waiting(shop, [stranger], now=timezone.now())

    page = ask("widgets/customer?customerId=VXNlcjo5").text

    assert "Points for paid orders wait until the email is confirmed." in page


def test_a_gift_that_was_taken_back_is_not_offered_to_be_told_again(ask, ada, gift):
    given = gift(ada, 300)
    Message.objects.update(status=MessageStatus.SENT)
    assert "Send again" in ask(f"members/{ada.pk}").text

    staff_points.take_back(given, reason="A slip", actor="sam@example.com")

    assert "Send again" not in ask(f"members/{ada.pk}").text


def test_who_takes_no_points_is_offered_none(ask, ada, program):
    assert 'data-opens="gift"' in ask(f"members/{ada.pk}").text

    ask(f"members/{ada.pk}/status", post={"status": "BLOCKED", "reason": "Many accounts"})

    assert 'id="gift"' not in ask(f"members/{ada.pk}").text
