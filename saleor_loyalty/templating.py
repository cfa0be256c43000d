"""The template engine of the pages that shoppers see: no setting of the shop's reaches them."""

from collections.abc import Mapping
from pathlib import Path

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates

ENGINE = DjangoTemplates(
    {
        "NAME": "saleor_loyalty",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {},
    }
)


def rendered(template: str, context: Mapping[str, object], request: HttpRequest) -> str:
    """A template of the folder `saleor_loyalty`, as HTML."""
    return ENGINE.get_template(f"saleor_loyalty/{template}").render(dict(context), request)
