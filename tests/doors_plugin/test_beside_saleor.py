"""What is there of the plugin door where there is no Saleor: a name to be found by, and a clear no.

What it does inside a Saleor is tried in one: tests/live.
"""

from importlib.metadata import entry_points

import pytest
from celery import current_app
from django.apps import apps
from django.db import IntegrityError
from django.utils import timezone

from saleor_loyalty import checks
from saleor_loyalty.models import Door, Shop
from saleor_loyalty.saleor_api import inside
from saleor_loyalty.saleor_api.transport import SaleorUnavailable
from saleor_loyalty.shop.connection import connect
from saleor_loyalty.workers.schedule import schedule


class Recorder:
    """A transport that answers one customer, whatever it is asked."""

    def execute(self, document, variables):
        user = {"email": "ada@example.com", "firstName": "Ada", "languageCode": "EN"}
        return {"user": {"id": variables["id"], "isConfirmed": True, "isActive": True, **user}}


def new_shop(api_url: str, door: Door) -> Shop:
    return Shop.objects.create(door=door, api_url=api_url, installed_at=timezone.now())


def test_saleor_finds_the_plugin_by_the_name_of_the_app() -> None:
    (plugin,) = [p for p in entry_points(group="saleor.plugins") if p.name == "saleor_loyalty"]

    assert plugin.name == apps.get_app_config("saleor_loyalty").name
    assert plugin.value == "saleor_loyalty.doors.plugin.plugin:LoyaltyPlugin"


def test_a_shop_of_the_plugin_is_asked_in_its_own_processes(db, monkeypatch) -> None:
    monkeypatch.setattr(inside, "_lent", Recorder())

    with connect(new_shop("https://shop.example.com/graphql/", Door.PLUGIN)) as saleor:
        customer = saleor.customer("VXNlcjox")

    assert customer.email == "ada@example.com"


def test_no_other_process_can_ask_it(db) -> None:
    shop = new_shop("https://shop.example.com/graphql/", Door.PLUGIN)

    with pytest.raises(SaleorUnavailable, match="only Saleor's own processes"), connect(shop):
        pass


def test_a_database_has_one_such_shop_at_most(db) -> None:
    new_shop("https://shop.example.com/graphql/", Door.PLUGIN)
    new_shop("https://another.example.com/graphql/", Door.APP)

    with pytest.raises(IntegrityError, match="saleor_loyalty_one_shop_from_inside"):
        new_shop("https://third.example.com/graphql/", Door.PLUGIN)


def test_inside_saleor_no_keys_for_tokens_are_asked_for(settings, monkeypatch) -> None:
    settings.LOYALTY_TOKEN_KEYS = []
    assert [error.id for error in checks.check_token_keys()] == ["saleor_loyalty.E001"]

    monkeypatch.setattr(apps, "is_installed", {"saleor.core"}.__contains__)

    assert checks.check_token_keys() == []


def test_the_timetable_names_tasks_that_exist() -> None:
    current_app.loader.import_default_modules()

    named = {entry["task"] for entry in schedule(work=5, reconcile=300).values()}

    assert named == {name for name in current_app.tasks if name.startswith("saleor_loyalty.")}
