"""What members are told: texts, rendering, the outbox, and the couriers for email and push.

It may import orders and all below them. It promises that each message is sent once for its cause,
in the member's language, and that a provider in trouble loses none.
"""
