"""The mailbox: mail goes in over SMTP and is read in the browser and as JSON."""

import re
import smtplib
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

import httpx
import pytest

from sandbox.demo import Demo


@pytest.fixture
def recipient() -> str:
    return f"{uuid4().hex}@example.com"


def _send(demo: Demo, recipient: str, *, html: str | None = None) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = (
        "shop@example.com",
        recipient,
        "Ein Gutschein für Sie",
    )
    mail.set_content("Ihr Code: ABC\n")
    if html:
        mail.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", demo.at.ports.smtp) as server:
        server.send_message(mail)


def _mails(demo: Demo, recipient: str) -> list[dict[str, Any]]:
    mails: list[dict[str, Any]] = httpx.get(
        f"{demo.at.sandbox_url}/mail/messages.json", params={"to": recipient}
    ).json()
    return mails


def test_a_mail_is_kept_with_its_parts_and_headers(demo: Demo, recipient: str) -> None:
    _send(demo, recipient, html="<p>Ihr Code: <b>ABC</b></p>")

    (mail,) = _mails(demo, recipient)
    assert (mail["sender"], mail["recipients"]) == ("shop@example.com", [recipient])
    assert mail["subject"] == mail["headers"]["Subject"] == "Ein Gutschein für Sie"
    assert mail["text"].strip() == "Ihr Code: ABC"
    assert mail["html"].strip() == "<p>Ihr Code: <b>ABC</b></p>"


def test_a_mail_is_listed_for_its_recipient_only(demo: Demo, recipient: str) -> None:
    _send(demo, recipient)

    assert len(_mails(demo, recipient)) == 1
    assert _mails(demo, f"not-{recipient}") == []


def test_a_mails_markup_stays_in_a_frame_that_runs_no_script(demo: Demo, recipient: str) -> None:
    _send(demo, recipient, html="<script>alert(1)</script><p>Hello</p>")
    (mail,) = _mails(demo, recipient)

    page = httpx.get(f"{demo.at.sandbox_url}/mail/{mail['id']}/").text

    assert "<script>alert(1)" not in page
    frame = re.search(r'<iframe[^>]* sandbox="([^"]*)"', page, re.DOTALL)
    assert frame is not None
    assert "allow-scripts" not in frame[1]
    assert "&lt;script&gt;alert(1)" in page


def test_a_mail_without_markup_shows_its_text(demo: Demo, recipient: str) -> None:
    _send(demo, recipient)
    (mail,) = _mails(demo, recipient)

    page = httpx.get(f"{demo.at.sandbox_url}/mail/{mail['id']}/").text

    assert "Ihr Code: ABC" in page
    assert "<iframe" not in page


def test_a_mail_that_is_not_there_is_not_found(demo: Demo) -> None:
    assert httpx.get(f"{demo.at.sandbox_url}/mail/999999999/").status_code == 404
