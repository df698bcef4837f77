"""The prompts that a model is evaluated on, with machine-checkable expectations. No torch.

A prompt file is JSONL: `{"id": ..., "messages": [...] or "prompt": ..., "checks": [{kind: value}, ...]}`. Kinds:
`contains` and `not_contains` (text, ignoring case), `regex` (Python, searched, ignoring case), `json` (true: the answer
is JSON), `stops` (true: the answer ends by itself). A prompt passes when every one of its checks holds.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tune.errors import DataError, Problem
from tune.jsonl import Broken, Row, read_rows
from tune.text import did_you_mean

KINDS = {"contains": str, "not_contains": str, "regex": str, "json": bool, "stops": bool}


@dataclass(frozen=True)
class Prompt:
    """A question, as messages that end with the user, and what its answer must fulfil: (kind, value) pairs."""

    id: str
    messages: list[dict[str, str]]
    checks: list[tuple[str, Any]]

    @property
    def question(self) -> str:
        """The last user message."""
        return self.messages[-1]["content"]


def read_prompts(path: Path, shown: str) -> list[Prompt]:
    """The prompts of a file; `shown` is its name in messages. Raises DataError with every fault, by line."""
    prompts: list[Prompt] = []
    ids: set[str] = set()
    problems: list[Problem] = []
    for row in read_rows(path):
        found = row if isinstance(row, Broken) else _prompt(row)
        if isinstance(found, Broken):
            problems.append(
                Problem("prompts", found.what, found.fix, file=shown, line=found.line, row=found.line, key=found.key)
            )
        elif found.id in ids:
            problems.append(
                Problem(
                    "prompts",
                    f'the id "{found.id}" is given twice',
                    "give each prompt its own id",
                    file=shown,
                    line=row.line,
                    row=row.line,
                    key="id",
                )
            )
        else:
            ids.add(found.id)
            prompts.append(found)
    if not prompts and not problems:
        problems.append(
            Problem("prompts", "the file is empty", "write one prompt a line, or remove evaluate.prompts", file=shown)
        )
    if problems:
        raise DataError(problems)
    return prompts


def _prompt(row: Row) -> Prompt | Broken:
    def broken(what: str, fix: str, key: str | None = None) -> Broken:
        return Broken(row.line, "prompt", what, fix, key)

    value = row.value
    messages = [{"role": "user", "content": value["prompt"]}] if "prompt" in value else value.get("messages")
    if not isinstance(messages, list) or not messages:
        return broken("has no question", 'write "messages" (a list) or "prompt" (a text)')
    for i, message in enumerate(messages):
        if (
            not isinstance(message, dict)
            or not isinstance(message.get("content"), str)
            or message.get("role") not in ("system", "user", "assistant")
        ):
            return broken("is not a message", 'write {"role": "user", "content": "..."}', f"messages[{i}]")
        if not message["content"].strip():
            return broken("says nothing", "write the question", f"messages[{i}].content")
    if messages[-1]["role"] != "user":
        return broken("the last message is not from the user", "end with the question", "messages")
    checks = value.get("checks")
    if not isinstance(checks, list) or not checks:
        return broken("has no checks", f"write a list of checks: {', '.join(KINDS)}", "checks")
    found: list[tuple[str, Any]] = []
    for i, check in enumerate(checks):
        fault = _check_fault(check)
        if fault is not None:
            return broken(*fault, key=f"checks[{i}]")
        found += list(check.items())
    return Prompt(
        str(value.get("id", row.line)), [{"role": m["role"], "content": m["content"]} for m in messages], found
    )


def _check_fault(check: Any) -> tuple[str, str] | None:
    """(what is wrong, what to do) of one check, or None."""
    if not isinstance(check, dict) or len(check) != 1:
        return "must be an object with one kind", 'e.g. {"contains": "45 days"}'
    kind, value = next(iter(check.items()))
    if kind not in KINDS:
        return f'unknown kind "{kind}"', did_you_mean(kind, KINDS) or f"choose one of: {', '.join(KINDS)}"
    if not isinstance(value, KINDS[kind]) or value == "" or value is False:
        return (
            f"{kind} takes {'a text' if KINDS[kind] is str else 'true'}, found {json.dumps(value)}",
            "correct the value",
        )
    if kind == "regex":
        try:
            re.compile(str(value))
        except (re.error, OverflowError, RecursionError) as error:
            return f"not a regular expression: {error}", "correct the pattern"
    return None
