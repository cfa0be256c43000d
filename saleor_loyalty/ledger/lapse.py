"""The part of the ledger that ends points, for many members at once: beside `ledger`, no one else
writes points.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from saleor_loyalty.models import EntryKind, ProgramVersion
from saleor_loyalty.rules.expiry import PER_LOT, ROLLING, ExpiryRule

# Rows that are protected by the programme alone have no end of their own. Written so, and not with
# GREATEST, the condition is found in an index.
ENDED = "(expires_at <= %(by)s OR (expires_at IS NULL AND %(protected)s::timestamptz IS NOT NULL))"

# Locking never waits, so it cannot be part of a deadlock.
LOCK_DUE = """
    SELECT id FROM saleor_loyalty_member
    WHERE shop_id = %(shop)s AND id > %(after)s AND {due}
    ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
DUE = {
    ROLLING: f"balance > 0 AND {ENDED}",
    PER_LOT: f"""id IN (
        SELECT member_id FROM saleor_loyalty_lot
        WHERE shop_id = %(shop)s AND member_id > %(after)s AND remaining > 0 AND {ENDED}
    )""",  # noqa: S608 - put together from the constant above
}

# One entry for all that a member lost at the same moment. The members are named for each table, or
# PostgreSQL would read tables whole: it does not carry a list from one to the next.
LAPSE = """
    WITH due AS (
        SELECT lot.id, lot.remaining, lot.member_id, member.shop_id, member.balance,
               GREATEST({period}.expires_at, %(protected)s) AS ended_at
        FROM saleor_loyalty_lot AS lot JOIN saleor_loyalty_member AS member
          ON member.id = lot.member_id
        WHERE lot.member_id = ANY(%(members)s) AND member.id = ANY(%(members)s)
          AND lot.remaining > 0
          AND GREATEST({period}.expires_at, %(protected)s) <= %(by)s
    ), emptied AS (
        UPDATE saleor_loyalty_lot AS lot SET remaining = 0 FROM due
        WHERE lot.id = due.id AND lot.member_id = ANY(%(members)s)
    ), lapsed AS (
        SELECT shop_id, member_id, balance, ended_at, sum(remaining)::bigint AS points
        FROM due GROUP BY shop_id, member_id, balance, ended_at
    ), reduced AS (
        UPDATE saleor_loyalty_member AS member
        SET balance = balance - gone.points,
            expires_at = CASE WHEN balance > gone.points THEN expires_at END
        FROM (SELECT member_id, sum(points) AS points FROM lapsed GROUP BY member_id) AS gone
        WHERE member.id = gone.member_id AND member.id = ANY(%(members)s)
    )
    INSERT INTO saleor_loyalty_entry
        (shop_id, member_id, kind, source, points, balance_after, created_at, version_id,
         currency, reason, actor)
    SELECT shop_id, member_id, %(kind)s,
           %(cause)s || to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           -points, balance - sum(points) OVER (PARTITION BY member_id ORDER BY ended_at),
           %(now)s, %(version)s, '', '', ''
    FROM lapsed ORDER BY member_id, ended_at
"""
PERIOD = {ROLLING: "member", PER_LOT: "lot"}


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


def lapse(
    member_ids: Collection[int], *, version: ProgramVersion, ended_by: datetime, now: datetime
) -> int:
    """End those points of members that ended by a moment; how many entries that made.

    The members must have been locked by `lock_due`, in this transaction and by the same version.
    A statement of its own, because only so it sees what those who held the members before have
    written to the lots.
    """
    rule = version.expiry
    with connection.cursor() as cursor:
        cursor.execute(
            LAPSE.format(period=PERIOD[rule.policy]),
            {
                "members": list(member_ids),
                "by": ended_by,
                "protected": rule.protected_until,
                "kind": EntryKind.EXPIRY.value,
                "cause": f"{rule.policy.lower()}:",
                "now": now,
                "version": version.pk,
            },
        )
        entries: int = cursor.rowcount
    return entries
