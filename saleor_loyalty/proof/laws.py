"""The laws of the ledger, each as the statement that finds what breaks it.

A statement answers with member id, where, what was found and what was expected. `scope` holds the
members that are checked; see docs/decisions/proof.md for why each law is one.
"""

from dataclasses import dataclass

SCOPE = """
WITH scope AS (
    SELECT id, shop_id, balance, lifetime_points, expires_at
    FROM saleor_loyalty_member
    WHERE (%(shop)s::bigint IS NULL OR shop_id = %(shop)s::bigint)
      AND (%(members)s::bigint[] IS NULL OR id = ANY(%(members)s::bigint[]))
)
"""


@dataclass(frozen=True, slots=True)
class Law:
    """`says` is the law in words, `broken` the statement that finds where it does not hold."""

    says: str
    broken: str


ENTRY_LAWS = (
    Law(
        "the balance is the sum of the entries",
        """
        SELECT m.id, 'balance', m.balance::text, coalesce(sum(e.points), 0)::text
        FROM scope m LEFT JOIN saleor_loyalty_entry e ON e.member_id = m.id
        GROUP BY m.id, m.balance
        HAVING m.balance <> coalesce(sum(e.points), 0)
        """,
    ),
    Law(
        "lifetime points are the entries that earn, net of reversals",
        """
        SELECT m.id, 'lifetime points', m.lifetime_points::text, coalesce(sum(e.points), 0)::text
        FROM scope m LEFT JOIN saleor_loyalty_entry e
          ON e.member_id = m.id
         AND e.kind <> ALL(%(not_earning)s)
         AND NOT (e.kind = 'REVERSAL' AND e.points > 0)
        GROUP BY m.id, m.lifetime_points
        HAVING m.lifetime_points <> coalesce(sum(e.points), 0)
        """,
    ),
    Law(
        "each entry leaves the balance before it plus its points",
        """
        SELECT member_id, 'balance after entry ' || id, balance_after::text, expected::text
        FROM (
            SELECT e.member_id, e.id, e.balance_after,
                   e.points + lag(e.balance_after, 1, 0::bigint)
                              OVER (PARTITION BY e.member_id ORDER BY e.id) AS expected
            FROM saleor_loyalty_entry e JOIN scope m ON m.id = e.member_id
        ) AS entry
        WHERE balance_after <> expected
        """,
    ),
    Law(
        "what is left in the lots is the balance, or nothing in debt",
        """
        SELECT m.id, 'left in lots', coalesce(sum(l.remaining), 0)::text,
               greatest(m.balance, 0)::text
        FROM scope m LEFT JOIN saleor_loyalty_lot l ON l.member_id = m.id
        GROUP BY m.id, m.balance
        HAVING greatest(m.balance, 0) <> coalesce(sum(l.remaining), 0)
        """,
    ),
    Law(
        "no lot holds more than its entry brought",
        """
        SELECT m.id, 'lot of entry ' || e.id, l.remaining::text,
               'from 0 to ' || greatest(e.points, 0)
        FROM scope m
        JOIN saleor_loyalty_lot l ON l.member_id = m.id
        JOIN saleor_loyalty_entry e ON e.id = l.entry_id
        WHERE l.remaining NOT BETWEEN 0 AND greatest(e.points, 0)
        """,
    ),
    Law(
        "points under a ROLLING programme have a period, unless a change of rules protects them",
        """
        SELECT m.id, 'end of the period', 'none', 'one'
        FROM scope m
        JOIN saleor_loyalty_program p ON p.shop_id = m.shop_id
        JOIN saleor_loyalty_programversion v ON v.id = p.current_id
        WHERE v.expiry_policy = 'ROLLING' AND v.protected_until IS NULL
          AND m.balance > 0 AND m.expires_at IS NULL
        """,
    ),
)

ORDER_LAWS = (
    Law(
        "an order's points are the sum of its entries",
        """
        SELECT o.member_id, 'points of order ' || o.order_id, o.points::text,
               coalesce(sum(e.points), 0)::text
        FROM scope m
        JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
        LEFT JOIN saleor_loyalty_entry e ON e.order_id = o.id
        GROUP BY o.id
        HAVING o.points <> coalesce(sum(e.points), 0)
        """,
    ),
    Law(
        "an order's revision counts its entries",
        """
        SELECT o.member_id, 'revision of order ' || o.order_id, o.revision::text, count(e.id)::text
        FROM scope m
        JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
        LEFT JOIN saleor_loyalty_entry e ON e.order_id = o.id
        GROUP BY o.id
        HAVING o.revision <> count(e.id)
        """,
    ),
    Law(
        "an order's points are all with the order's member",
        """
        SELECT o.member_id, 'points of order ' || o.order_id || ' with member ' || e.member_id,
               sum(e.points)::text, '0'
        FROM scope m
        JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
        JOIN saleor_loyalty_entry e ON e.order_id = o.id AND e.member_id <> o.member_id
        GROUP BY o.id, e.member_id
        HAVING sum(e.points) <> 0
        """,
    ),
    Law(
        "an order stays with the version that first credited it",
        """
        SELECT o.member_id, 'version of entry ' || e.id, e.version_id::text, o.version_id::text
        FROM scope m
        JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
        JOIN saleor_loyalty_entry e ON e.order_id = o.id AND e.version_id <> o.version_id
        """,
    ),
    Law(
        "an order's newest entry says what the order stands at",
        """
        SELECT member_id, 'order ' || order_id || ' by its newest entry',
               coalesce(entitled::text, 'nothing'), points::text
        FROM (
            SELECT DISTINCT ON (o.id) o.member_id, o.order_id, o.points, e.entitled
            FROM scope m
            JOIN saleor_loyalty_settledorder o ON o.member_id = m.id
            JOIN saleor_loyalty_entry e ON e.order_id = o.id
            ORDER BY o.id, e.id DESC
        ) AS newest
        WHERE entitled IS DISTINCT FROM points
        """,
    ),
)

COUPON_LAWS = (
    Law(
        "a coupon was bought by its member with a REWARD entry",
        """
        SELECT m.id, 'entry of coupon ' || c.id, e.kind || ' of member ' || e.member_id,
               'REWARD of member ' || m.id
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id
        JOIN saleor_loyalty_entry e ON e.id = c.entry_id
        WHERE e.kind <> 'REWARD' OR e.member_id <> m.id
        """,
    ),
    Law(
        "each reward brought one coupon",
        """
        SELECT m.id, 'entry ' || e.id, 'no coupon', 'one'
        FROM scope m
        JOIN saleor_loyalty_entry e ON e.member_id = m.id AND e.kind = 'REWARD'
        LEFT JOIN saleor_loyalty_coupon c ON c.entry_id = e.id
        WHERE c.id IS NULL AND NOT e.source ^@ 'coupon:'
        """,
    ),
    Law(
        "a withdrawn coupon's points are back, and not spent again",
        """
        SELECT m.id, 'withdrawn coupon ' || c.id,
               CASE WHEN back.id IS NULL THEN 'its points not back'
                    ELSE 'its points spent again' END,
               'its points back'
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id AND c.status = 'WITHDRAWN'
        LEFT JOIN saleor_loyalty_entry back
          ON back.member_id = m.id AND back.kind = 'REVERSAL'
         AND back.source = 'coupon:' || c.id || ':' || c.issue
        LEFT JOIN saleor_loyalty_entry again
          ON again.member_id = m.id AND again.kind = 'REWARD'
         AND again.source = 'coupon:' || c.id || ':' || c.issue
        WHERE back.id IS NULL OR again.id IS NOT NULL
        """,
    ),
    Law(
        "points came back only with a withdrawn coupon",
        """
        SELECT m.id, 'entry ' || e.id, 'points of ' || e.source || ' back', 'it is withdrawn'
        FROM scope m
        JOIN saleor_loyalty_entry e
          ON e.member_id = m.id AND e.kind = 'REVERSAL' AND e.source ^@ 'coupon:'
        LEFT JOIN saleor_loyalty_entry again
          ON again.member_id = m.id AND again.kind = 'REWARD' AND again.source = e.source
        LEFT JOIN saleor_loyalty_coupon c
          ON c.member_id = m.id AND c.status = 'WITHDRAWN'
         AND e.source = 'coupon:' || c.id || ':' || c.issue
        WHERE again.id IS NULL AND c.id IS NULL
        """,
    ),
    Law(
        "a coupon is paid back, and spent again, at its price",
        """
        SELECT m.id, 'entry ' || e.id || ' for ' || e.source, e.points::text,
               CASE WHEN bought.id IS NULL THEN 'a coupon of the member'
                    ELSE (CASE e.kind WHEN 'REVERSAL' THEN -bought.points
                                      ELSE bought.points END)::text END
        FROM scope m
        JOIN saleor_loyalty_entry e
          ON e.member_id = m.id AND e.kind IN ('REVERSAL', 'REWARD') AND e.source ^@ 'coupon:'
        LEFT JOIN saleor_loyalty_coupon c
          ON c.member_id = m.id AND c.id::text = split_part(e.source, ':', 2)
        LEFT JOIN saleor_loyalty_entry bought ON bought.id = c.entry_id
        WHERE bought.id IS NULL
           OR e.points <> CASE e.kind WHEN 'REVERSAL' THEN -bought.points ELSE bought.points END
        """,
    ),
    Law(
        "a withdrawn coupon's code is retired",
        """
        SELECT m.id, 'coupon ' || c.id, 'its code not retired', 'retired'
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id AND c.status = 'WITHDRAWN'
        LEFT JOIN saleor_loyalty_retiredcode r ON r.coupon_id = c.id AND r.code = c.code
        WHERE r.id IS NULL
        """,
    ),
    Law(
        "a used coupon knows its order",
        """
        SELECT m.id, 'used coupon ' || c.id, 'no order', 'one'
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id AND c.status = 'USED'
        WHERE c.used_order_id = '' OR c.used_at IS NULL
        """,
    ),
    Law(
        "who owes points has no unused coupon",
        """
        SELECT m.id, 'coupon ' || c.id, 'unused at a balance of ' || m.balance, 'withdrawn'
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id
        WHERE m.balance < 0
          AND (c.status = 'PENDING'
               OR c.status = 'ACTIVE' AND (c.expires_at IS NULL OR c.expires_at > now()))
        """,
    ),
)

BELONGING_LAWS = (
    Law(
        "what is a member's is of the member's shop",
        """
        SELECT m.id, row.what || ' ' || row.id, 'shop ' || row.shop_id, 'shop ' || m.shop_id
        FROM scope m
        JOIN (
            SELECT 'entry' AS what, id, member_id, shop_id FROM saleor_loyalty_entry
            UNION ALL SELECT 'lot', id, member_id, shop_id FROM saleor_loyalty_lot
            UNION ALL SELECT 'settled order', id, member_id, shop_id
                      FROM saleor_loyalty_settledorder
            UNION ALL SELECT 'coupon', id, member_id, shop_id FROM saleor_loyalty_coupon
            UNION ALL SELECT 'retired code', r.id, c.member_id, r.shop_id
                      FROM saleor_loyalty_retiredcode r
                      JOIN saleor_loyalty_coupon c ON c.id = r.coupon_id
            UNION ALL SELECT 'message', id, member_id, shop_id FROM saleor_loyalty_message
            UNION ALL SELECT 'device', id, member_id, shop_id FROM saleor_loyalty_device
        ) AS row ON row.member_id = m.id AND row.shop_id <> m.shop_id
        """,
    ),
    Law(
        "the rules a row follows are of its member's shop",
        """
        SELECT m.id, row.what || ' ' || row.id, 'a version of shop ' || p.shop_id,
               'one of shop ' || m.shop_id
        FROM scope m
        JOIN (
            SELECT 'entry' AS what, id, member_id, version_id FROM saleor_loyalty_entry
            UNION ALL SELECT 'settled order', id, member_id, version_id
                      FROM saleor_loyalty_settledorder
            UNION ALL SELECT 'coupon', id, member_id, version_id FROM saleor_loyalty_coupon
        ) AS row ON row.member_id = m.id
        JOIN saleor_loyalty_programversion v ON v.id = row.version_id
        JOIN saleor_loyalty_program p ON p.id = v.program_id AND p.shop_id <> m.shop_id
        """,
    ),
    Law(
        "lots and messages are of the member whose entry or coupon they come from",
        """
        SELECT m.id, row.what || ' ' || row.id, 'member ' || m.id, 'member ' || row.owner_id
        FROM scope m
        JOIN (
            SELECT 'lot' AS what, l.id, l.member_id, e.member_id AS owner_id
            FROM saleor_loyalty_lot l JOIN saleor_loyalty_entry e ON e.id = l.entry_id
            UNION ALL
            SELECT 'message', n.id, n.member_id, c.member_id
            FROM saleor_loyalty_message n JOIN saleor_loyalty_coupon c ON c.id = n.coupon_id
            UNION ALL
            SELECT 'message', n.id, n.member_id, e.member_id
            FROM saleor_loyalty_message n JOIN saleor_loyalty_entry e ON e.id = n.entry_id
        ) AS row ON row.member_id = m.id AND row.owner_id <> m.id
        """,
    ),
    Law(
        "an entry's order is of the entry's shop",
        """
        SELECT m.id, 'entry ' || e.id, 'an order of shop ' || o.shop_id, 'one of shop ' || m.shop_id
        FROM scope m
        JOIN saleor_loyalty_entry e ON e.member_id = m.id
        JOIN saleor_loyalty_settledorder o ON o.id = e.order_id AND o.shop_id <> m.shop_id
        """,
    ),
    Law(
        "a programme's rules are its own",
        """
        SELECT NULL::bigint, 'programme of shop ' || p.shop_id,
               'version ' || v.id || ' of another programme', 'one of its own'
        FROM saleor_loyalty_program p
        JOIN saleor_loyalty_programversion v ON v.id = p.current_id AND v.program_id <> p.id
        WHERE (%(shop)s::bigint IS NULL OR p.shop_id = %(shop)s::bigint)
          AND %(members)s::bigint[] IS NULL
        """,
    ),
)

LAWS = ENTRY_LAWS + ORDER_LAWS + COUPON_LAWS + BELONGING_LAWS
