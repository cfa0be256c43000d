"""The staff's pages among many members: how long each takes on the server, in this process.

Every member has an order, ten entries of the last 90 days, a coupon, and a message that failed, of
a gift or the coupon; one in ten has a message that was sent.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from django.test import Client
from django.utils import timezone

from benchmarks import fresh
from benchmarks.race import Row, Run, timed
from saleor_loyalty.models import Member
from tests.saleor_over_http import APP_ID
from tests.signing import SigningKey

GOAL = 0.3  # seconds
PAGES = (
    "overview",
    "members",
    "members?sort=-BALANCE",
    "members?search=p77",
    "members?search={code}",
    "members?search=500",
    "members?inactive=30&status=ACTIVE&sort=EMAIL",
    "members/{member}",
    "members/{member}?coupon={coupon}",
    "coupons",
    "coupons?search={code}",
    "coupons?search={ending}",
    "coupons?search=T7",
    "coupons?status=used",
    "coupons?status=withdrawn",
    "widgets/customer?customerId=customer-500",
    "widgets/order?orderId=T3JkZXI6MQ==",
    "program/changes",
    "messages",
    "messages/failed",
    "messages/failed?kind=REWARD_PUSH&fault=OUTAGE",
    "messages/REWARD_EMAIL/en",
    "branding",
)


def rows(run: Run) -> Iterator[Row]:
    members = run.of(100_000, 10_000, 50)
    ask = _ask_a_shop_of(members)
    member = Member.objects.filter(coupons__isnull=False).earliest("pk")
    for page in PAGES:
        coupon = member.coupons.earliest("pk")
        known = {"code": coupon.code, "ending": coupon.code[-4:], "coupon": coupon.pk}
        path = page.format(member=member.pk, **known)
        taken = [timed(lambda path=path: ask(path)) for _ in range(run.rounds)]
        yield Row(f"{page}, of {members:,} members", taken, at_most=GOAL)


def _ask_a_shop_of(members: int) -> Callable[[str], None]:
    """How to ask for a page as staff of a shop with so many members."""
    key, program = SigningKey("k"), fresh.shop(datetime(2026, 1, 1, tzinfo=UTC), name="Club")
    shop = program.shop
    shop.jwks, shop.jwks_fetched_at = {"keys": [key.jwk]}, timezone.now()
    shop.save()
    fresh.fill("staff_pages", shop=shop.pk, version=program.current_id, members=members)
    claims = {
        "exp": int(time.time()) + 3600,
        "iss": shop.api_url,
        "type": "thirdparty",
        "email": "sam@example.com",
        "is_staff": True,
        "app": APP_ID,
        "user_permissions": ["MANAGE_USERS", "MANAGE_ORDERS", "MANAGE_SETTINGS"],
    }
    headers = {"Authorization": f"Bearer {key.token(claims)}"}
    client = Client()

    def ask(path: str) -> None:
        answer = client.get(f"/app/{path}", headers=headers)
        assert answer.status_code == 200, (path, answer.status_code)

    return ask
