"""Our tasks on Saleor's workers and in its beat."""

from contextlib import ExitStack
from typing import Any

from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django_celery_beat.models import PeriodicTask, PeriodicTasks
from saleor.core.db.connection import allow_writer

from saleor_loyalty.workers.schedule import schedule

SCHEDULED = "saleor-loyalty-"
OURS = "saleor_loyalty.tasks."
# Seconds. What a hook marks wakes a worker at once: the rounds find what was missed, or waits.
ROUNDS, WALKS = 30.0, 300.0

_open: dict[str, ExitStack] = {}


def register() -> None:
    """Put our tasks into Saleor's schedule, and let them write when its workers run them.

    Saleor's beat copies the schedule into its database when it starts, each entry by its name.
    """
    for task, entry in schedule(work=ROUNDS, reconcile=WALKS).items():
        settings.CELERY_BEAT_SCHEDULE[f"{SCHEDULED}{task.replace('_', '-')}"] = entry
    task_prerun.connect(_may_write, dispatch_uid="saleor_loyalty")
    task_postrun.connect(_may_write_no_more, dispatch_uid="saleor_loyalty")


def leave() -> None:
    """Take our entries out of the schedule that Saleor keeps in its database."""
    PeriodicTask.objects.filter(name__startswith=SCHEDULED).delete()
    PeriodicTasks.update_changed()


def _may_write(sender: Any = None, task_id: str = "", **kwargs: Any) -> None:
    """Saleor's task class reports each use of its main database that was not announced."""
    if sender.name.startswith(OURS):
        _open[task_id] = ExitStack()
        _open[task_id].enter_context(allow_writer())


def _may_write_no_more(task_id: str = "", **kwargs: Any) -> None:
    if scope := _open.pop(task_id, None):
        scope.close()
