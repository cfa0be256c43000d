"""The pages' own files, as ASGI sends them."""

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponseBase
from django.test import AsyncClient

LOGO = "/static/saleor_loyalty/logo.png"

# Django looks after its connections when a file was sent.
pytestmark = pytest.mark.django_db


@pytest.fixture
def get():
    """Asks as a browser does under ASGI; a warning of Django's fails the test."""

    @async_to_sync
    async def get(path: str, **headers: str) -> HttpResponseBase:
        return await AsyncClient().get(path, headers=headers)

    return get


def test_a_file_is_sent_whole_and_at_once(get):
    response = get(LOGO)

    assert response.status_code == 200
    assert not response.streaming
    assert response.content.startswith(b"\x89PNG")
    assert response["Content-Type"] == "image/png"
    assert int(response["Content-Length"]) == len(response.content)


def test_a_file_that_the_browser_has_is_not_sent_again(get):
    response = get(LOGO, **{"If-Modified-Since": get(LOGO)["Last-Modified"]})

    assert (response.status_code, response.content) == (304, b"")
    assert "Content-Type" not in response


def test_a_part_of_a_file_is_sent_as_asked(get):
    response = get(LOGO, Range="bytes=1-3")

    assert (response.status_code, response.content) == (206, b"PNG")
