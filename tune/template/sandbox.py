"""Chat templates compiled for Jinja's sandbox, with what templates expect to find there.

The same as transformers' own environment (https://huggingface.co/docs/transformers/chat_templating_writing): `tojson`
that does not escape HTML, `raise_exception`, `strftime_now` (of a given day instead of the clock), `{% break %}`,
`{% generation %}`. It stands here because importing transformers costs each worker process most of a second, and because
most of what rendering takes is spent in asking whether `message.role` is safe, which for plain JSON it is. A test holds
every template of TRL against transformers. A template comes from whoever made the base: it sees copies of nothing, but can change nothing either.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn

import jinja2
import jinja2.ext
import jinja2.meta
import jinja2.nodes
import jinja2.parser
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

_DICT = frozenset(dir(dict))
_STR = frozenset(name for name in dir(str) if not name.startswith("_")) - {"format", "format_map"}
"""Methods of texts that give texts, numbers and lists; the two left out can reach into objects."""
_LOOP = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length", "previtem", "nextitem"})
"""What templates ask of `loop`: numbers, and the items that they have anyway."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, quicker about what templates do all the time."""

    def __init__(self, **options: Any) -> None:
        """As Jinja's."""
        super().__init__(**options)
        self.written: list[str] = []
        """What the template that is being rendered has given so far."""
        self.spans: list[tuple[int, int]] | None = None
        """Where in it the assistant speaks; None when nobody asks."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a dict, a method of a text, the state of a loop without asking; all else as the sandbox does it."""
        if type(obj) is dict and attribute not in _DICT:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if (type(obj) is str and attribute in _STR) or (type(obj) is LoopContext and attribute in _LOOP):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


class Generation(jinja2.ext.Extension):
    """`{% generation %} ... {% endgeneration %}`: what stands inside is what the assistant says. It is rendered as it is;
    where it stands is noted in the environment's `spans`."""

    tags = {"generation"}  # noqa: RUF012  # as Jinja declares it

    def parse(self, parser: jinja2.parser.Parser) -> jinja2.nodes.Node:
        """The block as a call with its content."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_said"), [], [], body).set_lineno(line)

    def _said(self, caller: Callable[[], str]) -> str:
        text = caller()
        assert isinstance(self.environment, Sandbox)
        if self.environment.spans is not None:
            start = sum(map(len, self.environment.written))
            self.environment.spans.append((start, start + len(text)))
        return text


class Dict:
    """What templates get as `dict`: it makes dicts, and there is no way from it to anything else."""

    def __call__(self, *arguments: Any, **named: Any) -> dict[Any, Any]:
        """A dict."""
        return dict(*arguments, **named)


class Namespace(jinja2.utils.Namespace):
    """Jinja's own, without names that begin with an underscore."""

    def __init__(*arguments: Any, **named: Any) -> None:  # any name may be one of the template's
        """As Jinja's."""
        self, *rest = arguments
        values = dict(*rest, **named)
        for name in values:
            _refuse_hidden(name)
        jinja2.utils.Namespace.__init__(self, values)

    def __setitem__(self, name: str, value: Any) -> None:
        """`{% set ns.name = value %}`."""
        _refuse_hidden(name)
        super().__setitem__(name, value)


def _refuse_hidden(name: Any) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise jinja2.exceptions.SecurityError(f"a template may not set {name!r}")


def _raise(message: str) -> NoReturn:
    raise jinja2.TemplateError(message)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _calendar(day: date | None) -> Callable[[str], str]:
    """What templates get as `strftime_now`. transformers' own reads the clock: tomorrow's rows would be other rows."""

    def strftime_now(form: str) -> str:
        if day is None:
            raise jinja2.TemplateError("it writes the current date, and no day is given")
        return day.strftime(form)

    return strftime_now


def _environment() -> Sandbox:
    found = Sandbox(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols], cache_size=0
    )
    found.filters["tojson"] = _to_json
    return found


def asks_for_the_date(text: str) -> bool:
    """Whether a template names `strftime_now` anywhere, whatever it does with it; False for text that is no template."""
    try:
        environment = _environment()
        return "strftime_now" in jinja2.meta.find_undeclared_variables(environment.parse(text))
    except jinja2.TemplateError:
        return False


def compile_template(text: str, day: date | None) -> jinja2.Template:
    """A chat template, ready to render, for which the current date is `day`; without one it may not ask for it. Raises
    jinja2.TemplateError for text that is none."""
    environment = _environment()
    environment.globals.update(raise_exception=_raise, strftime_now=_calendar(day), dict=Dict(), namespace=Namespace)
    template = environment.from_string(text)
    template.globals = dict(template.globals)  # Jinja's chain of mappings is copied, key by key, for every rendering
    return template


def render_marked(template: jinja2.Template, **variables: Any) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text, and the spans (characters) between the template's generation marks."""
    environment = template.environment
    assert isinstance(environment, Sandbox)
    written: list[str] = []
    spans: list[tuple[int, int]] = []
    environment.written, environment.spans = written, spans
    try:
        for piece in template.generate(**variables):
            written.append(piece)  # noqa: PERF402  # one by one: the template asks how much is written so far
    finally:
        environment.spans = None
    return "".join(written), tuple(spans)
