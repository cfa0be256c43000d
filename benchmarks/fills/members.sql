-- Members with nothing.
INSERT INTO saleor_loyalty_member
    (shop_id, customer_id, email, first_name, language_code, status, status_by, joined_at,
     email_enabled, push_enabled)
SELECT %(shop)s, 'customer-' || n, n || '@example.com', '', 'en', 'ACTIVE', '', %(now)s, true, true
FROM generate_series(1, %(members)s) AS n
