"""The pages' own files: served by the server itself."""

import httpx

LOGO = "/static/saleor_loyalty/logo.png"


def test_a_file_is_sent_and_not_again_to_who_has_it(serve, transactional_db):
    server = serve("uvicorn", "--port", "PORT", "saleor_loyalty.server.asgi:application")

    with httpx.Client(base_url=server.url, headers={"Host": "testserver"}) as browser:
        first = browser.get(LOGO)
        again = browser.get(LOGO, headers={"If-Modified-Since": first.headers["Last-Modified"]})
        part = browser.get(LOGO, headers={"Range": "bytes=1-3"})

    assert (first.status_code, first.headers["Content-Type"]) == (200, "image/png")
    assert first.content.startswith(b"\x89PNG")
    assert (again.status_code, again.content) == (304, b"")
    assert (part.status_code, part.content) == (206, b"PNG")
