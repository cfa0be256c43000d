"""What points become: coupons, made as vouchers in Saleor, followed and taken back.

It may import the ledger and what that may import. It promises that a coupon has one code that works
at a time, and that what is made in Saleor is made once, whatever crashes.
"""
