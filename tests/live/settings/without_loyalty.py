"""Saleor's settings as they are where our package is not installed."""

from saleor.settings import *  # noqa: F403 - as Django's settings are passed on
from saleor.settings import INSTALLED_APPS as _APPS
from saleor.settings import PLUGINS as _PLUGINS

INSTALLED_APPS = [app for app in _APPS if app != "saleor_loyalty"]
PLUGINS = [plugin for plugin in _PLUGINS if not plugin.startswith("saleor_loyalty.")]
