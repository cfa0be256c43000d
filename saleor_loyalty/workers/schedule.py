"""When the tasks of the workers run: one schedule for our server's beat and for Saleor's."""

from typing import Any

from celery.schedules import crontab

QUARTER_OF_AN_HOUR = 900


def schedule(*, work: float, reconcile: float) -> dict[str, dict[str, Any]]:
    """Entries of a Celery beat by the names of the tasks.

    `work` and `reconcile` are the seconds between two rounds of work and two walks. A round that no
    worker took in that time is dropped.
    """
    rounds = ("settle_orders", "issue_coupons", "mint_coupons", "retire_codes", "send_messages")
    return {
        **{task: _every(work, task) for task in rounds},
        "reconcile": _every(reconcile, "reconcile"),
        # Points end at midnight somewhere, which falls on a quarter of an hour; five minutes later
        # the orders paid before it have come in.
        "expire_points": _entry("expire_points", crontab(minute="5-59/15"), QUARTER_OF_AN_HOUR),
        # A full hour is a quarter of an hour in UTC, whatever the programme's time zone.
        "queue_reminders": _entry("queue_reminders", crontab(minute="*/15"), QUARTER_OF_AN_HOUR),
    }


def _every(seconds: float, task: str) -> dict[str, Any]:
    return _entry(task, seconds, seconds)


def _entry(task: str, schedule: Any, expires: float) -> dict[str, Any]:
    return {
        "task": f"saleor_loyalty.tasks.{task}",
        "schedule": schedule,
        "options": {"expires": expires},
    }
