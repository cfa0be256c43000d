-- All that is in the inbox credited at once: the rows of a settlement, computing nothing.
INSERT INTO saleor_loyalty_settledorder
    (shop_id, order_id, number, member_id, channel_id, version_id, points, revision,
     gift_card_lines, waived, fully_paid_at, settled_at)
SELECT shop_id, subject_id, subject_id, member.id, 'channel-1', %(version)s, 10, 1,
       '{}', false, %(now)s, %(now)s
FROM saleor_loyalty_change AS change
JOIN saleor_loyalty_member AS member USING (shop_id)
WHERE customer_id = 'customer-' || (1 + subject_id::int %% %(members)s)
ORDER BY subject_id::int;
INSERT INTO saleor_loyalty_account
    (shop_id, program_id, member_id, balance, lifetime_points)
SELECT settled.shop_id, program.id, member_id, sum(points), sum(points)
FROM saleor_loyalty_settledorder AS settled JOIN saleor_loyalty_program AS program USING (shop_id)
GROUP BY 1, 2, 3;
INSERT INTO saleor_loyalty_entry
    (shop_id, account_id, kind, source, points, balance_after, created_at, version_id, order_id,
     currency, unpaid, entitled)
SELECT settled.shop_id, account.id, 'ORDER', 'order:' || order_id, 10,
       10 * row_number() OVER (PARTITION BY member_id ORDER BY settled.id), %(now)s, version_id,
       settled.id, 'EUR', 0, 10
FROM saleor_loyalty_settledorder AS settled
JOIN saleor_loyalty_account AS account USING (member_id) ORDER BY settled.id;
INSERT INTO saleor_loyalty_orderpart
    (entry_id, line_id, name, pieces, back, returned, gross, amount, rate, factor)
SELECT id, 'line', 'Thing', 1, 0, false, 1, 1, 10, 1 FROM saleor_loyalty_entry ORDER BY id;
INSERT INTO saleor_loyalty_lot
    (shop_id, account_id, entry_id, points, remaining, created_at, had_grace)
SELECT shop_id, account_id, id, points, points, %(now)s, false FROM saleor_loyalty_entry ORDER BY id;
UPDATE saleor_loyalty_member AS member SET last_activity_at = %(now)s
FROM saleor_loyalty_account AS account WHERE member.id = member_id;
DELETE FROM saleor_loyalty_change
