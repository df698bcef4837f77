"""Two files of one name in two folders: every record tells them apart, and an honest run verifies."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import CHAT, chat_row, write_recipe, write_rows

from tune import base as base_stage
from tune.cli import main
from tune.data.show import Wanted, print_rows
from tune.data.stage import data
from tune.disclose.manifest import of_ledger
from tune.errors import DataError
from tune.models import load_tokenizer
from tune.recipe import load
from tune.records import BaseRecord, Evaluation, Ledger
from tune.run import Run, create
from tune.verify import arithmetic

NAMES = ("en/train.jsonl", "de/train.jsonl", "en/held.jsonl", "de/held.jsonl")


@pytest.fixture
def twins(project: Path) -> Callable[[Path], Path]:
    """Writes a recipe of two folders whose files have the same names, with a broken row in one and two in the other."""

    def write(base: Path) -> Path:
        for broken, folder in enumerate(("en", "de"), start=1):
            (project / folder).mkdir()
            rows: list[Any] = [chat_row(f"{question} ({folder})", answer) for question, answer in CHAT]
            write_rows(project / folder / "train.jsonl", [*rows, *["{"] * broken])
            write_rows(project / folder / "held.jsonl", [chat_row(f"And now? ({folder})", "We are open.")])
        train, held_out = ([{"path": name} for name in names] for names in (NAMES[:2], NAMES[2:]))
        section = {"train": train, "eval": held_out, "max_bad_rows": 3}
        return write_recipe(project / "recipe.yaml", base, data=section, train={"max_steps": 1})

    return write


def test_the_account_closes(twins: Callable[[Path], Path], tiny_base: Path) -> None:
    """Ledger and manifest call each source by another name, and level 0 finds nothing in them; one filter less is found."""
    run = create(load(twins(tiny_base)), Path("runs"))
    base_stage.base(run)
    ledger = data(run)
    assert tuple(source.name for source in ledger.sources) == run.recipe.data.names == NAMES
    found = of_ledger(ledger, run.recipe, {0: 4, 1: 4})
    assert [(f["source"], f["rows"]["value"]) for f in found["filters"]] == [(NAMES[0], 1), (NAMES[1], 2)]
    assert list(arithmetic._of_the_rows(found)) == []
    del found["filters"][1]
    assert list(arithmetic._of_the_rows(found)) == ["de/train.jsonl: filters and dropped rows disagree"]


def test_a_name_that_two_have(
    twins: Callable[[Path], Path], tiny_base: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`tune data --source` takes the name in the records, and guesses no source by a name that two have."""
    run = create(load(twins(tiny_base)), Path("runs"))
    base_stage.base(run)
    data(run)
    shown = run.path("data"), run.read(Ledger), load_tokenizer(run.read(BaseRecord))
    print_rows(*shown, Wanted(source="de/train.jsonl", line=1))
    assert "de/train.jsonl:1" in capsys.readouterr().out
    with pytest.raises(DataError, match=r"^2 sources are named 'train\.jsonl'\. choose one of: en/train\.jsonl, "):
        print_rows(*shown, Wanted(source="train.jsonl", line=1))


@pytest.mark.slow
def test_an_honest_run_verifies(twins: Callable[[Path], Path], tiny_base: Path, tmp_path: Path) -> None:
    """For whoever has the run, and for a stranger with rows and base; the held-out losses are told apart."""
    assert main(["run", str(twins(tiny_base))]) == 0
    (folder,) = Path("runs").iterdir()
    evaluation = Run(folder, load(Path("recipe.yaml")).recipe, Path.cwd()).read(Evaluation)
    assert tuple(evaluation.tuned.loss_by_source) == NAMES[2:]
    assert main(["verify", str(folder), "--data"]) == 0
    shutil.copytree(folder / "adapter", tmp_path / "pub")
    told = json.loads((tmp_path / "pub/disclosure/manifest.json").read_bytes())["recipe"]["resolved"]["value"]
    assert [source["path"] for source in told["data"]["train"]] == list(NAMES[:2])
    assert main(["verify", str(tmp_path / "pub"), "--data", ".", "--base", str(tiny_base)]) == 0
