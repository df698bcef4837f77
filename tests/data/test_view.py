"""Examples read back from the sequences: what is seen adds up to what the ledger says."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import chat_row, write_recipe, write_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from light_base import Bench, make_base

from tune.cli import main
from tune.data.prepare import ledger_entry, make_setup, prepare
from tune.data.stage import save
from tune.data.view import View
from tune.recipe import Recipe


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Pocket's tokenizer and template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "pocket"))


TEXTS = st.sampled_from(["Why?", "So.", "We sleep. " * 2, "The boats are in the harbour.", "é"])
TURNS = st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5).map(
    lambda pairs: {"messages": [message for q, a in pairs for message in chat_row(q, a)["messages"]]}
)
ROWS = st.lists(TURNS | st.lists(TEXTS, min_size=1, max_size=9).map(lambda parts: {"messages": parts}), max_size=6)
SHORT = chat_row("Why?", "So.")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(ROWS, st.sampled_from([1, 2, 3, 0.5, 1.5])), min_size=1, max_size=3),
    ROWS,
    st.booleans(),
)
def test_view_adds_up(bench: Bench, trained: list[tuple[list[Any], float]], held_out: list[Any], pack: bool) -> None:
    """Whatever the rows, with splitting, weights, broken rows and several sources: the examples that are seen are those of
    the ledger, each as often as an epoch holds it, in the order of the files, and their tokens are those that were made."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = [{"path": f"train{i}.jsonl", "weight": weight} for i, (_, weight) in enumerate(trained)]
        for i, (rows, _) in enumerate(trained):
            write_rows(folder / f"train{i}.jsonl", [*[SHORT] * (len(rows) + 2), *rows, SHORT])
        write_rows(folder / "eval.jsonl", [*held_out, SHORT])
        section = {"train": sources, "eval": [{"path": "eval.jsonl"}], "max_tokens": 32, "long": "split"}
        section |= {"pack": pack, "max_bad_rows": 99}
        content = {"recipe": 1, "name": "x", "base": {"model": "m"}, "data": section}
        recipe = Recipe.model_validate_json(json.dumps(content))
        prepared = prepare(recipe, make_setup(bench.tokenizer, bench.base, recipe.data, folder), folder)
        packing = save(prepared, recipe.data, folder)
        ledger: Any = SimpleNamespace(sources=[ledger_entry(prepared, i, str(i)) for i in range(len(prepared.sources))])
        train, other = View(folder, ledger, "train"), View(folder, ledger, "eval")
        examples = [train[i] for i in range(len(train))]
        assert (len(train), train.lengths.sum(), train.loss.sum()) == (
            packing.examples,
            packing.input_tokens,
            packing.loss_tokens,
        )
    assert [len(e.input_ids) for e in examples] == train.lengths.tolist()
    assert [e.loss_tokens for e in examples] == train.loss.tolist()
    assert [(e.place.split(":")[0], e.line) for e in examples] == sorted(
        (f"train{s}.jsonl", e.line) for s, e in zip(train.sources.tolist(), examples, strict=True)
    )
    for i, (_, weight) in enumerate(trained):
        own, entry = train.sources == i, ledger.sources[i]
        seen = np.array([own.sum(), train.lengths[own].sum(), train.loss[own].sum()])
        once = np.array([entry.examples, entry.tokens.input, entry.tokens.loss])
        assert (seen >= once * max(int(weight), 1)).all()
        assert (seen <= once * np.ceil(weight)).all()
    for source in range(len(trained)):
        made = sorted(
            (
                int(prepared.examples.lines[i]),
                prepared.examples.tokens(i)[0].tolist(),
                prepared.examples.tokens(i)[1].tolist(),
            )
            for i in np.flatnonzero(prepared.examples.sources == source).tolist()
            for _ in range(int(prepared.examples.uses[i]))
        )
        found = [(e.line, e.input_ids, e.labels) for e, s in zip(examples, train.sources, strict=True) if s == source]
        assert sorted(found) == made
    entry = ledger.sources[-1]
    assert (len(other), other.lengths.sum(), other.loss.sum()) == (
        entry.examples,
        entry.tokens.input,
        entry.tokens.loss,
    )


def test_rows_are_shown_once(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`tune data` shows a row once however often an epoch holds it; a line and a text are looked for together; of several
    files it says which one a line is of, and why it is not used."""
    base = make_base(tmp_path / "pocket")
    (project / "rows").mkdir()
    write_rows(project / "rows/a.jsonl", [chat_row(f"Question {i}?", "Alike.") for i in range(4)])
    write_rows(project / "rows/b.jsonl", [chat_row("Where?", "Here."), "{"])
    data = {"train": [{"path": "rows", "weight": 3}], "max_bad_rows": 1}
    recipe = str(write_recipe(project / "recipe.yaml", base, data=data))

    def shown(*wanted: str) -> list[str]:
        code = main(["data", recipe, *wanted])
        found = capsys.readouterr()
        lines = found.out if code == 0 else found.err
        return [line for line in lines.splitlines() if "jsonl" in line or "rows:" in line]

    assert [line.split(" (")[0] for line in shown("--row", "1")] == ["row: rows/a.jsonl:1", "row: rows/b.jsonl:1"]
    assert [line.split(" (")[0] for line in shown("--find", "Alike")] == [
        f"found: rows/a.jsonl:{i}" for i in (1, 2, 3, 4)
    ]
    assert [line.split(" (")[0] for line in shown("--row", "1", "--find", "Here")] == ["found: rows/b.jsonl:1"]
    assert "no row that is used holds 'Alik-'" in shown("--find", "Alik-")[0]
    assert "there is no such line" in shown("--row", "9")[0]
    write_rows(project / "rows/a.jsonl", ["{", *(chat_row(f"Question {i}?", "Alike.") for i in range(4))])
    write_rows(project / "rows/b.jsonl", [chat_row("Where?", "Here. " * 40)])
    recipe = str(write_recipe(project / "recipe.yaml", base, data={**data, "long": "drop"}))
    assert "rows/b.jsonl: 87 tokens, over max_tokens (64)" in shown("--row", "1")[0]
