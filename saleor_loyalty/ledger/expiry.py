"""Points end: the sweep that ends those whose time has come, for many members at once."""

import logging
import math
import time
from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from saleor_loyalty.ledger.signals import entry_posted
from saleor_loyalty.models import Account, Entry, EntryKind, Program, ProgramVersion, Shop
from saleor_loyalty.rules.expiry import PER_LOT, ROLLING, ExpiryRule

MEMBERS_AT_ONCE = 5000  # few enough that nobody who needs one of them waits long

# Rows that are protected by the programme alone have no end of their own. Written so, and not with
# GREATEST, the condition is found in an index.
ENDED = "(expires_at <= %(by)s OR (expires_at IS NULL AND %(protected)s::timestamptz IS NOT NULL))"

# Locking never waits, so it cannot be part of a deadlock.
LOCK_DUE = """
    SELECT id FROM saleor_loyalty_member
    WHERE id > %(after)s AND id IN ({due})
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
DUE = {
    ROLLING: f"""
        SELECT member_id FROM saleor_loyalty_account
        WHERE shop_id = %(shop)s AND member_id > %(after)s AND balance > 0 AND {ENDED}
    """,  # noqa: S608 - put together from the constant above
    PER_LOT: f"""
        SELECT member_id FROM saleor_loyalty_account WHERE member_id > %(after)s AND id IN (
            SELECT account_id FROM saleor_loyalty_lot
            WHERE shop_id = %(shop)s AND remaining > 0 AND {ENDED}
        )
    """,  # noqa: S608 - likewise
}

# One entry for all that an account lost at the same moment. The accounts are named for each
# table, or PostgreSQL would read tables whole: it does not carry a list from one to the next.
EXPIRE = """
    WITH due AS (
        SELECT lot.id, lot.remaining, lot.account_id, account.shop_id, account.balance,
               GREATEST({period}.expires_at, %(protected)s) AS ended_at
        FROM saleor_loyalty_lot AS lot JOIN saleor_loyalty_account AS account
          ON account.id = lot.account_id
        WHERE lot.account_id = ANY(%(accounts)s) AND account.id = ANY(%(accounts)s)
          AND lot.remaining > 0
          AND GREATEST({period}.expires_at, %(protected)s) <= %(by)s
    ), emptied AS (
        UPDATE saleor_loyalty_lot AS lot SET remaining = 0 FROM due
        WHERE lot.id = due.id AND lot.account_id = ANY(%(accounts)s)
    ), expired AS (
        SELECT shop_id, account_id, balance, ended_at, sum(remaining)::bigint AS points
        FROM due GROUP BY shop_id, account_id, balance, ended_at
    ), reduced AS (
        UPDATE saleor_loyalty_account AS account SET balance = balance - gone.points
        FROM (SELECT account_id, sum(points) AS points FROM expired GROUP BY account_id) AS gone
        WHERE account.id = gone.account_id AND account.id = ANY(%(accounts)s)
    ), posted AS (
        INSERT INTO saleor_loyalty_entry
            (shop_id, account_id, kind, source, points, balance_after, created_at, version_id,
             ended_at, currency)
        SELECT shop_id, account_id, %(kind)s, %(cause)s || {moment},
               -points, balance - sum(points) OVER (PARTITION BY account_id ORDER BY ended_at),
               %(now)s, %(version)s, ended_at, ''
        FROM expired ORDER BY account_id, ended_at
        RETURNING id, account_id, source
    ), used AS (
        INSERT INTO saleor_loyalty_lotuse (entry_id, lot_id, points, returned)
        SELECT posted.id, due.id, due.remaining, 0
        FROM due JOIN posted
          ON posted.account_id = due.account_id AND posted.source = %(cause)s || {moment}
        ORDER BY due.id
    )
    SELECT id FROM posted
"""
# Ends differ by less than a second where points came back after their end once more.
MOMENT = """to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
PERIOD = {ROLLING: "account", PER_LOT: "lot"}

logger = logging.getLogger(__name__)


def sweep(
    shop: Shop,
    *,
    now: datetime,
    ended_by: datetime | None = None,
    limit: int = MEMBERS_AT_ONCE,
    ends: float = math.inf,
) -> int:
    """End all points of the shop's members that ended by `ended_by` (`now`); how many entries.

    In batches of `limit` members, each a transaction of a fixed number of statements, so it may
    stop anywhere, as it does at `ends` (by time.monotonic), and go on with the next run; not to be
    called in a transaction. A member whom another transaction holds is left to the next run. While
    the programme is off nothing expires.
    """
    entries = last = 0
    is_more = True
    while is_more and (not last or time.monotonic() < ends):
        ids, ended = _sweep_batch(shop, now=now, ended_by=ended_by or now, after=last, limit=limit)
        entries += ended
        last, is_more = max(ids, default=last), len(ids) == limit
    if entries:
        logger.info("Shop %s: points ended, %s entries", shop.pk, entries)
    return entries


@transaction.atomic(durable=True)
def _sweep_batch(
    shop: Shop, *, now: datetime, ended_by: datetime, after: int, limit: int
) -> tuple[list[int], int]:
    """End the points of the next members; their ids, and how many entries that made."""
    program = _held_program(shop)
    if program is None or program.current is None:
        return [], 0
    version = program.current
    ids = lock_due(
        shop_id=shop.pk, rule=version.expiry, ended_by=ended_by, after=after, limit=limit
    )
    return ids, expire(ids, version=version, ended_by=ended_by, now=now) if ids else 0


def shops_with_work() -> list[Shop]:
    """Shops where points may end."""
    return list(Shop.objects.filter(is_active=True, program__is_active=True))


def _held_program(shop: Shop) -> Program | None:
    """The programme while it is on, held against a change of its rules until the batch is done."""
    programs = Program.objects.select_for_update(no_key=True).order_by()
    return programs.filter(shop=shop, is_active=True).first()


def lock_due(
    *, shop_id: int, rule: ExpiryRule, ended_by: datetime, after: int, limit: int
) -> list[int]:
    """Lock members with points that ended by a moment, in id order from `after` on; their ids.

    Members whom another transaction holds are passed over. Only within a transaction.
    """
    if rule.policy not in DUE or (rule.protected_until and rule.protected_until > ended_by):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            LOCK_DUE.format(due=DUE[rule.policy]),
            {
                "shop": shop_id,
                "by": ended_by,
                "protected": rule.protected_until,
                "after": after,
                "limit": limit,
            },
        )
        return [pk for (pk,) in cursor.fetchall()]


def expire(
    member_ids: Collection[int], *, version: ProgramVersion, ended_by: datetime, now: datetime
) -> int:
    """End those points of members that ended by a moment; how many entries that made.

    The members must have been locked by `lock_due`, in this transaction and by the same version.
    A statement of its own, because only so it sees what those who held the members before have
    written to the lots.
    """
    rule = version.expiry
    accounts = Account.objects.filter(member__in=member_ids).values_list("pk", flat=True)
    account_ids = list(accounts)
    with connection.cursor() as cursor:
        cursor.execute(
            EXPIRE.format(period=PERIOD[rule.policy], moment=MOMENT),
            {
                "accounts": account_ids,
                "by": ended_by,
                "protected": rule.protected_until,
                "kind": EntryKind.EXPIRY.value,
                "cause": f"{rule.policy.lower()}:",
                "now": now,
                "version": version.pk,
            },
        )
        posted = [pk for (pk,) in cursor.fetchall()]
    if entry_posted.is_heard:
        entry_posted.announce(list(Entry.objects.filter(pk__in=posted).order_by("pk")))
    return len(posted)
