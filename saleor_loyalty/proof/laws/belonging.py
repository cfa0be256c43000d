"""The laws of belonging: all that is a member's is of the member's shop."""

from saleor_loyalty.proof.law import Law

LAWS = (
    Law(
        "what is a member's is of the member's shop",
        """
        SELECT m.id, row.what || ' ' || row.id, 'shop ' || row.shop_id, 'shop ' || m.shop_id
        FROM scope m
        JOIN (
            SELECT 'account' AS what, id, member_id, shop_id FROM saleor_loyalty_account
            UNION ALL SELECT 'entry', e.id, a.member_id, e.shop_id
                      FROM saleor_loyalty_entry e
                      JOIN saleor_loyalty_account a ON a.id = e.account_id
            UNION ALL SELECT 'lot', l.id, a.member_id, l.shop_id
                      FROM saleor_loyalty_lot l
                      JOIN saleor_loyalty_account a ON a.id = l.account_id
            UNION ALL SELECT 'settled order', id, member_id, shop_id
                      FROM saleor_loyalty_settledorder
            UNION ALL SELECT 'coupon', id, member_id, shop_id FROM saleor_loyalty_coupon
            UNION ALL SELECT 'coupon code', r.id, c.member_id, r.shop_id
                      FROM saleor_loyalty_couponcode r
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
            SELECT 'entry' AS what, e.id, a.member_id, e.version_id
            FROM saleor_loyalty_entry e JOIN saleor_loyalty_account a ON a.id = e.account_id
            UNION ALL SELECT 'settled order', id, member_id, version_id
                      FROM saleor_loyalty_settledorder
        ) AS row ON row.member_id = m.id
        JOIN saleor_loyalty_programversion v ON v.id = row.version_id
        JOIN saleor_loyalty_program p ON p.id = v.program_id AND p.shop_id <> m.shop_id
        """,
    ),
    Law(
        "a coupon gives a reward of its member's shop",
        """
        SELECT m.id, 'coupon ' || c.id, 'a reward of shop ' || r.shop_id,
               'one of shop ' || m.shop_id
        FROM scope m
        JOIN saleor_loyalty_coupon c ON c.member_id = m.id
        JOIN saleor_loyalty_rewardversion v ON v.id = c.reward_id
        JOIN saleor_loyalty_reward r ON r.id = v.reward_id AND r.shop_id <> m.shop_id
        """,
    ),
    Law(
        "an account is of a program of its member's shop",
        """
        SELECT m.id, 'account ' || a.id, 'a program of shop ' || p.shop_id,
               'one of shop ' || m.shop_id
        FROM scope m
        JOIN saleor_loyalty_account a ON a.member_id = m.id
        JOIN saleor_loyalty_program p ON p.id = a.program_id AND p.shop_id <> m.shop_id
        """,
    ),
    Law(
        "lots and messages are of the member whose entry or coupon they come from",
        """
        SELECT m.id, row.what || ' ' || row.id, 'member ' || m.id, 'member ' || row.owner_id
        FROM scope m
        JOIN (
            SELECT 'lot' AS what, l.id, a.member_id, owner.member_id AS owner_id
            FROM saleor_loyalty_lot l
            JOIN saleor_loyalty_account a ON a.id = l.account_id
            JOIN saleor_loyalty_entry e ON e.id = l.entry_id
            JOIN saleor_loyalty_account owner ON owner.id = e.account_id
            UNION ALL
            SELECT 'message', n.id, n.member_id, c.member_id
            FROM saleor_loyalty_message n JOIN saleor_loyalty_coupon c ON c.id = n.coupon_id
            UNION ALL
            SELECT 'message', n.id, n.member_id, owner.member_id
            FROM saleor_loyalty_message n
            JOIN saleor_loyalty_entry e ON e.id = n.entry_id
            JOIN saleor_loyalty_account owner ON owner.id = e.account_id
        ) AS row ON row.member_id = m.id AND row.owner_id <> m.id
        """,
    ),
    Law(
        "an entry reverses one of the same account",
        """
        SELECT a.member_id, 'entry ' || e.id, 'one of account ' || r.account_id,
               'one of account ' || a.id
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id
        JOIN saleor_loyalty_entry r ON r.id = e.reverses_id AND r.account_id <> a.id
        """,
    ),
    Law(
        "an entry's order is of the entry's shop",
        """
        SELECT a.member_id, 'entry ' || e.id, 'an order of shop ' || o.shop_id,
               'one of shop ' || a.shop_id
        FROM accounts a
        JOIN saleor_loyalty_entry e ON e.account_id = a.id
        JOIN saleor_loyalty_settledorder o ON o.id = e.order_id AND o.shop_id <> a.shop_id
        """,
    ),
    Law(
        "a program's rules are its own",
        """
        SELECT NULL::bigint, 'program of shop ' || p.shop_id,
               'version ' || v.id || ' of another program', 'one of its own'
        FROM saleor_loyalty_program p
        JOIN saleor_loyalty_programversion v ON v.id = p.current_id AND v.program_id <> p.id
        WHERE (%(shop)s::bigint IS NULL OR p.shop_id = %(shop)s::bigint)
          AND %(members)s::bigint[] IS NULL
        """,
    ),
)
