"""From a row to a conversation: which shape it has, and whether it can be learned from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tune.jsonl import Broken, Row

Messages = list[dict[str, str]]

ROLES = ("system", "user", "assistant")
SHAPES = ("messages", "prompt_completion")


def detect(row: Row) -> str | Broken:
    """The shape of a row by its keys."""
    if "messages" in row.value:
        return "messages"
    if "prompt" in row.value and "completion" in row.value:
        return "prompt_completion"
    keys = ", ".join(sorted(row.value)) or "none"
    return Broken(row.line, "unknown shape", f"no known shape; its keys are: {keys}", 'rows need "messages", or "prompt" and "completion"')


def conversation(row: Row, shape: str, control: Sequence[str]) -> Messages | Broken:
    """The messages of a row, or why it cannot be trained on.

    `control` are the tokenizer's special tokens: inside content they would be read as structure, not as text.
    """
    found = _messages(row) if shape == "messages" else _prompt_completion(row)
    if isinstance(found, Broken):
        return found
    for i, message in enumerate(found):
        for token in control:
            if token in message["content"]:
                key = f"messages[{i}].content" if shape == "messages" else ("prompt", "completion")[i]
                return Broken(row.line, "control token in content", f'contains the control token "{token}"', "remove it: the template writes these tokens", key)
    return found


def _messages(row: Row) -> Messages | Broken:
    for key in ("tools", "functions"):
        if row.value.get(key):
            return Broken(row.line, "tools", "tool definitions are not supported", "remove these rows or render the tools into the system text", key)
    messages = row.value.get("messages")
    if not isinstance(messages, list):
        return Broken(row.line, "wrong type", f"must be a list of messages, found {_kind(messages)}", 'write [{"role": "user", "content": "..."}, ...]', "messages")
    if not messages:
        return Broken(row.line, "no messages", "is an empty list", "remove the row", "messages")
    found: Messages = []
    for i, message in enumerate(messages):
        checked = _message(row.line, i, message, found)
        if isinstance(checked, Broken):
            return checked
        found.append(checked)
    if found[-1]["role"] != "assistant":
        what = f"the last message is from {found[-1]['role']}, so there is no answer to learn"
        return Broken(row.line, "no answer", what, "end the conversation with an assistant message", f"messages[{len(found) - 1}].role")
    if all(m["role"] != "user" for m in found):
        return Broken(row.line, "no question", "there is no user message", "begin the conversation with a user message", "messages")
    return found


def _message(line: int, i: int, message: Any, before: Messages) -> dict[str, str] | Broken:
    key = f"messages[{i}]"
    if not isinstance(message, dict):
        return Broken(line, "wrong type", f"must be an object, found {_kind(message)}", 'write {"role": ..., "content": ...}', key)
    for name in ("role", "content"):
        if name not in message:
            hint = {"role": "from", "content": "value"}[name]
            fix = 'ShareGPT rows are not supported yet: rename "from" to "role", "value" to "content"' if hint in message else f'add "{name}"'
            return Broken(line, "missing key", f'has no "{name}"', fix, key)
    extra = sorted(set(message) - {"role", "content"} - {name for name, value in message.items() if value is None})
    if extra:
        what = f'has a field that would be lost: "{extra[0]}"'
        return Broken(line, "unknown field", what, "remove the field, or write what it says into the content", f"{key}.{extra[0]}")
    role, content = message["role"], message["content"]
    if role not in ROLES:
        return Broken(line, "wrong role", f"unknown role {role!r}", f"use one of: {', '.join(ROLES)}", f"{key}.role")
    if not isinstance(content, str):
        return Broken(line, "wrong type", f"must be text, found {_kind(content)}", "write the content as one text", f"{key}.content")
    if not content.strip():
        reason = "empty answer" if role == "assistant" else "empty message"
        return Broken(line, reason, f"the {role} says nothing", "write the text, or remove the row", f"{key}.content")
    if role == "system" and before:
        return Broken(line, "wrong role order", "a system message after the first", "put the system message first", f"{key}.role")
    if before and before[-1]["role"] == role:
        return Broken(line, "wrong role order", f"two {role} messages in a row", "join them, or add what is missing between them", f"{key}.role")
    if role == "assistant" and not any(m["role"] == "user" for m in before):
        return Broken(line, "wrong role order", "an assistant message before any user message", "begin with a user message", f"{key}.role")
    return {"role": role, "content": content}


def _prompt_completion(row: Row) -> Messages | Broken:
    found: Messages = []
    for key, role in (("prompt", "user"), ("completion", "assistant")):
        if key not in row.value:
            return Broken(row.line, "missing key", f'has no "{key}"', f'add "{key}"', key)
        content = row.value[key]
        if not isinstance(content, str):
            return Broken(row.line, "wrong type", f"must be text, found {_kind(content)}", "write it as one text", key)
        if not content.strip():
            return Broken(row.line, "empty answer" if role == "assistant" else "empty message", "is empty", "write the text, or remove the row", key)
        found.append({"role": role, "content": content})
    return found


def _kind(value: Any) -> str:
    """The JSON name of a value's type."""
    if value is None:
        return "nothing"
    return {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}[type(value)]
