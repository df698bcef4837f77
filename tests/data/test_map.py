"""Row functions: what a user's code may do to a row, to the process and to the output, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import write_rows
from light_base import Bench, make_base

from tune.cli import main
from tune.data.prepare import Prepared, ledger_entry
from tune.recipe import Recipe


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Pocket's tokenizer and template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "pocket"))


def mapped(bench: Bench, folder: Path, body: str, file: str, workers: int = 0, bad: int = 0) -> Prepared:
    """The rows of a file through a function with this body."""
    (folder / "shape.py").write_text(f"def made(row):\n    {body}\n")
    data = {"train": [{"path": file, "map": "shape:made"}], "max_tokens": 512, "max_bad_rows": bad}
    content = {"recipe": 1, "name": "x", "base": {"model": "m"}, "data": data}
    return bench.prepared(Recipe.model_validate_json(json.dumps(content)), folder, workers)


def test_a_row_is_changed_in_place_once(bench: Bench, tmp_path: Path) -> None:
    """A function that changes its row gives the same in one process and in two, and the leaf of the row is that of the file."""
    rows = "\n".join(f"{i},Because of {i}." for i in range(700))
    (tmp_path / "rows.csv").write_text(f"prompt,completion\n{rows}\n")
    changing = 'row["prompt"] = "Q: " + row["prompt"]; return row'
    one, two = (mapped(bench, tmp_path, changing, "rows.csv", workers) for workers in (0, 2))
    pure = mapped(bench, tmp_path, 'return {**row, "prompt": "Q: " + row["prompt"]}', "rows.csv")
    assert bench.tokenizer.decode(one.rows("train")[0].example.input_ids).count("Q: ") == 1
    assert one.rows("train") == two.rows("train") == pure.rows("train")
    assert len({ledger_entry(found, 0, "rows").rows_root for found in (one, two, pure)}) == 1


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("raise KeyError('x')", "map raised KeyError: 'x'"),
        ("import sys; sys.exit(3)", "map raised SystemExit: 3"),
        ("return [row]", "map gave list where a dict was expected"),
        ('return {"prompt": {1}}', "map gave what is no JSON (Object of type set is not JSON serializable)"),
        ('return {"prompt": float("nan")}', "map gave what is no JSON (NaN is not JSON)"),
        ('return {"prompt": "\\ud800", "completion": "a"}', "map gave what is no JSON (half of a surrogate pair"),
    ],
)
def test_what_a_function_may_do_wrong(bench: Bench, tmp_path: Path, body: str, what: str) -> None:
    """It is a fault of the row, told like any other; the row that it was given stays as it is."""
    write_rows(tmp_path / "rows.jsonl", [{"prompt": "q", "completion": "a"}])
    with pytest.raises(Exception, match=r"rows\.jsonl: no row is left to train on \(1 map failed\)") as caught:
        mapped(bench, tmp_path, body, "rows.jsonl", bad=9)
    assert f"the first of them: rows.jsonl:1: {what}" in str(caught.value)


def test_what_a_function_prints(recipe: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    """It goes where messages go: `tune check --json` stays JSON."""
    path = recipe(data={"train": [{"path": "train.jsonl", "map": "loud:made"}]})
    (path.parent / "loud.py").write_text('print("importing")\n\n\ndef made(row):\n    print("a row")\n    return row\n')
    assert main(["check", str(path), "--json"]) == 0
    found = capsys.readouterr()
    assert json.loads(found.out)["problems"] == []
    assert "importing\n" in found.err
    assert "a row\n" in found.err
