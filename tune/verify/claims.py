"""A claim and what became of it: the line of the table that `tune verify` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tune.errors import one_line

Verdict = Literal["VERIFIED", "FAILED", "NOT CHECKED"]

MOST_NAMED = 5
"""Faults of one claim that are told one by one."""

NEEDS_KEY = (
    "private rows are among them, and their digests are salted: needs the private.key of the run, --run-key FILE"
)


@dataclass(frozen=True)
class Claim:
    """One thing that the folder claims, and what became of it."""

    level: int
    claim: str
    verdict: Verdict
    how: str


def judged(level: int, claim: str, faults: Sequence[str], how: str) -> Claim:
    """VERIFIED without faults, else FAILED with the first of them."""
    if not faults:
        return Claim(level, claim, "VERIFIED", one_line(how))
    more = f"; and {len(faults) - MOST_NAMED} more" if len(faults) > MOST_NAMED else ""
    return Claim(level, claim, "FAILED", one_line("; ".join(faults[:MOST_NAMED]) + more))


def unchecked(level: int, claim: str, why: str) -> Claim:
    """NOT CHECKED, with what it would need."""
    return Claim(level, claim, "NOT CHECKED", one_line(why))


def differences(found: Any, said: Any, path: str) -> Iterator[str]:
    """Where a part of the manifest (`said`, named by `path`) is not what was found; both are plain JSON."""
    if isinstance(found, dict) and isinstance(said, dict):
        for name in sorted({*found, *said}):
            inner = f"{path}.{name}" if path else name
            if name not in said:
                yield f"{inner} is missing in the manifest"
            elif name not in found:
                yield f"{inner} does not follow from anything"
            else:
                yield from differences(found[name], said[name], inner)
    elif isinstance(found, list) and isinstance(said, list):
        if len(found) != len(said):
            yield f"{path} has {len(said)} entries in the manifest, and {len(found)} were found"
        for i, (one, other) in enumerate(zip(found, said, strict=False)):
            yield from differences(one, other, f"{path}[{i}]")
    elif type(found) is bool or type(said) is bool:
        if found is not said:
            yield _unlike(found, said, path)
    elif found != said:
        yield _unlike(found, said, path)


def _unlike(found: Any, said: Any, path: str) -> str:
    shown = [text if len(text) <= 80 else f"{text[:77]}..." for text in map(_json, (said, found))]
    return f"{path.removesuffix('.value')} is {shown[0]} in the manifest, and {shown[1]} was found"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
