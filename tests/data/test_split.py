"""Rows that become several examples, or that nothing of is left out: each answer is learned once, and none that the row does
not want learned."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from light_base import QWEN, Bench, make_base

from tune.data.prepare import Prepared
from tune.data.render import Example
from tune.jsonl import Broken
from tune.receipt import IGNORED


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Pocket's tokenizer and template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "pocket"))


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Qwen3's, whose template drops the reasoning of earlier turns."""
    if not QWEN.is_dir():
        pytest.skip("the shared tokenizers are not here")
    return Bench(make_base(tmp_path_factory.mktemp("base") / "qwen", QWEN, stops=[151645, 151643]))


def chat(*said: str | dict[str, Any]) -> dict[str, Any]:
    """A conversation: texts of user and assistant in turn, or messages as they are."""
    roles = ("user", "assistant")
    return {
        "messages": [
            {"role": roles[i % 2], "content": text} if isinstance(text, str) else {"role": roles[i % 2], **text}
            for i, text in enumerate(said)
        ]
    }


def learned(bench: Bench, examples: list[Example]) -> list[str]:
    """Every stretch that carries loss, as text, in order."""
    return [bench.tokenizer.decode(e.input_ids[first:last]) for e in examples for first, last in e.learned]


def examples(prepared: Prepared) -> list[Example]:
    """Of the training rows."""
    return [kept.example for kept in prepared.rows("train")]


words = st.lists(st.sampled_from(["a", "shop", "opens", "nine", "é", "no"]), min_size=1, max_size=12).map(" ".join)
turns = st.lists(st.tuples(words, words, st.booleans()), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None)
@given(turns, st.sampled_from([24, 40, 64]))
def test_every_answer_once(bench: Bench, said: list[tuple[str, str, bool]], max_tokens: int) -> None:
    """The parts together learn what the whole row would, in the same order; none is too long, and a row is left out only
    when an exchange that is learned does not fit by itself."""
    row = chat(*(part for q, a, train in said for part in (q, {"content": a, "train": train})))
    whole = bench.example(row["messages"], max_tokens=10_000)
    with tempfile.TemporaryDirectory() as folder:
        kept = [chat("Why?", "So."), row]
        prepared = bench.prepare(Path(folder), kept, long="split", max_tokens=max_tokens, max_bad_rows=9)
        found = examples(prepared)[1:]
    alone = [len(bench.ids(chat(q, a)["messages"])) for q, a, train in said if train]
    wanted = [a for _, a, train in said if train]
    if not found:
        assert not wanted or max(alone) > max_tokens
        return
    assert isinstance(whole, Example)
    assert all(len(example.input_ids) <= max_tokens for example in found)
    assert learned(bench, found) == [f"{answer}<|end|>" for answer in wanted]


def test_exchanges_that_nothing_is_learned_of(bench: Bench, tmp_path: Path) -> None:
    """They are no examples of their own, and their answers are never learned, however the row is divided."""
    row = chat("Why? " * 40, {"content": "So. " * 40, "train": False}, "And then?", "Then it ends.")
    found = bench.prepare(tmp_path, [row], long="split", max_tokens=50)
    assert learned(bench, examples(found)) == ["Then it ends.<|end|>"]
    assert bench.complaints(tmp_path, [row], long="truncate", max_tokens=50, max_bad_rows=9) == [
        (
            "train.jsonl: no row is left to train on (1 too long). the first of them: train.jsonl:1: "
            f"{len(bench.ids(row['messages']))} tokens, over max_tokens (50). raise data.max_tokens, or set data.long to drop, "
            "truncate or split"
        )
    ]


def test_all_of_it_once(bench: Bench, tmp_path: Path) -> None:
    """`learn_from: all` learns every token of every exchange in one part only."""
    row = chat("Is it q0?", "It is a0.", "Is it q1?", "It is a1.", "Is it q2?", "It is a2.")
    found = examples(bench.prepare(tmp_path, [row], long="split", max_tokens=34, learn_from="all"))
    assert len(found) > 1
    said = "".join(bench.tokenizer.decode(example.input_ids) for example in found)
    assert [said.count(text) for text in ("q0", "a0", "q1", "a1", "q2", "a2")] == [1] * 6
    assert [example.labels[0] for example in found] == [IGNORED] * len(found)


def test_all_but_what_is_not_to_be_learned(bench: Bench) -> None:
    """`train: false` counts with `learn_from: all` too: everything but that answer carries loss."""
    messages = chat("One?", "Not this.", "Two?", "This.")["messages"]
    with tempfile.TemporaryDirectory() as folder:
        rows = [chat("One?", {"content": "Not this.", "train": False}, "Two?", "This.")]
        (found,) = examples(bench.prepare(Path(folder), rows, learn_from="all"))
    assert found.input_ids.tolist() == bench.ids(messages)
    assert learned(bench, [found]) == [
        "<|user|> One?<|end|><|assistant|>",
        "<|user|> Two?<|end|><|assistant|> This.<|end|>",
    ]


def test_all_loses_nothing_in_silence(bench: Bench, qwen: Bench) -> None:
    """What the template refuses, and what it leaves out, is told with `learn_from: all` as with any other."""
    call = {"id": "1", "type": "function", "function": {"name": "look_up", "arguments": {"word": "x"}}}
    tool = [
        {"role": "user", "content": "q"},
        {"role": "tool", "content": "r"},
        {"role": "assistant", "content": "a"},
    ]
    for messages in (
        tool,
        chat("q", {"content": "a", "reasoning_content": "because"})["messages"],
        chat("q", {"content": "a", "tool_calls": [call]})["messages"],
    ):
        as_ever, found = bench.example(messages), bench.example(messages, "all")
        assert isinstance(as_ever, Broken)
        assert isinstance(found, Broken)
        assert (found.reason, found.what) == (as_ever.reason, as_ever.what)
    earlier = chat("q", {"content": "a", "reasoning_content": "because"}, "r", "b")["messages"]
    found = qwen.example(earlier, "all")
    assert isinstance(found, Broken)
    assert (found.reason, found.key) == ("text eaten by the template", "messages[1].reasoning_content")


def test_reasoning_needs_a_template(tmp_path: Path) -> None:
    """A base without a chat template cannot write reasoning or tools, and says so instead of leaving them out."""
    plain = Bench(make_base(tmp_path / "plain", template=False))
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": {}}}]
    rows = [
        chat("q", {"content": "a", "reasoning_content": "because"}),
        {**chat("q", "a"), "tools": tools},
    ]
    said = "the base has no chat template, so it cannot read conversations, reasoning or tools. use prompt and completion rows of text"
    assert plain.complaints(tmp_path, rows) == [f"train.jsonl:{line}: {said}" for line in (1, 2)]
