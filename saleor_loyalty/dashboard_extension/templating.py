"""The template engine of the staff's pages."""

from collections.abc import Mapping
from pathlib import Path

from django.http import HttpRequest

from saleor_loyalty.templating import engine

ENGINE = engine(
    "saleor_loyalty_staff",
    Path(__file__).parent / "templates",
    builtins=["django.templatetags.i18n", "saleor_loyalty.dashboard_extension.tags"],
)


def rendered(template: str, context: Mapping[str, object], request: HttpRequest) -> str:
    """A template of the folder `staff`, as HTML."""
    return ENGINE.get_template(f"staff/{template}").render(dict(context), request)
