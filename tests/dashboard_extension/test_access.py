"""Who may see and do what: pages and actions asked for directly, without a browser."""

import pytest

from saleor_loyalty.models import Entry, Member
from saleor_loyalty.permissions import Permission
from tests.dashboard_extension.conftest import ADA

USERS, ORDERS, SETTINGS = (each.value for each in Permission)
PAGES = {
    "overview": USERS,
    "members": USERS,
    "members.csv": USERS,
    "members/audit.csv": USERS,
    "coupons": USERS,
    "coupons.csv": USERS,
    "members/{member}": USERS,
    "members/{member}/audit.csv": USERS,
    "gift?customerId=VXNlcjo3": USERS,
    "widgets/customer?customerId=VXNlcjo3": USERS,
    "widgets/order?orderId=T3JkZXI6MQ==": ORDERS,
    "program": SETTINGS,
    "program/changes": SETTINGS,
    "program/items": SETTINGS,
    "program/changes.csv": SETTINGS,
    "messages": SETTINGS,
    "messages/failed": USERS,
    "messages/REWARD_EMAIL/en": SETTINGS,
    "branding": SETTINGS,
}
ACTIONS = {
    "gift?customerId=VXNlcjo3": USERS,
    "gift/1/undo": USERS,
    "members/{member}/gift": USERS,
    "members/{member}/gifts/1/take-back": USERS,
    "members/{member}/correct": USERS,
    "members/{member}/status": USERS,
    "members/{member}/coupons/1/withdraw": USERS,
    "members/{member}/messages/1/resend": USERS,
    "members/{member}/trust": USERS,
    "messages/failed": USERS,
    "messages/failed/1/resend": USERS,
    "program": SETTINGS,
    "program/preview": SETTINGS,
    "program/switch": SETTINGS,
    "messages": SETTINGS,
    "messages/REWARD_EMAIL/en": SETTINGS,
    "messages/REWARD_EMAIL/en/preview": SETTINGS,
    "messages/REWARD_EMAIL/en/reset": SETTINGS,
    "messages/REWARD_EMAIL/en/test": SETTINGS,
    "branding": SETTINGS,
}


def test_the_tables_above_name_every_address_there_is():
    from saleor_loyalty.dashboard_extension.urls import urlpatterns

    public = {"home", "asset"}
    named = {path.partition("?")[0].replace("{member}", "1") for path in (*PAGES, *ACTIONS)}
    unnamed = {
        pattern.name
        for pattern in urlpatterns
        if pattern.name not in public and not any(pattern.resolve(path) for path in named)
    }
    assert unnamed == set()


@pytest.mark.parametrize("path", PAGES)
def test_t37_a_page_is_shown_to_staff_with_its_permission(ask, ada, program, path):
    answer = ask(path.format(member=ada.pk), user_permissions=[PAGES[path]])

    assert answer.status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_t37_staff_without_the_permission_are_told_which_and_see_nothing(ask, coupon, ada, path):
    others = [code for code in (USERS, ORDERS, SETTINGS) if code != PAGES[path]]

    answer = ask(path.format(member=ada.pk), user_permissions=others)

    assert answer.status_code == 403
    assert "You may not see this page" in answer.text
    assert ada.email not in answer.text
    assert coupon.code not in answer.text


@pytest.mark.parametrize("path", ACTIONS)
def test_t37_staff_without_the_permission_can_do_nothing(ask, ada, program, path):
    others = [code for code in (USERS, ORDERS, SETTINGS) if code != ACTIONS[path]]
    form = {"points": 100, "reason": "x", "key": "k", "status": "BLOCKED", "on": "0"}

    answer = ask(path.format(member=ada.pk), post=form, user_permissions=others)

    assert answer.status_code == 403
    ada.refresh_from_db()
    program.refresh_from_db()
    assert (ada.balance, ada.status, program.is_active) == (0, "ACTIVE", True)


@pytest.mark.parametrize(
    "claims",
    [
        {"type": "access"},
        {"is_staff": False},
        {"app": "QXBwOjI="},
        {"exp": 1},
        {"iss": "https://other.example.com/graphql/"},
        {"aud": "https://other.example.com"},
    ],
    ids=["of a shopper's kind", "of no staff", "of another app", "old", "foreign", "not for us"],
)
def test_t37_a_token_that_is_not_of_staff_for_us_opens_nothing(ask, ada, program, claims):
    page = ask(f"members/{ada.pk}", **claims)
    deed = ask(f"members/{ada.pk}/gift", post={"points": 9, "reason": "x", "key": "k"}, **claims)

    assert page.status_code in (401, 403)
    assert deed.status_code in (401, 403)
    assert ada.email not in page.text
    assert not Entry.objects.exists()


def test_without_a_token_there_is_the_same_frame_for_everybody_and_nothing_in_it(client, ada):
    answers = {client.get(f"/app/members/{pk}").text for pk in (ada.pk, ada.pk + 1)}

    assert len(answers) == 1
    assert ada.email not in answers.pop()
    assert client.post(f"/app/members/{ada.pk}/gift", {"points": 5}).status_code == 401


@pytest.mark.parametrize("address", ["/app", "/app/"])
def test_the_apps_own_address_is_the_overview_with_and_without_a_slash(
    client, dashboard, program, address
):
    headers = {"Authorization": f"Bearer {dashboard.token()}"}

    assert "Points issued" in client.get(address, headers=headers).text


def test_no_cookie_is_set_and_nothing_is_kept_in_between(client, ask, ada, program):
    for answer in (client.get("/app/members"), ask("members"), ask(f"members/{ada.pk}")):
        assert answer.cookies == {}
        assert answer["Cache-Control"] == "no-store"


def test_a_frame_is_allowed_to_the_shops_dashboard_alone(client, dashboard, shop):
    of_shop = client.get("/app", {"saleorApiUrl": dashboard.api_url})
    of_other = client.get("/app", {"saleorApiUrl": "https://unknown.example.com/graphql/"})

    assert (
        f"frame-ancestors {dashboard.url}/ https://store.example.com"
        in of_shop["Content-Security-Policy"]
    )
    assert "frame-ancestors 'none'" in of_other["Content-Security-Policy"]
    assert "X-Frame-Options" not in of_shop


def test_a_member_of_another_shop_is_not_found(ask, ada, program, other_member):
    assert ask(f"members/{other_member.pk}").status_code == 404
    assert (
        ask(
            f"members/{other_member.pk}/gift", post={"points": 5, "reason": "x", "key": "k"}
        ).status_code
        == 404
    )
    assert other_member.email not in ask("members").text


@pytest.fixture
def other_member(shop) -> Member:
    from django.utils import timezone

    from saleor_loyalty.members import enrolment
    from saleor_loyalty.models import Shop
    from saleor_loyalty.saleor_api.facts import Customer

    other = Shop.objects.create(
        api_url="https://other.example.com/graphql/",
        domain="other.example.com",
        app_id="QXBwOjk=",
        sealed_token="",
        installed_at=timezone.now(),
    )
    person = {**ADA, "email": "eve@example.com"}
    enrolment.enroll_all(shop=other, customers=[Customer.from_json(person)])
    return Member.objects.get(shop=other)


def test_files_are_served_for_good_and_no_others(client, db):
    from saleor_loyalty.dashboard_extension import assets

    script = client.get(f"/app/assets/{assets.version()}/staff.js")

    assert script["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in script["Cache-Control"]
    assert client.get(f"/app/assets/{assets.version()}/urls.py").status_code == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("widgets/customer?customerId=%00", 200),
        ("widgets/order?orderId=%00", 200),
        ("gift?customerId=%00", 200),
        ("members/999999999999999999999", 404),
        ("members/1?undo=99", 404),
        ("messages/REWARD_EMAIL/en?version=%00", 200),
    ],
)
def test_an_address_made_by_hand_is_answered(ask, ada, program, path, status):
    assert ask(path.replace("members/1?", f"members/{ada.pk}?")).status_code == status


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("gift?customerId=%00", {"points": 5, "reason": "x", "key": "k"}, 422),
        ("messages/REWARD_EMAIL/qqqq/reset", {}, 404),
        (
            "branding",
            {
                "logo_url": "https://[x/logo.png",
                "brand_color": "#112233",
                "default_language": "en",
            },
            422,
        ),
    ],
)
def test_a_form_made_by_hand_is_refused_in_words(ask, ada, program, path, form, status):
    assert ask(path, post=form).status_code == status


def test_a_dashboard_that_is_not_known_reads_in_its_frame_what_to_set(client, dashboard, shop):
    answer = client.get(
        "/app/members",
        {"saleorApiUrl": dashboard.api_url},
        headers={"Sec-Fetch-Dest": "iframe", "Referer": "https://dash.example.com/"},
    )

    assert answer.status_code == 403
    assert "<code>https://dash.example.com</code>" in answer.text
    assert "LOYALTY_ALLOWED_ORIGINS" in answer.text
    assert "<script" not in answer.text
    assert "frame-ancestors *" in answer["Content-Security-Policy"]


def test_in_the_frame_of_a_dashboard_that_is_known_the_page_is_as_ever(client, dashboard, shop):
    for around in (dashboard.url, "https://store.example.com"):
        answer = client.get(
            "/app/members",
            {"saleorApiUrl": dashboard.api_url},
            headers={"Sec-Fetch-Dest": "iframe", "Referer": f"{around}/dashboard/"},
        )

        assert answer.status_code == 200
        assert "frame-ancestors *" not in answer["Content-Security-Policy"]
