"""Times the staff's pages among many members: no page may take more than GOAL on the server.

python -m benchmarks.staff_pages [members [rounds]], with DATABASE_URL or else an embedded
PostgreSQL. Every member has ten entries of the last 90 days, a coupon, and a message that failed,
of a gift or the coupon; one in ten has a message that was sent.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import django
from django.db import connection

from saleor_loyalty.server.engines import engines

GOAL = 0.3  # seconds
EMPTY = """
    TRUNCATE saleor_loyalty_message, saleor_loyalty_coupon, saleor_loyalty_lot,
             saleor_loyalty_entry, saleor_loyalty_member, saleor_loyalty_programversion,
             saleor_loyalty_program, saleor_loyalty_shop CASCADE
"""
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
        (shop_id, member_id, entry_id, version_id, status, code, issue, voucher_id, issued_at,
         used_order_id, used_order_number, due_at, attempts, error)
    SELECT shop_id, member_id, id, version_id, 'ACTIVE', 'C' || id, 1, '', created_at, '', '',
           created_at, 0, ''
    FROM saleor_loyalty_entry WHERE kind = 'REWARD';
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
           coalesce('coupon:' || coupon.id || ':1', 'y'), gen_random_uuid(), 'FAILED', now(), 1,
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


def main() -> int:
    """0 when every page keeps to the goal."""
    members, rounds = (int(number) for number in [*sys.argv[1:], "100000", "5"][:2])
    with _database():
        ask, member = _shop(members)
        slow = 0
        print(f"{members:,} members, {10 * members:,} entries; median of {rounds}")
        for page in PAGES:
            path = page.format(member=member)
            taken = sorted(_timed(ask, path) for _ in range(rounds))
            slow += median(taken) > GOAL
            print(f"  {median(taken) * 1000:7.1f} ms  {path}")
        print("All within the goal." if not slow else f"{slow} over {GOAL * 1000:.0f} ms.")
    return 1 if slow else 0


@contextmanager
def _database() -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="loyalty-") as folder:
        if os.environ.get("DATABASE_URL"):
            _set_up()
            yield
            return
        with engines(Path(folder)) as servers:
            os.environ.update(servers.environment())
            _set_up()
            yield
            connection.close()


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _shop(members):  # type: ignore[no-untyped-def]  # models are there only once Django is set up
    """A shop with so many members; how to ask for a page as its staff, and a member's id."""
    from django.test import Client
    from django.utils import timezone

    from saleor_loyalty.models import Member, Program, ProgramVersion, Shop
    from tests.doors.saleor import APP_ID, SigningKey

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(EMPTY)
        cursor.execute("SET session_replication_role = DEFAULT")
    key, api_url = SigningKey("k"), "https://shop.example.com/graphql/"
    shop = Shop.objects.create(
        api_url=api_url,
        domain="shop.example.com",
        app_id=APP_ID,
        sealed_token="",
        jwks={"keys": [key.jwk]},
        jwks_fetched_at=timezone.now(),
        installed_at=timezone.now(),
    )
    program = Program.objects.create(shop=shop, is_active=True)
    program.current = ProgramVersion.objects.create(
        program=program,
        number=1,
        name="Club",
        threshold=5000,
        reward_name="10 % off",
        discount_type="PERCENTAGE",
        basis="GROSS",
        include_shipping=False,
        expiry_policy="NEVER",
        time_zone="Europe/Paris",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        created_by="owner",
    )
    program.save()
    with connection.cursor() as cursor:
        numbers = {"shop": shop.pk, "version": program.current.pk, "members": members}
        cursor.execute(FILL, numbers)
        cursor.execute("VACUUM ANALYZE")
    claims = {
        "exp": int(time.time()) + 3600,
        "iss": api_url,
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


def _timed(ask, path: str) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    ask(path)
    return time.perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
