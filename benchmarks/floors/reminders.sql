-- A reminder for everybody whose points end then.
INSERT INTO saleor_loyalty_message
    (shop_id, member_id, kind, cause, uid, points, deadline, status, created_at, due_at,
     attempts, error, delivered_devices)
SELECT shop_id, member_id, 'EXPIRY_EMAIL', 'plain', gen_random_uuid(), balance, %(end)s, 'PENDING',
       %(now)s, %(now)s, 0, '', '{}'
FROM saleor_loyalty_account
WHERE balance > 0 AND expires_at = %(end)s
