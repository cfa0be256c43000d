"""The laws of what an order's points were computed from: its parts."""

from saleor_loyalty.proof.law import Law

# Shares of pieces need not be finite decimals, so all is counted `n` times over: the least number
# that all numbers of pieces divide. No quotient is rounded before the last, which is cut to points.
#   worth     n times the points of the pieces that are kept
#   gone      n times the price of those that came back, price that of all of them
#   rounding  what refunds may miss of the price: half the currency's unit a piece
LAWS = (
    Law(
        "an order's points are what its parts kept earn, in the share that was paid",
        """
        SELECT a.member_id, 'entry ' || e.id, e.entitled::text, due.points::text
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id AND e.unpaid IS NOT NULL
        CROSS JOIN LATERAL (
            SELECT ('1e-' || coalesce(%(digits)s::jsonb ->> e.currency,
                                      %(digits)s::jsonb ->> 'DEFAULT'))::numeric AS unit
        ) AS currency
        CROSS JOIN LATERAL (
            SELECT saleor_loyalty_lcm(coalesce(nullif(pieces, 0), 1)) AS n
            FROM saleor_loyalty_orderpart WHERE entry_id = e.id
        ) AS common
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(exact_points * (whole - back) * div(n, whole)), 0) AS worth,
                   coalesce(sum(gross * back * div(n, whole)), 0) AS gone,
                   coalesce(sum(gross * n), 0) AS price,
                   coalesce(sum(back * unit * 0.5) FILTER (WHERE mod(gross, whole * unit) <> 0), 0)
                       AS rounding
            FROM saleor_loyalty_orderpart,
                 LATERAL (SELECT coalesce(nullif(pieces, 0), 1) AS whole) AS line
            WHERE entry_id = e.id
        ) AS parts
        CROSS JOIN LATERAL (
            SELECT CASE WHEN e.unpaid * n - gone > rounding * n AND price > gone
                        THEN div(greatest(price - e.unpaid * n, 0) * worth, (price - gone) * n)
                        ELSE div(worth, n) END AS points
        ) AS due
        WHERE e.entitled IS DISTINCT FROM due.points
        """,
    ),
    Law(
        "only what was computed from an order has parts",
        """
        SELECT a.member_id, 'parts of entry ' || e.id, count(*)::text, '0'
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id AND e.unpaid IS NULL
        JOIN saleor_loyalty_orderpart p ON p.entry_id = e.id
        GROUP BY a.member_id, e.id
        """,
    ),
)
