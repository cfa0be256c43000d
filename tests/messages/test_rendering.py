"""Text made of HTML, and lines of text."""

import pytest

from saleor_loyalty.messages.content import write_email
from saleor_loyalty.messages.liquid import TemplateFailed
from saleor_loyalty.messages.rendering import inline_styles, one_line, plain_text
from saleor_loyalty.messages.wording import Text
from saleor_loyalty.models import Branding, Shop


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
def test_html_that_would_take_for_ever_is_refused(html):
    with pytest.raises(TemplateFailed, match="the HTML has more than 5,000 tags"):
        plain_text(html)


def test_html_that_takes_longer_than_it_may_is_refused():
    """However fast this Python reads it: some take the square of a tag's length, some do not."""
    assert plain_text("<p>Hello", seconds=60) == "Hello\n"
    with pytest.raises(TemplateFailed, match="the HTML cannot be made sense of"):
        plain_text("<p>Hello", seconds=0)


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


def test_a_stray_end_tag_hides_nothing():
    assert plain_text("</title><p>One</p><style>p{}</style>") == "One\n"


@pytest.mark.parametrize(
    "sheet",
    ["*{" + "".join(f"a{i}:1;" for i in range(3_000)) + "}", "b{a:" + "x" * 30_000 + "}"],
)
def test_a_style_sheet_that_would_multiply_with_the_tags_is_refused(sheet):
    text = Text("GIFT_EMAIL", "en", "Hello", f"<STYLE>{sheet}</STYLE>{'<b></b>' * 999}")

    with pytest.raises(TemplateFailed, match="style sheet is too long"):
        write_email(text, {}, Branding(shop=Shop(domain="nordlys.example")))


def test_a_style_sheet_of_an_ordinary_size_is_taken():
    sheet = "p { color: red }" * 100
    text = Text("GIFT_EMAIL", "en", "Hello", f"<style>{sheet}</style>{'<p>x</p>' * 300}")

    html = write_email(text, {}, Branding(shop=Shop(domain="nordlys.example"))).html

    assert html.count("color: red") == 300


def test_an_email_that_its_styles_make_too_long_is_refused():
    sheet = "b{a:" + "x" * 1_000 + "}"

    with pytest.raises(TemplateFailed, match="over 200,000 characters"):
        inline_styles(f"<style>{sheet}</style>{'<b></b>' * 300}")


@pytest.mark.parametrize(
    "named",
    ["{% assign NAME = first_name %}", "{% capture NAME %}{{ first_name }}{% endcapture %}"],
)
@pytest.mark.parametrize("name", ["footer", "preheader"])
def test_what_a_text_names_for_the_layout_is_escaped_however_it_is_named(named, name):
    text = Text("GIFT_EMAIL", "en", "Hello", "<p>Hi</p>" + named.replace("NAME", name))

    filled = {"first_name": "<img src=x onerror=1>"}
    html = write_email(text, filled, Branding(shop=Shop(domain="nordlys.example"))).html

    assert "&lt;img" in html
    assert "<img" not in html
