"""The run directory: which one a recipe gets, who may use it, what may be taken from a neighbour."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import CHAT, chat_row, write_recipe, write_rows

from tune.errors import RunBusy, UserError
from tune.recipe import load
from tune.records import Disclosure, Evaluation, Ledger, Made, Packing, RunInfo
from tune.run import (
    Run,
    borrow,
    changed_files,
    create,
    last_step,
    lock,
    made,
    named_files,
    open_run,
    state,
)

RUNS = Path("runs")


def is_held(run: Run) -> bool:
    """Whether some process holds the run directory right now."""
    try:
        with lock(run):
            return False
    except RunBusy:
        return True


@pytest.fixture
def new_run(project: Path) -> Callable[..., Run]:
    """Makes or finds the run of the small recipe, changed by sections; its base is a folder of one small file."""
    (project / "base").mkdir()
    (project / "base" / "config.json").write_text("{}")

    def make(fresh: bool = False, **changes: Any) -> Run:
        return create(load(write_recipe(project / "recipe.yaml", Path("base"), **changes)), RUNS, fresh)

    return make


def ledger(inputs: Any) -> Ledger:
    """A record made from these inputs."""
    return Ledger(
        made=made(inputs, time.monotonic()),
        sources=(),
        learn_from="assistant",
        template_sha256=None,
        tokenizer_sha256="0" * 64,
        lengths={},
        histogram={},
        examples_root="0" * 64,
        packing=Packing(
            sequences=0, capacity_tokens=64, packed=True, fill=0.0, examples=0, input_tokens=0, loss_tokens=0
        ),
        languages={},
        checks=(),
        findings=(),
    )


def test_name_and_content(new_run: Callable[..., Run], project: Path) -> None:
    """The folder is called NAME-DIGEST and holds the recipe as written, as understood, and what it was made for."""
    run = new_run()
    info = RunInfo.model_validate_json(run.path("run.json").read_bytes())
    assert run.folder == RUNS / f"tiny-{info.digest[:8]}"
    assert sorted(path.name for path in run.folder.iterdir()) == ["recipe.json", "recipe.yaml", "run.json"]
    assert run.path("recipe.yaml").read_text() == (project / "recipe.yaml").read_text()
    assert json.loads(run.path("recipe.json").read_text())["train"]["max_steps"] == 4
    assert sorted(info.recipe_files) == ["base/config.json", "eval.jsonl", "train.jsonl"]
    assert info.root == str(project.resolve())


def test_found_again(new_run: Callable[..., Run]) -> None:
    """The same recipe finds its run again and touches nothing in it."""
    first = new_run()
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in first.folder.iterdir()}
    assert new_run().folder == first.folder
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in first.folder.iterdir()} == before
    assert len(list(RUNS.iterdir())) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"train": {"seed": 1}},
        {"train": {"learning_rate": 2e-3}},
        {"train": {"adapter": {"rank": 8, "alpha": 8}}},
        {"data": {"max_tokens": 65}},
        {"data": {"pack": False}},
        {"data": {"learn_from": "last"}},
        {"data": {"train": [{"path": "train.jsonl", "format": "messages"}]}},
        {"data": {"eval": []}},
        {"name": "other"},
    ],
    ids=str,
)
def test_what_decides_the_adapter_makes_another_run(new_run: Callable[..., Run], change: dict[str, Any]) -> None:
    """Whatever changes the adapter, or what it is measured on, changes the directory."""
    assert new_run(**change).folder != new_run().folder


@pytest.mark.parametrize(
    "change",
    [
        {"train": {"save_every": 7}},
        {"evaluate": {"samples": 2}},
        {"evaluate": {"max_new_tokens": 16}},
        {"export": {"merge": True}},
        {"publish": {"license": "mit"}},
        {"data": {"train": [{"path": "train.jsonl", "license": "mit"}]}},
        {
            "data": {
                "train": [{"path": "train.jsonl", "about": "rows", "collected": "by hand", "personal_data": "none"}]
            }
        },
        {"data": {"eval": [{"path": "eval.jsonl", "generator": {"model": "m", "terms": "t"}}]}},
    ],
    ids=str,
)
def test_what_is_only_declared_or_comes_after_keeps_the_run(
    new_run: Callable[..., Run], change: dict[str, Any]
) -> None:
    """What is stated about the data, how often training is saved, and what is done after it belong to the same run; it takes
    the new recipe."""
    first = new_run()
    again = new_run(**change)
    assert again.folder == first.folder
    assert open_run(first.folder).recipe == again.recipe != first.recipe
    assert first.path("recipe.yaml").read_text() == Path("recipe.yaml").read_text()


def test_other_rows_make_another_run(new_run: Callable[..., Run], project: Path) -> None:
    """The files that the recipe names decide too, not only their names; and coming back finds the first run again."""
    first = new_run()
    rows = (project / "train.jsonl").read_bytes()
    write_rows(project / "train.jsonl", [chat_row(q, a) for q, a in CHAT])
    second = new_run()
    assert second.folder != first.folder
    (project / "train.jsonl").write_bytes(rows)
    assert new_run().folder == first.folder


def test_another_base_makes_another_run(new_run: Callable[..., Run], project: Path) -> None:
    """So do the bytes of the base; a file there that decides nothing does not."""
    first = new_run()
    (project / "base" / "notes.txt").write_text("a note")
    assert new_run().folder == first.folder
    (project / "base" / "config.json").write_text('{"a": 1}')
    assert new_run().folder != first.folder


def test_prompts_do_not_decide(new_run: Callable[..., Run], project: Path) -> None:
    """Other prompts measure the same adapter."""
    (project / "prompts.jsonl").write_text("1\n")
    first = new_run(evaluate={"prompts": "prompts.jsonl"})
    (project / "prompts.jsonl").write_text("2\n")
    assert new_run(evaluate={"prompts": "prompts.jsonl"}).folder == first.folder
    assert changed_files(first) == []


def test_fresh_attempts_are_numbered(new_run: Callable[..., Run]) -> None:
    """`--fresh` makes NAME-DIGEST-2, -3, ...; without it the newest attempt is taken."""
    first = new_run(fresh=True)
    second, third = new_run(fresh=True), new_run(fresh=True)
    assert [second.folder.name, third.folder.name] == [f"{first.folder.name}-2", f"{first.folder.name}-3"]
    assert new_run().folder == third.folder
    assert [run.fresh for run in (first, new_run())] == [True, False]


def test_fresh_of_another_recipe_is_the_first(new_run: Callable[..., Run]) -> None:
    """Attempts are counted for each digest."""
    new_run(fresh=True)
    assert not new_run(fresh=True, train={"seed": 1}).folder.name.endswith("-2")


def test_open_from_anywhere(new_run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run directory knows where its recipe's paths are read from."""
    folder = new_run().folder.resolve()
    monkeypatch.chdir(tmp_path)
    run = open_run(folder)
    assert run.source("train.jsonl").is_file()
    assert run.recipe.name == "tiny"
    assert changed_files(run) == []


@pytest.mark.parametrize("name", ["nothing", "empty", "recipe.yaml"])
def test_open_what_is_no_run(new_run: Callable[..., Run], name: str) -> None:
    """A folder or a file that is no run directory is named, with what to give instead."""
    new_run()
    Path("empty").mkdir()
    with pytest.raises(UserError) as caught:
        open_run(Path(name))
    assert str(caught.value) == (
        f"{name}: {name} is not a run directory. give a folder under runs/, or a recipe file; `tune runs` lists them"
    )


def test_changed_files_are_named(new_run: Callable[..., Run], project: Path) -> None:
    """Files of base and data that are no longer what the run was made from: other content, or gone."""
    run = new_run()
    (project / "train.jsonl").write_text("{}\n")
    (project / "eval.jsonl").unlink()
    (project / "base" / "generation_config.json").write_text("{}")
    assert changed_files(run) == ["base/generation_config.json", "eval.jsonl", "train.jsonl"]


def test_named_files(new_run: Callable[..., Run], project: Path) -> None:
    """Every file that the recipe names, the adapter to start from among them; '' for one that is gone."""
    start = project / "start"
    start.mkdir()
    (start / "adapter_config.json").write_text('{"r": 4, "lora_alpha": 8}')
    run = new_run(train={"adapter": {"rank": 4, "alpha": 8, "start_from": "start"}})
    found = named_files(run.recipe, run.root)
    assert sorted(found) == [
        "base/config.json",
        "eval.jsonl",
        "start/adapter_config.json",
        "start/adapter_model.safetensors",
        "train.jsonl",
    ]
    assert [name for name, digest in found.items() if not digest] == ["start/adapter_model.safetensors"]


HOLD = """
import sys, time
from pathlib import Path
from tune.run import Run, lock
with lock(Run(Path(sys.argv[1]), None, Path("."))):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Another process that holds a run directory; returns once it does."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_lock_names_the_process_that_holds(new_run: Callable[..., Run]) -> None:
    """A second process is told which one holds the run, and since when; when that one is killed the lock is free."""
    run = new_run()
    process = holder(run.folder)
    try:
        assert is_held(run)
        with pytest.raises(RunBusy) as caught, lock(run):
            pass
        message = str(caught.value)
        assert message.startswith(f"{run.folder} is in use by process {process.pid} on {os.uname().nodename} since 20")
        assert message.endswith(". Wait for it, or stop it and run the command again.")
        assert caught.value.exit_code == 1
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    assert not is_held(run)
    with lock(run):
        assert is_held(run)


def test_a_run_that_is_held_keeps_its_recipe(new_run: Callable[..., Run]) -> None:
    """While a process works on a run, the same recipe with another evaluation is refused and changes nothing there; with
    nothing changed it is found as ever. Afterwards the directory takes the new one."""
    run = new_run()
    before = run.path("recipe.json").read_bytes()
    with lock(run):
        assert new_run().folder == run.folder
        with pytest.raises(RunBusy, match=r"is in use by process \d+"):
            new_run(evaluate={"max_new_tokens": 7})
        assert run.path("recipe.json").read_bytes() == before
    assert new_run(evaluate={"max_new_tokens": 7}).folder == run.folder
    assert run.path("recipe.json").read_bytes() != before


def test_lock_waits(new_run: Callable[..., Run]) -> None:
    """With a time to wait, the lock is taken as soon as the holder is gone."""
    run = new_run()
    process = holder(run.folder)
    try:
        started = time.monotonic()
        with pytest.raises(RunBusy), lock(run, wait_seconds=0.3):
            pass
        assert 0.3 <= time.monotonic() - started < 5
        process.kill()
        process.wait()
        with lock(run, wait_seconds=10):
            pass
        assert time.monotonic() - started < 8
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def test_lock_is_free_after_an_error(new_run: Callable[..., Run]) -> None:
    """The lock goes with the block, however that ends; locks of other names are apart."""
    run = new_run()
    with pytest.raises(ZeroDivisionError), lock(run):
        raise ZeroDivisionError
    assert not is_held(run)
    with lock(run), lock(run, "train/lock"):
        assert is_held(run)


def test_records(new_run: Callable[..., Run]) -> None:
    """A record is read back as it was written; it is up to date only for the inputs that it was made from."""
    run = new_run()
    assert run.find(Ledger) is None
    record = ledger({"a": 1})
    run.write(record)
    assert run.read(Ledger) == run.find(Ledger) == record
    assert run.up_to_date(Ledger, {"a": 1}) == record
    assert run.up_to_date(Ledger, {"a": 2}) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"made": {}}', "\x00\xff"])
def test_damaged_record_is_none(new_run: Callable[..., Run], content: str) -> None:
    """A record that is damaged or of another version counts as missing, so its stage runs again."""
    run = new_run()
    run.write(ledger({}))
    run.path(Ledger.file).write_bytes(content.encode("latin-1"))
    assert run.find(Ledger) is None
    with pytest.raises(UserError) as caught:
        run.read(Ledger)
    assert str(caught.value) == (
        f"{run.path('data/ledger.json')}: there is no usable data/ledger.json in {run.folder}. "
        "`tune run` on this directory makes what is missing"
    )


def test_record_of_another_version_is_none(new_run: Callable[..., Run]) -> None:
    """A field that this version does not know is not ignored: the record is made again."""
    run = new_run()
    run.write(ledger({}))
    content = json.loads(run.path(Ledger.file).read_text())
    run.path(Ledger.file).write_text(json.dumps({**content, "new": 1}))
    assert run.find(Ledger) is None


def test_identity_is_without_clocks() -> None:
    """Two records that claim the same are the same, whenever and however slowly they were made."""
    one = ledger({"a": 1})
    other = one.model_copy(update={"made": Made(inputs="x", tune="9", at="2030-01-01T00:00:00+00:00", seconds=9.0)})
    assert one.identity() == other.identity()
    assert one.identity() != one.model_copy(update={"learn_from": "last"}).identity()


def test_borrow(new_run: Callable[..., Run]) -> None:
    """A sibling of the same name that made a record from the same inputs lends it."""
    lender, taker = new_run(train={"seed": 1}), new_run(train={"seed": 2})
    lender.write(ledger({"a": 1}))
    assert borrow(taker, Ledger, {"a": 2}) is None
    assert taker.find(Ledger) is None
    assert borrow(taker, Ledger, {"a": 1}) == lender.read(Ledger)
    assert taker.read(Ledger) == lender.read(Ledger)


def test_fresh_runs_borrow_nothing(new_run: Callable[..., Run]) -> None:
    """`--fresh` means that everything is made again."""
    new_run().write(ledger({}))
    again = new_run(fresh=True)
    assert borrow(again, Ledger, {}) is None
    assert again.find(Ledger) is None


def test_damaged_sibling_lends_nothing(new_run: Callable[..., Run]) -> None:
    """A neighbour that is half written is passed over."""
    lender, taker = new_run(train={"seed": 1}), new_run(train={"seed": 2})
    lender.write(ledger({}))
    lender.path(Ledger.file).write_text("{")
    assert borrow(taker, Ledger, {}) is None


def test_state(new_run: Callable[..., Run]) -> None:
    """One word: the last stage that left a record without a gap before it."""
    run = new_run()
    assert state(run.folder) == "created"
    files = [
        "base.json",
        "data/ledger.json",
        "plan.json",
        "train.json",
        "evaluate.json",
        "export.json",
        "disclose.json",
    ]
    words = []
    for name in files:
        run.path(name).parent.mkdir(exist_ok=True)
        run.path(name).write_text("{}")
        words.append(state(run.folder))
    assert words == ["base", "data", "plan", "train", "evaluate", "export", "done"]
    run.path(Evaluation.file).unlink()
    assert run.path(Disclosure.file).exists()
    assert state(run.folder) == "train"


def test_last_step(tmp_path: Path) -> None:
    """The last whole line of the metrics; 0 before training; a half line does not count, however long the log."""
    assert last_step(tmp_path) == 0
    (tmp_path / "train").mkdir()
    path = tmp_path / "train" / "metrics.jsonl"
    path.write_text("")
    assert last_step(tmp_path) == 0
    path.write_text('{"st')
    assert last_step(tmp_path) == 0
    path.write_text("".join(f'{{"step": {n}, "loss": 0.5}}\n' for n in range(1, 2001)) + '{"step": 20')
    assert last_step(tmp_path) == 2000
