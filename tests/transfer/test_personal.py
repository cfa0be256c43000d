"""A field that is added says whether it holds something of a person; see docs/data.md."""

import pytest
from django.apps import apps

from saleor_loyalty.models import Member
from saleor_loyalty.transfer.personal import REGISTRY, Personal
from tests.transfer.personal_fields import PAGE, table

MODELS = list(apps.get_app_config("saleor_loyalty").get_models())
WHERE = "transfer/personal.py"


def declared(model) -> list[str]:
    return [name for names in REGISTRY[model].values() for name in names]


def test_every_model_is_declared():
    missing = {model.__name__ for model in MODELS if model not in REGISTRY}

    assert not missing, f"Declare the fields of these models in {WHERE}: {missing}."


@pytest.mark.parametrize("model", MODELS)
def test_every_field_says_whether_it_is_personal(model):
    fields = {f.name for f in model._meta.concrete_fields if not f.primary_key}
    missing = fields.difference(declared(model))

    assert not missing, (
        f"Say in {WHERE} what these fields of {model.__name__} hold of a person, "
        f"or that it is NOTHING: {sorted(missing)}."
    )


@pytest.mark.parametrize("model", REGISTRY)
def test_no_field_is_declared_that_is_gone(model):
    gone = set(declared(model)).difference(f.name for f in model._meta.concrete_fields)

    assert not gone, f"Take these fields, gone from {model.__name__}, out of {WHERE}: {gone}."


@pytest.mark.parametrize("model", REGISTRY)
def test_no_field_is_declared_twice(model):
    assert len(declared(model)) == len(set(declared(model)))


@pytest.mark.parametrize("model", REGISTRY)
def test_rows_that_name_a_member_say_whose_they_are(model):
    owners = set(REGISTRY[model].get(Personal.OWNER, ()))
    to_members = {f.name for f in model._meta.concrete_fields if f.related_model is Member}

    assert to_members <= owners


def test_the_page_for_whoever_asks_lists_every_personal_field():
    assert table() in PAGE.read_text(encoding="utf-8"), (
        "Run `python -m tests.transfer.personal_fields`: docs/data.md lists other fields."
    )
