"""The shop of the expiry tests, its clock and its members; a mail server; runs of the queue."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from saleor_loyalty.members import enrolment
from saleor_loyalty.messages import reminders
from saleor_loyalty.models import Member, Message, ProgramVersion, Shop
from saleor_loyalty.rules.reminders import Reminder
from saleor_loyalty.saleor_api.facts import Customer
from tests.ledger.expiry import conftest as points
from tests.ledger.expiry.conftest import START
from tests.messages import conftest as messages

ada, change, clock = points.ada, points.change, points.clock
order, post, refund = points.order, points.post, points.refund
set_up, shop = points.set_up, points.shop
mail_settings, mail_server = messages._settings, messages.mail_server
stopped_mail_server = messages.stopped_mail_server

ALL = [reminder.value for reminder in Reminder]
ENDS = datetime(2027, 8, 29, tzinfo=UTC)  # after the 180th day after START's


@pytest.fixture
def enroll(shop: Shop) -> Callable[[str], Member]:
    """A member who is not welcomed: messages are reminders here."""

    def enroll(name: str) -> Member:
        customer = Customer(f"customer-{name}", f"{name}@example.com", "", "en")
        ids = enrolment.enroll_all(shop=shop, customers=[customer], welcome=False)
        return Member.objects.get(pk=ids[customer.id])

    return enroll


def causes() -> list[str]:
    return sorted(Message.objects.values_list("cause", flat=True))


@pytest.fixture
def set_off(
    set_up: Callable[..., ProgramVersion],
    change: Callable[..., ProgramVersion],
    clock: SimpleNamespace,
    shop: Shop,
) -> Callable[..., None]:
    """Start the programme with all reminders or these, and look at it for the first time."""

    def set_off(
        policy: str = "ROLLING",
        days: int | None = 180,
        time_zone: str = "UTC",
        names: list[str] = ALL,
    ) -> None:
        set_up(policy, days, time_zone)
        change(reminders=names)
        reminders.queue(shop, now=clock.now)

    return set_off


@pytest.fixture
def at(shop: Shop, clock: SimpleNamespace) -> Callable[..., int]:
    """Let time pass to a moment, and queue what is due; how many."""

    def at(moment: datetime | str, **options: Any) -> int:
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        clock.now = moment
        return reminders.queue(shop, now=clock.now, **options)

    return at


@pytest.fixture
def only_at(at: Callable[..., int]) -> Callable[..., int]:
    """Let time pass to a moment, and have what falls due in its last quarter of an hour alone."""

    def only_at(moment: str) -> int:
        at(datetime.fromisoformat(moment).replace(tzinfo=UTC) - timedelta(minutes=15))
        Message.objects.all().delete()
        return at(moment)

    return only_at


@pytest.fixture
def days(at: Callable[..., int]) -> Callable[[int], list[tuple[str, str]]]:
    """Run the queue at a quarter to and at 10:00, so many days; which came when."""

    def days(count: int) -> list[tuple[str, str]]:
        seen: list[tuple[str, str]] = []
        for run in range(2, count * 2):
            day, step = divmod(run, 2)
            moment = START.replace(hour=9, minute=45) + timedelta(days=day, minutes=15 * step)
            if at(moment):
                new = Message.objects.order_by("pk").values_list("cause", flat=True)[len(seen) :]
                seen += [(f"{moment:%m-%d %H:%M}", cause.rpartition(":")[2]) for cause in new]
        return seen

    return days
