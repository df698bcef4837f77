"""A base's chat template, rendered in a sandbox (https://huggingface.co/docs/transformers/chat_templating).

Rows, the prompts of the evaluation and what an export is compared on all go through here, with the same day, so that what a
model is asked is written as what it learned. Imports no torch and no transformers.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from datetime import date
from functools import cached_property
from itertools import accumulate
from typing import Any

from jinja2 import TemplateError, TemplateSyntaxError

from tune.template.sandbox import asks_for_the_date, compile_template, marks_places
from tune.text import first_line

Message = dict[str, Any]
Span = tuple[int, int]
Tools = list[dict[str, Any]] | None

CALL_STYLES = ((False, ""), (False, None), (True, None), (True, ""))
"""How templates want an assistant message with tool calls: (arguments as JSON text, content when there is none)."""


class TemplateRefused(Exception):
    """The template itself raised an error; the text is its message."""


class NoTemplate(TemplateRefused):
    """It is no Jinja template; the message says where and why."""


class Template:
    """One chat template with the special tokens that it names."""

    def __init__(self, text: str, special: dict[str, str], day: date | None = None) -> None:
        """`special` are the tokenizer's named special tokens (bos_token, ...); `day` is what templates that write the
        current date write, at midnight. Without one they refuse: the clock is never read."""
        self.text = text
        self.special = special
        self.day = day
        self._mark = secrets.token_hex(16)  # that no row can hold

    @cached_property
    def has_marks(self) -> bool:
        """Whether `marked` tells what the assistant says."""
        return marks_places(self.text)

    @property
    def needs_date(self) -> bool:
        """Whether the template asks for the current date, which would make tomorrow's rows other rows."""
        return asks_for_the_date(self.text)

    def render(self, messages: list[Message], tools: Tools = None, *, prompt: bool = False) -> str:
        """The text; `prompt` adds what comes before an answer. Raises TemplateRefused for what the template refuses."""
        found: str = self._call(self._compiled.render, messages, tools, prompt)
        return found

    def marked(self, messages: list[Message], tools: Tools) -> tuple[str, tuple[Span, ...]]:
        """The text, and the spans between the template's own generation marks. Raises TemplateRefused."""
        parts = self._call(self._compiled_marked.render, messages, tools, False).split(self._mark)
        borders = list(accumulate(map(len, parts)))
        return "".join(parts), tuple(zip(borders[:-1:2], borders[1::2], strict=True))

    @cached_property
    def _compiled(self) -> Any:
        """The template, compiled once."""
        return self._made()

    @cached_property
    def _compiled_marked(self) -> Any:
        return self._made(self._mark)

    def _made(self, mark: str = "") -> Any:
        try:
            return compile_template(self.text, self.day, mark)
        except TemplateError as error:
            line = f"line {error.lineno}: " if isinstance(error, TemplateSyntaxError) else ""
            raise NoTemplate(f"it is no Jinja template ({line}{error.message})") from error

    def _call(self, render: Callable[..., Any], messages: list[Message], tools: Tools, prompt: bool) -> Any:
        if any("tool_calls" in message for message in messages):
            messages = styled(messages, *self.call_style)
        return self._told(render, messages, tools, prompt)

    def _told(self, render: Callable[..., Any], messages: list[Message], tools: Tools, prompt: bool) -> Any:
        """What a rendering of messages in the template's own style gives."""
        if any("reasoning_content" in message for message in messages):
            # As transformers does: gpt-oss' template reads reasoning under this name.
            messages = [{"thinking": m["reasoning_content"], **m} if "reasoning_content" in m else m for m in messages]
        try:
            return render(messages=messages, tools=tools, documents=None, add_generation_prompt=prompt, **self.special)
        except (TemplateError, TypeError, ValueError, KeyError, AttributeError) as error:
            raise TemplateRefused(first_line(error)) from error

    @cached_property
    def call_style(self) -> tuple[bool, str | None]:
        """The style of tool calls in which this template writes name and arguments of a call; the first when none does,
        so that the loss is found and named row by row."""
        call = {"type": "function", "function": {"name": "look_up_x1", "arguments": {"word": "value_x2"}}}
        probe: list[Message] = [
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
        ]
        for style in CALL_STYLES:
            try:
                text = self._told(self._compiled.render, styled(probe, *style), None, False)
            except TemplateRefused:
                continue
            if "look_up_x1" in text and "value_x2" in text:
                return style
        return CALL_STYLES[0]


def of_tokenizer(tokenizer: Any, day: date | None) -> Template | None:
    """The chat template of a tokenizer of transformers, which writes `day` for the current date; None where it has none."""
    text = tokenizer.chat_template
    return None if text is None else Template(text, special_of(tokenizer), day)


def special_of(tokenizer: Any) -> dict[str, str]:
    """The named special tokens of a tokenizer, which templates write by name."""
    return {name: value for name, value in tokenizer.special_tokens_map.items() if isinstance(value, str)}


def styled(messages: list[Message], as_text: bool, empty: str | None) -> list[Message]:
    """Messages with their tool calls in the style of a template."""
    found: list[Message] = []
    for message in messages:
        calls = [_call(call, as_text) for call in message.get("tool_calls", ())]
        said = {"content": message["content"] or empty, "tool_calls": calls} if calls else {}
        found.append({**message, **said})
    return found


def _call(call: dict[str, Any], as_text: bool) -> dict[str, Any]:
    function = call["function"]
    arguments = json.dumps(function["arguments"], ensure_ascii=False) if as_text else function["arguments"]
    return {**call, "function": {**function, "arguments": arguments}}
