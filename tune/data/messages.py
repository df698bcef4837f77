"""From turns as files write them (OpenAI's way or ShareGPT's) to messages as chat templates take them.

A message of the common form has `role` and `content` (always text), and where the file has them `reasoning_content`,
`tool_calls` ([{"type": "function", "id"?, "function": {"name", "arguments": {...}}}]), `tool_call_id` and `name`: the
form that templates of transformers read. What cannot be said in it is a fault, so that nothing is lost in silence.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from tune.strict import loads

Message = dict[str, Any]
Messages = list[Message]

ROLES = ("system", "developer", "user", "assistant", "tool")
SPEAKERS = {
    **{role: role for role in ROLES},
    "human": "user",
    **dict.fromkeys(("gpt", "chatgpt", "bing", "bard", "model", "bot", "function_call"), "assistant"),
    **dict.fromkeys(("observation", "function", "function_response"), "tool"),
}
"""Names of speakers in ShareGPT files and their roles. A function_call's value is JSON: the call or a list of calls."""
_OPENAI = {**{role: role for role in ROLES}, "function": "tool"}
"""OpenAI's names of roles; "function" is the name that tools had first."""
REASONING = ("reasoning_content", "reasoning", "thinking")
MARKS = ("loss", "train", "weight")
"""Fields by which files say whether an answer is learned."""
CALL = 'write {"type": "function", "function": {"name": "...", "arguments": {...}}}'
TOOL = 'write {"type": "function", "function": {"name": "...", "parameters": {...}}}'


class Fault(Exception):
    """What is wrong with a row; `formats.to_sample` makes it a Broken, so it never leaves this folder."""

    def __init__(self, reason: str, what: str, fix: str, key: str | None = None) -> None:
        """The fields of a Broken, without the line."""
        super().__init__(what)
        self.reason, self.what, self.fix, self.key = reason, what, fix, key


class Turn(NamedTuple):
    """A message of the common form, the key that messages about its place name, and whether it is marked as learned."""

    message: Message
    place: str
    learned: bool = True

    @property
    def role(self) -> str:
        """The message's role."""
        return str(self.message["role"])


def kind(value: Any) -> str:
    """The JSON name of a value's type."""
    names = {bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return "nothing" if value is None else names.get(type(value), f"a {type(value).__name__}")


def is_empty(value: Any) -> bool:
    """Null and what holds nothing: files with columns fill absent fields so. Zero and false say something."""
    return value is None or (isinstance(value, str | list | dict) and not value)


def text(value: Any, key: str, fix: str = "write it as one text") -> str:
    """The value, which must be text. Raises Fault."""
    if not isinstance(value, str):
        raise Fault("wrong type", f"must be text, found {kind(value)}", fix, key)
    return value


def from_json(value: str, key: str) -> Any:
    """The value of a text that holds JSON, read as strictly as the row itself. Raises Fault."""
    try:
        return loads(value)
    except json.JSONDecodeError as error:
        said = error.msg.removesuffix(" at")
        below = f"line {error.lineno}, " if error.lineno > 1 else ""
        what = f"not JSON: {said[0].lower()}{said[1:]} at {below}column {error.colno} of the text"
    except ValueError as error:
        what = str(error)
    raise Fault("not JSON", what, "write the text as JSON", key)


def _object(value: Any, key: str, fix: str) -> dict[str, Any]:
    """The value, which must be an object."""
    if not isinstance(value, dict):
        raise Fault("wrong type", f"must be an object, found {kind(value)}", fix, key)
    return value


def _has(value: dict[str, Any], name: str, key: str) -> Any:
    """The value of a name that must be there."""
    if name not in value:
        raise Fault("missing key", f'has no "{name}"', f'add "{name}"', key)
    return value[name]


def _lost(name: str, key: str) -> Fault:
    """The fault of a field that the common form has no place for."""
    what = f'has a field that would be lost: "{name}"'
    return Fault("unknown field", what, "remove the field, or write what it says into the content", f"{key}.{name}")


def _no_others(value: dict[str, Any], known: Sequence[str], key: str) -> None:
    """No field but the known ones may say anything."""
    for name in sorted(value):
        if name not in known and not is_empty(value[name]):
            raise _lost(name, key)


def read_turns(value: Any, key: str, *, sharegpt: bool = False) -> list[Turn]:
    """The turns of a list of messages that stands in a row under `key`, in the order of the file.

    A turn is {"role", "content", ...} or {"from", "value", ...}; with `sharegpt` a role may be a speaker of ShareGPT
    too. The order of the roles is not looked at here. Raises Fault.
    """
    if not isinstance(value, list):
        example = '{"from": "human", "value": "..."}' if sharegpt else '{"role": "user", "content": "..."}'
        what = f"must be a list of messages, found {kind(value)}"
        raise Fault("wrong type", what, f"write [{example}, ...]", key)
    if not value:
        raise Fault("no messages", "is an empty list", "remove the row", key)
    return [read_turn(turn, f"{key}[{i}]", sharegpt=sharegpt) for i, turn in enumerate(value)]


def read_turn(turn: Any, key: str, *, sharegpt: bool = False) -> Turn:
    """One turn of such a list. Raises Fault."""
    example = 'write {"from": ..., "value": ...}' if sharegpt else 'write {"role": ..., "content": ...}'
    turn = _object(turn, key, example)
    by_speaker = turn.get("role") is None and (sharegpt or turn.get("from") is not None)
    who, says = ("from", "value") if by_speaker else ("role", "content")
    speaker = _has(turn, who, key)
    role = _role(speaker, f"{key}.{who}", SPEAKERS if sharegpt or by_speaker else _OPENAI)
    message: Message = {"role": role, "content": ""}
    if speaker == "function_call":
        said = text(_has(turn, says, key), f"{key}.{says}", "write the call as JSON text")
        message["tool_calls"] = _calls_in_text(said, f"{key}.{says}")
    learned = turn.keys() == {who, says} or _add_fields(message, turn, (who, says), key)
    calls = "tool_calls" in message
    if speaker != "function_call" and not ((calls or role == "tool") and turn.get(says) is None):
        message["content"] = _content(_has(turn, says, key), f"{key}.{says}")
    # A call is an answer without words, and a tool may well have nothing to say.
    if not message["content"].strip() and not calls and role != "tool":
        reason = "empty answer" if role == "assistant" else "empty message"
        what = f"the {role} says nothing"
        raise Fault(reason, what, "write the text, or remove the row", f"{key}.{says}")
    return Turn(message, f"{key}.{who}", learned)


def _role(speaker: Any, key: str, known: dict[str, str]) -> str:
    """The role behind a speaker's name."""
    role = known.get(speaker) if isinstance(speaker, str) else None
    if role is None:
        fix = f"use one of: {', '.join(ROLES if known is _OPENAI else known)}"
        raise Fault("wrong role", f"unknown role {text(speaker, key, fix)!r:.60}", fix, key)
    return role


def _add_fields(message: Message, turn: dict[str, Any], read: tuple[str, str], key: str) -> bool:
    """Puts what else a turn says into the message; gives whether the turn is learned as far as its marks say."""
    role, learned = message["role"], True
    for name in sorted(turn):
        value, place = turn[name], f"{key}.{name}"
        if name in read or is_empty(value):
            continue
        if name in MARKS:
            learned = _mark(value, place, role) and learned
        elif name == "name" or (name == "tool_call_id" and role == "tool"):
            message[name] = text(value, place)
        elif role != "assistant":
            raise _lost(name, key)
        elif name in REASONING and message.get("reasoning_content", value) == value:
            message["reasoning_content"] = text(value, place)
        elif name == "tool_calls" and "tool_calls" not in message:
            message["tool_calls"] = _calls(value, place)
        elif name == "function_call" and "tool_calls" not in message:
            message["tool_calls"] = [_call(value, place)]
        else:
            raise _lost(name, key)
    return learned


def _mark(value: Any, key: str, role: str) -> bool:
    """Whether the turn is learned. Marks of turns that are never learned change nothing, but have to make sense."""
    if not isinstance(value, bool | int | float) or value not in (0, 1):
        shown = value if isinstance(value, int | float) else kind(value)
        fix = "write false for an answer that is not to be learned, or remove the field"
        raise Fault("wrong type", f"must be true, false, 1 or 0, found {shown}", fix, key)
    return bool(value) or role != "assistant"


def _content(value: Any, key: str) -> str:
    """A content as one text."""
    if isinstance(value, list):
        return "".join(_part(part, f"{key}[{i}]") for i, part in enumerate(value))
    return text(value, key, "write the content as one text")


def _part(part: Any, key: str) -> str:
    """The text of one part of a content that is a list, as OpenAI writes it: {"type": "text", "text": "..."}."""
    fix = 'write {"type": "text", "text": "..."}'
    part = _object(part, key, fix)
    what = text(_has(part, "type", key), f"{key}.type", fix)
    if what != "text":
        raise Fault(
            "not text",
            f'is of type "{what:.40}", and only text can be read',
            "remove the row, or write it as text",
            key,
        )
    found = text(_has(part, "text", key), f"{key}.text")
    _no_others(part, ("type", "text"), key)
    return found


def _calls_in_text(value: str, key: str) -> list[dict[str, Any]]:
    """Calls that stand as JSON in a text: a list of them or one alone."""
    found = from_json(value, key)
    return _calls(found, key) if isinstance(found, list) else [_call(found, key)]


def _calls(value: Any, key: str) -> list[dict[str, Any]]:
    """The calls of a message, of which there must be some."""
    if not isinstance(value, list):
        raise Fault("wrong type", f"must be a list of tool calls, found {kind(value)}", f"{CALL} in a list", key)
    if not value:
        raise Fault("no tool call", "is an empty list", "write the call, or remove the message", key)
    return [_call(call, f"{key}[{i}]") for i, call in enumerate(value)]


def _call(value: Any, key: str) -> dict[str, Any]:
    """One tool call, of which `type` and the wrapper `function` may be absent, and arguments may be JSON text."""
    call, function, place = _function(value, key, CALL)
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        arguments = from_json(arguments, f"{place}.arguments")
    # Tools without parameters are called without arguments, which files write as null or leave out.
    arguments = _object({} if arguments is None else arguments, f"{place}.arguments", 'write {"name": value, ...}')
    if call is function:
        _no_others(call, ("type", "id", "name", "arguments"), key)
    else:
        _no_others(call, ("type", "id", "function"), key)
        _no_others(function, ("name", "arguments"), place)
    found = {"type": "function", "function": {"name": function["name"], "arguments": arguments}}
    return found if is_empty(call.get("id")) else {**found, "id": text(call["id"], f"{key}.id")}


def _function(value: Any, key: str, fix: str) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The object, the one inside that has the function's name (itself when there is no wrapper), and its key."""
    whole = _object(value, key, fix)
    if (whole.get("type") or "function") != "function":
        raise Fault("not a function", 'is not of type "function"', fix, f"{key}.type")
    inside = whole.get("function") is not None
    place = f"{key}.function" if inside else key
    function = _object(whole["function"], place, fix) if inside else whole
    if not text(_has(function, "name", place), f"{place}.name").strip():
        raise Fault("no name", "is empty", "write the name of the function", f"{place}.name")
    return whole, function, place


def read_tools(value: Any, key: str) -> list[dict[str, Any]] | None:
    """Tool definitions of a row: a list or the JSON text of one; None when there are none.

    A definition is {"type": "function", "function": {"name", "description", "parameters"}} as OpenAI writes it; one
    without this wrapper is wrapped. Raises Fault.
    """
    if isinstance(value, str):
        value = from_json(value, key) if value.strip() else None
    if is_empty(value):
        return None
    if not isinstance(value, list):
        raise Fault("wrong type", f"must be a list of tools, found {kind(value)}", f"{TOOL} in a list", key)
    return [_tool(tool, f"{key}[{i}]") for i, tool in enumerate(value)]


def _tool(value: Any, key: str) -> dict[str, Any]:
    """One tool definition with its wrapper."""
    tool, function, place = _function(value, key, TOOL)
    if function.get("parameters") is not None:
        _object(function["parameters"], f"{place}.parameters", "write a JSON schema")
    if tool is not function:
        return {**tool, "type": "function"}
    return {"type": "function", "function": {name: part for name, part in tool.items() if name != "type"}}


def check_order(turns: Sequence[Turn]) -> None:
    """Raises Fault at the first message that cannot stand where it stands.

    Instructions come first. User and assistant do not speak twice in a row, and the user begins. A tool answers a
    call; a call may stay without an answer.
    """
    before: Turn | None = None
    asked = False
    for turn in turns:
        role, wrong = turn.role, None
        if role in ("system", "developer"):
            if before and before.role in ("system", "developer"):
                wrong = f"a {role} message after a {before.role} message", "join them"
            elif before:
                wrong = f"a {role} message after the first", f"put the {role} message first"
        elif role == "tool":
            if not before or not (before.role == "tool" or "tool_calls" in before.message):
                wrong = "a tool result without a tool call before it", "put the assistant's tool call before it"
        elif before and before.role == role:
            wrong = f"two {role} messages in a row", "join them, or add what is missing between them"
        elif role == "assistant" and not asked:
            wrong = "an assistant message before any user message", "begin with a user message"
        if wrong:
            raise Fault("wrong role order", *wrong, turn.place)
        before, asked = turn, asked or role == "user"
