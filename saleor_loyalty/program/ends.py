"""The part of the ledger that moves the ends of points when the programme's time zone changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from saleor_loyalty.models import MessageKind, Shop
from saleor_loyalty.rules.days import end_of_same_day

# In the order of members, in which everybody locks them; who holds a member holds their lots.
HOLD = """
    SELECT count(*) FROM (
        SELECT FROM saleor_loyalty_member
        WHERE id IN (
            SELECT member_id FROM saleor_loyalty_account
            WHERE shop_id = %(shop)s AND (balance > 0 OR expires_at > %(now)s)
        )
        ORDER BY id FOR UPDATE
    ) AS held
"""
# Of spent points too: they may come back.
ACCOUNTS = "saleor_loyalty_account WHERE shop_id = %(shop)s"
LOTS = "saleor_loyalty_lot WHERE shop_id = %(shop)s"
REMINDERS = "saleor_loyalty_message WHERE shop_id = %(shop)s AND kind = %(kind)s"
TO_COME = f"""
    SELECT expires_at FROM {ACCOUNTS} AND expires_at > %(now)s
    UNION SELECT expires_at FROM {LOTS} AND expires_at > %(now)s
    UNION SELECT renewed_until FROM {LOTS} AND renewed_until > %(now)s
    UNION SELECT renewed_from FROM {LOTS} AND renewed_from > %(now)s
    UNION SELECT deadline FROM {REMINDERS} AND deadline > %(now)s
"""  # noqa: S608 - put together from the constants above
ENDS = (
    ("account", "expires_at"),
    *(("lot", column) for column in ("expires_at", "renewed_until", "renewed_from")),
)
MOVED = "unnest(%(before)s::timestamptz[], %(after)s::timestamptz[]) AS moved (before, after)"
MOVE = """
    UPDATE saleor_loyalty_{table} AS kept SET {column} = moved.after FROM {moved}
    WHERE shop_id = %(shop)s AND {column} = moved.before
"""
# A reminder's cause names its deadline: by the new one nobody is reminded of the same points again.
# Where two ends have become one, the reminder of one of them tells of both.
MOVE_REMINDERS = f"""
    WITH wanted AS (
        SELECT DISTINCT ON (member_id, cause) *
        FROM (
            SELECT message.id, member_id, moved.after,
                   to_char(moved.after AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z:"')
                       || regexp_replace(cause, '^.*:', '') AS cause
            FROM saleor_loyalty_message AS message JOIN {MOVED} ON deadline = moved.before
            WHERE shop_id = %(shop)s AND kind = %(kind)s
        ) AS renamed ORDER BY member_id, cause, id
    )
    UPDATE saleor_loyalty_message AS kept SET deadline = wanted.after, cause = wanted.cause
    FROM wanted WHERE kept.id = wanted.id AND NOT EXISTS (
        SELECT FROM saleor_loyalty_message AS other
        WHERE other.member_id = wanted.member_id AND other.kind = %(kind)s
          AND other.cause = wanted.cause
    )
"""  # noqa: S608 - likewise


def move(shop: Shop, *, shown_in: str, time_zone: str, now: datetime) -> None:
    """Have all points that end later end with the same day in another time zone, and never sooner.

    Reminders go along: those that wait still hold, and those that were sent are not sent again.
    Within the transaction that changes the rules. Holds the shop's members who have points.
    """
    values: dict[str, Any] = {
        "shop": shop.pk,
        "now": now,
        "kind": MessageKind.EXPIRY_EMAIL.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(HOLD, values)
        cursor.execute(TO_COME, values)
        moved = _moved([end for (end,) in cursor.fetchall()], shown_in, time_zone)
        if not moved:
            return
        values |= {"before": list(moved), "after": list(moved.values())}
        for table, column in ENDS:
            cursor.execute(MOVE.format(table=table, moved=MOVED, column=column), values)
        cursor.execute(MOVE_REMINDERS, values)


def _moved(ends: list[datetime], shown_in: str, time_zone: str) -> Mapping[datetime, datetime]:
    """The new ends of those that are to move. There are as many as days, not as members."""
    after = {end: end_of_same_day(end, shown_in=shown_in, time_zone=time_zone) for end in ends}
    return {end: moved for end, moved in after.items() if moved != end}
