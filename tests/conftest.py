"""What all tests share; each folder adds its own fixtures in a conftest.py beside its tests."""

# Tasks that a test sends go to the queue of this test run.
import saleor_loyalty.server.celery  # noqa: F401
