"""Times the staff's pages among many members: no page may take more than GOAL on the server.

python -m benchmarks.staff_pages [members [rounds]], with DATABASE_URL or else an embedded
PostgreSQL. Every member has ten entries of the last 90 days, a coupon, and a message that failed,
of a gift or the coupon; one in ten has a message that was sent.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from django.db import connection

from benchmarks import fresh

GOAL = 0.3  # seconds
FILL = """
    INSERT INTO saleor_loyalty_member
        (shop_id, customer_id, email, first_name, language_code, status, status_by, balance,
         lifetime_points, joined_at, last_activity_at, email_enabled, push_enabled)
    SELECT %(shop)s, 'customer-' || n, 'p' || n || '@example.com', 'P' || n, 'en', 'ACTIVE', '',
           n %% 5000, 5000, now() - n * interval '10 minutes', now() - n * interval '1 minute',
           true, true
    FROM generate_series(1, %(members)s) AS n;
    INSERT INTO saleor_loyalty_entry
        (shop_id, member_id, kind, source, points, balance_after, created_at, version_id,
         currency, reason, actor)
    SELECT shop_id, id, CASE n WHEN 9 THEN 'REWARD' WHEN 10 THEN 'EXPIRY' ELSE 'GIFT' END,
           CASE n WHEN 10 THEN 'rolling:2026-06-01T00:00:00Z' ELSE 'n' || n END,
           CASE WHEN n > 8 THEN -40 ELSE 100 END, 100,
           now() - random() * interval '90 days', %(version)s, '', 'Thank you', 'sam@example.com'
    FROM saleor_loyalty_member, generate_series(1, 10) AS n;
    INSERT INTO saleor_loyalty_coupon
        (shop_id, member_id, entry_id, version_id, status, issued_at, used_order_id,
         used_order_number)
    SELECT shop_id, member_id, id, version_id, 'ACTIVE', created_at, '', ''
    FROM saleor_loyalty_entry WHERE kind = 'REWARD';
    INSERT INTO saleor_loyalty_couponcode
        (shop_id, coupon_id, issue, code, voucher_id, made_at, attempts, error)
    SELECT shop_id, id, 1, 'C' || id, '', issued_at, 0, '' FROM saleor_loyalty_coupon;
    INSERT INTO saleor_loyalty_message
        (shop_id, member_id, kind, cause, uid, status, created_at, attempts, error,
         delivered_devices)
    SELECT shop_id, id, 'REWARD_EMAIL', 'x', gen_random_uuid(), 'SENT', now(), 1, '', '{}'
    FROM saleor_loyalty_member WHERE id %% 10 = 0;
    INSERT INTO saleor_loyalty_message
        (shop_id, member_id, coupon_id, kind, cause, uid, status, created_at, attempts, error,
         fault, delivered_devices)
    SELECT member.shop_id, member.id, coupon.id,
           CASE WHEN coupon.id IS NULL THEN 'GIFT_EMAIL' ELSE 'REWARD_PUSH' END,
           coalesce('coupon:' || coupon.uid || ':1', 'y'), gen_random_uuid(), 'FAILED', now(), 1,
           'Recipient refused: 550 No such mailbox',
           CASE WHEN member.id %% 4 = 0 THEN 'OUTAGE' ELSE 'REFUSED' END, '{}'
    FROM saleor_loyalty_member AS member
    LEFT JOIN saleor_loyalty_coupon AS coupon
           ON coupon.member_id = member.id AND member.id %% 10 = 0;
"""
PAGES = (
    "overview",
    "members",
    "members?sort=-BALANCE",
    "members?search=p77",
    "members?inactive=30&status=ACTIVE&sort=EMAIL",
    "members/{member}",
    "widgets/customer?customerId=customer-500",
    "widgets/order?orderId=T3JkZXI6MQ==",
    "program/changes",
    "messages",
    "messages/failed",
    "messages/failed?kind=REWARD_PUSH&fault=OUTAGE",
    "messages/REWARD_EMAIL/en",
    "look",
)


def main(members: int = 100_000, rounds: int = 5) -> int:
    """0 when every page keeps to the goal."""
    ask, member = _shop(members)
    slow = 0
    print(f"{members:,} members, {10 * members:,} entries; median of {rounds}")
    for page in PAGES:
        path = page.format(member=member)
        taken = sorted(_timed(ask, path) for _ in range(rounds))
        slow += median(taken) > GOAL
        print(f"  {median(taken) * 1000:7.1f} ms  {path}")
    print(f"goal: at most {GOAL * 1000:.0f} ms; {slow} pages are slower")
    return 1 if slow else 0


def _shop(members: int) -> tuple[Callable[[str], None], int]:
    """A shop with so many members; how to ask for a page as its staff, and a member's id."""
    from django.test import Client
    from django.utils import timezone

    from saleor_loyalty.models import Member
    from tests.doors.saleor import APP_ID, SigningKey

    key, program = SigningKey("k"), fresh.shop(datetime(2026, 1, 1, tzinfo=UTC), name="Club")
    shop = program.shop
    shop.jwks, shop.jwks_fetched_at = {"keys": [key.jwk]}, timezone.now()
    shop.save()
    with connection.cursor() as cursor:
        numbers = {"shop": shop.pk, "version": program.current_id, "members": members}
        cursor.execute(FILL, numbers)
    fresh.settle_down()
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
    first = Member.objects.filter(coupons__isnull=False).order_by("pk").first()

    def ask(path: str) -> None:
        answer = client.get(f"/app/{path}", headers=headers)
        assert answer.status_code == 200, (path, answer.status_code)

    return ask, first.pk if first else 0


def _timed(ask: Callable[[str], None], path: str) -> float:
    start = time.perf_counter()
    ask(path)
    return time.perf_counter() - start


if __name__ == "__main__":
    fresh.run(main)
