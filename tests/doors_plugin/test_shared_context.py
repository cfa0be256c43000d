"""One context for an event and for all apps that are told of it: each is seen as itself."""

from types import SimpleNamespace

from saleor_loyalty.doors.plugin.shared_context import know_viewer
from saleor_loyalty.permissions import Permission, Viewer

RICH = Viewer(shop=None, actor="rich", permissions=frozenset({Permission.MANAGE_USERS}))
POOR = Viewer(shop=None, actor="poor")


def test_t37_an_app_does_not_see_with_the_eyes_of_the_app_before_it() -> None:
    context = SimpleNamespace()
    seen = []

    for asking, viewer in (("rich", RICH), ("poor", POOR), (None, POOR), ("rich", RICH)):
        know_viewer(context, asking=asking, viewer_of=lambda found=viewer: found)
        seen.append(context.loyalty_viewer)

    assert seen == [RICH, POOR, POOR, RICH]


def test_who_asks_is_found_once_for_all_fields_of_a_request() -> None:
    context = SimpleNamespace()
    found = []

    def find() -> Viewer:
        found.append(1)
        return POOR

    for _ in range(3):
        know_viewer(context, asking=None, viewer_of=find)

    assert len(found) == 1
