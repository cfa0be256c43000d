"""Who asks, kept on a context that Saleor may share. Without an import of Saleor: tried alone.

Saleor makes one context per event and runs every app's subscription on it, each as that app.
"""

from collections.abc import Callable
from typing import Any

from saleor_loyalty.permissions import Viewer


def know_viewer(context: Any, *, asking: object, viewer_of: Callable[[], Viewer]) -> None:
    """Make `context.loyalty_viewer` the Viewer that `asking` is: an app, a user or None.

    Found once for as long as the same one asks.
    """
    if getattr(context, "loyalty_viewer", None) is None or context.loyalty_asking != asking:
        context.loyalty_viewer, context.loyalty_asking = viewer_of(), asking
