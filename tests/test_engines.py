"""The embedded servers: started where none is named, kept between starts, stopped at the end."""

from pathlib import Path
from tempfile import TemporaryDirectory

import dj_database_url
import psutil
import psycopg
import pytest
import redis

from saleor_loyalty.server.engines import engines


@pytest.fixture
def data_dir(monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("CELERY_BROKER_URL")
    with TemporaryDirectory(prefix="loyalty-") as path:
        yield Path(path)


def query(url, statement):
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_both_engines_answer_and_are_gone_afterwards(data_dir):
    with engines(data_dir) as running:
        assert query(running.database_url, "SELECT 1") == [(1,)]
        with redis.Redis.from_url(running.broker_url) as client:
            valkey = client.info()["process_id"]

    with pytest.raises(psycopg.OperationalError):
        query(running.database_url, "SELECT 1")
    assert not psutil.pid_exists(valkey)


def test_a_second_start_finds_the_data_of_the_first(data_dir):
    with engines(data_dir) as running:
        query(running.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")

    with engines(data_dir) as running:
        assert query(running.database_url, "SELECT answer FROM kept") == [(42,)]


def test_a_path_too_long_for_a_socket_still_works(data_dir):
    with engines(data_dir / ("long" * 30)) as running:
        assert query(running.database_url, "SELECT 1") == [(1,)]


def test_a_path_with_a_space_is_refused_with_a_way_out(data_dir):
    path = (data_dir / "my shop").resolve()

    with pytest.raises(ValueError, match="whose path has a space") as refusal, engines(path):
        pass

    assert str(refusal.value) == (
        f"PostgreSQL cannot be started in '{path}/postgresql', whose path has a space. "
        "Move the project, or set DATABASE_URL."
    )


def test_django_is_sent_to_the_socket_of_the_embedded_server(data_dir):
    with engines(data_dir) as running:
        database = dj_database_url.parse(running.database_url)

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert database["NAME"] == "postgres"
    assert database["OPTIONS"]["host"].startswith(str(data_dir.resolve()))


def test_given_servers_are_used_and_nothing_is_started(data_dir, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example.com/loyalty")
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://queue.example.com:6379/0")

    with engines(data_dir) as given:
        assert given.environment() == {
            "DATABASE_URL": "postgresql://db.example.com/loyalty",
            "CELERY_BROKER_URL": "redis://queue.example.com:6379/0",
        }

    assert list(data_dir.iterdir()) == []
