"""The data stage as a whole: what it writes, when it writes again, and the pages that show the tokens."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from conftest import CHAT, chat_row, write_recipe, write_rows
from light_base import Bench, make_base

from tune import base as base_stage
from tune import sequences
from tune.data import cache
from tune.data.show import Wanted, print_rows
from tune.data.stage import data, inputs
from tune.data.view import Example, View
from tune.errors import DataError
from tune.models import load_tokenizer
from tune.recipe import load
from tune.records import BaseRecord, Ledger
from tune.run import Run, create


@pytest.fixture(scope="module")
def light(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base folder that costs no torch."""
    return make_base(tmp_path_factory.mktemp("base") / "light")


@pytest.fixture
def open_run(project: Path, light: Path) -> Callable[..., Run]:
    """A run of the small recipe, changed by sections, with its base stage done."""

    def make(**changes: Any) -> Run:
        run = create(load(write_recipe(project / "recipe.yaml", light, **changes)), Path("runs"))
        base_stage.base(run)
        return run

    return make


def stored(run: Run, name: str) -> list[dict[str, list[int]]]:
    """The sequences that were saved, as lists."""
    return [dict(row) for row in sequences.load(run.path("data"), name)]


def shown(run: Run, **wanted: Any) -> None:
    """Prints rows of a run whose data stage is done."""
    tokenizer = load_tokenizer(run.read(BaseRecord))
    print_rows(run.path("data"), run.read(Ledger), tokenizer, Wanted(**wanted))


def examples(run: Run, split: str = "train") -> list[Example]:
    """All examples of a split."""
    view = View(run.path("data"), run.read(Ledger), split)
    return [view[i] for i in range(len(view))]


def test_saved_sequences_are_the_rows(open_run: Callable[..., Run]) -> None:
    """The packed sequences hold every prepared row exactly once, in one piece, with its labels and its place."""
    run = open_run()
    ledger = data(run)
    found = {}
    for sequence in stored(run, "train"):
        assert len(sequence["input_ids"]) == len(sequence["labels"]) == sum(sequence["seq_lengths"]) <= 64
        start = 0
        for length, source, line in zip(sequence["seq_lengths"], sequence["sources"], sequence["lines"], strict=True):
            assert source == 0
            found[line] = (sequence["input_ids"][start : start + length], sequence["labels"][start : start + length])
            start += length
    bench = Bench(Path(run.read(BaseRecord).folder))
    rows = [chat_row(q, a)["messages"] for q, a in CHAT * 6]
    assert found == {
        line: (bench.ids(messages), bench.expected_labels(messages, "assistant"))
        for line, messages in enumerate(rows, 1)
    }
    assert [(e.line, e.input_ids) for e in examples(run)] == [(line, ids) for line, (ids, _) in sorted(found.items())]
    assert len(found) == 24
    assert ledger.packing.sequences == len(stored(run, "train")) < 24
    assert ledger.packing.fill == pytest.approx(ledger.total("train").input / (ledger.packing.sequences * 64), abs=1e-6)
    held_out = stored(run, "eval")
    assert [row["lines"] for row in held_out] == [[1]]
    assert [row["sources"] for row in held_out] == [[1]]


def test_without_packing_a_row_is_a_sequence(open_run: Callable[..., Run]) -> None:
    """`pack: false` keeps the rows apart and in the order of the file."""
    run = open_run(data={"pack": False})
    assert data(run).packing.model_dump()["packed"] is False
    assert [row["lines"] for row in stored(run, "train")] == [[line] for line in range(1, 25)]


def test_ledger_reads_back(open_run: Callable[..., Run]) -> None:
    """The record in the run directory is the one that the stage returned, and its sums are those of its sources."""
    run = open_run()
    ledger = data(run)
    assert run.read(Ledger) == ledger
    assert (ledger.kept("train"), ledger.kept("eval")) == (24, 1)
    assert ledger.total("train").input == ledger.sources[0].tokens.input
    assert 0 < ledger.total("train").loss < ledger.total("train").input


def test_done_once(open_run: Callable[..., Run]) -> None:
    """A second call finds everything made and writes nothing."""
    run = open_run()
    first = data(run)
    before = {path: path.stat().st_mtime_ns for path in run.path("data").rglob("*")}
    assert data(run) == first
    assert {path: path.stat().st_mtime_ns for path in run.path("data").rglob("*")} == before


def test_done_again_when_a_row_changes(open_run: Callable[..., Run], project: Path) -> None:
    """Other rows make other tokens: the stage notices by the digest of the file."""
    run = open_run()
    first = data(run)
    write_rows(project / "train.jsonl", [chat_row(q, a) for q, a in CHAT])
    second = data(run)
    assert (first.kept("train"), second.kept("train")) == (24, 4)
    assert len([line for row in stored(run, "train") for line in row["lines"]]) == 4


def test_two_runs_give_the_same(open_run: Callable[..., Run]) -> None:
    """The sequences, the page and the account are the same when made twice from the same input."""
    one, two = open_run(name="one"), open_run(name="two")
    assert one.folder != two.folder
    assert data(one).identity() == data(two).identity()
    assert stored(one, "train") == stored(two, "train")
    pages = [run.path("data/sample.html").read_text() for run in (one, two)]
    assert pages[0] == pages[1]


def test_a_run_of_the_same_name_lends_its_rows(open_run: Callable[..., Run]) -> None:
    """A change of training alone does not tokenize again: the sequences are taken from the neighbour, as they are."""
    one, two = open_run(), open_run(train={"seed": 9})
    first = data(one)
    assert data(two) == first
    assert stored(two, "train") == stored(one, "train")


def test_nothing_is_left_of_a_failed_stage(open_run: Callable[..., Run], project: Path) -> None:
    """With a wrong row the stage leaves no ledger, so no later stage goes on from it."""
    run = open_run()
    write_rows(project / "train.jsonl", ["{"])
    with pytest.raises(DataError):
        data(run)
    assert run.find(Ledger) is None


def test_print_rows(open_run: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe: the row's place and counts, and the learned stretch in brackets. Brackets of the row stay as they are."""
    run = open_run()
    data(run)
    example = examples(run)[1]
    capsys.readouterr()
    shown(run, line=2)
    assert capsys.readouterr().out == (
        f"row: train.jsonl:2 ({len(example.input_ids)} tokens, {example.loss_tokens} with loss)\n"
        "<s><|user|> Where is the shop?<|end|><|assistant|>[ The shop is at the harbour.<|end|>]\n\n"
    )


def test_print_rows_with_markup(
    open_run: Callable[..., Run], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text that looks like the terminal library's markup is printed as it is, and long rows are not broken."""
    answer = "[bold]No[/bold] [link=x]y[/link] :smile: " + "far " * 60
    write_rows(project / "train.jsonl", [chat_row("Why?", answer)])
    run = open_run(data={"max_tokens": 256}, train={"tokens_per_step": 256})
    data(run)
    capsys.readouterr()
    shown(run, line=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == f"<s><|user|> Why?<|end|><|assistant|>[ {answer.strip()}<|end|>]"


def test_print_rows_without_a_line(open_run: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a line: first, longest, shortest and random rows, each once."""
    run = open_run()
    data(run)
    shown(run)
    heads = [line for line in capsys.readouterr().out.splitlines() if " tokens, " in line]
    assert heads[0].startswith("first: train.jsonl:1 (")
    places = [re.findall(r"train\.jsonl:\d+", head)[0] for head in heads]
    assert len(places) == len(set(places)) >= 3


def test_a_row_with_a_weight_is_shown_once(open_run: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """However often an epoch holds it."""
    run = open_run(data={"train": [{"path": "train.jsonl", "rows": 4, "weight": 3}]})
    data(run)
    capsys.readouterr()
    shown(run)
    places = re.findall(r"train\.jsonl:\d+", capsys.readouterr().out)
    assert len(places) == len(set(places)) >= 3


def test_print_rows_of_a_line_that_is_not_used(open_run: Callable[..., Run], project: Path) -> None:
    """A dropped row is named with its reason; a line past the end as missing."""
    write_rows(project / "train.jsonl", [chat_row("Why?", "So."), {"messages": []}])
    run = open_run(data={"max_bad_rows": 1})
    data(run)
    with pytest.raises(DataError, match=r"^train\.jsonl:2: is an empty list\. give the line of a row that is used$"):
        shown(run, line=2)
    with pytest.raises(
        DataError, match=r"^train\.jsonl:9: there is no such line\. give the line of a row that is used$"
    ):
        shown(run, line=9)


def test_rows_are_prepared_once(open_run: Callable[..., Run], capsys: pytest.CaptureFixture[str]) -> None:
    """Another run on the same rows, whatever its name, takes them as they are and says so; `--fresh` prepares anew."""
    first, second, third = open_run(), open_run(name="other", train={"seed": 9}), open_run(name="third")
    ledger = data(first)
    capsys.readouterr()
    assert data(second) == ledger
    assert "taken from the cache" in capsys.readouterr().err
    files = [run.path("data/train.arrow") for run in (first, second)]
    assert files[0].samefile(files[1]), "shared by hard links"
    third.fresh = True
    assert data(third).identity() == ledger.identity()
    assert "cache" not in capsys.readouterr().err


def cut(path: Path) -> None:
    """Cuts off the second half of a file, for everybody who has a link to it."""
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("name", ["ledger.json", "train.arrow", "eval.arrow"])
def test_a_damaged_entry_is_made_again(
    open_run: Callable[..., Run], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A cut file in the cache costs the time of preparing the rows, once; and the run that shares it mends itself."""
    first, second, third = open_run(), open_run(name="other"), open_run(name="third")
    ledger, rows = data(first), stored(first, "train")
    cut(first.path("data") / name)
    capsys.readouterr()
    for run, said in ((second, "damaged"), (third, "taken from the cache"), (first, "taken from the cache")):
        assert data(run).identity() == ledger.identity()
        assert said in capsys.readouterr().err
        assert stored(run, "train") == rows
        assert len(stored(run, "eval")) == 1
    assert data(first) == first.read(Ledger)
    assert capsys.readouterr().err == ""


def test_fresh_takes_the_place_of_what_the_cache_holds(open_run: Callable[..., Run]) -> None:
    """Damage that no count shows is gone for every run after `--fresh`."""
    first, fresh, third = open_run(), open_run(name="fresh"), open_run(name="third")
    data(first)
    rows, path = stored(first, "train"), first.path("data/train.arrow")
    token = rows[0]["input_ids"][-1].to_bytes(4, "little")
    content = bytearray(path.read_bytes())
    content[content.index(token)] ^= 1
    with path.open("r+b") as file:  # in place: the cache has the same file
        file.write(content)
    assert stored(first, "train") != rows
    fresh.fresh = True
    data(fresh)
    data(third)
    assert stored(third, "train") == rows


def test_other_settings_are_prepared_apart(open_run: Callable[..., Run]) -> None:
    """Whatever decides the tokens decides the entry."""
    data(open_run())
    longer = open_run(data={"max_tokens": 128})
    assert data(longer).packing.capacity_tokens == 128


def test_other_code_prepares_anew(open_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that another version of a library prepared are not taken."""
    one, two = open_run(name="one"), open_run(name="two")
    data(one)
    monkeypatch.setattr(cache, "version", lambda name: f"another {name}")
    data(two)
    assert not one.path("data/train.arrow").samefile(two.path("data/train.arrow"))


def test_without_a_cache(open_run: Callable[..., Run], project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache cannot be written the rows are prepared all the same."""
    (project / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(project / "file"))
    assert data(open_run()).kept("train") == 24


def test_every_row_has_a_fate(open_run: Callable[..., Run], project: Path) -> None:
    """data/rows.parquet has a line for every row, and its sums are the ledger's."""
    import pyarrow.parquet as pq

    rows: list[Any] = [chat_row(q, a) for q, a in CHAT]
    write_rows(project / "train.jsonl", [*rows, "{", chat_row("Why?", ""), *rows, chat_row("Why?", "so " * 200)])
    run = open_run(data={"max_bad_rows": 2, "long": "drop", "train": [{"path": "train.jsonl", "rows": 10}]})
    ledger = data(run)
    fates = pq.read_table(run.path("data/rows.parquet")).to_pylist()
    own = [row for row in fates if row["source"] == 0]
    counted = {fate: sum(row["fate"] == fate for row in own) for fate in {row["fate"] for row in own}}
    assert counted.pop("kept") == ledger.sources[0].rows.kept
    assert counted == ledger.sources[0].rows.dropped
    assert counted["not sampled"] == 1
    assert sorted(row["line"] for row in own) == list(range(1, 12))
    assert sum(row["tokens"] for row in own) == ledger.sources[0].tokens.input
    assert sum(row["loss_tokens"] for row in own) == ledger.sources[0].tokens.loss
    assert [row["file"] for row in fates if row["source"] == 1] == ["eval.jsonl"]


@pytest.mark.parametrize(
    ("weight", "times"), [(2, [2, 2, 2, 2]), (0.5, [0, 0, 1, 1]), (1.25, [1, 1, 1, 2]), (1, [1] * 4)]
)
def test_weights(open_run: Callable[..., Run], project: Path, weight: float, times: list[int]) -> None:
    """A weight says how often an epoch holds a row; the part of a whole is drawn; the account says what an epoch feeds."""
    write_rows(project / "train.jsonl", [chat_row(q, a) for q, a in CHAT])
    run = open_run(data={"train": [{"path": "train.jsonl", "weight": weight}]})
    ledger = data(run)
    lines = [line for row in stored(run, "train") for line in row["lines"]]
    assert sorted(lines.count(line) for line in range(1, 5)) == times
    assert ledger.packing.examples == sum(times)
    assert ledger.sources[0].rows.kept == sum(n > 0 for n in times)
    assert ledger.packing.input_tokens == sum(len(row["input_ids"]) for row in stored(run, "train"))
    assert not [c for c in ledger.checks if c.name == "duplicates in training rows" and not c.ok]


def test_two_at_once_prepare_once(open_run: Callable[..., Run], capfd: pytest.CaptureFixture[str]) -> None:
    """While one prepares the rows, another waits, says so, and takes what the first has made."""
    first, second = open_run(name="one"), open_run(name="two")
    name = cache.key(inputs(first))
    waiting = threading.Event()
    with ThreadPoolExecutor() as others:
        with cache.alone(name, lambda: None):
            later = others.submit(data, second)
            while "waiting for it" not in capfd.readouterr().err:
                waiting.wait(0.05)
                assert not later.done()
        assert later.result().kept("train") == 24
    data(first)
    assert "taken from the cache" in capfd.readouterr().err
