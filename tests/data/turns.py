"""Messages, turns and rows as files write them, for the tests of formats."""

from __future__ import annotations

from typing import Any

CITY = {"type": "function", "function": {"name": "weather", "arguments": {"city": "Oslo"}}}
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


def said(role: str, content: Any = "Hello.", **more: Any) -> dict[str, Any]:
    """A message as OpenAI writes it."""
    return {"role": role, "content": content, **more}


def says(who: str, value: Any = "Hello.", **more: Any) -> dict[str, Any]:
    """A turn as ShareGPT writes it."""
    return {"from": who, "value": value, **more}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    """A row of messages."""
    return {"messages": list(messages), **more}


def talk(*turns: Any, **more: Any) -> dict[str, Any]:
    """A ShareGPT row."""
    return {"conversations": list(turns), **more}
