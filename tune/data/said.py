"""Every text in a sample that comes from the row's author and that a model could read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tune.data.formats import Sample


class Said(NamedTuple):
    """A text and where in the Sample it stands, such as "messages[1].tool_calls[0].arguments.city"."""

    place: str
    text: str
    compared: bool = True
    """Whether it counts when rows are compared with others. Names, numbers and tool definitions do not: many rows share
    them."""


def texts(sample: Sample) -> Iterator[Said]:
    """Contents, reasoning, tool calls and tool definitions with all names and numbers in them; empty texts are left out.

    What stands under a name is also given with it, as "name: value": only the name tells that a value is a password. A
    name that is no identifier is not part of a place, because it may hold anything.
    """
    if sample.text:
        yield Said("text", sample.text)
    for name, messages in (("messages", sample.messages), ("rejected", sample.rejected or [])):
        for i, message in enumerate(messages):
            for part in ("content", "reasoning_content"):
                if message.get(part):
                    yield Said(f"{name}[{i}].{part}", message[part])
            if len(message) > 2:
                for part in ("name", "tool_call_id"):
                    if message.get(part):
                        yield Said(f"{name}[{i}].{part}", message[part], compared=False)
                for j, call in enumerate(message.get("tool_calls", ())):
                    yield from _call(call, f"{name}[{i}].tool_calls[{j}]")
    for i, tool in enumerate(sample.tools or ()):
        yield from _inside(tool, f"tools[{i}]", compared=False)


def _call(call: dict[str, Any], key: str) -> Iterator[Said]:
    """A tool call: of its texts the values of arguments alone are the row's own."""
    yield Said(f"{key}.name", call["function"]["name"], compared=False)
    if "id" in call:
        yield Said(f"{key}.id", call["id"], compared=False)
    yield from _inside(call["function"]["arguments"], f"{key}.arguments", compared=True)


def _inside(value: Any, key: str, *, compared: bool) -> Iterator[Said]:
    """The texts inside a value, each with its place."""
    if isinstance(value, dict):
        for name, part in value.items():
            place = f"{key}.{name}" if name.isidentifier() else key
            alone = _alone(part)
            if alone is None:
                yield from _inside(part, place, compared=compared)
            elif compared and isinstance(part, str) and part:
                yield Said(place, part)
            if name or alone:
                yield Said(place, f"{name}: {alone}" if alone else name, compared=False)
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from _inside(part, f"{key}[{i}]", compared=compared)
    elif alone := _alone(value):
        yield Said(key, alone, compared and isinstance(value, str))


def _alone(value: Any) -> str | None:
    """What a value that holds no others says; nothing for true, false and null; None for an object or a list."""
    if isinstance(value, dict | list):
        return None
    return "" if value is None or isinstance(value, bool) else str(value)
