"""Chat templates: from messages to text, and where in that text every answer stands.

Nothing is assumed of a template but that it is one (https://huggingface.co/docs/transformers/chat_templating). What it
adds between `messages[:i]` with the generation prompt and `messages[:i + 1]` is what the assistant says in turn i, its
end of turn included: exactly what the model would have to write. Where a template writes an earlier answer differently
once more turns follow (reasoning dropped from history, another end of turn), that answer is learned in a rendering of its
own, which ends with it. Imports no torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any, TypeVar

from jinja2 import TemplateError

from tune.data.messages import Fault, Messages
from tune.data.sandbox import compile_template, render_marked

T = TypeVar("T")
Span = tuple[int, int]
Tools = list[dict[str, Any]] | None

_THOUGHT = re.compile("</?think>")
_MARKS = re.compile(r"\{%-?\s*generation\s*-?%\}")
_DATE = re.compile(r"""strftime_now\((['"])(.*?)\1\)""")

CALL_STYLES = ((False, ""), (False, None), (True, None), (True, ""))
"""How templates want an assistant message with tool calls: (arguments as JSON text, content when there is none)."""


@dataclass(frozen=True)
class Rendering:
    """A text, the spans of the answers to learn in it (characters, in order), and how many messages it holds."""

    text: str
    spans: tuple[Span, ...]
    messages: int
    marks: tuple[Span, ...] | None = None
    """What the template's own generation marks enclose, where it has any and this is the whole conversation."""


class Template:
    """One chat template with the special tokens that it names."""

    def __init__(self, text: str, special: dict[str, str], today: date | None = None) -> None:
        """`special` are the tokenizer's named special tokens (bos_token, ...); `today` is the date that templates which
        write the current one get."""
        # transformers gives templates a function that reads the clock; a fixed day can only be written into the text.
        self.text = _DATE.sub(lambda call: json.dumps(today.strftime(call[2])), text) if today else text
        self.special = special
        self.has_marks = _MARKS.search(text) is not None

    @property
    def needs_date(self) -> bool:
        """Whether the template asks for the current date, which would make tomorrow's rows other rows."""
        return "strftime_now(" in self.text

    def render(self, messages: Messages, tools: Tools = None, *, prompt: bool = False) -> str:
        """The text; `prompt` adds what comes before an answer. Raises TemplateRefused for what the template refuses."""
        found: str = self._call(self._compiled.render, messages, tools, prompt)
        return found

    def marked(self, messages: Messages, tools: Tools) -> tuple[str, tuple[Span, ...]]:
        """The text, and the spans between the template's own generation marks. Raises TemplateRefused."""
        found: tuple[str, tuple[Span, ...]] = self._call(partial(render_marked, self._compiled), messages, tools, False)
        return found

    @cached_property
    def _compiled(self) -> Any:
        """The template, compiled once."""
        try:
            return compile_template(self.text)
        except TemplateError as error:
            raise TemplateRefused(f"it is no Jinja template ({error})") from error

    def _call(self, render: Callable[..., Any], messages: Messages, tools: Tools, prompt: bool) -> Any:
        for message in messages:
            if "tool_calls" in message or "reasoning_content" in message:
                messages = self._fuller(messages)
                break
        try:
            return render(messages=messages, tools=tools, documents=None, add_generation_prompt=prompt, **self.special)
        except (TemplateError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise TemplateRefused(str(error).splitlines()[0] if str(error) else type(error).__name__) from error

    def _fuller(self, messages: Messages) -> Messages:
        """Messages with tool calls in the style that the template reads, and with reasoning under both its names."""
        if any("tool_calls" in message for message in messages):
            messages = _styled(messages, *self._call_style)
        # As transformers does: gpt-oss' template reads reasoning under this name.
        return [{"thinking": m["reasoning_content"], **m} if "reasoning_content" in m else m for m in messages]

    @cached_property
    def _call_style(self) -> tuple[bool, str | None]:
        """The style of tool calls in which this template writes name and arguments of a call; the first when none does,
        so that the loss is found and named row by row."""
        call = {"type": "function", "function": {"name": "look_up_x1", "arguments": {"word": "value_x2"}}}
        probe: Messages = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "", "tool_calls": [call]}]
        for style in CALL_STYLES:
            self.__dict__["_call_style"] = style
            try:
                text = self.render(probe)
            except TemplateRefused:
                continue
            if "look_up_x1" in text and "value_x2" in text:
                return style
        return CALL_STYLES[0]

    def renderings(self, messages: Messages, tools: Tools, turns: Sequence[int]) -> list[Rendering]:
        """As few renderings as hold every answer of `turns` (indexes of assistant messages, ascending) as the model
        would write it, in the order of the conversation. Raises Fault where that is not possible."""
        befores, afters = {}, {}
        marks = None
        for i in turns:
            befores[i] = self._checked(i, self.render, messages[:i], tools, prompt=True)
            if self.has_marks and i == turns[-1]:
                afters[i], marks = self._checked(i, self.marked, messages[: i + 1], tools)
            else:
                afters[i] = self._checked(i, self.render, messages[: i + 1], tools)
            if not afters[i].startswith(befores[i]):
                afters[i] = _with_open_thinking(befores[i], afters[i], messages[i], i)
            _nothing_eaten(messages[i], afters[i][len(befores[i]) :], i)
        found: list[Rendering] = []
        left = list(turns)
        while left:
            text = afters[left[-1]]
            inside = [i for i in left if text.startswith(afters[i])]
            spans = tuple((len(befores[i]), len(afters[i])) for i in inside)
            found.append(Rendering(text, spans, left[-1] + 1, marks if left[-1] == turns[-1] else None))
            left = [i for i in left if i not in inside]
        return found[::-1]

    def _checked(self, i: int, render: Callable[..., T], *arguments: Any, **options: bool) -> T:
        """What a rendering for message i gives. Raises Fault where the template refuses it."""
        try:
            return render(*arguments, **options)
        except TemplateRefused as error:
            what = f"the chat template refuses it: {error}"
            raise Fault(
                "refused by the template", what, "change the row, or use another base", f"messages[{i}]"
            ) from None

    def nothing_lost(self, messages: Messages, tools: Tools, text: str) -> None:
        """Raises Fault when questions, or tools, are not in the rendering of `messages`."""
        for i, message in enumerate(messages):
            if message["role"] != "assistant":
                _nothing_eaten(message, text, i)
        for tool in tools or ():
            name = tool["function"]["name"]
            if name not in text:
                fix = "use a base whose template knows tools, or write them into the system message"
                raise Fault("text eaten by the template", f"the template leaves out the tool {name!r}", fix, "tools")


class TemplateRefused(Exception):
    """The template itself raised an error; the text is its message."""


def _styled(messages: Messages, as_text: bool, empty: str | None) -> Messages:
    """Messages with their tool calls in the style of a template."""
    found: Messages = []
    for message in messages:
        calls = [_call(call, as_text) for call in message.get("tool_calls", ())]
        styled = {"content": message["content"] or empty, "tool_calls": calls} if calls else {}
        found.append({**message, **styled})
    return found


def _call(call: dict[str, Any], as_text: bool) -> dict[str, Any]:
    function = call["function"]
    arguments = json.dumps(function["arguments"], ensure_ascii=False) if as_text else function["arguments"]
    return {**call, "function": {**function, "arguments": arguments}}


def _nothing_eaten(message: dict[str, Any], text: str, i: int) -> None:
    """Raises Fault for what a message says and `text` does not hold, as it is or escaped as in JSON."""
    for part, said in said_by(message):
        if said in text or json.dumps(said, ensure_ascii=False)[1:-1] in text or json.dumps(said)[1:-1] in text:
            continue
        text_kind = "the answer" if message["role"] == "assistant" else f"the {message['role']} message"
        kind = {"content": text_kind, "reasoning_content": "the reasoning"}.get(part, "the tool call")
        what = f"the template drops part of {kind}: {said[:60]!r}"
        raise Fault("text eaten by the template", what, "change the row or the base", f"messages[{i}].{part}")


def said_by(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(part, text) of everything that a message says, white space around it aside. Reasoning in content is its own part,
    because templates take it out and write it in their own way."""
    for part in ("reasoning_content", "content"):
        said = message.get(part) or ""
        for piece in _THOUGHT.split(said) if "think>" in said else (said,):
            if piece.strip():
                yield part, piece.strip()
    for i, call in enumerate(message.get("tool_calls", ())):
        where = f"tool_calls[{i}]"
        yield f"{where}.function.name", call["function"]["name"]
        for leaf in _leaves(call["function"]["arguments"]):
            yield f"{where}.function.arguments", leaf


def _leaves(value: Any) -> Iterator[str]:
    """All keys and texts in a JSON value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    elif isinstance(value, str) and value.strip():
        yield value.strip()


def _with_open_thinking(before: str, after: str, message: dict[str, Any], i: int) -> str:
    """The answer of a template that opens a thinking block when it generates and writes none into conversations (the
    DeepSeek R1 distills): its reasoning, the end of the block, and the rest as the template has it. This is what such a
    model writes. Raises Fault for any other difference between the two."""
    header, tag, space = before.rpartition("<think>")
    if not tag or space.strip() or not after.startswith(header):
        same = next(
            (n for n, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
        )
        what = f"the template opens an answer with {before[same:][:40]!r} when it generates, and leaves that out in a conversation"
        raise Fault("template not prefix-stable", what, "use a base whose template writes both alike", f"messages[{i}]")
    answer = after[len(header) :].lstrip()
    if answer.startswith(tag):  # it writes the block, with other white space at its beginning
        return before + answer.removeprefix(tag).lstrip()
    thought, tag, _ = message["content"].rpartition("</think>")
    reasoning = message.get("reasoning_content") or (thought.replace("<think>", "") if tag else "")
    return f"{before}{reasoning.strip()}\n</think>\n\n{answer}"
