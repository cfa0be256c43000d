"""The laws of coupons: bought once, paid back once, and none beside a debt."""

from saleor_loyalty.proof.law import Law

LAWS = (
    Law(
        "a coupon was bought by its member with a REWARD entry",
        """
        SELECT m.id, 'entry of coupon ' || c.id, e.kind || ' of member ' || a.member_id,
               'REWARD of member ' || m.id
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id
        JOIN saleor_loyalty_entry e ON e.id = c.entry_id
        JOIN saleor_loyalty_account a ON a.id = e.account_id
        WHERE e.kind <> 'REWARD' OR a.member_id <> m.id
        """,
    ),
    Law(
        "each reward brought one coupon",
        """
        SELECT a.member_id, 'entry ' || e.id, 'no coupon', 'one'
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id AND e.kind = 'REWARD'
        LEFT JOIN saleor_loyalty_coupon c ON c.entry_id = e.id
        WHERE c.id IS NULL AND e.reverses_id IS NULL
        """,
    ),
    Law(
        "each coupon that is to be made is told of",
        """
        SELECT m.id, 'coupon ' || c.id, 'no message of ' || c.announced_as, 'one'
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id AND c.status = 'PENDING'
        LEFT JOIN saleor_loyalty_message n ON n.member_id = m.id AND n.cause = c.announced_as
        WHERE n.id IS NULL
        """,
    ),
    Law(
        "a withdrawn coupon's points are back, and not spent again, unless they are forfeited",
        """
        SELECT m.id, 'withdrawn coupon ' || c.id,
               CASE WHEN back.id IS NULL THEN 'its points not back'
                    ELSE 'its points spent again' END,
               'its points back'
        FROM scope m
        JOIN saleor_loyalty_coupon c
          ON c.member_id = m.id AND c.status = 'WITHDRAWN' AND NOT c.forfeited
        LEFT JOIN saleor_loyalty_entry back
          ON back.kind = 'REVERSAL' AND back.reverses_id = coalesce(c.paid_by_id, c.entry_id)
        LEFT JOIN saleor_loyalty_entry again
          ON again.kind = 'REWARD' AND again.reverses_id = back.id
        WHERE back.id IS NULL OR again.id IS NOT NULL
        """,
    ),
    Law(
        "points came back only with a withdrawn coupon that did not forfeit them",
        """
        SELECT a.member_id, 'entry ' || e.id, 'points of entry ' || e.reverses_id || ' back',
               'its coupon is withdrawn with its points'
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id AND e.kind = 'REVERSAL'
        JOIN saleor_loyalty_entry spent ON spent.id = e.reverses_id AND spent.kind = 'REWARD'
        LEFT JOIN saleor_loyalty_entry again ON again.kind = 'REWARD' AND again.reverses_id = e.id
        LEFT JOIN saleor_loyalty_coupon c
          ON c.member_id = a.member_id AND c.status = 'WITHDRAWN' AND NOT c.forfeited
         AND coalesce(c.paid_by_id, c.entry_id) = spent.id
        WHERE again.id IS NULL AND c.id IS NULL
        """,
    ),
    Law(
        "a coupon is paid back, and spent again, once and at its price",
        """
        SELECT a.member_id, 'what reverses entry ' || r.id,
               string_agg(e.points::text, ' and '), (-r.points)::text
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id AND e.kind IN ('REVERSAL', 'REWARD')
        JOIN saleor_loyalty_entry r ON r.id = e.reverses_id AND r.kind IN ('REWARD', 'REVERSAL')
        GROUP BY a.member_id, r.id
        HAVING count(*) > 1 OR sum(e.points) <> -r.points
        """,
    ),
    Law(
        "a coupon's codes are issued one after the other",
        """
        SELECT m.id, 'coupon ' || c.id, count(r.id) || ' codes', 'issues 1 to as many'
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id
        LEFT JOIN saleor_loyalty_couponcode r ON r.coupon_id = c.id
        GROUP BY m.id, c.id
        HAVING count(r.id) = 0 OR max(r.issue) <> count(r.id) OR min(r.issue) <> 1
        """,
    ),
    Law(
        "all codes of a coupon but the last are retired, and of a withdrawn one that too",
        """
        SELECT m.id, 'code ' || r.id || ' of coupon ' || c.id, 'not retired', 'retired'
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id
        JOIN saleor_loyalty_couponcode r ON r.coupon_id = c.id AND r.retired_at IS NULL
        WHERE c.status = 'WITHDRAWN'
           OR r.issue < (SELECT max(issue) FROM saleor_loyalty_couponcode WHERE coupon_id = c.id)
        """,
    ),
    Law(
        "a coupon is on its way while its code is to be made",
        """
        SELECT m.id, 'code ' || r.id || ' of coupon ' || c.id,
               CASE WHEN r.made_at IS NULL THEN 'to be made' ELSE 'made' END,
               'as it says itself: ' || c.status
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id
        JOIN saleor_loyalty_couponcode r ON r.coupon_id = c.id AND r.retired_at IS NULL
        WHERE (r.made_at IS NULL) <> (c.status = 'PENDING')
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
        "a message waits only for a coupon that is to be made",
        """
        SELECT m.id, 'message ' || n.id, 'waits for ' || n.cause, 'no coupon of it is to be made'
        FROM scope m
        JOIN saleor_loyalty_message n
          ON n.member_id = m.id AND n.status = 'PENDING' AND n.due_at IS NULL
        LEFT JOIN saleor_loyalty_coupon c
          ON c.member_id = m.id AND c.announced_as = n.cause AND c.status = 'PENDING'
        LEFT JOIN saleor_loyalty_account a
          ON a.member_id = m.id AND a.rewards_to_come = n.cause
        WHERE c.id IS NULL AND a.id IS NULL
        """,
    ),
    Law(
        "who owes points has no unused coupon",
        """
        SELECT a.member_id, 'coupon ' || c.id, 'unused at a balance of ' || a.balance, 'withdrawn'
        FROM accounts a
        JOIN saleor_loyalty_coupon c ON c.member_id = a.member_id
        WHERE a.balance < 0
          AND (c.status = 'PENDING'
               OR c.status = 'ACTIVE' AND (c.expires_at IS NULL OR c.expires_at > now()))
        """,
    ),
)
