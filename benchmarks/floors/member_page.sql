-- What a member's page shows: their balance, their last 20 entries with all that explains them, their coupons.
SELECT member.id, balance FROM saleor_loyalty_member AS member
JOIN saleor_loyalty_account AS account ON account.member_id = member.id
WHERE member.shop_id = %(shop)s AND customer_id = %(customer)s;
SELECT entry.id, entry.kind, entry.points, entry.created_at, note.reason, entry.currency,
       entry.unpaid, entry.entitled, part.parts,
       settled.order_id, settled.number, lot.expires_at, version.expiry_policy, version.basis
FROM saleor_loyalty_entry AS entry
JOIN saleor_loyalty_account AS account ON account.id = entry.account_id
JOIN saleor_loyalty_member AS member ON member.id = account.member_id
JOIN saleor_loyalty_programversion AS version ON version.id = entry.version_id
LEFT JOIN saleor_loyalty_settledorder AS settled ON settled.id = entry.order_id
LEFT JOIN saleor_loyalty_entrynote AS note ON note.entry_id = entry.id
LEFT JOIN saleor_loyalty_lot AS lot ON lot.entry_id = entry.id
LEFT JOIN LATERAL (
    SELECT json_agg(orderpart) AS parts FROM saleor_loyalty_orderpart AS orderpart
    WHERE orderpart.entry_id = entry.id
) AS part ON true
WHERE member.shop_id = %(shop)s AND member.customer_id = %(customer)s
ORDER BY entry.id DESC LIMIT 20;
SELECT coupon.id, coupon.status, code.code, coupon.issued_at, coupon.expires_at,
       reward.name, reward.discount_type, terms.currency, terms.discount_value,
       terms.min_spent
FROM saleor_loyalty_coupon AS coupon
JOIN saleor_loyalty_couponcode AS code ON code.coupon_id = coupon.id
JOIN saleor_loyalty_member AS member ON member.id = coupon.member_id
JOIN saleor_loyalty_rewardversion AS reward ON reward.id = coupon.reward_id
JOIN saleor_loyalty_rewardterms AS terms ON terms.version_id = reward.id
WHERE member.shop_id = %(shop)s AND member.customer_id = %(customer)s
ORDER BY coupon.id DESC LIMIT 20
