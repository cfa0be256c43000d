"""The story's chapters, each a thing done and what came of it, seen over HTTP alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from threading import Event
from typing import Any, NamedTuple

import httpx

from sandbox.demo import Demo
from sandbox.graphql_client import Refused
from sandbox.loyalty_api import LoyaltyApi
from sandbox.shop_api import ShopApi, Variant
from sandbox.waiting import look_until

FIRST_ORDER = Decimal("512.00")
SECOND_ORDER = Decimal("120.00")  # as near as the shop's prices allow
THIRD_ORDER = Decimal("600.00")
PART_REFUND = Decimal("60.00")  # of the third
GIFT = 200


class Step(NamedTuple):
    """What happened, what it should have led to, and what was seen."""

    name: str
    expected: str
    seen: str

    @property
    def went_well(self) -> bool:
        return self.expected == self.seen


@dataclass
class Story:
    """The people and things of one story, filled in as it goes."""

    demo: Demo
    shop: ShopApi
    stop: Event
    app_id: str
    email: str
    token: str  # the shopper's
    customer_id: str
    channel: dict[str, Any]
    phone: str = ""
    first_order: str = ""
    code: str = ""
    balance: int = 0
    debt: int = 0
    loyalty: LoyaltyApi = field(init=False)

    def __post_init__(self) -> None:
        self.loyalty = LoyaltyApi(self.demo.at.app_url)

    def steps(self) -> Iterator[Step]:
        """Each step when it is done. A step that went wrong leaves the next nothing to stand on."""
        yield self.order_paid()
        yield self.points_credited()
        yield self.coupon_minted()
        yield self.email_received()
        yield self.push_received()
        yield from self.coupon_used()
        yield self.coupon_refused()
        yield self.gift_given()
        yield from self.order_refunded()
        yield from self.debt_paid_off()

    def order_paid(self) -> Step:
        self.first_order = self._paid_order(FIRST_ORDER)
        order = self.shop.order(self.first_order)
        return Step(
            "An order is paid",
            f"goods {FIRST_ORDER}, FULL",
            f"goods {_money(order['subtotal']['gross']['amount'])}, {order['chargeStatus']}",
        )

    def points_credited(self) -> Step:
        self.balance = 120
        return self._see(
            "Points for it, and a reward",
            "+5,120 -5,000, balance 120",
            lambda: f"{self._movements(2)}, {self._balance()}",
        )

    def coupon_minted(self) -> Step:
        step = self._see("A coupon", "1 coupon, ACTIVE", self._coupons)
        self.code = str(self.loyalty.loyalty(self.token)["coupons"][0]["code"])
        return step

    def email_received(self) -> Step:
        def look() -> str:
            mails = self._inbox("mail", to=self.email)
            with_code = [
                mail for mail in mails if self.code in mail["text"] and self.code in mail["html"]
            ]
            return f"{len(mails)} mails, {len(with_code)} with the code"

        # The other one is the welcome.
        return self._see("An email about it", "2 mails, 1 with the code", look)

    def push_received(self) -> Step:
        def look() -> str:
            notices = self._inbox("push", token=self.phone)
            links = [notice["link"].removeprefix(self.demo.at.sandbox_url) for notice in notices]
            return ", ".join([f"{len(notices)} notice", *(f"opens {link}" for link in links)])

        return self._see("A push notice about it", "1 notice, opens /account/", look)

    def coupon_used(self) -> Iterator[Step]:
        variant, quantity = self._basket()
        goods = _cents(variant.price * quantity * Decimal("0.9"))
        checkout = self._checkout(variant.id, quantity)
        total = self.shop.add_code(self.token, checkout, self.code)
        order = self.shop.order(self.shop.pay(self.token, checkout, total))
        yield Step(
            f"The coupon on an order of {_money(variant.price * quantity)}",
            f"goods {_money(goods)}, FULL",
            f"goods {_money(order['subtotal']['gross']['amount'])}, {order['chargeStatus']}",
        )
        points = int(goods * 10)
        self.balance += points
        yield self._see(
            "Points for it; the coupon is used",
            f"{points:+,}, balance {self.balance:,}, 1 coupon, USED",
            lambda: f"{self._movements(1)}, {self._balance()}, {self._coupons()}",
        )

    def coupon_refused(self) -> Step:
        variant, quantity = self._basket()
        checkout = self._checkout(variant.id, quantity)
        try:
            self.shop.add_code(self.token, checkout, self.code)
        except Refused:
            return Step("The coupon a second time", "refused", "refused")
        return Step("The coupon a second time", "refused", "accepted")

    def gift_given(self) -> Step:
        staff_token = self.shop.app_token(self.app_id)
        self.loyalty.give(staff_token, self.customer_id, GIFT, "Sorry for the wait")
        self.balance += GIFT
        return self._see(
            "A gift from the staff",
            f"{GIFT:+,}, balance {self.balance:,}",
            lambda: f"{self._movements(1)}, {self._balance()}",
        )

    def order_refunded(self) -> Iterator[Step]:
        self.shop.refund(self.first_order)
        yield self._see(
            "The first order is refunded",
            "-5,120, balance 0",
            lambda: f"{self._movements(1)}, {self._balance()}",
        )
        self.debt = 5120 - self.balance
        debt = self.loyalty.debt(self.shop.app_token(self.app_id), self.customer_id)
        yield Step("What the staff see", f"debt {self.debt:,}", f"debt {debt:,}")

    def debt_paid_off(self) -> Iterator[Step]:
        order = self._paid_order(THIRD_ORDER)
        self.balance = 6000 - self.debt
        yield self._see(
            f"An order of {THIRD_ORDER} pays the debt",
            f"+6,000, balance {self.balance:,}, 1 coupon, USED",
            lambda: f"{self._movements(1)}, {self._balance()}, {self._coupons()}",
        )
        self.shop.refund(order, PART_REFUND)
        self.balance -= 600
        yield self._see(
            f"{PART_REFUND} of it are refunded",
            f"-600, balance {self.balance:,}",
            lambda: f"{self._movements(1)}, {self._balance()}",
        )

    def _paid_order(self, price: Decimal) -> str:
        """An order of goods at this price, entered by staff and marked as paid; its id."""
        variants = self.shop.variants(self.channel["slug"])
        variant = min(variants, key=lambda variant: variant.is_shipped)
        order_id = self.shop.place_order(
            self.customer_id,
            channel_id=self.channel["id"],
            variant_id=variant.id,
            price=str(price),
        )
        self.shop.mark_paid(order_id)
        return order_id

    def _see(self, name: str, expected: str, look: Callable[[], str]) -> Step:
        """What workers bring about takes its time: look until it is there, or time is up."""
        return Step(name, expected, look_until(expected.__eq__, look, stop=self.stop))

    def _balance(self) -> str:
        balance = self.loyalty.loyalty(self.token)["balance"]
        return f"balance {balance:,}" if balance is not None else "no member"

    def _movements(self, count: int) -> str:
        """The points of the newest entries, oldest first."""
        entries = self.loyalty.loyalty(self.token)["entries"][:count]
        return " ".join(f"{entry['points']:+,}" for entry in reversed(entries))

    def _coupons(self) -> str:
        coupons = self.loyalty.loyalty(self.token)["coupons"]
        return ", ".join([f"{len(coupons)} coupon", *(coupon["status"] for coupon in coupons)])

    def _inbox(self, name: str, **query: str) -> list[dict[str, Any]]:
        url = f"{self.demo.at.sandbox_url}/{name}/messages.json"
        messages: list[dict[str, Any]] = httpx.get(url, params=query, trust_env=False).json()
        return messages

    def _basket(self) -> tuple[Variant, int]:
        """What to put in a checkout, and how many, so that the coupon's minimum is met."""
        baskets = [
            (variant, max(1, round(SECOND_ORDER / variant.price)))
            for variant in self.shop.variants(self.channel["slug"])
            if variant.price
        ]
        return min(baskets, key=lambda basket: abs(basket[0].price * basket[1] - SECOND_ORDER))

    def _checkout(self, variant_id: str, quantity: int) -> str:
        return self.shop.start_checkout(
            self.token,
            self.email,
            channel=self.channel["slug"],
            variant_id=variant_id,
            quantity=quantity,
        )


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _money(amount: Decimal | int) -> str:
    return f"{amount:,.2f}"
