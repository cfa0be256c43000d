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
        "what is left in the lots, less what is owed, is the balance",
        """
        SELECT m.id, 'left in lots, less debts', (coalesce(lots.left, 0) - coalesce(owed, 0))::text,
               m.balance::text
        FROM scope m
        LEFT JOIN LATERAL (
            SELECT sum(remaining) AS left FROM saleor_loyalty_lot WHERE member_id = m.id
        ) AS lots ON true
        LEFT JOIN LATERAL (
            SELECT sum(remaining) AS owed FROM saleor_loyalty_debt WHERE member_id = m.id
        ) AS debts ON true
        WHERE m.balance <> coalesce(lots.left, 0) - coalesce(owed, 0)
        """,
    ),
    Law(
        "nobody owes points and holds some",
        """
        SELECT m.id, 'owed', sum(d.remaining)::text, '0'
        FROM scope m JOIN saleor_loyalty_debt d ON d.member_id = m.id
        WHERE m.balance >= 0 GROUP BY m.id HAVING sum(d.remaining) > 0
        """,
    ),
    Law(
        "a lot is what is left of it and what was taken of it",
        """
        SELECT m.id, 'lot of entry ' || l.entry_id, l.points::text,
               (l.remaining + coalesce(sum(u.points - u.returned), 0))::text
        FROM scope m
        JOIN saleor_loyalty_lot l ON l.member_id = m.id
        LEFT JOIN saleor_loyalty_lotuse u ON u.lot_id = l.id
        GROUP BY m.id, l.id
        HAVING l.points <> l.remaining + coalesce(sum(u.points - u.returned), 0)
        """,
    ),
    Law(
        "a debit is what it took of lots and what is owed of it still",
        """
        SELECT m.id, 'entry ' || e.id, (-e.points)::text,
               (coalesce(sum(u.points), 0) + coalesce(d.remaining, 0))::text
        FROM scope m
        JOIN saleor_loyalty_entry e ON e.member_id = m.id AND e.points < 0
        LEFT JOIN saleor_loyalty_lotuse u ON u.entry_id = e.id
        LEFT JOIN saleor_loyalty_debt d ON d.entry_id = e.id
        GROUP BY m.id, e.id, d.remaining
        HAVING -e.points <> coalesce(sum(u.points), 0) + coalesce(d.remaining, 0)
        """,
    ),
    Law(
        "a credit is its lot, and what it gave back to others",
        """
        SELECT m.id, 'entry ' || e.id, coalesce(l.points, 0)::text,
               CASE WHEN e.reverses_id IS NULL THEN e.points::text ELSE 'up to ' || e.points END
        FROM scope m
        JOIN saleor_loyalty_entry e ON e.member_id = m.id AND e.points > 0
        LEFT JOIN saleor_loyalty_lot l ON l.entry_id = e.id
        WHERE coalesce(l.points, 0) > e.points
           OR (e.reverses_id IS NULL AND coalesce(l.points, 0) <> e.points)
        """,
    ),
    Law(
        "what came back of a debit is what its reversals gave back",
        """
        SELECT m.id, 'entry ' || debit.id, used.returned::text, given.points::text
        FROM scope m
        JOIN saleor_loyalty_entry debit ON debit.member_id = m.id AND debit.points < 0
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(returned), 0) AS returned
            FROM saleor_loyalty_lotuse WHERE entry_id = debit.id
        ) AS used
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(e.points - coalesce(l.points, 0)), 0) AS points
            FROM saleor_loyalty_entry e LEFT JOIN saleor_loyalty_lot l ON l.entry_id = e.id
            WHERE e.reverses_id = debit.id AND e.points > 0
        ) AS given
        WHERE used.returned <> given.points
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
