"""The laws of the ledger, all of them; docs/decisions/proof.md says why each is one."""

from saleor_loyalty.proof.laws import belonging, coupons, orders, parts, points

LAWS = points.LAWS + orders.LAWS + parts.LAWS + coupons.LAWS + belonging.LAWS
