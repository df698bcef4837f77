"""Where in the text that a chat template makes of messages every answer stands.

Nothing is assumed of a template but that it is one (https://huggingface.co/docs/transformers/chat_templating). What it
adds between `messages[:i]` with the generation prompt and `messages[:i + 1]` is what the assistant says in turn i, its
end of turn included: exactly what the model would have to write. Where a template writes an earlier answer differently
once more turns follow (reasoning dropped from history, another end of turn), that answer is learned in a rendering of its
own, which ends with it. Imports no torch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tune.data.messages import Fault, Messages
from tune.template import Span, Template, TemplateRefused, Tools

T = TypeVar("T")

_THOUGHT = re.compile("</?think>")


@dataclass(frozen=True)
class Rendering:
    """A text, the spans of the answers to learn in it (characters, in order), and how many messages it holds."""

    text: str
    spans: tuple[Span, ...]
    messages: int
    marks: tuple[Span, ...] | None = None
    """What the template's own generation marks enclose, where it has any and this is the whole conversation."""


def renderings(template: Template, messages: Messages, tools: Tools, turns: Sequence[int]) -> list[Rendering]:
    """As few renderings as hold every answer of `turns` (indexes of assistant messages, ascending) as the model
    would write it, in the order of the conversation. Raises Fault where that is not possible."""
    befores, afters = {}, {}
    marks = None
    for i in turns:
        befores[i] = _checked(i, template.render, messages[:i], tools, prompt=True)
        if template.has_marks and i == turns[-1]:
            afters[i], marks = _checked(i, template.marked, messages[: i + 1], tools)
        else:
            afters[i] = _checked(i, template.render, messages[: i + 1], tools)
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


def whole(template: Template, messages: Messages, tools: Tools, left_out: Collection[int]) -> Rendering:
    """The whole conversation, with everything to learn but the answers `left_out`. Raises Fault where something is lost,
    and where an answer cannot be left out."""
    text = _checked(len(messages) - 1, template.render, messages, tools)
    nothing_lost(messages, tools, text)
    for i, message in enumerate(messages):
        _nothing_eaten(message, text, i)
    borders = [0]
    for i in sorted(left_out):
        before = _checked(i, template.render, messages[:i], tools, prompt=True)
        after = _checked(i, template.render, messages[: i + 1], tools)
        if not text.startswith(after) or not after.startswith(before):
            what = "the template writes this answer otherwise once more follows, so it cannot be left out of the loss"
            raise Fault("template not prefix-stable", what, "set learn_from: assistant", f"messages[{i}]")
        borders += [len(before), len(after)]
    borders.append(len(text))
    spans = zip(borders[::2], borders[1::2], strict=True)
    return Rendering(text, tuple((start, end) for start, end in spans if start < end), len(messages))


def _checked(i: int, render: Callable[..., T], *arguments: Any, **options: bool) -> T:
    """What a rendering for message i gives. Raises Fault where the template refuses it."""
    try:
        return render(*arguments, **options)
    except TemplateRefused as error:
        what = f"the chat template refuses it: {error}"
        fix = "change the row, or use another base"
        raise Fault("refused by the template", what, fix, f"messages[{i}]") from None


def nothing_lost(messages: Messages, tools: Tools, text: str) -> None:
    """Raises Fault when questions, or tools, are not in the rendering of `messages`."""
    for i, message in enumerate(messages):
        if message["role"] != "assistant":
            _nothing_eaten(message, text, i)
    for tool in tools or ():
        name = tool["function"]["name"]
        if name not in text:
            fix = "use a base whose template knows tools, or write them into the system message"
            raise Fault("text eaten by the template", f"the template leaves out the tool {name!r}", fix, "tools")


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
