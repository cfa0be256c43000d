"""What members are told: texts, rendering, the outbox, and the couriers for email and push."""
