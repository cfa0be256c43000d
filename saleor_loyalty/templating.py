"""The product's template engines: what a shop's settings say of templates does not reach them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from django.http import HttpRequest
from django.template.backends.django import DjangoTemplates


def engine(name: str, directory: Path, *, builtins: Sequence[str] = ()) -> DjangoTemplates:
    """An engine that knows the templates of one directory, and the tags of `builtins` unasked."""
    return DjangoTemplates(
        {
            "NAME": name,
            "DIRS": [directory],
            "APP_DIRS": False,
            "OPTIONS": {"builtins": list(builtins)},
        }
    )


ENGINE = engine("saleor_loyalty", Path(__file__).parent / "templates")


def rendered(template: str, context: Mapping[str, object], request: HttpRequest) -> str:
    """A template of the folder `saleor_loyalty`, which shoppers see, as HTML."""
    return ENGINE.get_template(f"saleor_loyalty/{template}").render(dict(context), request)
