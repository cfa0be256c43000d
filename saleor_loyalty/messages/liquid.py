"""The sandbox that merchants' Liquid runs in: what it may use, and how much of it."""

import difflib
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any

from babel import Locale
from liquid import Environment, Mode, RenderContext, StrictUndefined
from liquid.ast import Node
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.exceptions import FilterValueError, LiquidError, ResourceLimitError
from liquid.expression import Expression
from liquid.filter import with_context
from liquid.output import LimitedStringIO
from liquid.template import BoundTemplate

from saleor_loyalty.rules.languages import counted

Variables = Mapping[str, object]

LONGEST_SOURCE = 50_000  # characters
LONGEST_OUTPUT = 200_000  # bytes; Gmail cuts a message off at half of that
LONGEST_VALUE = 20_000  # characters that a filter may make
LARGEST_NUMBER = 10**15
MOST_ITERATIONS = 1_000  # of all loops that stand in each other, multiplied
SECONDS = 1.0  # of this thread's own work, so that a busy machine does not count

TAGS = frozenset(
    [
        *("content", "output", "illegal"),  # Liquid's names for text, {{ }} and an unknown tag
        *("assign", "capture", "case", "comment", "#", "cycle", "echo", "if", "unless"),
        *("for", "break", "continue"),
    ]
)
BLOCKS = frozenset(["capture", "case", "for", "if", "unless"])  # the tags that are to be closed
TAG = re.compile(r"\{%-?\s*(\w+)")
OPENING = re.compile(r"\{\{|\{%")
CLOSING = {"{{": "}}", "{%": "%}"}
NEVER_READ = frozenset(["raw", "doc"])  # what they hold is looked for to the end of the text
GAP = re.compile(r"\s{100}")
FILTERS = frozenset(
    [
        *("append", "capitalize", "default", "downcase", "escape", "newline_to_br", "prepend"),
        *("remove", "slice", "strip", "truncate", "truncatewords", "upcase", "url_encode"),
        *("abs", "at_least", "at_most", "ceil", "divided_by", "floor", "minus", "modulo", "plus"),
        *("round", "times", "first", "last", "size"),
    ]
)


class TemplateFailed(Exception):
    """A template is not valid Liquid, names what is not there, or takes more than it may.

    `line` counts from 1; None when the template as a whole is at fault.
    """

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(f"Line {line}: {reason}" if line else reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Template:
    """Liquid that was read and found to be in order. It may be rendered any number of times."""

    source: str
    parsed: BoundTemplate

    def render(self, variables: Variables) -> str:
        """The text. Raises TemplateFailed; there is never half of a text."""
        return self.render_with_names(variables)[0]

    def render_with_names(self, variables: Variables) -> tuple[str, Mapping[str, object]]:
        """The text, and what its `capture` and `assign` tags named."""
        with as_failure(self.source):
            context = _Context(self.parsed, globals=variables)
            buffer = LimitedStringIO(LONGEST_OUTPUT)
            self.parsed.render_with_context(context, buffer)
            return buffer.getvalue(), context.locals

    def check_names(self, variables: Iterable[str]) -> None:
        """Raise TemplateFailed for a variable or filter that there is not, though never reached."""
        with as_failure(self.source):
            used = self.parsed.analyze()
        names = {name: places[0].span.index for name, places in used.globals.items()}
        filters = {name: places[0].index for name, places in used.filters.items()}
        self._check("variable", names, set(variables))
        self._check("filter", filters, set(self.parsed.env.filters))

    def _check(self, what: str, used: Mapping[str, int], known: set[str]) -> None:
        for name in sorted(used.keys() - known, key=used.__getitem__):
            near = difflib.get_close_matches(name, known, n=1)
            hint = (
                f"did you mean “{near[0]}”?" if near else f"there are: {', '.join(sorted(known))}."
            )
            line = self.source.count("\n", 0, used[name]) + 1
            raise TemplateFailed(f"there is no {what} “{name}”; {hint}", line=line)


@lru_cache(maxsize=500)
def html_template(source: str) -> Template:
    """A template of HTML: every variable is escaped, unless it is marked as safe (markupsafe).

    Raises TemplateFailed.
    """
    return _read(_HTML, source)


@lru_cache(maxsize=500)
def text_template(source: str) -> Template:
    """A template of plain text. Raises TemplateFailed."""
    return _read(_TEXT, source)


class _Context(RenderContext):
    """A rendering that ends, by force if need be."""

    __slots__ = ("_disabled_tags", "_end")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._end = time.thread_time() + SECONDS
        super().__init__(*args, **kwargs)

    # Liquid looks here before it renders any node: the one place that every tag comes past.
    @property
    def disabled_tags(self) -> list[str]:
        if time.thread_time() > self._end:
            raise ResourceLimitError(f"it takes longer than {SECONDS:g} s to make", token=None)
        return self._disabled_tags

    @disabled_tags.setter
    def disabled_tags(self, tags: list[str]) -> None:
        self._disabled_tags = tags


class _Environment(Environment):
    """Liquid that sees the variables it is given, never a Python object, and cannot run away."""

    loop_iteration_limit = MOST_ITERATIONS
    output_stream_limit = LONGEST_OUTPUT
    local_namespace_limit = LONGEST_OUTPUT
    block_nesting_limit = 20

    def __init__(self, *, autoescape: bool) -> None:
        super().__init__(undefined=StrictUndefined, tolerance=Mode.STRICT, autoescape=autoescape)
        # What is not on our lists was not looked at for what it can be made to do.
        self.tags = {name: tag for name, tag in self.tags.items() if name in TAGS}
        self.filters = {name: _bounded(self.filters[name]) for name in FILTERS}
        self.filters["plural"] = plural


def _bounded(made: Callable[..., object]) -> Callable[..., object]:
    """The filter, refused where what it makes is larger than any message needs."""

    @wraps(made)
    def bounded(*args: Any, **kwargs: Any) -> object:
        value = made(*args, **kwargs)
        if isinstance(value, str) and len(value) > LONGEST_VALUE:
            reason = f"a filter makes more than {LONGEST_VALUE:,} characters"
            raise FilterValueError(reason, token=None)
        if isinstance(value, int | float) and not abs(value) < LARGEST_NUMBER:
            raise FilterValueError("a filter makes a number that is too large", token=None)
        return value

    return bounded


@with_context
def plural(value: object, *, context: RenderContext, **forms: object) -> str:
    """`{{ points | plural: one: "# point", other: "# points" }}`; # stands for the number.

    The forms are CLDR's for the text's language; a form that is not given is `other`.
    """
    if not isinstance(value, int):
        raise FilterValueError("plural needs a number, such as balance, on its left", token=None)
    if "other" not in forms:
        raise FilterValueError('plural needs at least the form other: "# points"', token=None)
    return counted(value, forms, Locale.parse(str(context.resolve("language"))))


def _read(environment: Environment, source: str) -> Template:
    if len(source) > LONGEST_SOURCE:
        raise TemplateFailed(f"The text may have {LONGEST_SOURCE:,} characters at most.")
    with as_failure(source):
        _check_tags(source)
        parsed = _parsed(environment, source)
        for expression in _expressions(parsed.nodes, _Context(parsed)):
            _check_range(expression, source)
    return Template(source, parsed)


def _check_tags(source: str) -> None:
    """Raise TemplateFailed for what Liquid would read again and again.

    From each opening it looks for the end as far as the text goes, and tries every length of a gap;
    nothing can stop it meanwhile, nor does another thread run. With every tag closed before the
    next one opens, the time it takes grows with the text.
    """
    end = 0
    while opening := OPENING.search(source, end):
        start = opening.end()
        if reason := _trouble(source, opening[0], start, source.find(CLOSING[opening[0]], start)):
            raise TemplateFailed(reason, line=source.count("\n", 0, start) + 1)
        end = source.find(CLOSING[opening[0]], start) + 2


def _trouble(source: str, opening: str, start: int, end: int) -> str:
    """What is wrong with the tag whose inside is between `start` and `end`; empty: nothing."""
    if end < 0 or OPENING.search(source, start, end):
        return f"“{opening}” is not closed; write “{CLOSING[opening]}” where it ends."
    if GAP.search(source, start, end):
        return f"there is too much white space in “{opening} {CLOSING[opening]}”."
    name = TAG.match(source, start - 2, end)
    if name and name[1] in NEVER_READ:
        return f"there is no tag “{name[1]}”."
    return ""


def _parsed(environment: Environment, source: str) -> BoundTemplate:
    try:
        return environment.from_string(source)
    except LiquidError:
        # Liquid notices at the end only, and does not say which tag it was.
        if not (unclosed := _unclosed(source)):
            raise
        tag, line = unclosed
        reason = f"“{{% {tag} %}}” is not closed; write “{{% end{tag} %}}” where it ends."
        raise TemplateFailed(reason, line=line) from None


def _unclosed(source: str) -> tuple[str, int] | None:
    """The innermost tag that is still open at the end, and its line; None when others are wrong."""
    opened: list[tuple[str, int]] = []
    for found in TAG.finditer(source):
        name = found[1]
        if name in BLOCKS:
            opened.append((name, source.count("\n", 0, found.start()) + 1))
        elif (closed := name.removeprefix("end")) in BLOCKS and (
            not opened or opened.pop()[0] != closed
        ):
            return None
    return opened[-1] if opened else None


def _expressions(nodes: Iterable[Node], context: RenderContext) -> Iterator[Expression]:
    for node in nodes:
        todo = list(node.expressions())
        while todo:
            yield (expression := todo.pop())
            todo += expression.children()
        yield from _expressions(node.children(context), context)


def _check_range(expression: Expression, source: str) -> None:
    """Ranges are counted out before any limit is looked at: only short ones, in figures."""
    if isinstance(expression, RangeLiteral):
        match expression.start, expression.stop:
            case IntegerLiteral(value=start), IntegerLiteral(value=stop):
                if stop - start < MOST_ITERATIONS:
                    return
        line = source.count("\n", 0, expression.token.start_index) + 1
        reason = f"write a range in figures, of {MOST_ITERATIONS:,} numbers at most: (1..5)."
        raise TemplateFailed(reason, line=line)


@contextmanager
def as_failure(source: str = "") -> Iterator[None]:
    """Whatever goes wrong with a template is told as TemplateFailed, where it is known where."""
    try:
        yield
    except TemplateFailed:
        raise
    except LiquidError as error:
        start = error.token.start_index if error.token else -1
        line = source.count("\n", 0, start) + 1 if 0 <= start < len(source) else None
        raise TemplateFailed(f"{error.message}.", line=line) from error
    except Exception as error:
        # A merchant's arithmetic, say: what exactly Python minds is not theirs to know.
        raise TemplateFailed(f"the text cannot be made ({type(error).__name__}).") from error


_TEXT = _Environment(autoescape=False)
_HTML = _Environment(autoescape=True)
