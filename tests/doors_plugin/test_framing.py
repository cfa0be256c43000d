"""A Dashboard on an address or port of its own may frame our pages, if Saleor knows its host."""

import pytest

from saleor_loyalty.doors.plugin.framing import sources


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", ["localhost:*"]),  # where saleor-platform has its Dashboard: port 9000
        ("dashboard.shop.example", ["dashboard.shop.example:*"]),
        (".shop.example", ["shop.example:*", "*.shop.example:*"]),
        ("*", ["*"]),
    ],
)
def test_a_host_that_saleor_knows_may_frame_our_pages_from_any_port(host, expected) -> None:
    assert list(sources([host])) == expected
