"""Members: who they are, how they are found and enrolled, and what they chose.

It may import the program and the shop. It promises that a customer is one member, whose row is
locked in the order of ids, and writes the outbox rows by which others tell members something.
"""
