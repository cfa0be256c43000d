"""Merchants' Liquid: what it may do, what it may not, and how it is told what is wrong."""

import time

import pytest
from babel import Locale

from saleor_loyalty.messages import liquid
from saleor_loyalty.messages.liquid import TemplateFailed, html_template, text_template
from saleor_loyalty.rules.languages import Count


class Secretive:
    password = "hunter2"


def render(source, **variables):
    return html_template(source).render({"language": "en", **variables})


def failure(source, **variables):
    with pytest.raises(TemplateFailed) as caught:
        render(source, **variables)
    return str(caught.value)


def test_a_tag_that_is_not_closed_is_named_with_its_line():
    assert failure("{% for term in terms %}{% endfor %}\n{% if name %}\nHello") == (
        "Line 2: “{% if %}” is not closed; write “{% endif %}” where it ends."
    )
    assert failure("{% if name %}{% for term in terms %}{% endif %}") == (
        "Line 1: unexpected tag 'endif'."
    )


LOOP = "{% for i in (1..1000) %}"

ENDLESS = {
    "loops in loops": f"{LOOP}{LOOP}{{% endfor %}}{{% endfor %}}",
    "a range of billions": "{% for a in (1..9999999999) %}{% break %}{% endfor %}",
    "a range turned round": "{% for a in (1..99999999) reversed %}{% endfor %}",
    "a range of a variable": "{% assign a = 99999999 %}{% for b in (1..a) %}{% endfor %}",
    "a search in a range": "{% if (1..9999999999) contains 'x' %}{% endif %}",
    "a range in an argument": "{{ name | append: (1..a) }}",
    "a range behind an if": "{{ 'a' if (1..9999999999) contains 'x' else 'b' }}",
    "blocks in blocks": "{% if true %}" * 5000 + "{% endif %}" * 5000,
}
# Liquid alone reads these for seconds to minutes, and stops for nobody.
ENDLESS_TO_READ = {
    "openings": "{{" * 25_000,
    "openings with an end": "{{ a " * 9_000 + "}}",
    "tags that open": "{% if" * 9_000,
    "openings within tags": "{% {{ %}" * 6_000,
    "a gap of nothing else": "{{" + " " * 49_000 + "}}",
    "a gap behind a dash": "{{-" + " " * 49_000 + "-}}",
    "a gap in a tag": "{% if true %}{% else" + " " * 49_000 + "%}{% endif %}",
    "what is to be left as it is": "{%raw%}" * 7_000,
    "what documents it": "{%- doc -%}" * 4_500,
}
HUGE = {
    "text that writes itself out": f"{LOOP}{'0123456789' * 30}{{% endfor %}}",
    "text that doubles": "{% assign a = 'x' %}"
    + LOOP
    + "{% assign a = a | append: a %}{% endfor %}",
    "text that doubles by capture": "{% assign a = 'x' %}"
    + LOOP
    + "{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}",
    "a number that squares": "{% assign a = 9 %}"
    + LOOP
    + "{% assign a = a | times: a %}{% endfor %}",
    "an infinite number": "{{ 1e400 | round }}",
    "a very long number": "{{ " + "9" * 5000 + " }}",
    "a filter in each other's way": "{{ 'x' | replace: '', 'y' }}",
    "a very long source": "x" * 50_001,
}
FORBIDDEN = {
    "another file": "{% include 'settings' %}",
    "a part": "{% render 'settings' %}",
    "a table": "{% tablerow a in (1..3) %}{% endtablerow %}",
    "unescaped text": "{{ name | safe }}",
    "a filter that there is not": "{{ name | shout }}",
    "a tag that there is not": "{% shout %}",
    "a tag that is not closed": "{% if name %}",
    "a division by nothing": "{{ 1 | divided_by: 0 }}",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=ENDLESS)
def test_what_would_not_end_is_refused_at_once(source):
    start = time.thread_time()

    assert failure(source, name="Ada", a=99999999)

    assert time.thread_time() - start < 1


@pytest.mark.parametrize("source", ENDLESS_TO_READ.values(), ids=ENDLESS_TO_READ)
def test_what_liquid_would_read_for_minutes_is_refused_before_it_reads_it(monkeypatch, source):
    monkeypatch.setattr(liquid, "_parsed", None)

    assert failure(source).startswith("Line 1: ")


def test_what_may_be_read_takes_time_that_grows_with_its_length():
    """Each is the most of its kind that a text may have: none takes seconds."""
    for source in ("{{a}}" * 10_000, "{%echo a%}" * 5_000, "{{a" + "|upcase" * 7_000 + "}}"):
        start = time.thread_time()
        html_template(source)
        assert time.thread_time() - start < 5


def test_a_tag_is_closed_before_the_next_one_opens():
    assert failure("a\n{{ name }\n{{ name }}", name="Ada") == (
        "Line 2: “{{” is not closed; write “}}” where it ends."
    )
    assert render("{ { } } {{ name }} %} }}", name="Ada") == "{ { } } Ada %} }}"


@pytest.mark.parametrize("source", HUGE.values(), ids=HUGE)
def test_what_would_grow_without_end_is_refused(source):
    assert failure(source)


@pytest.mark.parametrize("source", FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_is_not_allowed_or_wrong_is_refused(source):
    assert failure(source, name="Ada")


def test_what_takes_too_long_is_stopped(monkeypatch):
    monkeypatch.setattr(liquid, "SECONDS", 0)  # which no Python is too fast for

    assert failure("{% if true %}a{% endif %}") == "Line 1: it takes longer than 0 s to make."


@pytest.mark.parametrize(
    "path", ["password", "__class__", "__dict__", "['password']", "items", "first", "size"]
)
def test_python_objects_are_closed(path):
    dot = "" if path.startswith("[") else "."

    assert "undefined" in failure(f"{{{{ thing{dot}{path} }}}}", thing=Secretive())


@pytest.mark.parametrize("path", ["locale", "__class__", "real", "bit_length"])
def test_the_objects_that_templates_get_are_closed_too(path):
    balance = Count(5, Locale.parse("en"))

    assert "undefined" in failure(f"{{{{ balance.{path} }}}}", balance=balance)
    assert "undefined" in failure(f"{{{{ name.{path} }}}}", name="Ada")


def test_html_escapes_variables_and_a_line_of_text_does_not():
    variables = {"name": '<b title="x">&'}

    assert html_template("<p>{{ name }}</p>").render(variables) == (
        "<p>&lt;b title=&#34;x&#34;&gt;&amp;</p>"
    )
    assert text_template("{{ name }}").render(variables) == '<b title="x">&'


@pytest.mark.parametrize(
    "source",
    [
        "{{ name | append: '!' }}",
        "{{ name | prepend: '<i>' }}",
        "{{ name | upcase }}",
        "{{ name | default: 'x' }}",
        "{{ name | truncate: 100 }}",
        "{{ name | newline_to_br }}",
        "{{ name | strip | remove: 'x' }}",
        "{% capture a %}{{ name }}{% endcapture %}{{ a }}",
        "{% assign a = name %}{{ a }}",
        "{% echo name %}",
        "{% cycle name %}",
        "{{ balance | plural: other: name }}",
    ],
)
def test_no_filter_and_no_tag_lets_html_of_a_variable_through(source):
    shown = render(source, name="<script>alert(1)</script>", balance=2)

    assert "<script" not in shown.lower()
    assert "&lt;" in shown


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a\n{% if %}", "Line 2: "),
        ("a\n\n{{ nobody }}", "Line 3: 'nobody' is undefined."),
        ("a\n{{ name | shout }}", "Line 2: unknown filter 'shout'."),
        ("\n{% for a in (1..b) %}{% endfor %}", "Line 2: write a range in figures"),
        ("{{ name | plural: other: 'x' }}", "Line 1: plural needs a number"),
        ("\n{{ 5 | plural: one: 'x' }}", "Line 2: plural needs at least"),
        ("\n{{ 'x' | append: long }}", "Line 2: a filter makes more than 20,000 characters."),
    ],
)
def test_a_failure_says_where(source, reason):
    assert failure(source, name="Ada", long="y" * 20_000).startswith(reason)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("{{ firstname }}", "Line 1: there is no variable “firstname”; did you mean “first_name”?"),
        (
            "{% if false %}\n{{ first_name | upcas }}{% endif %}",
            "Line 2: there is no filter “upcas”; did you mean “upcase”?",
        ),
        (
            "{% for term in terms %}{{ term.x }}{{ forloop.index }}{% endfor %}\n{{ term }}",
            "Line 2: there is no variable “term”; did you mean “terms”?",
        ),
        ("{{ qqq }}", "Line 1: there is no variable “qqq”; there are: first_name, terms."),
    ],
)
def test_names_are_checked_where_they_are_never_reached(source, reason):
    template = html_template(source)

    with pytest.raises(TemplateFailed) as caught:
        template.check_names(["first_name", "terms"])

    assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("language", "number", "shown"),
    [
        ("en", 1, "1 point"),
        ("en", 0, "0 points"),
        ("en", 12345, "12,345 points"),
        ("pl", 1, "1 punkt"),
        ("pl", 2, "2 punkty"),
        ("pl", 5, "5 punktów"),
        ("pl", 12, "12 punktów"),
        ("pl", 22, "22 punkty"),
        ("ar", 0, "0 نقطة"),
        ("ar", 1, "نقطة واحدة"),
        ("ar", 2, "نقطتان"),
        ("ar", 7, "7 نقاط"),
        ("ar", 11, "11 نقطة"),
        ("ar", 100, "100 نقطة"),
        ("ar", 103, "103 نقاط"),
    ],
)
def test_t29_counted_words_follow_the_language(language, number, shown):
    forms = {
        "en": 'one: "# point", other: "# points"',
        "pl": 'one: "# punkt", few: "# punkty", many: "# punktów", other: "# punktu"',
        "ar": 'one: "نقطة واحدة", two: "نقطتان", few: "# نقاط", many: "# نقطة", other: "# نقطة"',
    }
    template = text_template(f"{{{{ points | plural: {forms[language]} }}}}")
    points = Count(number, Locale.parse(language))

    assert template.render({"points": points, "language": language}) == shown


def test_counts_can_be_counted_with():
    points = Count(1500, Locale.parse("de"))

    shown = render(
        "{{ points }} {% if points > 1000 %}{{ points | divided_by: 2 }}{% endif %}", points=points
    )

    assert shown == "1.500 750"
