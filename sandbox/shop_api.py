"""What the demo and its story say to the shop: the same to the sandbox and to a real Saleor."""

import math
import time
from collections.abc import Mapping
from decimal import Decimal
from threading import Event
from typing import Any, NamedTuple
from uuid import uuid4

from sandbox import graphql_client
from sandbox.waiting import Broken, look_until

APP_PERMISSIONS = ("MANAGE_ORDERS", "MANAGE_DISCOUNTS", "MANAGE_USERS")
ADDRESS = {
    "firstName": "Ada",
    "lastName": "Demo",
    "streetAddress1": "1 Main Street",
    "city": "New York",
    "countryArea": "NY",
    "postalCode": "10001",
    "country": "US",
}

SIGN_IN = """
mutation SignIn($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token errors { field message code } }
}"""
CHANNELS = "query Channels { channels { id slug currencyCode isActive } }"
APPS = "query Apps { apps(first: 100) { edges { node { id isActive manifestUrl } } } }"
APP_TOKEN = "query AppToken($id: ID!) { app(id: $id) { accessToken } }"
INSTALL = """
mutation Install($input: AppInstallInput!) {
  appInstall(input: $input) { appInstallation { id } errors { field message code } }
}"""
INSTALLATIONS = "query Installations { appsInstallations { id status message } }"
UNINSTALL = "mutation Uninstall($id: ID!) { appDelete(id: $id) { errors { field message code } } }"
CUSTOMER = "query Customer($email: String!) { user(email: $email) { id } }"
REGISTER = """
mutation Register($input: AccountRegisterInput!) {
  accountRegister(input: $input) { errors { field message code } }
}"""
CONFIRM = """
mutation Confirm($id: ID!) {
  customerUpdate(id: $id, input: { isConfirmed: true }) { errors { field message code } }
}"""
VARIANTS = """
query Variants($channel: String!) {
  products(first: 100, channel: $channel) {
    edges {
      node {
        productType { kind isShippingRequired }
        variants { id pricing { price { gross { amount } } } }
      }
    }
  }
}"""
DRAFT = """
mutation Draft($input: DraftOrderCreateInput!) {
  draftOrderCreate(input: $input) { order { id } errors { field message code } }
}"""
PLACE = """
mutation Place($id: ID!) {
  draftOrderComplete(id: $id) { order { id } errors { field message code } }
}"""
MARK_PAID = """
mutation MarkPaid($id: ID!) {
  orderMarkAsPaid(id: $id) { order { id } errors { field message code } }
}"""
ORDER = """
query Order($id: ID!) {
  order(id: $id) {
    number
    chargeStatus
    voucherCode
    subtotal { gross { amount currency } }
    totalCharged { amount }
    transactions { id }
  }
}"""
REPORT = """
mutation Report($id: ID!, $amount: PositiveDecimal!, $reference: String!) {
  transactionEventReport(id: $id, amount: $amount, pspReference: $reference, type: REFUND_SUCCESS) {
    errors { field message code }
  }
}"""
CHECKOUT = """
mutation Checkout($input: CheckoutCreateInput!) {
  checkoutCreate(input: $input) {
    checkout { id shippingMethods { id active price { amount } } }
    errors { field message code }
  }
}"""
DELIVERY = """
mutation Delivery($id: ID!, $method: ID!) {
  checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) { errors { field message code } }
}"""
PROMO_CODE = """
mutation PromoCode($id: ID!, $code: String!) {
  checkoutAddPromoCode(id: $id, promoCode: $code) {
    checkout { totalPrice { gross { amount currency } } }
    errors { field message code }
  }
}"""
PAY = """
mutation Pay($id: ID!, $transaction: TransactionCreateInput!) {
  transactionCreate(id: $id, transaction: $transaction) { errors { field message code } }
}"""
COMPLETE = """
mutation Complete($id: ID!) {
  checkoutComplete(id: $id) { order { id } errors { field message code } }
}"""


class Variant(NamedTuple):
    """Something on sale."""

    id: str
    price: Decimal
    is_shipped: bool


TOKEN_LASTS = 240  # seconds; Saleor's live five minutes


class ShopApi:
    """A Saleor, spoken to as its staff and as its shoppers. Shoppers' tokens live five minutes."""

    def __init__(self, api_url: str, *, staff: tuple[str, str], stop: Event) -> None:
        self.api_url = api_url
        self._stop = stop
        self._staff = staff
        self._staff_token, self._signed_in_at = "", -math.inf

    @property
    def staff_token(self) -> str:
        """An access token of our member of staff, renewed in time."""
        if time.monotonic() - self._signed_in_at > TOKEN_LASTS:
            self._staff_token, self._signed_in_at = self.sign_in(*self._staff), time.monotonic()
        return self._staff_token

    def sign_in(self, email: str, password: str) -> str:
        """An access token."""
        answer = graphql_client.ask(self.api_url, SIGN_IN, {"email": email, "password": password})
        return str(answer["token"])

    def channels(self) -> list[dict[str, Any]]:
        """The shop's active channels."""
        return [channel for channel in self._ask(CHANNELS) if channel["isActive"]]

    def install(self, manifest_url: str) -> str:
        """The app of this manifest, installed now if it was not; its id."""
        if app_id := self._app(manifest_url):
            return app_id
        app = {
            "appName": "Loyalty",
            "manifestUrl": manifest_url,
            "activateAfterInstallation": True,
            "permissions": APP_PERMISSIONS,
        }
        job = self._ask(INSTALL, {"input": app})["appInstallation"]["id"]
        look_until(bool, lambda: self._app(manifest_url) or self._failure(job), stop=self._stop)
        if app_id := self._app(manifest_url):
            return app_id
        raise Broken(f"The shop did not install the app: {self._failure(job) or 'it gave up'}")

    def uninstall(self, app_id: str) -> None:
        self._ask(UNINSTALL, {"id": app_id})

    def app_token(self, app_id: str) -> str:
        """The token with which the Dashboard lets our staff member use the app."""
        return str(self._ask(APP_TOKEN, {"id": app_id})["accessToken"])

    def customer_id(self, email: str) -> str | None:
        found = self._ask(CUSTOMER, {"email": email})
        return str(found["id"]) if found else None

    def register(self, email: str, password: str, *, channel: str) -> None:
        """A new customer, confirmed."""
        account = {
            "email": email,
            "password": password,
            "firstName": "Ada",
            "channel": channel,
            "redirectUrl": self.api_url,
        }
        self._ask(REGISTER, {"input": account})
        customer_id = look_until(bool, lambda: self.customer_id(email), stop=self._stop)
        self._ask(CONFIRM, {"id": customer_id})

    def variants(self, channel: str) -> list[Variant]:
        """The goods on sale; gift cards are none."""
        products = [edge["node"] for edge in self._ask(VARIANTS, {"channel": channel})["edges"]]
        return [
            Variant(
                variant["id"],
                Decimal(variant["pricing"]["price"]["gross"]["amount"]),
                product["productType"]["isShippingRequired"],
            )
            for product in products
            if product["productType"]["kind"] == "NORMAL"
            for variant in product["variants"]
            if variant["pricing"] and variant["pricing"]["price"]
        ]

    def place_order(self, customer_id: str, *, channel_id: str, variant_id: str, price: str) -> str:
        """An order that staff enter for a customer, of one piece at this price; its id."""
        draft = {
            "channelId": channel_id,
            "user": customer_id,
            "lines": [{"variantId": variant_id, "quantity": 1, "price": price}],
            "billingAddress": ADDRESS,
            "shippingAddress": ADDRESS,
        }
        order = self._ask(DRAFT, {"input": draft})["order"]
        self._ask(PLACE, {"id": order["id"]})
        return str(order["id"])

    def mark_paid(self, order_id: str) -> None:
        self._ask(MARK_PAID, {"id": order_id})

    def order(self, order_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._ask(ORDER, {"id": order_id})
        return found

    def refund(self, order_id: str, amount: Decimal | None = None) -> None:
        """This much paid back, or all that was charged."""
        order = self.order(order_id)
        self._ask(
            REPORT,
            {
                "id": order["transactions"][0]["id"],
                "amount": str(amount or order["totalCharged"]["amount"]),
                "reference": uuid4().hex,
            },
        )

    def start_checkout(
        self, token: str, email: str, *, channel: str, variant_id: str, quantity: int
    ) -> str:
        """A shopper's checkout, ready for a code and to be paid; its id."""
        basket = {
            "channel": channel,
            "email": email,
            "lines": [{"variantId": variant_id, "quantity": quantity}],
            "billingAddress": ADDRESS,
            "shippingAddress": ADDRESS,
        }
        checkout = self._ask(CHECKOUT, {"input": basket}, token)["checkout"]
        for method in [method for method in checkout["shippingMethods"] if method["active"]][:1]:
            self._ask(DELIVERY, {"id": checkout["id"], "method": method["id"]}, token)
        return str(checkout["id"])

    def add_code(self, token: str, checkout_id: str, code: str) -> dict[str, Any]:
        """What is to be paid with this code (amount and currency). Raises Refused."""
        answer = self._ask(PROMO_CODE, {"id": checkout_id, "code": code}, token)
        total: dict[str, Any] = answer["checkout"]["totalPrice"]["gross"]
        return total

    def pay(self, token: str, checkout_id: str, total: Mapping[str, Any]) -> str:
        """The checkout paid in full and completed; the order's id."""
        charged = {"amount": str(total["amount"]), "currency": total["currency"]}
        self._ask(
            PAY, {"id": checkout_id, "transaction": {"name": "Card", "amountCharged": charged}}
        )
        return str(self._ask(COMPLETE, {"id": checkout_id}, token)["order"]["id"])

    def _app(self, manifest_url: str) -> str | None:
        apps = [edge["node"] for edge in self._ask(APPS)["edges"]]
        return next(
            (a["id"] for a in apps if a["manifestUrl"] == manifest_url and a["isActive"]), None
        )

    def _failure(self, job: str) -> str:
        jobs = {job["id"]: job for job in self._ask(INSTALLATIONS)}
        return (
            jobs[job]["message"] or "FAILED"
            if job in jobs and jobs[job]["status"] == "FAILED"
            else ""
        )

    def _ask(
        self, document: str, variables: Mapping[str, object] | None = None, token: str | None = None
    ) -> Any:
        """As a shopper when their token is given, else as staff."""
        return graphql_client.ask(
            self.api_url, document, variables, token=token or self.staff_token
        )
