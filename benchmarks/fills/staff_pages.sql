-- Members with an order, ten entries of the last 90 days, a coupon and a message that failed; one in ten has a sent one.
INSERT INTO saleor_loyalty_member
    (shop_id, customer_id, email, first_name, language_code, status, status_by, joined_at,
     last_activity_at, email_enabled, push_enabled)
SELECT %(shop)s, 'customer-' || n, 'p' || n || '@example.com', 'P' || n, 'en', 'ACTIVE', '',
       now() - n * interval '10 minutes', now() - n * interval '1 minute',
       true, true
FROM generate_series(1, %(members)s) AS n;
INSERT INTO saleor_loyalty_account
    (shop_id, program_id, member_id, balance, lifetime_points)
SELECT member.shop_id, program.id, member.id, member.id %% 5000, 5000
FROM saleor_loyalty_member AS member JOIN saleor_loyalty_program AS program USING (shop_id);
INSERT INTO saleor_loyalty_entry
    (shop_id, account_id, kind, source, points, balance_after, created_at, version_id,
     currency)
SELECT shop_id, id, CASE n WHEN 9 THEN 'REWARD' WHEN 10 THEN 'EXPIRY' ELSE 'GIFT' END,
       CASE n WHEN 10 THEN 'rolling:2026-06-01T00:00:00.000000Z' ELSE 'n' || n END,
       CASE WHEN n > 8 THEN -40 ELSE 100 END, 100,
       now() - random() * interval '90 days', %(version)s, ''
FROM saleor_loyalty_account, generate_series(1, 10) AS n;
INSERT INTO saleor_loyalty_entrynote (entry_id, reason, actor)
SELECT id, 'Thank you', 'sam@example.com' FROM saleor_loyalty_entry;
INSERT INTO saleor_loyalty_coupon
    (shop_id, member_id, entry_id, reward_id, status, issued_at, used_order_id, used_order_number)
SELECT entry.shop_id, member_id, entry.id, reward_id, 'ACTIVE', entry.created_at, '', ''
FROM saleor_loyalty_entry AS entry
JOIN saleor_loyalty_account AS account ON account.id = account_id
JOIN saleor_loyalty_programversion AS version ON version.id = version_id WHERE kind = 'REWARD';
INSERT INTO saleor_loyalty_settledorder
    (shop_id, order_id, number, member_id, channel_id, version_id, points, revision,
     gift_card_lines, waived, fully_paid_at, settled_at)
SELECT shop_id, 'order-' || id, id::text, id, '', %(version)s, 0, 0, '{}', false, now(), now()
FROM saleor_loyalty_member;
INSERT INTO saleor_loyalty_couponcode
    (shop_id, coupon_id, issue, code, voucher_id, made_at, attempts, error)
SELECT shop_id, id, 1, 'T' || substr(hash, 1, 3) || '-' || substr(hash, 4, 4) || '-' ||
       substr(hash, 8, 4) || '-' || substr(hash, 12, 4), '', issued_at, 0, ''
FROM (SELECT *, upper(md5(id::text)) AS hash FROM saleor_loyalty_coupon) AS coupon;
INSERT INTO saleor_loyalty_message
    (shop_id, member_id, kind, cause, uid, status, created_at, attempts, error,
     delivered_devices)
SELECT shop_id, id, 'REWARD_EMAIL', 'x', gen_random_uuid(), 'SENT', now(), 1, '', '{}'
FROM saleor_loyalty_member WHERE id %% 10 = 0;
INSERT INTO saleor_loyalty_message
    (shop_id, member_id, coupon_id, kind, cause, uid, status, created_at, attempts, error,
     fault, delivered_devices)
SELECT member.shop_id, member.id, coupon.id,
       CASE WHEN coupon.id IS NULL THEN 'GIFT_EMAIL' ELSE 'REWARD_PUSH' END,
       coalesce('coupon:' || coupon.uid || ':1', 'y'), gen_random_uuid(), 'FAILED', now(), 1,
       'Recipient refused: 550 No such mailbox',
       CASE WHEN member.id %% 4 = 0 THEN 'OUTAGE' ELSE 'REFUSED' END, '{}'
FROM saleor_loyalty_member AS member
LEFT JOIN saleor_loyalty_coupon AS coupon
       ON coupon.member_id = member.id AND member.id %% 10 = 0
