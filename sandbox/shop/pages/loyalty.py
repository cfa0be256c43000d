"""What the storefront asks the loyalty app, with the shopper's own token, as any would."""

from decimal import ROUND_FLOOR, Decimal
from typing import Any, NamedTuple

import httpx
from django.conf import settings

from sandbox.shop import tokens
from sandbox.shop.http import client
from sandbox.shop.models import Channel, User
from sandbox.shop.prices import net

TIMEOUT = httpx.Timeout(3)

PROGRAM = """
  loyaltyProgram {
    name isActive threshold rewardName(languageCode: "EN") discountType couponValidDays
    basis includeShipping timeZone
    channels { channel currency pointsPerUnit discountValue minSpent }
  }
"""
OVERVIEW = f"query Overview {{ {PROGRAM} loyalty {{ balance pointsToNextReward }} }}"
PROGRAM_ONLY = f"query Program {{ {PROGRAM} }}"
ACCOUNT = f"""query Account {{ {PROGRAM}
  loyalty {{
    balance pointsToNextReward lifetimePoints expiresAt expiringPoints
    coupons(first: 100) {{ edges {{ node {{
      id code status rewardName(languageCode: "EN") discountType
      issuedAt expiresAt usedAt usedOrderNumber withdrawalReason
      terms {{ channel currency discountValue minSpent }}
      limitedTo {{ products collections categories }}
    }} }} }}
    entries(first: 100) {{ edges {{ node {{
      id kind points balanceAfter createdAt orderId orderNumber reason
      explanation(languageCode: "EN")
    }} }} totalCount }}
  }} }}"""
GIFT = """mutation Gift($customerId: ID!, $points: Int!, $reason: String!, $key: String!) {
  loyaltyPointsGift(
    customerId: $customerId, points: $points, reason: $reason, idempotencyKey: $key
  ) {
    member { balance }
    errors { field message code }
  }
}"""
JOIN = """mutation Join { loyaltyJoin { member { email } errors { message } } }"""
DEVICE = """mutation Device($deviceToken: String!) {
  loyaltyDeviceRegister(token: $deviceToken, platform: WEB) { ok errors { message } }
}"""


class Unavailable(Exception):
    """The loyalty app does not answer, or not with what was asked; the message says which."""


class Overview(NamedTuple):
    """What every page shows of the programme.

    Both None: the app does not answer. `member` None: no points yet.
    """

    program: dict[str, Any] | None = None
    member: dict[str, Any] | None = None
    trouble: str = ""

    def terms(self, channel: Channel) -> dict[str, Any] | None:
        """The programme's rate and coupon in a channel; None when it is off or not for it."""
        if not self.program or not self.program["isActive"]:
            return None
        return next(
            (terms for terms in self.program["channels"] if terms["channel"] == channel.slug), None
        )

    def points_for(self, gross: Decimal, channel: Channel) -> int:
        """What goods of this price would earn, as far as one can say before the order is paid."""
        terms = self.terms(channel)
        if not self.program or not terms:
            return 0
        basis = (
            gross
            if self.program["basis"] == "GROSS"
            else net(gross, tax_percent=channel.tax_percent)
        )
        return int((basis * Decimal(str(terms["pointsPerUnit"]))).to_integral_value(ROUND_FLOOR))


def ask(document: str, *, token: str | None = None, **variables: object) -> dict[str, Any]:
    """The data of an answer without errors. Raises Unavailable."""
    headers = {"Saleor-Api-Url": tokens.api_url()}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    url, body = f"{settings.LOYALTY_APP_URL}/graphql/", {"query": document, "variables": variables}
    try:
        content = client.post(url, json=body, headers=headers, timeout=TIMEOUT).json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable(
            f"The loyalty app at {settings.LOYALTY_APP_URL} does not answer."
        ) from error
    if content.get("errors"):
        raise Unavailable(f"The loyalty app says: {content['errors'][0]['message']}")
    return content["data"]


def overview(user: User | None) -> Overview:
    """The programme, and how the shopper stands in it; never raises."""
    is_shopper = user is not None and not user.is_staff
    try:
        if user and is_shopper:
            data = ask(OVERVIEW, token=tokens.access(user))
        else:
            data = ask(PROGRAM_ONLY)
    except Unavailable as error:
        return Overview(trouble=str(error))
    return Overview(data["loyaltyProgram"], data.get("loyalty"))
