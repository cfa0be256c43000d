"""Who may frame a page, by the sources of its policy: to tell strangers why they may not."""

import pytest
from django.test import RequestFactory

from saleor_loyalty.shop import frames


def stranger(around: str, *sources: str, **headers: str) -> str:
    request = RequestFactory().get(
        "/app", headers={"Sec-Fetch-Dest": "iframe", "Referer": around, **headers}
    )
    return frames.stranger(request, sources)


@pytest.mark.parametrize(
    "source",
    [
        "https://dash.example.com",
        "https://dash.example.com/",
        "HTTPS://Dash.example.com",
        "dash.example.com:*",
        "*.example.com:*",
        "*",
        "https:",  # of a form that is not ours: the policy decides
    ],
)
def test_who_is_among_the_sources_is_no_stranger(source: str) -> None:
    assert stranger("https://dash.example.com/dashboard/", "'self'", source) == ""


@pytest.mark.parametrize(
    "source",
    [
        "'none'",
        "'self'",
        "http://dash.example.com",
        "https://dash.example.com:9000",
        "example.com:*",
        "*.dash.example.com:*",
    ],
)
def test_who_is_not_is_named(source: str) -> None:
    assert stranger("https://dash.example.com/x?y", source) == "https://dash.example.com"


def test_the_pages_own_origin_is_no_stranger() -> None:
    assert stranger("http://testserver/app") == ""
    assert stranger("https://loyalty.example.com/app") == ""  # LOYALTY_PUBLIC_URL


def test_a_host_that_is_an_address_of_ipv6_is_compared() -> None:
    assert stranger("http://[::1]:9000/", "[::1]:*") == ""


@pytest.mark.parametrize("around", ["", "nonsense", "https://[", "about:blank"])
def test_where_nobody_can_tell_nobody_is_a_stranger(around: str) -> None:
    assert stranger(around) == ""


def test_what_is_no_frame_has_nobody_around_it() -> None:
    assert stranger("https://dash.example.com/", **{"Sec-Fetch-Dest": "document"}) == ""
