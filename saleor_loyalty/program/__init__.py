"""The program of a shop: its versions, the rulebook that settlement reads, and how it is changed.

It may import the shop. It promises that a version never changes, and that bad rules are refused
with every problem named.
"""
