"""A logo is looked at before it is kept, and never inside our own network."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from PIL import Image

from saleor_loyalty.models import Branding
from saleor_loyalty.problems import Refused
from saleor_loyalty.saleor_api import outgoing
from saleor_loyalty.shop import branding, logo
from tests.doors.dripping import dripping

SVG = b'<?xml version="1.0"?>\n<!-- drawn by hand -->\n<svg xmlns="http://www.w3.org/2000/svg"/>'


def drawn(width=120, height=40, format="PNG") -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), "#2459c4").save(file, format)
    return file.getvalue()


class Pictures(BaseHTTPRequestHandler):
    status, kind, content, location = 200, "image/png", b"", ""

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Type", self.kind)
        if self.location:
            self.send_header("Location", self.location)
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def serve(monkeypatch) -> Iterator:
    """Serves one thing at an address that passes for a public one."""
    monkeypatch.setattr(outgoing, "_is_public", lambda _address: True)
    servers = []

    def serve(content: bytes = b"", **answer) -> str:
        handler = type("Handler", (Pictures,), {"content": content, **answer})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/logo"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (drawn(), "image/png"),
        (drawn(format="JPEG"), "image/jpeg"),
        (drawn(format="GIF"), "application/octet-stream"),
        (drawn(format="WEBP"), "image/webp; charset=utf-8"),
        (drawn(), "image/jpeg"),  # browsers look for themselves
        (SVG, "image/svg+xml"),
        (b"\xef\xbb\xbf<!DOCTYPE svg PUBLIC 'x'><svg width='1'/>", "image/svg+xml"),
    ],
)
def test_a_picture_is_a_logo(serve, content, kind):
    assert logo.fault_of(serve(content, kind=kind)) is None


@pytest.mark.parametrize(
    ("content", "answer", "said"),
    [
        (b"<html>", {"kind": "text/html; charset=utf-8"}, "answers with text/html and no picture"),
        (b"<html>", {}, "This is no picture. Take a PNG"),
        (drawn()[:20], {}, "This is no picture. Take a PNG"),
        (drawn(format="BMP"), {"kind": "image/bmp"}, "This is no picture. Take a PNG"),
        (SVG, {}, "This is no picture. Take a PNG"),
        (drawn(), {"kind": "image/svg+xml"}, "its SVG cannot be read"),
        (drawn(15, 40), {}, "The picture is 15 by 40 pixels; each side has to be from 16 to 4,000"),
        (drawn(4001, 40), {}, "The picture is 4,001 by 40 pixels"),
        (drawn() + bytes(1_000_000), {}, "larger than 1 MB"),
        (b"", {"status": 404}, "answers “404 Not Found” and no picture"),
        (b"", {"status": 302}, "answers “302 Found” and no picture"),
        (b"", {"status": 302, "location": "https://x.example/l"}, "Give that: https://x.example/l"),
    ],
)
def test_what_is_no_logo_is_said(serve, content, answer, said):
    assert said in str(logo.fault_of(serve(content, **answer)))


def test_a_server_that_does_not_end_its_answer_is_not_waited_for(serve, monkeypatch):
    monkeypatch.setattr(logo, "SECONDS", 1.0)
    with dripping(at_once=b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n") as origin:
        assert "does not answer within 1 seconds" in str(logo.fault_of(f"{origin}/logo.png"))


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:1/logo.png",
        "https://127.0.0.1:99999/logo.png",
        "https://a..example/logo.png",
        f"https://{'a' * 64}.example/logo.png",
    ],
)
def test_an_address_that_cannot_be_reached_is_said(monkeypatch, address):
    monkeypatch.setattr(outgoing, "_is_public", lambda _address: True)

    assert "cannot reach this address" in str(logo.fault_of(address))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.7",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "0.0.0.0",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.7",
        "2002:0a00:0007::1",
    ],
)
def test_our_own_network_is_not_looked_at_by_whatever_name(monkeypatch, address):
    monkeypatch.setattr(outgoing, "_addresses", lambda *_: ["93.184.215.14", address])

    said = logo.fault_of("https://harmless.example/logo.png")

    assert "inside a network that members cannot reach" in str(said)


def test_a_logo_with_a_fault_is_refused_at_its_field_and_what_was_saved_stays(shop, monkeypatch):
    Branding.objects.create(shop=shop, logo_url="https://x.example/old.png", shop_name="Nordlys")
    monkeypatch.setattr(logo, "fault_of", lambda address: f"no picture at {address}")

    with pytest.raises(Refused) as refused:
        branding.save(shop, actor="Olga", logo_url="https://x.example/new.png", shop_name="Other")

    assert [(each.field, each.message) for each in refused.value.problems] == [
        ("logo_url", "no picture at https://x.example/new.png")
    ]
    assert branding.of(shop).logo_url == "https://x.example/old.png"
    assert branding.of(shop).shop_name == "Nordlys"


def test_a_logo_that_is_kept_already_is_not_looked_at_again(shop, monkeypatch):
    Branding.objects.create(shop=shop, logo_url="https://x.example/logo.png")
    monkeypatch.setattr(logo, "fault_of", lambda _address: pytest.fail("looked at"))

    branding.save(shop, actor="Olga", logo_url="https://x.example/logo.png", shop_name="Nordlys")

    assert branding.of(shop).shop_name == "Nordlys"
