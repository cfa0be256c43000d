"""What transactions of a test's own database wait for; other workers' databases are beside it."""

import time

from django.db import connection

PATIENCE = 30  # seconds until the second transaction waits
SOMEBODY_WAITS = """
SELECT EXISTS (
    SELECT FROM pg_locks AS awaited JOIN pg_locks AS held USING (pid)
    WHERE NOT awaited.granted
    AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
)"""


def wait_until_somebody_waits_for_a_lock() -> None:
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while True:
            cursor.execute(SOMEBODY_WAITS)
            if cursor.fetchone()[0]:
                return
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.01)
