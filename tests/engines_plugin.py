"""A pytest plugin that starts the engines before Django's settings are read.

They belong to the first process; workers of pytest-xdist inherit the variables and start nothing.
"""

import os
import tempfile
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path

import pytest

from saleor_loyalty.server.engines import engines


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    stack = ExitStack()
    early_config.add_cleanup(stack.close)
    # A short path of its own: the address of a Unix socket has at most 107 characters.
    data_dir = stack.enter_context(tempfile.TemporaryDirectory(prefix="loyalty-"))
    os.environ.update(stack.enter_context(engines(Path(data_dir))).environment())
    return (yield)
