-- Members with two lots each, all of which have ended.
INSERT INTO saleor_loyalty_member
    (shop_id, customer_id, email, first_name, language_code, status, status_by, joined_at,
     email_enabled, push_enabled)
SELECT %(shop)s, 'customer-' || n, n || '@example.com', '', 'en', 'ACTIVE', '', %(end)s, true, true
FROM generate_series(1, %(members)s) AS n;
INSERT INTO saleor_loyalty_account
    (shop_id, program_id, member_id, balance, lifetime_points, expires_at)
SELECT member.shop_id, program.id, member.id, 30, 30, %(end)s
FROM saleor_loyalty_member AS member JOIN saleor_loyalty_program AS program USING (shop_id);
INSERT INTO saleor_loyalty_entry
    (shop_id, account_id, kind, source, points, balance_after, created_at, version_id,
     currency)
SELECT shop_id, id, 'ORDER', 'order:' || n, 10 * n, 10 * n, %(end)s, %(version)s, ''
FROM saleor_loyalty_account, generate_series(1, 2) AS n;
INSERT INTO saleor_loyalty_lot
    (shop_id, account_id, entry_id, points, remaining, created_at, had_grace, expires_at)
SELECT shop_id, account_id, id, points, points, created_at, false, %(end)s FROM saleor_loyalty_entry
