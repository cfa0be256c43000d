"""Customers register and are confirmed, and the apps hear of it, as with Saleor."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from saleor_loyalty.doors.manifest import CUSTOMER_EVENTS
from saleor_loyalty.saleor_api.client import document
from tests.sandbox.app import App
from tests.sandbox.orders import Orders
from tests.sandbox.running import TOKEN_CREATE, Sandbox

RECORDED = Path(__file__).parents[1] / "recordings" / "webhooks"
REGISTER = """mutation ($input: AccountRegisterInput!) {
  accountRegister(input: $input) { requiresConfirmation errors { field code message } }
}"""
USER = "query ($email: String!) { user(email: $email) { id firstName isConfirmed } }"
CONFIRM = """mutation ($id: ID!) {
  customerUpdate(id: $id, input: { isConfirmed: true }) {
    user { isConfirmed } errors { field code message }
  }
}"""


@pytest.fixture(scope="module")
def crm(sandbox: Sandbox) -> Iterator[App]:
    """An app that hears of customers."""
    app = App("tests.customers", ["MANAGE_USERS"])
    app.query, app.events = document("customer_events"), list(CUSTOMER_EVENTS)
    sandbox.run("install_app", app.manifest_url)
    yield app
    app.close()


def register(sandbox: Sandbox, email: str, first_name: str = "Uma") -> str:
    """A customer who registered; their id."""
    account = {"email": email, "password": "secret", "firstName": first_name}
    assert sandbox.data(REGISTER, input=account)["accountRegister"]["requiresConfirmation"]
    return sandbox.data(USER, sandbox.staff, email=email)["user"]["id"]


def new_email() -> str:
    return f"{secrets.token_hex(6)}@example.com"


def test_a_customer_registers_and_is_confirmed_by_staff(sandbox, crm):
    email = new_email()
    customer_id = register(sandbox, email)
    refused = sandbox.answer(TOKEN_CREATE, email=email, password="secret").json()
    assert refused["data"]["tokenCreate"]["errors"] == [{"code": "ACCOUNT_NOT_CONFIRMED"}]

    sandbox.data(CONFIRM, sandbox.staff, id=customer_id)

    assert sandbox.data(TOKEN_CREATE, email=email, password="secret")["tokenCreate"]["token"]
    seen = crm.wait_for("customer_updated", customer_id)
    assert [request.event for request in seen] == ["customer_created", "customer_updated"]
    recorded = json.loads((RECORDED / "customer_created.json").read_text(encoding="utf-8"))
    assert sorted(key for key, _ in seen[0].headers) == sorted(recorded["headers"])
    assert seen[0].body == f'{{"user": {{"id": "{customer_id}"}}}}'.encode()


def test_a_guests_orders_are_theirs_once_they_are_confirmed(sandbox, orders: Orders):
    email = new_email()
    cart = orders.cart(("Gift card", 1), email=email)
    order_id = sandbox.data(
        "mutation ($id: ID!) { checkoutComplete(id: $id) { order { id } errors { code } } }",
        id=cart,
    )["checkoutComplete"]["order"]["id"]
    customer_id = register(sandbox, email)
    assert orders.get(order_id)["user"] is None

    sandbox.data(CONFIRM, sandbox.staff, id=customer_id)

    assert orders.get(order_id)["user"] == {"email": email}


def test_nobody_learns_by_registering_who_is_a_customer(sandbox):
    email = new_email()
    register(sandbox, email, "Uma")
    register(sandbox, email, "Una")
    found = sandbox.data(USER, sandbox.staff, email=email)["user"]
    assert (found["firstName"], found["isConfirmed"]) == ("Uma", False)


def test_an_app_without_manage_users_hears_nothing_of_customers(sandbox, crm):
    deaf = App("tests.deaf", ["MANAGE_ORDERS"])
    deaf.query, deaf.events = crm.query, crm.events
    sandbox.run("install_app", deaf.manifest_url)

    crm.wait_for("customer_created", register(sandbox, new_email()))

    assert deaf.webhooks() == []
    deaf.close()
