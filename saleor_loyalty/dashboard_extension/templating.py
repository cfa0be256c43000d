"""The pages' own template engine: what a shop's settings say of templates does not reach them."""

from collections.abc import Mapping
from pathlib import Path

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates

ENGINE = DjangoTemplates(
    {
        "NAME": "saleor_loyalty_staff",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "saleor_loyalty.dashboard_extension.tags",
            ],
        },
    }
)


def rendered(template: str, context: Mapping[str, object], request: HttpRequest) -> str:
    """A template of the folder `staff`, as HTML."""
    return ENGINE.get_template(f"staff/{template}").render(dict(context), request)
