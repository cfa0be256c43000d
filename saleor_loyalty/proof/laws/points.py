"""The laws of members' points: balance, lifetime points, entries, lots and periods."""

from saleor_loyalty.proof.law import Law

LAWS = (
    Law(
        "the balance is the sum of the entries",
        """
        SELECT a.member_id, 'balance', a.balance::text, coalesce(sum(e.points), 0)::text
        FROM accounts a LEFT JOIN saleor_loyalty_entry e ON e.account_id = a.id
        GROUP BY a.id, a.member_id, a.balance
        HAVING a.balance <> coalesce(sum(e.points), 0)
        """,
    ),
    Law(
        "lifetime points are the entries that earn, net of reversals",
        """
        SELECT a.member_id, 'lifetime points', a.lifetime_points::text,
               coalesce(sum(e.points), 0)::text
        FROM accounts a LEFT JOIN saleor_loyalty_entry e
          ON e.account_id = a.id
         AND e.kind <> ALL(%(not_earning)s)
         AND NOT (e.kind = 'REVERSAL' AND e.points > 0)
        GROUP BY a.id, a.member_id, a.lifetime_points
        HAVING a.lifetime_points <> coalesce(sum(e.points), 0)
        """,
    ),
    Law(
        "each entry leaves the balance before it plus its points",
        """
        SELECT member_id, 'balance after entry ' || id, balance_after::text, expected::text
        FROM (
            SELECT a.member_id, e.id, e.balance_after,
                   e.points + lag(e.balance_after, 1, 0::bigint)
                              OVER (PARTITION BY e.account_id ORDER BY e.id) AS expected
            FROM saleor_loyalty_entry e JOIN accounts a ON a.id = e.account_id
        ) AS entry
        WHERE balance_after <> expected
        """,
    ),
    Law(
        "what is left in the lots, less what is owed, is the balance",
        """
        SELECT a.member_id, 'left in lots, less debts',
               (coalesce(lots.left, 0) - coalesce(owed, 0))::text, a.balance::text
        FROM accounts a
        LEFT JOIN LATERAL (
            SELECT sum(remaining) AS left FROM saleor_loyalty_lot WHERE account_id = a.id
        ) AS lots ON true
        LEFT JOIN LATERAL (
            SELECT sum(remaining) AS owed FROM saleor_loyalty_debt WHERE account_id = a.id
        ) AS debts ON true
        WHERE a.balance <> coalesce(lots.left, 0) - coalesce(owed, 0)
        """,
    ),
    Law(
        "nobody owes points and holds some",
        """
        SELECT a.member_id, 'owed', sum(d.remaining)::text, '0'
        FROM accounts a JOIN saleor_loyalty_debt d ON d.account_id = a.id
        WHERE a.balance >= 0 GROUP BY a.id, a.member_id HAVING sum(d.remaining) > 0
        """,
    ),
    Law(
        "a lot is what is left of it and what was taken of it",
        """
        SELECT a.member_id, 'lot of entry ' || l.entry_id, l.points::text,
               (l.remaining + coalesce(sum(u.points - u.returned), 0))::text
        FROM accounts a
        JOIN saleor_loyalty_lot l ON l.account_id = a.id
        LEFT JOIN saleor_loyalty_lotuse u ON u.lot_id = l.id
        GROUP BY a.id, a.member_id, l.id
        HAVING l.points <> l.remaining + coalesce(sum(u.points - u.returned), 0)
        """,
    ),
    Law(
        "a debit is what it took of lots and what is owed of it still",
        """
        SELECT a.member_id, 'entry ' || e.id, (-e.points)::text,
               (coalesce(sum(u.points), 0) + coalesce(d.remaining, 0))::text
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id AND e.points < 0
        LEFT JOIN saleor_loyalty_lotuse u ON u.entry_id = e.id
        LEFT JOIN saleor_loyalty_debt d ON d.entry_id = e.id
        GROUP BY a.id, a.member_id, e.id, d.remaining
        HAVING -e.points <> coalesce(sum(u.points), 0) + coalesce(d.remaining, 0)
        """,
    ),
    Law(
        "a credit is its lot, and what it gave back to others",
        """
        SELECT a.member_id, 'entry ' || e.id, coalesce(l.points, 0)::text,
               CASE WHEN e.reverses_id IS NULL THEN e.points::text ELSE 'up to ' || e.points END
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id AND e.points > 0
        LEFT JOIN saleor_loyalty_lot l ON l.entry_id = e.id
        WHERE coalesce(l.points, 0) > e.points
           OR (e.reverses_id IS NULL AND coalesce(l.points, 0) <> e.points)
        """,
    ),
    Law(
        "what came back of a debit is what its reversals gave back",
        """
        SELECT a.member_id, 'entry ' || debit.id, used.returned::text, given.points::text
        FROM accounts a
        JOIN saleor_loyalty_entry debit ON debit.account_id = a.id AND debit.points < 0
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
        "a reversal names the entry or the order whose points it gives or takes back",
        """
        SELECT a.member_id, 'entry ' || e.id, 'names neither', 'an entry or an order'
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id AND e.kind = 'REVERSAL'
        WHERE e.reverses_id IS NULL AND e.order_id IS NULL
        """,
    ),
    Law(
        "points under a ROLLING program have a period, unless a change of rules protects them",
        """
        SELECT a.member_id, 'end of the period', 'none', 'one'
        FROM accounts a
        JOIN saleor_loyalty_program p ON p.id = a.program_id
        JOIN saleor_loyalty_programversion v ON v.id = p.current_id
        WHERE v.expiry_policy = 'ROLLING' AND v.protected_until IS NULL
          AND a.balance > 0 AND a.expires_at IS NULL
        """,
    ),
)
