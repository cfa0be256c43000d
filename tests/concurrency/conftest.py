"""Committed data and worker processes of their own."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from saleor_loyalty.models import Shop
from tests.shops import new_program, new_shop


@pytest.fixture(autouse=True)
def _nobody_waits_in_a_ring(transactional_db: None) -> Iterator[None]:
    """PostgreSQL ends a deadlock and a retry hides it, so they are counted, whoever met them."""
    before = _deadlocks()
    yield
    assert _deadlocks() == before, "transactions waited for each other (pg_stat_database)"


def _deadlocks() -> int:
    """How many there were in this database. Sessions report theirs when they end at the latest."""
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_stat_force_next_flush()")  # what this session has to report
            cursor.execute(
                "SELECT deadlocks, numbackends FROM pg_stat_database"
                " WHERE datname = current_database()"
            )
            deadlocks, sessions = cursor.fetchone()
            if sessions <= 1:
                return int(deadlocks)
            assert time.monotonic() < deadline, "another session of this test goes on"
            time.sleep(0.02)


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Workers are forked from a process that has read the code and has no connection."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.concurrency.processes"])
    return context


@pytest.fixture
def shop(transactional_db, saleor) -> Shop:
    shop = new_shop(saleor.api_url)
    new_program(shop)
    return shop


@pytest.fixture
def log(tmp_path) -> Path:
    """What the workers complain of."""
    path = tmp_path / "workers.log"
    path.touch()
    return path


@pytest.fixture
def at_once(processes, log) -> Callable[..., list[int]]:
    """Has so many processes do the same at the same moment; what each of them returned."""

    def at_once(count: int, work: Callable[..., int], *arguments: Any) -> list[int]:
        barrier = processes.Barrier(count)
        results = processes.SimpleQueue()
        database = connection.settings_dict["NAME"]
        workers = [
            processes.Process(
                target=_put_result, args=(results, work, database, str(log), barrier, *arguments)
            )
            for _ in range(count)
        ]
        for worker in workers:
            worker.start()
        returned = [results.get() for _ in workers]
        for worker in workers:
            worker.join()
        return returned

    return at_once


def _put_result(results: Any, work: Callable[..., int], *arguments: Any) -> None:
    try:
        results.put(work(*arguments))
    except BaseException:
        results.put(-1)
        raise
