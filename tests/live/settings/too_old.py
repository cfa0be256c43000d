"""Saleor's settings, of a release from before what we rest on."""

import saleor

saleor.__version__ = "3.21.9"

from saleor.settings import *  # noqa: E402, F403
