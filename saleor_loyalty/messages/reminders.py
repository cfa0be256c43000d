"""Reminders that points end: queued for many members at once.

Which moments of ending a reminder is due for is worked out by `rules.reminders`; SQL only compares
dates, so there is one calendar.
"""

import logging
from datetime import datetime

from django.db import connection
from django.db.models import Q

from saleor_loyalty.conf import conf
from saleor_loyalty.models import (
    MemberStatus,
    MessageKind,
    MessageStatus,
    MessageSwitch,
    Program,
    ProgramVersion,
    Shop,
)
from saleor_loyalty.rules.expiry import PER_LOT, ROLLING
from saleor_loyalty.rules.reminders import ReminderRule
from saleor_loyalty.workers.waking import wake

MEMBERS_AT_ONCE = 10_000

# Points that end after one moment and up to another. What the programme protects ends no earlier
# than that; written so, and not with GREATEST, the condition is found in an index.
ENDING = """
    (expires_at <= %(by)s OR (expires_at IS NULL AND %(protected)s::timestamptz IS NOT NULL))
    AND (expires_at > %(after)s OR %(protected)s > %(after)s)
"""
ACCOUNTS = {
    ROLLING: f"""
        SELECT id FROM saleor_loyalty_account
        WHERE shop_id = %(shop)s AND id > %(last)s AND balance > 0 AND {ENDING}
        ORDER BY id LIMIT %(limit)s
    """,  # noqa: S608 - put together from the constant above
    PER_LOT: f"""
        SELECT DISTINCT account_id AS id FROM saleor_loyalty_lot
        WHERE shop_id = %(shop)s AND account_id > %(last)s AND remaining > 0 AND {ENDING}
        ORDER BY account_id LIMIT %(limit)s
    """,  # noqa: S608 - likewise
}
POINTS = {
    ROLLING: """
        SELECT id AS account_id, balance AS points, GREATEST(expires_at, %(protected)s) AS ends_at
        FROM saleor_loyalty_account WHERE id IN (SELECT id FROM batch)
    """,
    PER_LOT: """
        SELECT account_id, sum(remaining)::bigint AS points,
               GREATEST(expires_at, %(protected)s) AS ends_at
        FROM saleor_loyalty_lot
        WHERE account_id IN (SELECT id FROM batch) AND remaining > 0
        GROUP BY account_id, GREATEST(expires_at, %(protected)s)
    """,
}
# In the order of members, in which everybody locks them. Who is told is asked once more at sending.
QUEUE = """
    WITH batch AS MATERIALIZED ({accounts}), ending AS ({points}), queued AS (
        INSERT INTO saleor_loyalty_message
            (shop_id, member_id, kind, cause, uid, points, deadline, status, created_at, due_at,
             attempts, error, delivered_devices)
        SELECT member.shop_id, member.id, %(kind)s,
               to_char(ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z:"') || reminder,
               gen_random_uuid(), points, ends_at, %(pending)s, %(now)s, %(now)s, 0, '', '{{}}'
        FROM ending
        JOIN unnest(%(reminders)s::text[], %(afters)s::timestamptz[], %(bys)s::timestamptz[])
             AS stretch (reminder, after, by) ON ends_at > stretch.after AND ends_at <= stretch.by
        JOIN saleor_loyalty_account AS account ON account.id = account_id
        JOIN saleor_loyalty_member AS member ON member.id = account.member_id
        WHERE status = %(active)s AND customer_is_active AND email_enabled AND email <> ''
        ORDER BY member.id, ends_at
        ON CONFLICT (member_id, kind, cause) DO NOTHING
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM queued), count(*), max(id) FROM batch
"""

logger = logging.getLogger(__name__)


def queue(shop: Shop, *, now: datetime, limit: int = MEMBERS_AT_ONCE) -> int:
    """Queue the reminders whose moment has come since the last run; how many.

    In batches of `limit` members, a statement each, so it may stop anywhere: the next run begins
    again where the last whole one ended, and what is queued already stays as it is. After a pause
    of the workers only the last of several reminders of the same points is queued, and none of
    points that ended. What was due before the programme was first looked at, or while it or its
    reminders were off, is not made up for.
    """
    program = Program.objects.filter(shop=shop).select_related("current").first()
    if program is None or program.current is None:
        return 0
    queued, since = 0, program.reminded_until
    if program.is_active and since and not _is_silenced(shop):
        queued = _queue_all(program.current, shop, since, now, limit)
    Program.objects.filter(pk=program.pk).filter(
        Q(reminded_until=None) | Q(reminded_until__lt=now)
    ).update(reminded_until=now)
    if queued:
        logger.info("Shop %s: %s reminders queued", shop.pk, queued)
        wake("send_messages")
    return queued


def shops_with_work() -> list[Shop]:
    """Shops with a programme, also while it is off: how far we came is to be noted all the same."""
    return list(Shop.objects.filter(is_active=True, program__isnull=False))


def rule_of(version: ProgramVersion) -> ReminderRule:
    """When a version's members are reminded."""
    return ReminderRule.of(
        version.reminders,
        expiry_days=version.expiry_days,
        time_zone=version.time_zone,
        hour=conf.reminder_hour,
    )


def _is_silenced(shop: Shop) -> bool:
    switches = MessageSwitch.objects.filter(shop=shop, kind=MessageKind.EXPIRY_EMAIL)
    return switches.filter(is_active=False).exists()


def _queue_all(
    version: ProgramVersion, shop: Shop, since: datetime, now: datetime, limit: int
) -> int:
    stretches = list(rule_of(version).stretches(since=since, until=now))
    protected = version.protected_until
    if not stretches or (protected and protected > max(stretch.by for stretch in stretches)):
        return 0
    values = {
        "shop": shop.pk,
        "protected": protected,
        "after": min(stretch.after for stretch in stretches),
        "by": max(stretch.by for stretch in stretches),
        "reminders": [stretch.reminder.value for stretch in stretches],
        "afters": [stretch.after for stretch in stretches],
        "bys": [stretch.by for stretch in stretches],
        "kind": MessageKind.EXPIRY_EMAIL.value,
        "pending": MessageStatus.PENDING.value,
        "active": MemberStatus.ACTIVE.value,
        "now": now,
        "limit": limit,
        "last": 0,
    }
    policy = version.expiry_policy
    statement = QUEUE.format(accounts=ACCOUNTS[policy], points=POINTS[policy])
    queued, members = 0, limit
    while members == limit:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            count, members, values["last"] = cursor.fetchone()
        queued += count
    return queued
