"""What a test does with orders, carts and vouchers, over the API."""

import secrets
from typing import Any

from sandbox.shop.ids import global_id
from sandbox.shop.people import SHOPPERS
from tests.sandbox.running import Sandbox

ORDER = """query ($id: ID!) { order(id: $id) {
  status origin isPaid chargeStatus authorizeStatus paymentStatus voucherCode userEmail
  user { email }
  total { gross { amount currency } net { amount } } subtotal { gross { amount } }
  undiscountedTotal { gross { amount } } shippingPrice { gross { amount } }
  totalCharged { amount } totalRefunded { amount }
  lines { quantity totalPrice { gross { amount } } undiscountedTotalPrice { gross { amount } }
    discounts { type total { amount } } }
  discounts { type valueType value amount { amount } }
  events { type }
} }"""
REPORT = """mutation ($id: ID!, $amount: PositiveDecimal!, $type: TransactionEventTypeEnum!,
                     $reference: String!) {
  transactionEventReport(id: $id, amount: $amount, type: $type, pspReference: $reference) {
    alreadyProcessed errors { field code message }
  }
}"""
CHECKOUT_CREATE = """mutation ($input: CheckoutCreateInput!) { checkoutCreate(input: $input) {
  checkout { id shippingMethods { id } } errors { field code message }
} }"""
DELIVER = """mutation ($id: ID!, $method: ID!) {
  checkoutDeliveryMethodUpdate(id: $id, deliveryMethodId: $method) { errors { code } }
}"""
PROMO_CODE = """mutation ($id: ID!, $code: String!) {
  checkoutAddPromoCode(id: $id, promoCode: $code) {
    checkout {
      voucherCode discount { amount } subtotalPrice { gross { amount } }
      totalPrice { gross { amount } } shippingPrice { gross { amount } }
    }
    errors { field code message }
  }
}"""
COMPLETE = """mutation ($id: ID!) {
  checkoutComplete(id: $id) { order { id } errors { field code message } }
}"""


class Orders:
    """Orders of the first shopper in euro, unless said otherwise."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def variant(self, name: str) -> str:
        data = self.sandbox.data(
            """{ products(channel: "default-channel", first: 20) {
              edges { node { name variants { id } } }
            } }"""
        )
        nodes = (edge["node"] for edge in data["products"]["edges"])
        return next(node["variants"][0]["id"] for node in nodes if node["name"] == name)

    def thing(self, kind: str, name: str) -> str:
        """The id of one of the `products`, `collections` or `categories`, by its name."""
        data = self.sandbox.data(
            f"{{ {kind}(first: 20) {{ edges {{ node {{ id name }} }} }} }}", self.sandbox.staff
        )
        nodes = (edge["node"] for edge in data[kind]["edges"])
        return next(node["id"] for node in nodes if node["name"] == name)

    def draft(self, amount: float) -> str:
        """A draft with one line of this price."""
        data = self.sandbox.data(
            """mutation ($input: DraftOrderCreateInput!) {
              draftOrderCreate(input: $input) { order { id } errors { field code message } }
            }""",
            self.sandbox.staff,
            input={
                "channelId": global_id("Channel", 1),
                "userEmail": SHOPPERS[0].email,
                "lines": [{"variantId": self.variant("Desk lamp"), "quantity": 1, "price": amount}],
            },
        )
        return data["draftOrderCreate"]["order"]["id"]

    def place(self, amount: float) -> str:
        """An order of this amount, not paid."""
        order_id = self.draft(amount)
        self._do("draftOrderComplete", order_id)
        return order_id

    def mark_as_paid(self, order_id: str) -> None:
        self._do("orderMarkAsPaid", order_id)

    def cancel(self, order_id: str) -> None:
        self._do("orderCancel", order_id)

    def pay(self, owner_id: str, amount: float, *, kind: str = "amountCharged") -> str:
        """A transaction of an order or checkout, and its id."""
        data = self.sandbox.data(
            """mutation ($id: ID!, $transaction: TransactionCreateInput!) {
              transactionCreate(id: $id, transaction: $transaction) {
                transaction { id } errors { field code message }
              }
            }""",
            self.sandbox.staff,
            id=owner_id,
            transaction={"name": "Card", kind: {"amount": amount, "currency": "EUR"}},
        )
        return data["transactionCreate"]["transaction"]["id"]

    def report(
        self, transaction_id: str, type_: str, amount: float, reference: str | None = None
    ) -> bool:
        """What the payment provider reports; whether Saleor knew it already."""
        data = self.sandbox.data(
            REPORT,
            self.sandbox.staff,
            id=transaction_id,
            type=type_,
            amount=amount,
            reference=reference or secrets.token_hex(8),
        )
        return data["transactionEventReport"]["alreadyProcessed"]

    def get(self, order_id: str) -> dict[str, Any]:
        return self.sandbox.data(ORDER, self.sandbox.staff, id=order_id)["order"]

    def standing(self, order_id: str) -> tuple[str, str, bool, float, float, float]:
        """Status, charge, paid?, total, charged, refunded: as in the recorded scenarios."""
        order = self.get(order_id)
        amounts = (order[name]["amount"] for name in ("totalCharged", "totalRefunded"))
        total = order["total"]["gross"]["amount"]
        return order["status"], order["chargeStatus"], order["isPaid"], total, *amounts

    def history(self, order_id: str) -> list[str]:
        return [event["type"] for event in self.get(order_id)["events"]]

    def cart(
        self, *pieces: tuple[str, int], token: str | None = None, email: str | None = None
    ) -> str:
        """A cart with products by name, delivery chosen where it is needed."""
        lines = [{"variantId": self.variant(name), "quantity": count} for name, count in pieces]
        given = {"channel": "default-channel", "lines": lines, "email": email}
        created = self.sandbox.data(CHECKOUT_CREATE, token, input=given)["checkoutCreate"]
        for method in created["checkout"]["shippingMethods"]:
            self.sandbox.data(DELIVER, token, id=created["checkout"]["id"], method=method["id"])
        return created["checkout"]["id"]

    def use_code(self, checkout_id: str, code: str) -> dict[str, Any]:
        answer = self.sandbox.answer(PROMO_CODE, id=checkout_id, code=code).json()
        return answer["data"]["checkoutAddPromoCode"]

    def complete(self, checkout_id: str) -> dict[str, Any]:
        answer = self.sandbox.answer(COMPLETE, self.sandbox.shopper, id=checkout_id).json()
        return answer["data"]["checkoutComplete"]

    def voucher(
        self, kind: str, value: float, *, min_spent: float | None = None, **input: Any
    ) -> tuple[str, str]:
        """A single-use voucher listed in the euro channel: its id and its code."""
        code = secrets.token_hex(10).upper()
        given = {"addCodes": [code], "discountValueType": kind, "singleUse": True} | input
        data = self.sandbox.data(
            """mutation ($input: VoucherInput!) {
              voucherCreate(input: $input) { voucher { id } errors { field code message } }
            }""",
            self.sandbox.staff,
            input=given,
        )
        voucher_id = data["voucherCreate"]["voucher"]["id"]
        listing = {"channelId": global_id("Channel", 1), "discountValue": value}
        self.list_in_channel(voucher_id, listing | {"minAmountSpent": min_spent})
        return voucher_id, code

    def list_in_channel(self, voucher_id: str, listing: dict[str, Any]) -> None:
        self.sandbox.data(
            """mutation ($id: ID!, $listings: [VoucherChannelListingAddInput!]) {
              voucherChannelListingUpdate(id: $id, input: { addChannels: $listings }) {
                errors { field code message }
              }
            }""",
            self.sandbox.staff,
            id=voucher_id,
            listings=[listing],
        )

    def _do(self, mutation: str, order_id: str) -> None:
        self.sandbox.data(
            f"mutation ($id: ID!) {{ {mutation}(id: $id) {{ errors {{ code message }} }} }}",
            self.sandbox.staff,
            id=order_id,
        )
