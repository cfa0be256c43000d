"""The laws of the ledger, all of them; docs/decisions/proof.md says why each is one."""

from saleor_loyalty.proof.laws import belonging, coupons, orders, points

LAWS = points.LAWS + orders.LAWS + coupons.LAWS + belonging.LAWS
