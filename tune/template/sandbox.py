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
HELD_BACK = (jinja2.nodes.Macro, jinja2.nodes.CallBlock, jinja2.nodes.FilterBlock, jinja2.nodes.AssignBlock)
"""What a template collects before it writes it."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, quicker about what templates do all the time."""

    mark = ""
    """What is written where the assistant begins and ends to speak."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A key of a dict, a method of a text, the state of a loop without asking; all else as the sandbox does it."""
        if type(obj) is dict and attribute not in _DICT:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if (type(obj) is str and attribute in _STR) or (type(obj) is LoopContext and attribute in _LOOP):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)


class Generation(jinja2.ext.Extension):
    """`{% generation %} ... {% endgeneration %}`: what stands inside is what the assistant says. It is rendered as it is,
    between the marks of the environment."""

    tags = {"generation"}  # noqa: RUF012  # as Jinja declares it

    def parse(self, parser: jinja2.parser.Parser) -> jinja2.nodes.Node:
        """The block as a scope of its own."""
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        assert isinstance(self.environment, Sandbox)
        mark = [jinja2.nodes.Output([jinja2.nodes.TemplateData(self.environment.mark)])] * bool(self.environment.mark)
        return jinja2.nodes.Scope([*mark, *body, *mark]).set_lineno(line)


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


def _environment(mark: str = "") -> Sandbox:
    found = Sandbox(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols], cache_size=0
    )
    found.filters["tojson"] = _to_json
    found.mark = mark
    return found


def asks_for_the_date(text: str) -> bool:
    """Whether a template names `strftime_now` anywhere, whatever it does with it; False for text that is no template."""
    try:
        environment = _environment()
        return "strftime_now" in jinja2.meta.find_undeclared_variables(environment.parse(text))
    except jinja2.TemplateError:
        return False


def marks_places(text: str) -> bool:
    """Whether a template marks what the assistant says, and all of it where it is written at once: what a macro or a block
    gives may be cut or changed before it is. False for text that is no template."""
    mark = "\0generation"
    try:
        parsed = _environment(mark).parse(text)
    except jinja2.TemplateError:
        return False

    def marks(node: jinja2.nodes.Node) -> bool:
        return any(data.data == mark for data in node.find_all(jinja2.nodes.TemplateData))

    loops = [loop for loop in parsed.find_all(jinja2.nodes.For) if loop.recursive]
    return marks(parsed) and not any(map(marks, [*loops, *parsed.find_all(HELD_BACK)]))


def compile_template(text: str, day: date | None, mark: str = "") -> jinja2.Template:
    """A chat template, ready to render, for which the current date is `day`; without one it may not ask for it. It writes
    `mark` before and behind everything that the assistant says. Raises jinja2.TemplateError for text that is none."""
    environment = _environment(mark)
    environment.globals.update(raise_exception=_raise, strftime_now=_calendar(day), dict=Dict(), namespace=Namespace)
    template = environment.from_string(text)
    template.globals = dict(template.globals)  # Jinja's chain of mappings is copied, key by key, for every rendering
    return template
