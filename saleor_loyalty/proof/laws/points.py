"""The laws of members' points: balance, lifetime points, entries, lots and periods."""

from saleor_loyalty.proof.law import Law

LAWS = (
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
        "points under a ROLLING program have a period, unless a change of rules protects them",
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
