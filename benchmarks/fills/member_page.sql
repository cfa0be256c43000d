-- Members with thirty entries each: 27 orders, then three coupons.
INSERT INTO saleor_loyalty_member
    (shop_id, customer_id, email, first_name, language_code, status, status_by, joined_at,
     email_enabled, push_enabled)
SELECT %(shop)s, 'customer-' || n, n || '@example.com', '', 'en', 'ACTIVE', '', %(now)s, true, true
FROM generate_series(1, %(members)s) AS n;
INSERT INTO saleor_loyalty_account
    (shop_id, program_id, member_id, balance, lifetime_points)
SELECT member.shop_id, program.id, member.id, 240, 270
FROM saleor_loyalty_member AS member JOIN saleor_loyalty_program AS program USING (shop_id);
INSERT INTO saleor_loyalty_settledorder
    (shop_id, order_id, number, member_id, channel_id, version_id, points, revision,
     gift_card_lines, waived, fully_paid_at, settled_at)
SELECT shop_id, id || '-' || n, id || '-' || n, id, 'channel-1', %(version)s, 10, 1, '{}', false,
       %(now)s, %(now)s
FROM generate_series(1, 27) AS n, saleor_loyalty_member;
INSERT INTO saleor_loyalty_entry
    (shop_id, account_id, kind, source, points, balance_after, created_at, version_id, order_id,
     currency, unpaid, entitled)
SELECT settled.shop_id, account.id, 'ORDER', 'order:' || order_id, 10, 240, %(now)s, version_id,
       settled.id, 'EUR', 0, 10
FROM saleor_loyalty_settledorder AS settled JOIN saleor_loyalty_account AS account USING (member_id);
INSERT INTO saleor_loyalty_orderpart
    (entry_id, line_id, name, pieces, back, returned, gross, amount, rate, factor)
SELECT id, 'line', 'Thing', 1, 0, false, 1, 1, 10, 1 FROM saleor_loyalty_entry;
INSERT INTO saleor_loyalty_lot
    (shop_id, account_id, entry_id, points, remaining, created_at, had_grace, expires_at)
SELECT shop_id, account_id, id, points, 8, created_at, false, %(now)s + interval '1 year'
FROM saleor_loyalty_entry;
INSERT INTO saleor_loyalty_entry
    (shop_id, account_id, kind, source, points, balance_after, created_at, version_id, currency)
SELECT shop_id, id, 'REWARD', 'reward:' || n, -10, 240, %(now)s, %(version)s, ''
FROM generate_series(1, 3) AS n, saleor_loyalty_account;
INSERT INTO saleor_loyalty_coupon
    (shop_id, member_id, entry_id, reward_id, status, issued_at, used_order_id, used_order_number)
SELECT entry.shop_id, member_id, entry.id, reward_id, 'ACTIVE', entry.created_at, '', ''
FROM saleor_loyalty_entry AS entry
JOIN saleor_loyalty_account AS account ON account.id = account_id
JOIN saleor_loyalty_programversion AS version ON version.id = version_id WHERE kind = 'REWARD';
INSERT INTO saleor_loyalty_couponcode
    (shop_id, coupon_id, issue, code, voucher_id, made_at, attempts, error)
SELECT shop_id, id, 1, 'C' || id, '', issued_at, 0, '' FROM saleor_loyalty_coupon
