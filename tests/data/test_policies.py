"""Rows that are too long, and the account of every row: the ledger's arithmetic closes whatever the rows."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from conftest import chat_row
from hypothesis import given, settings
from hypothesis import strategies as st
from light_base import Bench, make_base

from tune.data.prepare import ledger_entry
from tune.data.render import Example
from tune.receipt import IGNORED
from tune.recipe import Recipe

THREE_TURNS = {
    "messages": [
        {"role": "user", "content": "When are you open?"},
        {"role": "assistant", "content": "From nine to five."},
        {"role": "user", "content": "And on Sunday?"},
        {"role": "assistant", "content": "We are closed."},
        {"role": "user", "content": "Why?"},
        {"role": "assistant", "content": "We sleep. " * 40},
    ]
}
SHORT = chat_row("Why?", "So.")


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Pocket's tokenizer and template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "pocket"))


def tree(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word for word: split at the largest power of two below the number of leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + tree(leaves[:half]) + tree(leaves[half:])).digest()


def test_truncate_keeps_whole_turns(bench: Bench, tmp_path: Path) -> None:
    """`truncate` keeps as many whole turns from the start as fit, and counts the tokens that it cut."""
    messages = THREE_TURNS["messages"]
    whole, two, one = (len(bench.ids(messages[:n])) for n in (6, 4, 2))
    assert one < two < 64 < whole
    kept = bench.prepare(tmp_path, [THREE_TURNS], long="truncate", max_tokens=64).rows("train")[0].example
    assert kept.input_ids.tolist() == bench.ids(messages[:4])
    assert kept.labels.tolist() == bench.expected_labels(messages[:4], "assistant")
    assert kept.cut == whole - two
    exact = bench.prepare(tmp_path, [THREE_TURNS], long="truncate", max_tokens=two).rows("train")[0].example
    assert exact == kept
    less = bench.prepare(tmp_path, [THREE_TURNS], long="truncate", max_tokens=two - 1).rows("train")[0].example
    assert less.input_ids.tolist() == bench.ids(messages[:2])
    assert less.cut == whole - one


def test_truncate_learns_the_last_turn_that_is_left(bench: Bench, tmp_path: Path) -> None:
    """With `learn_from: last` a cut row learns the last answer that is left."""
    kept = bench.prepare(tmp_path, [THREE_TURNS], long="truncate", max_tokens=64, learn_from="last").rows("train")[0]
    assert kept.example.labels.tolist() == bench.expected_labels(THREE_TURNS["messages"][:4], "last")


def test_truncate_drops_what_has_no_turn_that_fits(bench: Bench, tmp_path: Path) -> None:
    """A first answer that is too long cannot be cut to whole turns; the row is dropped and counted as too long."""
    prepared = bench.prepare(tmp_path, [chat_row("Why?", "word " * 100), SHORT], long="truncate", max_tokens=64)
    entry = ledger_entry(prepared, 0, "train.jsonl")
    assert entry.rows.model_dump() == {"loaded": 2, "dropped": {"too long": 1}, "kept": 1}
    assert entry.tokens.cut == 0
    assert entry.cut_rows == 0


@pytest.mark.parametrize("form", ["lines", "one line", "a line each"])
def test_rows_of_any_layout_are_told_apart(bench: Bench, tmp_path: Path, form: str) -> None:
    """A list that stands on one line, as most programs write it, has as many rows as one with a row a line: each is counted,
    found and named by itself."""
    rows = [SHORT, THREE_TURNS, SHORT, THREE_TURNS, chat_row("Where?", "Here.")]
    written = [json.dumps(row) for row in rows]
    texts = {
        "lines": "\n".join(written),
        "one line": f"[{', '.join(written)}]",
        "a line each": "[" + ",\n".join(written) + "]",
    }
    path = tmp_path / ("rows.jsonl" if form == "lines" else "rows.json")
    path.write_text(texts[form])
    data = {"train": [{"path": path.name}], "max_tokens": 64, "long": "truncate"}
    content = {"recipe": 1, "name": "x", "base": {"model": "m"}, "data": data}
    found = bench.prepared(Recipe.model_validate_json(json.dumps(content)), tmp_path)
    assert [kept.line for kept in found.rows("train")] == [1, 2, 3, 4, 5]
    assert ledger_entry(found, 0, path.name).cut_rows == 2


def test_drop(bench: Bench, tmp_path: Path) -> None:
    """`drop` leaves long rows out, however many, and names each with its length."""
    prepared = bench.prepare(tmp_path, [SHORT, THREE_TURNS, SHORT, THREE_TURNS], long="drop", max_tokens=64)
    entry = ledger_entry(prepared, 0, "train.jsonl")
    whole = len(bench.ids(THREE_TURNS["messages"]))
    assert entry.rows.model_dump() == {"loaded": 4, "dropped": {"too long": 2}, "kept": 2}
    assert [(row.line, row.reason, row.what) for row in entry.dropped_rows] == [
        (2, "too long", f"{whole} tokens, over max_tokens (64)"),
        (4, "too long", f"{whole} tokens, over max_tokens (64)"),
    ]
    short = bench.ids(SHORT["messages"])
    assert entry.tokens.model_dump() == {"input": 2 * len(short), "loss": 2 * bench_loss(bench, SHORT), "cut": 0}


def bench_loss(bench: Bench, row: dict[str, Any]) -> int:
    """Loss tokens of a row by the oracle."""
    return sum(label != IGNORED for label in bench.expected_labels(row["messages"], "assistant"))


def test_ledger_entry(bench: Bench, tmp_path: Path) -> None:
    """The account of a source, field by field, against figures computed here."""
    other = chat_row("When?", "At nine.")
    rows: list[Any] = [SHORT, "{", THREE_TURNS, other, {"messages": []}]
    prepared = bench.prepare(tmp_path, rows, long="truncate", max_tokens=64, max_bad_rows=2)
    entry = ledger_entry(prepared, 0, "train.jsonl")
    content = (tmp_path / "train.jsonl").read_bytes()
    two_turns = {"messages": THREE_TURNS["messages"][:4]}
    parts = [len(bench.ids(row["messages"])) for row in (SHORT, two_turns, other)]
    assert (entry.name, entry.path, entry.split, entry.format) == ("train.jsonl", "train.jsonl", "train", "messages")
    assert (entry.bytes, entry.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert entry.rows.model_dump() == {"loaded": 5, "dropped": {"no messages": 1, "not JSON": 1}, "kept": 3}
    assert entry.tokens.input == sum(parts)
    assert entry.tokens.loss == sum(bench_loss(bench, row) for row in (SHORT, two_turns, other))
    assert entry.tokens.cut == len(bench.ids(THREE_TURNS["messages"])) - parts[1]
    assert entry.cut_rows == 1
    assert [row.line for row in entry.dropped_rows] == [2, 5]
    # Canonical JSON of these rows is JSON with sorted keys and no blanks: they hold only ASCII text.
    canonical = [json.dumps(row, sort_keys=True, separators=(",", ":")).encode() for row in (SHORT, THREE_TURNS, other)]
    assert entry.rows_root == tree([hashlib.sha256(b"\x00" + row).digest() for row in canonical]).hex()


texts = st.sampled_from(["Why?", "So.", "We sleep. " * 3, "word " * 30, "é", " "])
chats = st.lists(st.tuples(texts, texts), min_size=0, max_size=4).map(
    lambda pairs: {
        "messages": [m for q, a in pairs for m in ({"role": "user", "content": q}, {"role": "assistant", "content": a})]
    }
)
lines = st.lists(chats | st.sampled_from(["{", "[]", "", '{"messages": 3}', '{"text": "a"}']), max_size=8)


@settings(max_examples=150, deadline=None)
@given(
    lines,
    st.sampled_from(["drop", "truncate"]),
    st.sampled_from([8, 16, 32, 64]),
    st.sampled_from(["assistant", "last", "all"]),
)
def test_the_account_closes(bench: Bench, rows: list[Any], long: str, max_tokens: int, learn_from: str) -> None:
    """For any file: every line is kept or dropped with a reason, no kept row is longer than allowed, kept and cut tokens
    together are all tokens, and every kept row learns something."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepared = bench.prepare(folder, [SHORT, *rows, SHORT], long=long, max_tokens=24, max_bad_rows=99)
        prepared = bench.prepare(
            folder,
            [SHORT, *rows, SHORT],
            long=long,
            max_tokens=max(max_tokens, 16),
            max_bad_rows=99,
            learn_from=learn_from,
        )
        source, kept_rows = prepared.sources[0], prepared.rows("train")
        entry = ledger_entry(prepared, 0, "train.jsonl")
    assert entry.rows.loaded == len(rows) + 2
    assert entry.rows.loaded == entry.rows.kept + sum(entry.rows.dropped.values())
    assert sorted([k.line for k in kept_rows] + [d.broken.line for d in source.dropped]) == list(
        range(1, len(rows) + 3)
    )
    whole = 0
    for kept in kept_rows:
        example = kept.example
        assert len(example.input_ids) == len(example.labels) <= max(max_tokens, 16)
        assert 0 < example.loss_tokens < len(example.input_ids)
        row = ([SHORT, *rows, SHORT])[kept.line - 1]
        untouched = bench.example(row["messages"], learn_from)
        assert isinstance(untouched, Example)
        assert len(example.input_ids) + example.cut == len(untouched.input_ids)
        whole += len(untouched.input_ids)
    assert entry.tokens.input + entry.tokens.cut == whole
    assert entry.tokens.loss == sum(k.example.loss_tokens for k in kept_rows)
    assert entry.cut_rows == sum(k.example.cut > 0 for k in kept_rows)


def test_roots_depend_on_what_they_say(bench: Bench, tmp_path: Path) -> None:
    """`rows_root` notices another order and another field; `examples_root` notices only other tokens or labels."""

    def roots(*rows: Any, **data: Any) -> tuple[str, str]:
        entry = ledger_entry(bench.prepare(tmp_path, list(rows), **data), 0, "train.jsonl")
        return entry.rows_root, entry.examples_root

    other = chat_row("When?", "At nine.")
    plain = roots(SHORT, other)
    swapped = roots(other, SHORT)
    assert swapped[0] != plain[0]
    assert swapped[1] == plain[1]
    with_field = roots({**SHORT, "id": 1}, other)
    assert with_field[0] != plain[0]
    assert with_field[1] == plain[1]
    repeated = roots(SHORT, other, SHORT)
    assert repeated[0] != plain[0]
    assert repeated[1] == plain[1]
    relabelled = roots(SHORT, other, learn_from="all")
    assert relabelled[0] == plain[0]
    assert relabelled[1] != plain[1]
    keys_swapped = roots({"messages": [dict(reversed(m.items())) for m in SHORT["messages"]]}, other)
    assert keys_swapped == plain
