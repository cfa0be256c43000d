"""Data of an earlier version is not begun on: its tables are others."""

import json
from pathlib import Path

import pytest

from sandbox import tables
from sandbox.waiting import Broken


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    (tmp_path / "postgresql").mkdir()
    tables.note(tmp_path)
    return tmp_path


def test_the_first_start_finds_no_data_and_goes_on(tmp_path: Path) -> None:
    tables.check(tmp_path)


def test_data_of_these_migrations_is_gone_on_with(data_dir: Path) -> None:
    tables.check(data_dir)


def test_data_of_which_nothing_is_known_is_refused(data_dir: Path) -> None:
    (data_dir / tables.NOTED_IN).unlink()
    with pytest.raises(Broken, match="make demo-reset"):
        tables.check(data_dir)


def test_data_of_a_migration_that_was_another_is_refused(data_dir: Path) -> None:
    noted = data_dir / tables.NOTED_IN
    made_by = json.loads(noted.read_text())
    noted.write_text(json.dumps({**made_by, next(iter(made_by)): "another"}))
    with pytest.raises(Broken, match="is of an earlier version"):
        tables.check(data_dir)


def test_a_migration_that_was_added_since_is_run(data_dir: Path) -> None:
    noted = data_dir / tables.NOTED_IN
    made_by = json.loads(noted.read_text())
    made_by.popitem()
    noted.write_text(json.dumps(made_by))
    tables.check(data_dir)
