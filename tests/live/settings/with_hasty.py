"""Saleor's settings with an app before ours that cannot wait."""

from saleor.settings import *  # noqa: F403
from saleor.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = ["hasty", *_APPS]
