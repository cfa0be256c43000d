-- One credit as one statement and one transaction: settled order, entry, part and lot idempotently, and the balance.
WITH owner AS (
    SELECT id, shop_id FROM saleor_loyalty_member
    WHERE shop_id = %(shop)s AND customer_id = %(customer)s FOR UPDATE
), opened AS (
    INSERT INTO saleor_loyalty_account (shop_id, program_id, member_id, balance, lifetime_points)
    SELECT owner.shop_id, program.id, owner.id, 10, 10
    FROM owner JOIN saleor_loyalty_program AS program USING (shop_id)
    ON CONFLICT (member_id) DO UPDATE SET balance = saleor_loyalty_account.balance + 10,
        lifetime_points = saleor_loyalty_account.lifetime_points + 10
    RETURNING id, balance
), settled AS (
    INSERT INTO saleor_loyalty_settledorder
        (shop_id, order_id, number, member_id, channel_id, version_id, points, revision,
         gift_card_lines, waived, fully_paid_at, settled_at)
    SELECT shop_id, %(order)s, %(order)s, id, 'channel-1', %(version)s, 10, 1, '{}', false,
           %(now)s, %(now)s
    FROM owner
    ON CONFLICT (shop_id, order_id) DO NOTHING RETURNING id
), entry AS (
    INSERT INTO saleor_loyalty_entry
        (shop_id, account_id, kind, source, points, balance_after, created_at, version_id, order_id,
         currency, unpaid, entitled)
    SELECT owner.shop_id, opened.id, 'ORDER', 'order:' || %(order)s, 10, opened.balance, %(now)s,
           %(version)s, settled.id, 'EUR', 0, 10
    FROM owner, opened, settled
    ON CONFLICT (account_id, kind, source) DO NOTHING RETURNING id, shop_id, account_id, points
), part AS (
    INSERT INTO saleor_loyalty_orderpart
        (entry_id, line_id, name, pieces, back, returned, gross, amount, rate, factor)
    SELECT id, 'line', 'Thing', 1, 0, false, 1, 1, 10, 1 FROM entry
), lot AS (
    INSERT INTO saleor_loyalty_lot
        (shop_id, account_id, entry_id, points, remaining, created_at, had_grace)
    SELECT shop_id, account_id, id, points, points, %(now)s, false FROM entry
)
UPDATE saleor_loyalty_member AS member SET last_activity_at = %(now)s
FROM owner WHERE member.id = owner.id
