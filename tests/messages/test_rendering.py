"""Liquid kept in its sandbox, and text made of HTML."""

import pytest

from saleor_loyalty.messages.rendering import (
    TemplateFailed,
    plain_text,
    render_html,
    render_line,
)


class Secretive:
    password = "hunter2"


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in (1..1000) %}{% for b in (1..1000) %}{% endfor %}{% endfor %}",
        "{% for a in (1..9000) %}0123456789012345678901234567890123456789{% endfor %}",
        "{% assign a = 'x' %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}",
        "{{ nobody }}",
        "{{ name | shout }}",
        "{% if name %}",
        "{% include 'settings' %}",
    ],
)
def test_a_template_that_runs_away_or_is_wrong_fails(source):
    with pytest.raises(TemplateFailed):
        render_html(source, {"name": "Ada"})


@pytest.mark.parametrize("attribute", ["password", "__class__", "__dict__"])
def test_a_template_cannot_look_into_python_objects(attribute):
    with pytest.raises(TemplateFailed):
        render_html(f"{{{{ thing.{attribute} }}}}", {"thing": Secretive()})


def test_html_escapes_and_a_line_of_text_does_not():
    variables = {"name": "<b>\nAda"}

    assert render_html("{{ name }}", variables) == "&lt;b&gt;\nAda"
    assert render_line(" Dear\n{{ name }} ", variables) == "Dear <b> Ada"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One <b>two</b>\n  three</p><p>Four</p>", "One two three\n\nFour\n"),
        ("<ul>\n<li>One</li>\n<li>Two</li></ul>", "- One\n- Two\n"),
        ("One<br>Two &amp; <i>three</i>", "One\nTwo & three\n"),
        ('<a href="https://x.example/?a=1&amp;b=2">Go</a>', "Go:\nhttps://x.example/?a=1&b=2\n"),
        ("<head><title>No</title><style>p{}</style></head>Yes", "Yes\n"),
        ("<table><tr><td>One</td><td>Two</td></tr></table>", "One\n\nTwo\n"),
    ],
)
def test_text_is_made_of_html(html, text):
    assert plain_text(html) == text
