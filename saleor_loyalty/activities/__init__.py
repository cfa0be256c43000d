"""What earns without an order: points that staff give, take back and correct.

It may import the ledger and all that the ledger may import. It promises that each action is posted
once for its key, and that bad input changes nothing.
"""
