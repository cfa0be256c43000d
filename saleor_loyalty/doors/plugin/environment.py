"""Our settings inside Saleor: from the environment, which is all that its image lets one set."""

import os
from typing import Any

from django.conf import settings
from django.utils.functional import lazy

from saleor_loyalty.conf import Conf, Setting
from saleor_loyalty.doors.plugin import addresses


def take_settings() -> None:
    """Complete Django's settings by ours. What stands in a settings module of the shop wins."""
    for setting in vars(Conf).values():
        if not isinstance(setting, Setting) or hasattr(settings, setting.name):
            continue
        if setting.name in os.environ:
            setattr(settings, setting.name, _parsed(os.environ[setting.name], setting.default))
    # Later than now: the shop's address may stand in its database.
    address = lazy(addresses.public_url, str)
    api_url = lazy(addresses.api_url, str)
    if not hasattr(settings, "LOYALTY_PUBLIC_URL"):
        settings.LOYALTY_PUBLIC_URL = address()
    settings.LOYALTY_ALLOWED_API_URLS = [api_url()]


def _parsed(text: str, default: object) -> Any:
    """A variable as the type of the setting's default."""
    match default:
        case bool():
            return text.lower() in {"1", "true", "yes", "on"}
        case int() | float():
            return type(default)(text)
        case tuple():
            return [item.strip() for item in text.split(",") if item.strip()]
    return text
