"""What the demo and its story ask of the app, as a storefront or a back office would."""

from collections.abc import Iterable
from typing import Any

from sandbox import graphql_client

PROGRAM = "query Program { loyaltyProgram { name isActive } }"
SET_UP = """
mutation SetUp($input: LoyaltyProgramInput!) {
  loyaltyProgramUpdate(input: $input) { program { name } errors { field message code } }
}"""
LOYALTY = """
query Loyalty {
  loyalty {
    balance
    entries(first: 20) { edges { node { kind points explanation } } }
    coupons(first: 20) { edges { node { code status expiresAt } } }
  }
}"""
DEBT = "query Debt($id: ID!) { loyaltyMember(customerId: $id) { debt } }"
GIFT = """
mutation Gift($id: ID!, $points: Int!, $reason: String!) {
  loyaltyPointsGift(customerId: $id, points: $points, reason: $reason) {
    entry { points }
    errors { field message code }
  }
}"""
DEVICE = """
mutation Device($token: String!) {
  loyaltyDeviceRegister(token: $token, platform: ANDROID) { ok errors { field message code } }
}"""


class LoyaltyApi:
    """The app's GraphQL API. Each verb is given the token of whoever asks."""

    def __init__(self, app_url: str) -> None:
        self._url = f"{app_url}/graphql/"

    def has_program(self, staff_token: str) -> bool:
        return graphql_client.ask(self._url, PROGRAM, token=staff_token) is not None

    def set_up_program(self, staff_token: str, channels: Iterable[str]) -> None:
        """10 points per unit spent; at 5,000 a coupon: 10% off from 100.00 on, within 60 days."""
        terms = {"pointsPerUnit": "10", "discountValue": "10", "minSpent": "100"}
        program = {
            "name": "Club",
            "isActive": True,
            "threshold": 5000,
            "discountType": "PERCENTAGE",
            "couponValidDays": 60,
            "channels": [{"channel": channel, **terms} for channel in channels],
            "basis": "GROSS",
            "includeShipping": False,
        }
        graphql_client.ask(self._url, SET_UP, {"input": program}, token=staff_token)

    def register_device(self, shopper_token: str, device: str) -> None:
        graphql_client.ask(self._url, DEVICE, {"token": device}, token=shopper_token)

    def loyalty(self, shopper_token: str) -> dict[str, Any]:
        """The shopper's own view: balance, entries and coupons, newest first."""
        member = graphql_client.ask(self._url, LOYALTY, token=shopper_token)
        if member is None:
            return {"balance": None, "entries": [], "coupons": []}
        return {
            "balance": member["balance"],
            "entries": [edge["node"] for edge in member["entries"]["edges"]],
            "coupons": [edge["node"] for edge in member["coupons"]["edges"]],
        }

    def debt(self, staff_token: str, customer_id: str) -> int:
        found = graphql_client.ask(self._url, DEBT, {"id": customer_id}, token=staff_token)
        return int(found["debt"])

    def give(self, staff_token: str, customer_id: str, points: int, reason: str) -> None:
        gift = {"id": customer_id, "points": points, "reason": reason}
        graphql_client.ask(self._url, GIFT, gift, token=staff_token)
