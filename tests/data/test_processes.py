"""Several processes prepare what one would, and none outlives the command that started it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow.parquet as pq
import pytest
from conftest import chat_row, write_rows
from light_base import Bench, make_base

from tune.data.pool import pool
from tune.data.prepare import Prepared, make_setup, prepare
from tune.data.work import Job
from tune.errors import DataError, TuneError
from tune.recipe import Recipe
from tune.sources import chunks, expand

FUNCTION = '''def to_messages(row):
    """Rows of another shape."""
    if "skip" in row:
        return None
    return {"messages": [{"role": "user", "content": row["q"]}, {"role": "assistant", "content": row["a"]}]}
'''


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Pocket's tokenizer and template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "pocket"))


@pytest.fixture
def recipe(tmp_path: Path) -> Recipe:
    """Three sources with rows of every fate: broken at the start, cut, dropped, sampled, repeated."""
    chats: list[Any] = ["{"] * 300 + [chat_row(f"Question {i}?", "So it is. " * (i % 12 + 1)) for i in range(700)]
    write_rows(tmp_path / "chats.jsonl", chats)
    write_rows(tmp_path / "map.jsonl", [{"q": f"Why {i}?", "a": "So."} if i % 7 else {"skip": i} for i in range(600)])
    write_rows(tmp_path / "eval.jsonl", [chat_row(f"When {i}?", "At nine.") for i in range(300)])
    (tmp_path / "shape.py").write_text(FUNCTION)
    train = [{"path": "chats.jsonl", "weight": 1.5}, {"path": "map.jsonl", "map": "shape:to_messages", "rows": 500}]
    data = {"train": train, "eval": [{"path": "eval.jsonl"}], "max_tokens": 48, "long": "drop", "max_bad_rows": 300}
    content = {"recipe": 1, "name": "x", "base": {"model": "m"}, "data": data}
    return Recipe.model_validate_json(json.dumps(content))


def prepared(bench: Bench, recipe: Recipe, root: Path, workers: int) -> tuple[Prepared, list[dict[str, Any]]]:
    """Everything, and the fate of every row."""
    folder = root / f"with-{workers}"
    folder.mkdir()
    found = prepare(recipe, make_setup(bench.tokenizer, bench.base, recipe.data, root), folder, workers)
    return found, pq.read_table(folder / "rows.parquet").to_pylist()


def test_the_same_with_any_number(bench: Bench, recipe: Recipe, tmp_path: Path) -> None:
    """One, two and three processes give the same examples, accounts and fates, in the same order."""
    (one, fates), *others = (prepared(bench, recipe, tmp_path, workers) for workers in (0, 2, 3))
    assert [source.loaded for source in one.sources] == [1000, 600, 300]
    assert one.sources[1].reasons["not sampled"] == 100
    for other, other_fates in others:
        assert other_fates == fates
        assert other.rows("train") == one.rows("train")
        assert other.rows("eval") == one.rows("eval")
        assert (other.examples.leaves == one.examples.leaves).all()
        assert np.array_equal(other.examples.uses, one.examples.uses)
        for a, b in zip(one.sources, other.sources, strict=True):
            assert (a.reasons, a.kept_rows, a.format, a.dropped) == (b.reasons, b.kept_rows, b.format, b.dropped)
            assert a.rows_tree.root() == b.rows_tree.root()


def jobs(root: Path) -> list[tuple[int, Job]]:
    """Some work, far more than the processes have under way at any moment."""
    write_rows(root / "rows.jsonl", [chat_row(f"Question {i}?", "So it is.") for i in range(8000)])
    (file,) = expand("rows.jsonl", root)
    return [(i, Job(chunk, "messages", None)) for i, chunk in enumerate(chunks(file))]


def test_a_killed_process_is_told(bench: Bench, recipe: Recipe, tmp_path: Path) -> None:
    """A process that the system kills, while it works or while it waits, ends the command with words; nothing hangs."""
    setup = make_setup(bench.tokenizer, bench.base, recipe.data, tmp_path)
    for when in range(3):
        work = iter(jobs(tmp_path))
        with pool(setup, 2) as hands:
            results = hands.carry_out(work)
            for _ in range(when):
                next(results)
            hands.hands[when % 2].process.kill()
            with pytest.raises(TuneError, match="a process that prepares rows was killed, most likely because memory"):
                list(results)
        assert all(hand.process.poll() is not None for hand in hands.hands)


def test_what_a_job_raises_comes_back(bench: Bench, recipe: Recipe, tmp_path: Path) -> None:
    """An error for people comes as it is; a fault of ours with the place where it happened."""
    setup = make_setup(bench.tokenizer, bench.base, recipe.data, tmp_path)
    (_, job), *_ = jobs(tmp_path)
    with pool(setup, 2) as hands, pytest.raises(DataError, match=r"nowhere\.py"):
        list(hands.carry_out([("a", replace(job, map="nowhere:to_messages"))]))
    with pool(setup, 2) as hands, pytest.raises(RuntimeError, match=r"work\.py"):
        list(hands.carry_out([("a", replace(job, chunk=None))]))  # type: ignore[arg-type]


ORPHANS = """
import json, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from light_base import Bench
from tune.data.pool import pool
from tune.data.prepare import make_setup
from tune.data.work import Job
from tune.recipe.schema import Data
from tune.sources import chunks, expand
import psutil

bench = Bench(Path("base"))
data = Data.model_validate_json(json.dumps({{"train": [{{"path": "rows.jsonl"}}]}}))
(file,) = expand("rows.jsonl", Path.cwd())
work = ((i, Job(chunk, "messages", None)) for i, chunk in enumerate(chunks(file)))
with pool(make_setup(bench.tokenizer, bench.base, data, Path.cwd()), 2) as hands:
    for i, _ in hands.carry_out(work):
        print(*(child.pid for child in psutil.Process().children()), flush=True)
        sys.stdin.readline()
"""


def test_none_is_left_behind(tmp_path: Path) -> None:
    """When the command is killed, what it started ends too; none of that has loaded torch, nor carried out the program
    that started it, which is not guarded by its name."""
    make_base(tmp_path / "base")
    jobs(tmp_path)
    tests = Path(__file__).parent
    (tmp_path / "start.py").write_text(ORPHANS.format(tests=str(tests)))
    paths = os.pathsep.join([str(tests.parents[1]), str(tests.parent), str(tests)])
    command = subprocess.Popen(
        [sys.executable, "start.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None
    children = [psutil.Process(int(pid)) for pid in command.stdout.readline().split()]
    mapped = {Path(m.path).name for child in children for m in child.memory_maps()}
    assert any(name.startswith("tokenizers") for name in mapped)
    assert not [name for name in mapped if "torch" in name]
    command.kill()
    command.communicate()
    deadline = time.monotonic() + 20
    while any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children):
        assert time.monotonic() < deadline, "a process outlived its command"
        time.sleep(0.1)
