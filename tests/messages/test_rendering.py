"""Text made of HTML, and lines of text."""

import pytest

from saleor_loyalty.messages import rendering
from saleor_loyalty.messages.rendering import inline_styles, one_line, plain_text
from saleor_loyalty.messages.sandbox import TemplateFailed


def test_a_line_of_text_is_one_whatever_breaks_it():
    assert one_line(" Dear\n\t<b>  Ada ") == "Dear <b> Ada"
    assert one_line("10\xa0\u202f€") == "10\xa0\u202f€"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One <b>two</b>\n  three</p><p>Four</p>", "One two three\n\nFour\n"),
        ("<ul>\n<li>One</li>\n<li>Two</li></ul>", "- One\n- Two\n"),
        ("One<br>Two &amp; <i>three</i>", "One\nTwo & three\n"),
        ('<a href="https://x.example/?a=1&amp;b=2">Go</a>', "Go\nhttps://x.example/?a=1&b=2\n"),
        ("<head><title>No</title><style>p{}</style></head>Yes", "Yes\n"),
        ("<table><tr><td>One</td><td>Two</td></tr></table>", "One\nTwo\n"),
        ("", ""),
        ("<p> </p>", ""),
    ],
)
def test_text_is_made_of_html(html, text):
    assert plain_text(html) == text


@pytest.mark.parametrize("html", ["<a " * 20_000, "<a href='" * 10_000, "<div>" * 5_001])
def test_html_that_would_take_for_ever_is_refused(monkeypatch, html):
    monkeypatch.setattr(rendering, "SECONDS", 0.05)

    with pytest.raises(TemplateFailed, match="HTML"):
        plain_text(html)


def test_styles_move_into_the_tags_and_media_queries_stay():
    sheet = "p { color: red } @media (prefers-color-scheme: dark) { p { color: white !important } }"

    html = inline_styles(f"<html><head><style>{sheet}</style></head><body><p>x</p></body></html>")

    assert '<p style="color: red;">' in html
    assert "prefers-color-scheme: dark" in html


def test_no_style_sheet_is_fetched(mail_server):
    """Not from a merchant's address, which may be one inside our network."""
    address = f"http://127.0.0.1:{mail_server.port}/x.css"

    inline_styles(f'<link rel="stylesheet" href="{address}"><p>x</p>')

    assert mail_server.sessions == set()
