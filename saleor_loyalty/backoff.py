"""How long to wait before trying again something that failed outside our machine."""

import secrets
from datetime import timedelta

FIRST, LONGEST = timedelta(seconds=5), timedelta(hours=3)


def wait_before_try(tries: int) -> timedelta:
    """The wait after `tries` failed tries: 5 s, 10 s, 20 s ... 3 h, up to a quarter shorter.

    The random part keeps what failed together from coming back together.
    """
    doublings = min(max(tries, 1) - 1, 20)
    wait = min(FIRST * (1 << doublings), LONGEST)
    return wait * (1 - secrets.randbelow(251) / 1000)
