"""Babel's way into Django's templates: pybabel finds the texts that `{% translate %}` marks."""

from collections.abc import Generator, Mapping, Sequence
from io import BytesIO
from typing import IO, Any

from babel.messages.extract import extract_python
from django.utils.translation.template import templatize


def extract(
    file: IO[bytes],
    keywords: Mapping[str, Any],
    comment_tags: Sequence[str],
    options: Mapping[str, Any],
) -> Generator[Any, None, None]:
    """The texts of a template, as Babel asks for them (its docs: Writing Extraction Methods).

    Django turns the template into calls of gettext for its own `makemessages`; Babel reads these
    as Python, to which a line's indentation would mean something.
    """
    calls = templatize(file.read().decode())
    lines = "\n".join(line.strip() for line in calls.splitlines())
    return extract_python(BytesIO(lines.encode()), keywords, comment_tags, dict(options))
