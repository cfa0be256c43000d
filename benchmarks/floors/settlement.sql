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
INSERT INTO saleor_loyalty_entry
    (shop_id, member_id, kind, source, points, balance_after, created_at, version_id, order_id,
     currency, eligible, total, unpaid, rate, entitled)
SELECT shop_id, member_id, 'ORDER', 'order:' || order_id, 10,
       10 * row_number() OVER (PARTITION BY member_id ORDER BY id), %(now)s, version_id, id,
       'EUR', 1, 1, 0, 10, 10
FROM saleor_loyalty_settledorder ORDER BY id;
INSERT INTO saleor_loyalty_lot
    (shop_id, member_id, entry_id, points, remaining, created_at, had_grace)
SELECT shop_id, member_id, id, points, points, %(now)s, false FROM saleor_loyalty_entry ORDER BY id;
UPDATE saleor_loyalty_member AS member
SET balance = earned, lifetime_points = earned, last_activity_at = %(now)s
FROM (SELECT member_id, sum(points) AS earned FROM saleor_loyalty_entry GROUP BY 1) AS entry
WHERE member.id = member_id;
DELETE FROM saleor_loyalty_change
