"""The support-bot data: what was promised of it, proved on the files."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml
from conftest import ROOT

FOLDER = ROOT / "data" / "support-bot"
GRAM = 8
HELD_OUT = ("eval.jsonl", "dev-prompts.jsonl", "prompts.jsonl")


def words(text: str) -> tuple[str, ...]:
    """Lower case, without punctuation."""
    return tuple(re.sub(r"[^\w ]", "", text.lower().replace("-", " ")).split())


def grams(found: tuple[str, ...]) -> set[tuple[str, ...]]:
    """All runs of eight words; of a shorter text, the whole."""
    return {found[i : i + GRAM] for i in range(max(1, len(found) - GRAM + 1))}


def rows(name: str) -> Iterator[dict]:
    """Rows of a file of the data set."""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def questions(name: str) -> list[tuple[str, ...]]:
    """User turns of a file, as words."""
    return [words(m["content"]) for row in rows(name) for m in row["messages"] if m["role"] == "user"]


def last_questions(name: str) -> list[tuple[str, ...]]:
    """The question of each held-out row: the last user turn (earlier turns only set the scene)."""
    return [[words(m["content"]) for m in row["messages"] if m["role"] == "user"][-1] for row in rows(name)]


def test_it_is_as_large_as_promised() -> None:
    """At least 900 training and 150 held-out conversations, 80 prompts of either kind, 45 facts."""
    facts = [
        i["fact"] for path in (FOLDER / "source").glob("*.yaml") for i in yaml.safe_load(path.read_text())["intents"]
    ]
    assert len(list(rows("train.jsonl"))) >= 900
    assert len(list(rows("eval.jsonl"))) >= 150
    assert len(list(rows("prompts.jsonl"))) >= 80
    assert len(list(rows("dev-prompts.jsonl"))) >= 80
    assert len(set(facts)) >= 45


def test_nothing_held_out_is_trained_on() -> None:
    """No run of eight words of a held-out question or prompt (nor a shorter one as a whole) is in a training turn."""
    trained: set[tuple[str, ...]] = set()
    whole = set()
    for row in rows("train.jsonl"):
        for message in row["messages"]:
            found = words(message["content"])
            whole.add(found)
            trained |= grams(found)
    held = {q for name in HELD_OUT for q in last_questions(name)}
    leaks = [" ".join(q) for q in held if q in whole or (len(q) >= GRAM and grams(q) & trained)]
    short = [
        " ".join(q)
        for q in held
        if GRAM > len(q) >= 5 and any(q == t[i : i + len(q)] for t in whole for i in range(len(t) - len(q) + 1))
    ]
    assert leaks == []
    assert short == []


def test_held_out_rows_and_prompts_do_not_repeat_each_other() -> None:
    """A prompt is not simply a held-out question again, nor a prompt that settings were chosen by."""
    found = [q for name in HELD_OUT for q in set(last_questions(name))]
    assert len(found) == len(set(found))


def test_it_is_what_its_sources_give() -> None:
    """The committed files are what scripts/support_bot.py assembles."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.support_bot", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_nobody_real_is_in_it() -> None:
    """Mail addresses end in .example, the only telephone number is fictional."""
    text = "".join(path.read_text() for path in [*FOLDER.glob("*.jsonl"), *(FOLDER / "source").glob("*.yaml")])
    assert {a.split("@")[1].rstrip(".") for a in re.findall(r"[\w.]+@[\w.]+", text)} == {"alderfinch.example"}
    assert set(re.findall(r"\b\d{3}-\d{4}\b", text)) == {"555-0142"}


def held_out_texts() -> set[tuple[str, ...]]:
    """What pocket's corpus may not know: held-out questions, prompts and the shop's facts."""
    facts = {
        words(i["fact"])
        for path in Path(FOLDER / "source").glob("*.yaml")
        for i in yaml.safe_load(path.read_text())["intents"]
    }
    return facts | {q for name in HELD_OUT for q in questions(name)}
