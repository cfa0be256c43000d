"""Turns: a task works for some seconds and goes to the end of the queue, so that others get theirs.

Its shops take turns too: a batch of each, round after round.
"""

import logging
import random
import time
from collections.abc import Callable, Iterable

from celery import current_app

from saleor_loyalty.conf import conf
from saleor_loyalty.models import Shop

# How long a task may send itself to the queue's end again and again. Each process begins one such
# chain of a task at a time; runs of it meanwhile leave the work to the chain after a short turn.
CHAIN_SECONDS = 120.0
SHORT = 0.25  # of a turn

# A batch of one shop, until a moment by time.monotonic; False once the shop has no more of it.
Work = Callable[[Shop, float], object]

logger = logging.getLogger(__name__)
_chains: dict[str, float] = {}  # until when (time.time) this process's chain of a task lasts


def take(task: str, shops: Iterable[Shop], work: Work, *, until: float | None = None) -> None:
    """Work for one turn, and have `task` go on at the queue's end if that was not enough.

    `until` comes with a task that goes on: when its chain ends, by time.time. A shop in trouble
    stops no other, and comes first by chance alone: it may keep us waiting.
    """
    ends = time.monotonic() + _seconds(task, until)
    busy = list(shops)
    random.shuffle(busy)
    while busy:
        for shop in tuple(busy):
            if not _try(work, shop, ends):
                busy.remove(shop)
            if busy and time.monotonic() >= ends and go_on(task, until=until):
                return
    finish(task, until=until)


def _seconds(task: str, until: float | None) -> float:
    """Others that wait come sooner where a chain does the work anyway."""
    is_chained = until is None and _chains.get(task, 0.0) > time.time()
    return conf.turn_seconds * (SHORT if is_chained else 1)


def _try(work: Work, shop: Shop, ends: float) -> bool:
    try:
        return bool(work(shop, ends))
    except Exception:
        logger.exception("Shop %s: work stopped, the next run goes on", shop.pk)
        return False


def go_on(task: str, *, until: float | None, **told: object) -> bool:
    """Leave the rest to the queue's end, or to the next beat; False where there is no queue.

    `told` goes along with the task.
    """
    if current_app.conf.task_always_eager:
        return False
    now = time.time()
    if until is None and _chains.get(task, 0.0) <= now:
        until = _chains[task] = now + CHAIN_SECONDS
    if until is not None and until > now:
        try:
            current_app.send_task(
                f"saleor_loyalty.tasks.{task}",
                kwargs={"until": until, **told},
                retry=False,
                ignore_result=True,
            )
        except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
            logger.warning("%s does not go on before its next beat: %s", task, type(error).__name__)
    return True


def finish(task: str, *, until: float | None) -> None:
    """Note that nothing is left to do: the chain, if this was one, has ended."""
    if until is not None:
        _chains.pop(task, None)
