"""Our tasks on Saleor's workers and in its beat."""

from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from celery.signals import task_postrun, task_prerun
from django.conf import settings
from saleor.core.db.connection import allow_writer

OURS = "saleor_loyalty.tasks."
# What a door marks wakes a worker at once. The beat finds what was missed, and what waits.
OFTEN = timedelta(seconds=30)
SCHEDULE: dict[str, Any] = {
    "settle_orders": OFTEN,
    "mint_coupons": OFTEN,
    "retire_codes": OFTEN,
    "send_messages": OFTEN,
    "expire_points": crontab(minute="5-59/15"),
}

_open: dict[str, ExitStack] = {}


def take_part() -> None:
    """Put our tasks into Saleor's schedule, and let them write when its workers run them.

    Saleor's beat copies the schedule into its database when it starts, each entry by its name.
    """
    for task, schedule in SCHEDULE.items():
        seconds = schedule.total_seconds() if isinstance(schedule, timedelta) else 900
        settings.CELERY_BEAT_SCHEDULE[f"saleor-loyalty-{task.replace('_', '-')}"] = {
            "task": OURS + task,
            "schedule": schedule,
            "options": {"expires": seconds},
        }
    task_prerun.connect(_may_write, dispatch_uid="saleor_loyalty")
    task_postrun.connect(_may_write_no_more, dispatch_uid="saleor_loyalty")


def _may_write(sender: Any = None, task_id: str = "", **kwargs: Any) -> None:
    """Saleor's task class reports each use of its main database that was not announced."""
    if sender.name.startswith(OURS):
        _open[task_id] = ExitStack()
        _open[task_id].enter_context(allow_writer())


def _may_write_no_more(task_id: str = "", **kwargs: Any) -> None:
    if scope := _open.pop(task_id, None):
        scope.close()
