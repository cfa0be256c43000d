"""What must not pass, by door: how it is sent, and the status and code that answer it."""
