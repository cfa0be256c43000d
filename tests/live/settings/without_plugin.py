"""Saleor's settings where the app is known, and the plugin was left out of the list."""

from saleor.settings import *  # noqa: F403
from saleor.settings import PLUGINS as _PLUGINS

PLUGINS = [plugin for plugin in _PLUGINS if not plugin.startswith("saleor_loyalty.")]
