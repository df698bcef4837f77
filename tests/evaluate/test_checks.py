"""Prompts with checks: the file's faults to the letter, and each kind of check holding and failing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, write_rows

from tune.errors import DataError
from tune.evaluate.checks import failed_checks
from tune.generate import Answer
from tune.prompts import KINDS, Prompt, read_prompts

GOOD = {"id": "hours", "prompt": "When are you open?", "checks": [{"contains": "nine"}]}


def complaints(folder: Path, rows: list[Any]) -> list[str]:
    """The lines of the DataError that reading raises."""
    with pytest.raises(DataError) as caught:
        read_prompts(write_rows(folder / "prompts.jsonl", rows), "prompts.jsonl")
    return str(caught.value).splitlines()


def with_check(check: Any) -> dict[str, Any]:
    """A sound prompt with one check."""
    return {"id": "other", "prompt": "Where?", "checks": [check]}


MESSAGE_FIX = 'write {"role": "user", "content": "..."}'
CASES: dict[str, tuple[Any, str]] = {
    "not JSON": (
        "{",
        (
            "prompts.jsonl:2: not JSON: expecting property name enclosed in double quotes at column 2. "
            "write one JSON object a line; check quotes and commas"
        ),
    ),
    "a list": (
        [],
        (
            "prompts.jsonl:2: a list where an object was expected. "
            'write {"messages": [...]} or {"prompt": ..., "completion": ...}'
        ),
    ),
    "blank line": ("", "prompts.jsonl:2: a blank line between rows. remove the line"),
    "no question": (
        {"checks": [{"stops": True}]},
        'prompts.jsonl:2: has no question. write "messages" (a list) or "prompt" (a text)',
    ),
    "no messages": (
        {"messages": [], "checks": [{"stops": True}]},
        'prompts.jsonl:2: has no question. write "messages" (a list) or "prompt" (a text)',
    ),
    "a question that says nothing": (
        {"prompt": " ", "checks": [{"stops": True}]},
        "prompts.jsonl:2: messages[0].content: says nothing. write the question",
    ),
    "a message without content": (
        {"messages": [{"role": "user"}], "checks": [{"stops": True}]},
        f"prompts.jsonl:2: messages[0]: is not a message. {MESSAGE_FIX}",
    ),
    "a message of an unknown role": (
        {"messages": [{"role": "human", "content": "Where?"}], "checks": [{"stops": True}]},
        f"prompts.jsonl:2: messages[0]: is not a message. {MESSAGE_FIX}",
    ),
    "ends with an answer": (
        {
            "messages": [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": "Here."}],
            "checks": [{"stops": True}],
        },
        "prompts.jsonl:2: messages: the last message is not from the user. end with the question",
    ),
    "no checks": (
        {"prompt": "Where?"},
        "prompts.jsonl:2: checks: has no checks. write a list of checks: contains, not_contains, regex, json, stops",
    ),
    "checks empty": (
        {"prompt": "Where?", "checks": []},
        "prompts.jsonl:2: checks: has no checks. write a list of checks: contains, not_contains, regex, json, stops",
    ),
    "checks an object": (
        {"prompt": "Where?", "checks": {"stops": True}},
        "prompts.jsonl:2: checks: has no checks. write a list of checks: contains, not_contains, regex, json, stops",
    ),
    "a check that is text": (
        with_check("here"),
        'prompts.jsonl:2: checks[0]: must be an object with one kind. e.g. {"contains": "45 days"}',
    ),
    "two kinds in one": (
        with_check({"contains": "here", "stops": True}),
        'prompts.jsonl:2: checks[0]: must be an object with one kind. e.g. {"contains": "45 days"}',
    ),
    "misspelled kind": (
        with_check({"contain": "here"}),
        'prompts.jsonl:2: checks[0]: unknown kind "contain". did you mean "contains"?',
    ),
    "kind like no other": (
        with_check({"bleu": 0.5}),
        'prompts.jsonl:2: checks[0]: unknown kind "bleu". choose one of: contains, not_contains, regex, json, stops',
    ),
    "a number for text": (
        with_check({"contains": 45}),
        "prompts.jsonl:2: checks[0]: contains takes a text, found 45. correct the value",
    ),
    "empty text": (
        with_check({"not_contains": ""}),
        'prompts.jsonl:2: checks[0]: not_contains takes a text, found "". correct the value',
    ),
    "text for true": (
        with_check({"json": "yes"}),
        'prompts.jsonl:2: checks[0]: json takes true, found "yes". correct the value',
    ),
    "false for true": (
        with_check({"stops": False}),
        "prompts.jsonl:2: checks[0]: stops takes true, found false. correct the value",
    ),
    "broken pattern": (
        with_check({"regex": "(here"}),
        (
            "prompts.jsonl:2: checks[0]: not a regular expression: missing ), unterminated subpattern at position 0. "
            "correct the pattern"
        ),
    ),
    "id twice": (
        {**GOOD, "prompt": "Where?"},
        'prompts.jsonl:2: id: the id "hours" is given twice. give each prompt its own id',
    ),
}


@pytest.mark.parametrize(("row", "expected"), CASES.values(), ids=CASES.keys())
def test_bad_prompt(tmp_path: Path, row: Any, expected: str) -> None:
    """The second of three prompts is wrong: one message, exactly this."""
    assert complaints(tmp_path, [GOOD, row, {**GOOD, "id": "last"}]) == [expected]


def test_all_faults_at_once(tmp_path: Path) -> None:
    """Every fault of the file in one go, by line; of a prompt the first."""
    rows = [with_check({"bleu": 1}), GOOD, GOOD, {"prompt": "Where?", "checks": [{"stops": True}, {"json": 1}]}]
    assert complaints(tmp_path, rows) == [
        'prompts.jsonl:1: checks[0]: unknown kind "bleu". choose one of: contains, not_contains, regex, json, stops',
        'prompts.jsonl:3: id: the id "hours" is given twice. give each prompt its own id',
        "prompts.jsonl:4: checks[1]: json takes true, found 1. correct the value",
    ]


def test_empty_file(tmp_path: Path) -> None:
    """A file without prompts measures nothing, which nobody asks for on purpose."""
    assert complaints(tmp_path, []) == [
        "prompts.jsonl: the file is empty. write one prompt a line, or remove evaluate.prompts"
    ]


@pytest.mark.parametrize(
    "pattern", ["a{99999999999999999999}", "(" * 5000 + ")" * 5000, "(?P<a>x)(?P<a>y)", "x" * 100_000 + "("]
)
def test_patterns_that_no_engine_takes(tmp_path: Path, pattern: str) -> None:
    """A pattern that Python refuses in any way is a fault of the file, not of the program."""
    assert complaints(tmp_path, [with_check({"regex": pattern})])[0].startswith(
        "prompts.jsonl:1: checks[0]: not a regular expression: "
    )


def test_sound_prompts(tmp_path: Path) -> None:
    """Both shapes of a question, an id by line where none is given, and the checks in their order."""
    chat = [
        {"role": "system", "content": "You are the shop."},
        {"role": "user", "content": "When?", "name": "Ann"},
    ]
    rows = [
        {"prompt": "Where?", "checks": [{"contains": "here"}, {"stops": True}]},
        {"id": 7, "messages": chat, "checks": [{"regex": "[0-9]+"}]},
    ]
    assert read_prompts(write_rows(tmp_path / "prompts.jsonl", rows), "prompts.jsonl") == [
        Prompt("1", [{"role": "user", "content": "Where?"}], [("contains", "here"), ("stops", True)]),
        Prompt(
            "7",
            [{"role": "system", "content": "You are the shop."}, {"role": "user", "content": "When?"}],
            [("regex", "[0-9]+")],
        ),
    ]


def test_question_is_the_last_message() -> None:
    """What is shown as the question is what the user said last."""
    prompt = Prompt("1", [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}], [])
    assert prompt.question == "b"


@pytest.mark.parametrize(
    ("kind", "value", "text", "stopped", "holds"),
    [
        ("contains", "45 Days", "within 45 days.", True, True),
        ("contains", "45 days", "within 4 5 days.", True, False),
        ("contains", "STRASSE", "Hafenstraße 1", True, True),
        ("contains", "a", "", True, False),
        ("not_contains", "refund", "We exchange it.", True, True),
        ("not_contains", "refund", "A REFUND is due.", True, False),
        ("not_contains", "refund", "", True, True),
        ("regex", r"\b\d+ days\b", "within 45 DAYS of it", True, True),
        ("regex", r"^\d+ days$", "within 45 days", True, False),
        ("regex", r"a.b", "a\nb", True, False),
        ("json", True, '{"ok": true}', True, True),
        ("json", True, " [1, 2]\n", True, True),
        ("json", True, "12", True, True),
        ("json", True, '{"ok": true', True, False),
        ("json", True, "```json\n{}\n```", True, False),
        ("json", True, "", True, False),
        ("json", True, "[" * 100_000, True, False),
        ("stops", True, "Yes.", True, True),
        ("stops", True, "Yes, and", False, False),
        ("contains", "yes", "Yes, and", False, True),
    ],
)
def test_each_kind(kind: str, value: Any, text: str, stopped: bool, holds: bool) -> None:
    """A check that fails is named with its value; one that holds is not."""
    found = failed_checks(Prompt("1", [{"role": "user", "content": "?"}], [(kind, value)]), Answer(text, stopped))
    assert found == ([] if holds else [f"{kind}: {value}"])


def test_every_kind_is_tried_above() -> None:
    """A new kind of check needs its cases here."""
    assert list(KINDS) == ["contains", "not_contains", "regex", "json", "stops"]


def test_failed_checks_keep_their_order() -> None:
    """Several failures are listed in the order of the file, the ones that hold left out."""
    checks = [("contains", "x"), ("stops", True), ("json", True), ("contains", "y")]
    prompt = Prompt("1", [{"role": "user", "content": "?"}], checks)
    assert failed_checks(prompt, Answer("x", stopped=False)) == ["stops: True", "json: True", "contains: y"]


def test_shipped_prompts_are_sound() -> None:
    """The prompts of the project's own example read without a fault, and each asks something else."""
    path = ROOT / "data" / "support-bot" / "prompts.jsonl"
    prompts = read_prompts(path, "prompts.jsonl")
    assert len(prompts) >= 50
    questions = [tuple(m["content"] for m in prompt.messages) for prompt in prompts]
    assert len(set(questions)) == len(questions)
