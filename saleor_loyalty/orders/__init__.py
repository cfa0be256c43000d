"""From what changed in Saleor to points: inbox, settlement, reconciliation, backfill, customers.

It may import rewards, activities and the ledger. It promises that an order stands at what it
entitles to now, however its events came: late, twice, or never.
"""
