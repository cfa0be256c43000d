"""The only writer of points: the book of postings, accounts and lots, and their expiry.

It may import members and what they may import; it knows no coupon, no message and no order. It
promises that balances, lots and entries agree, whatever is posted, and that a cause is posted once.
"""
