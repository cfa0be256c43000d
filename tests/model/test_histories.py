"""Random histories of a shop end where the model says, after every step."""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.history import History

LONG_RUN = os.environ.get("LOYALTY_TESTS") == "long"
BOUNDED = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),  # they fret over the speed of a real database
)
LONG = settings(
    BOUNDED,
    max_examples=int(os.environ.get("LOYALTY_EXAMPLES", "2000")),
    stateful_step_count=50,
    derandomize=False,
    database=None,
)


@pytest.mark.timeout(0 if LONG_RUN else 600)  # half a minute; minutes more to shrink a failure
@pytest.mark.django_db(transaction=True)
def test_every_history_ends_where_the_model_says():
    run_state_machine_as_test(History, settings=LONG if LONG_RUN else BOUNDED)
