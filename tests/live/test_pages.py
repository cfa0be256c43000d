"""Our pages inside Saleor: each opens, each form can be sent, for those it is meant for."""

import base64
import re
from collections.abc import Iterator

import httpx
import pytest

from sandbox.demo import Demo
from sandbox.opening import give_phone
from sandbox.shop_api import ShopApi
from tests.live.doors import Customer, Door
from tests.live.pages import Browser
from tests.live.saleor import LiveSaleor
from tests.live.test_trouble import balance_of

pytestmark = pytest.mark.timeout(1200)

APP = "SELECT id FROM app_app WHERE identifier = 'saleor.loyalty' AND manifest_url IS NULL"
DEACTIVATE = "UPDATE account_user SET is_active = %s WHERE email = %s"


@pytest.fixture(scope="module")
def member(inside: tuple[LiveSaleor, Demo], plugin_door: Door) -> Customer:
    """A member with a coupon, a device, and messages."""
    customer = plugin_door.new_customer()
    plugin_door.paid_order(customer, "600.00")
    give_phone(inside[1], shopper_token=customer.token, name="a phone of theirs")
    assert balance_of(plugin_door, customer, 1000) == 1000
    return customer


@pytest.fixture(scope="module")
def staff_token(live: LiveSaleor, plugin_door: Door) -> str:
    """What the Dashboard gives our pages in its frame."""
    ((app,),) = live.sql(APP)
    return ShopApi.app_token(plugin_door.shop, base64.b64encode(f"App:{app}".encode()).decode())


@pytest.fixture
def staff(live: LiveSaleor, staff_token: str) -> Iterator[Browser]:
    return Browser(f"{live.url}/loyalty/app/", staff_token)


def test_every_page_of_the_back_office_opens_and_takes_what_its_forms_send(
    live: LiveSaleor, plugin_door: Door, member: Customer, staff: Browser
) -> None:
    order = plugin_door.paid_order(member, "5.00")

    staff.look("../app")  # as the Dashboard asks for the first page
    forms = staff.look_everywhere(
        "overview",
        f"gift?customerId={member.id}",
        f"widgets/customer?customerId={member.id}",
        f"widgets/order?orderId={order}",
    )
    forms.sort(key=lambda each: not each[1].action.endswith("/resend"))  # of what is not over yet
    forms.sort(key=lambda each: each[1].action.endswith("/status"))  # blocked, nobody is written to
    forms.sort(key=lambda each: each[1].action.endswith("/failed"))  # all, after each by itself
    forms.sort(key=lambda each: each[1].action.endswith("/switch"))  # off, it takes no gifts
    resent: set[str] = set()  # messages that wait again: offered on two pages
    why = "For a test"
    texts = {"points": "7", "reason": why, "why": why, "recipient": member.email}
    for page, form in forms:
        if message := re.search(r"/(\d+)/resend$", form.action):
            if message[1] in resent:
                continue
            resent.add(message[1])
        filled = {name: text for name, text in texts.items() if name in form.values}
        if form.action.endswith("/withdraw"):
            filled.pop("points", None)  # not how many: whether they come back
        after = staff.send(page, form, **filled)
        for undo in after.forms:
            if undo.action.endswith("/undo"):
                staff.send(page, undo)
    # What was switched off is on again: other tests go on in this shop.
    for page, switch in (("program", "/switch"), ("messages", "/messages")):
        forms_there = staff.look(page).forms
        staff.send(page, next(form for form in forms_there if form.action.endswith(switch)))

    # Of a member who is inactive in the shop points can be taken, not given.
    given = {asked: said for asked, said in staff.refused.items() if not asked.endswith("/correct")}
    assert given == {}
    wrong = [word for said in staff.refused.values() for word in said if "takes no points" in word]
    assert len(wrong) == len(staff.refused)
    shapes = {re.sub(r"\d+", "1", path.partition("/app")[2]) for path in staff.seen}
    kinds = {re.sub(r"/messages/[A-Z_]+/\w+", "/messages/KIND/en", shape) for shape in shapes}
    assert kinds >= {
        "", "/overview", "/members", "/members/1", "/members/1/gift", "/members/1/correct",
        "/members/1/status", "/members/1/audit.csv", "/members/1/coupons/1/withdraw", "/program",
        "/program/preview", "/program/switch", "/program/changes", "/program/changes.csv",
        "/messages", "/messages/KIND/en", "/messages/KIND/en/preview", "/messages/KIND/en/test",
        "/branding", "/gift", "/gift/1/undo", "/widgets/customer", "/widgets/order",
    }  # fmt: skip


def test_a_shopper_opens_their_page_saves_its_form_and_leaves(
    live: LiveSaleor, plugin_door: Door, member: Customer
) -> None:
    with httpx.Client(
        base_url=f"{live.url}/loyalty/account/", trust_env=False, follow_redirects=True, timeout=60
    ) as shopper:
        page = shopper.post("sign-in/", data={"token": member.token})
        assert page.status_code == 200
        assert "10% off" in page.text
        form_token = re.search(r'name="(\w+)" value="([^"]+)"', page.text)
        assert form_token
        own = {form_token[1]: form_token[2]}

        saved = shopper.post("preferences/", data={**own, "email": "on", "language": "en"})
        left = shopper.post("sign-out/", data=own)

        assert (saved.status_code, left.status_code) == (200, 200)
        assert shopper.get("").status_code == 401


def test_t37_only_tokens_made_for_our_pages_open_them(
    live: LiveSaleor, plugin_door: Door, member: Customer, staff_token: str
) -> None:
    header, claims, _ = staff_token.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    other = plugin_door.staff_token.split(".")[2]

    def status(token: str) -> int:
        browser = Browser(f"{live.url}/loyalty/app/", token)
        browser.look("members")
        return browser.seen["GET /loyalty/app/members"]

    assert status(staff_token) == 200
    assert status(plugin_door.staff_token) == 403  # whom Saleor signed in, not who uses our app
    assert status(member.token) == 403
    assert status(f"{none}.{claims}.") == 401
    assert status(f"{header}.{claims}.{other}") == 401
    assert status("garbage") == 401


def test_t37_who_may_no_longer_sign_in_is_turned_away_at_once(
    live: LiveSaleor, plugin_door: Door
) -> None:
    customer = plugin_door.new_customer()

    def status() -> int:
        url = f"{live.url}/loyalty/account/sign-in/"
        return httpx.post(url, data={"token": customer.token}, trust_env=False).status_code

    assert status() == 302
    live.sql(DEACTIVATE, False, customer.email)
    assert status() == 401


def test_no_use_of_the_main_database_goes_unannounced(live: LiveSaleor, staff: Browser) -> None:
    """Saleor looks for such uses: in a shop with replicas they are mistakes."""
    staff.look_everywhere("overview")

    logs = [live.processes.log(name).read_text() for name in ("web", "worker")]

    unannounced = [line for log in logs for line in log.splitlines() if "Unsafe access" in line]
    assert [line for line in unannounced if "saleor_loyalty" in line] == []
