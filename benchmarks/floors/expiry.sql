-- All that has ended taken out at once; $period has the end: the account for ROLLING, the lot for PER_LOT.
INSERT INTO saleor_loyalty_entry
    (shop_id, account_id, kind, source, points, balance_after, created_at, version_id,
     currency)
SELECT lot.shop_id, lot.account_id, 'EXPIRY', 'plain', -sum(remaining), 0, %(now)s, %(version)s,
       ''
FROM saleor_loyalty_lot AS lot JOIN saleor_loyalty_account AS account ON account.id = account_id
WHERE remaining > 0 AND $period.expires_at <= %(now)s
GROUP BY lot.shop_id, lot.account_id;
UPDATE saleor_loyalty_lot AS lot SET remaining = 0
FROM saleor_loyalty_account AS account
WHERE account.id = account_id AND remaining > 0 AND $period.expires_at <= %(now)s;
UPDATE saleor_loyalty_account SET balance = 0, expires_at = NULL
WHERE balance > 0 AND expires_at <= %(now)s
