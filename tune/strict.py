"""JSON read strictly: what other readers would understand in another way is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, NoReturn

MAX_DEPTH = 100
"""Brackets inside brackets. A fixed number, so that what is a row depends neither on the caller nor on the Python."""
# Nothing here is ever tried twice (possessive, and an open text goes to the end), so no input takes long.
TOKENS = re.compile(rb'"((?:[^"\\]++|\\.)*+)"?|[\[\]{}]', re.DOTALL)
"""Brackets and whole texts, whose content is the first group."""


class Refused(ValueError):
    """JSON that Python would take and we do not; carries the reason and what to do."""

    def __init__(self, what: str, fix: str = "mend the object", reason: str = "not JSON") -> None:
        """The message is `what`."""
        super().__init__(what)
        self.fix, self.reason = fix, reason


class _OddNumber(Refused):
    """A number that has no canonical form (RFC 8785), because readers of JSON do not agree on it."""


class _Odd(str):
    """Such a number as it is written, and why it is one."""

    __slots__ = ("refusal",)
    refusal: _OddNumber


def loads(text: str, read: Collection[str] | None = None) -> Any:
    """The value of a JSON text, read strictly. With `read`, numbers that JSON readers do not agree on are texts, as they are
    written, under all other names of an object: an id beyond 2**53 that nobody reads is no reason to lose a row.

    Raises ValueError: json.JSONDecodeError with its place for what is no JSON; Refused for a key given twice, NaN, numbers that
    JSON readers do not agree on, half a surrogate pair, and more than MAX_DEPTH brackets in one another.
    """
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(text) > MAX_DEPTH:
        raise Refused("nested too deeply", "write one JSON object of text fields a line")
    if text.startswith("\ufeff"):
        raise Refused("not JSON: a byte order mark that is not at the beginning of the file", "remove it")
    try:
        value = _STRICT.decode(text)
    except _OddNumber:
        if read is None or not isinstance(value := _TOLERANT.decode(text), dict):
            raise
        value = {name: _settled(part, name in read) for name, part in value.items()}
    # Text that came out of UTF-8 holds no half pair, so one can only come from an escape.
    if "\\u" in text:
        try:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            what = "half of a surrogate pair (\\ud800 to \\udfff) without its other half"
            raise Refused(what, "write the character itself", "not UTF-8") from None
    return value


def _settled(value: Any, is_read: bool) -> Any:
    """A value with its odd numbers as texts. Raises _OddNumber for one in a column that is read."""
    if isinstance(value, dict):
        return {name: _settled(part, is_read) for name, part in value.items()}
    if isinstance(value, list):
        return [_settled(part, is_read) for part in value]
    if isinstance(value, _Odd):
        if is_read:
            raise value.refusal
        return str(value)
    return value


def _depth(text: str) -> int:
    """How deep brackets stand in one another, outside of texts."""
    depth = deepest = 0
    for token in TOKENS.finditer(text.encode("utf-8", "surrogatepass")):
        if token.group(1) is None:
            depth += 1 if token.group() in b"{[" else -1
            deepest = max(deepest, depth)
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a key stand twice and Python keeps the last one in silence."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refused(f'the key "{twice}" is given twice')
    return found


def _no_constant(name: str) -> NoReturn:
    raise _OddNumber(f"{name} is not JSON")


def _whole(text: str) -> int:
    """Readers of JSON agree on whole numbers up to 2**53 only, so a row with a larger one has no canonical form."""
    if len(text) > 17 or abs(int(text)) >= 2**53:
        raise _OddNumber(f"a number that JSON readers do not agree on: {short(text)}; put it in quotes")
    return int(text)


def _real(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise _OddNumber(f"a number beyond all floats: {short(text)}")
    return value


def _or_text(reader: Any) -> Any:
    """The same reader of numbers, which gives odd ones as they are written."""

    def read(text: str) -> Any:
        try:
            return reader(text)
        except _OddNumber as refusal:
            odd = _Odd(text)
            odd.refusal = refusal
            return odd

    return read


def short(text: str) -> str:
    """A text, or how it begins."""
    return text if len(text) <= 30 else text[:27] + "..."


# Made once: json.loads would make one for every row.
_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_whole, parse_float=_real)
_TOLERANT = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_or_text(_no_constant),
    parse_int=_or_text(_whole),
    parse_float=_or_text(_real),
)
