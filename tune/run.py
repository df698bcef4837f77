"""The run directory: create, open, lock, read and write records, and know what is done.

Layout:

    runs/NAME-DIGEST/
      run.json  recipe.yaml  recipe.json  base.json  data/  plan.json  train/  train.json  adapter/  evaluate.json
      export.json  export/  disclose.json  lock
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from tune import __version__
from tune.digest import digest
from tune.errors import DataError, Problem, RunBusy, UserError
from tune.files import remembered_sha256, write_json, write_text
from tune.modelfiles import ADAPTER_CONFIG, ADAPTER_WEIGHTS, deciding_files
from tune.recipe import Loaded, Recipe
from tune.recipe.rules import is_hub_id
from tune.records import STAGES, Made, Record, RunInfo
from tune.rowfiles import pinned
from tune.sources import expand, module_file

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=BaseModel)

DIGEST_LENGTH = 8
TRIAL = "trial.tmp"
"""Where the trial before a training saves; gone when that is over."""


@dataclass
class Run:
    """One run: a recipe, the folder where its records lie, and the folder that its paths are read from."""

    folder: Path
    recipe: Recipe
    root: Path
    fresh: bool = False
    """Whether nothing may be taken from elsewhere: no record of a sibling, no prepared rows, no remembered digest."""

    def path(self, name: str) -> Path:
        """A file or folder inside the run directory."""
        return self.folder / name

    def source(self, text: str) -> Path:
        """A path that the recipe names."""
        return self.root / text

    def read(self, kind: type[R]) -> R:
        """A record that an earlier stage left. Raises UserError when it is not there or of another version."""
        found = self.find(kind)
        if found is None:
            what = f"there is no usable {kind.file} in {self.folder}"
            raise UserError(
                Problem(
                    "run", what, "`tune run` on this directory makes what is missing", file=str(self.path(kind.file))
                )
            )
        return found

    def find(self, kind: type[R]) -> R | None:
        """A record, or None when it is missing, damaged or of another version: then its stage runs again."""
        try:
            return kind.model_validate_json(self.path(kind.file).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def up_to_date(self, kind: type[R], inputs: Any) -> R | None:
        """The record, if it was made from exactly these inputs."""
        found = self.find(kind)
        return found if found is not None and found.made.inputs == digest(inputs) else None

    def write(self, record: Record) -> None:
        """Leaves a record, atomically."""
        write_json(self.path(record.file), record.model_dump(mode="json"))


def made(inputs: Any, started: float) -> Made:
    """The `made` part of a record: `started` is time.monotonic() at the stage's beginning."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Made(inputs=digest(inputs), tune=__version__, at=now, seconds=round(time.monotonic() - started, 3))


def create(loaded: Loaded, runs: Path, fresh: bool = False) -> Run:
    """Finds or makes the run directory of a recipe under `runs`: its name carries the digest of what decides the adapter.

    Raises DataError for a Hub source whose commit or files cannot be found, RunBusy when another process works on it by
    another recipe (evaluate, export or publish may differ).
    `fresh` makes a new attempt beside the earlier ones (NAME-DIGEST-2, -3, ...); without it the newest is taken.
    """
    run, info = locate(loaded, runs, fresh)
    if not run.path("run.json").exists():
        run.folder.mkdir(parents=True, exist_ok=True)
        write_json(run.path("run.json"), info.model_dump(mode="json"))
    stored = _stored_recipe(run.folder)
    if stored != run.recipe:
        with (
            lock(run) if stored is not None else nullcontext()
        ):  # who holds the run works by the recipe that stands there
            write_text(run.path("recipe.yaml"), loaded.text)
            write_json(run.path("recipe.json"), run.recipe.model_dump(mode="json"))
    return run


def locate(loaded: Loaded, runs: Path, fresh: bool = False) -> tuple[Run, RunInfo]:
    """The run that `create` would find or make, and what its run.json would say; nothing is written."""
    # A data set's commit is part of what was asked: when its branch moves, the same file makes another run. The recipe in
    # the run directory carries it, so that a run which is opened again asks nobody.
    recipe = pinned(loaded).recipe
    files = named_files(recipe, loaded.root, fresh)
    identity = digest({**deciding(recipe), "files": {n: found for n, found in files.items() if _decides(n, recipe)}})
    folder = _attempt(runs, f"{recipe.name}-{identity[:DIGEST_LENGTH]}", fresh)
    info = RunInfo(
        name=recipe.name,
        digest=identity,
        root=str(loaded.root),
        recipe_files=files,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        tune=__version__,
    )
    return Run(folder, recipe, loaded.root, fresh), info


def _attempt(runs: Path, name: str, fresh: bool) -> Path:
    """The newest attempt of a name, or the one after it."""
    number = 1
    while (runs / _numbered(name, number + 1)).exists():
        number += 1
    taken = (runs / _numbered(name, number)).exists()
    return runs / _numbered(name, number + 1 if fresh and taken else number)


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name}-{number}"


DECLARED = frozenset({"license", "about", "collected", "personal_data", "generator", "published_at"})
"""Keys of a data source that state facts and change no token."""


def deciding(recipe: Recipe) -> dict[str, Any]:
    """The parts of a recipe that decide the adapter: base, data without what is only declared of it, train."""
    sources = {"__all__": {*DECLARED, "private"}}
    data = recipe.data.model_dump(mode="json", exclude={"train": sources, "eval": sources, "findings": True})
    dropped = recipe.data.findings.dropped()  # what is only counted decides nothing
    return {
        "base": recipe.base.model_dump(mode="json"),
        "data": {**data, "findings": dropped} if dropped else data,
        "train": recipe.train.deciding(),
    }


def _decides(name: str, recipe: Recipe) -> bool:
    """Whether a file that a recipe names decides the adapter; the prompts do where rows that share words with them are left
    out."""
    return name != recipe.evaluate.prompts or "contamination" in recipe.data.findings.dropped()


def prompts_sha256(recipe: Recipe, root: Path) -> str | None:
    """SHA-256 of the file of prompts; None without one."""
    return _digests([recipe.evaluate.prompts], root)[recipe.evaluate.prompts] if recipe.evaluate.prompts else None


def open_run(folder: Path) -> Run:
    """Opens a run directory, from any working directory. Raises UserError when it is none, or cannot be read. Whether the files
    that its recipe names are still those is for `changed_files` to say."""
    if not all((folder / name).is_file() for name in ("run.json", "recipe.json")):
        fix = "give a folder under runs/, or a recipe file; `tune runs` lists them"
        raise UserError(Problem("run", f"{folder} is not a run directory", fix, file=str(folder)))
    info = _parsed(RunInfo, folder / "run.json")
    return Run(folder, _parsed(Recipe, folder / "recipe.json"), Path(info.root))


def _parsed(kind: type[M], path: Path) -> M:
    """What a file that `create` wrote says. Raises UserError when it does not say it any more."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except ValidationError as error:
        what = f"it cannot be read ({error.errors()[0]['msg']})"
        fix = "it was changed, or another version of tune wrote it: run the recipe itself"
        raise UserError(Problem("run", what, fix, file=str(path))) from None


def changed_files(run: Run) -> list[str]:
    """Files that the recipe names for base and data, and that are not what they were when the run was made."""
    info = RunInfo.model_validate_json(run.path("run.json").read_bytes())
    now = named_files(run.recipe, run.root, run.fresh)
    return sorted(n for n, found in now.items() if _decides(n, run.recipe) and info.recipe_files.get(n) != found)


def _stored_recipe(folder: Path) -> Recipe | None:
    try:
        return Recipe.model_validate_json((folder / "recipe.json").read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def named_files(recipe: Recipe, root: Path, fresh: bool = False) -> dict[str, str]:
    """SHA-256 of every file that the recipe names, by the name it has there; '' for one that is not there now. `fresh` is as
    for `remembered_sha256`."""
    names = [recipe.evaluate.prompts] if recipe.evaluate.prompts else []
    if not is_hub_id(recipe.base.model, root):
        names += [f"{recipe.base.model}/{name}" for name in deciding_files(root / recipe.base.model)]
    if recipe.train.adapter.start_from is not None:
        names += [f"{recipe.train.adapter.start_from}/{name}" for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS)]
    return {**data_files(recipe, root, fresh), **_digests(names, root, fresh)}


def data_files(recipe: Recipe, root: Path, fresh: bool = False) -> dict[str, str]:
    """SHA-256 of every file on this disk that the rows come from, row functions included, by name; '' for one that is
    not there. Files of a Hub source are known by its commit, which stands in the recipe."""
    names = []
    for source in (*recipe.data.train, *recipe.data.eval):
        if source.path is not None:
            try:
                names += [file.shown for file in expand(source.path, root)]
            except DataError:  # the data stage says what is wrong with it
                names.append(source.path)
        names += [module_file(source.map)] if source.map else []
    return _digests(names, root, fresh)


def _digests(names: list[str], root: Path, fresh: bool = False) -> dict[str, str]:
    return {name: remembered_sha256(root / name, fresh) if (root / name).is_file() else "" for name in names}


@contextmanager
def lock(run: Run, name: str = "lock", wait_seconds: float = 0.0) -> Iterator[None]:
    """Holds the run directory for this process. The lock goes with the process, however that ends.

    Raises RunBusy, which names the holder, when another process holds it after `wait_seconds`.
    """
    path = run.path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        deadline = time.monotonic() + wait_seconds
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    file.seek(0)
                    holder = file.read().strip() or "another process"
                    raise RunBusy(
                        f"{run.folder} is in use by {holder}. Wait for it, or stop it and run the command again."
                    ) from None
                time.sleep(0.1)
        file.seek(0)
        file.truncate()
        file.write(
            f"process {os.getpid()} on {os.uname().nodename} since {datetime.now(UTC).isoformat(timespec='seconds')}\n"
        )
        file.flush()
        yield


def borrow(run: Run, kind: type[R], inputs: Any) -> R | None:
    """Takes a record from a sibling run that made it from the same inputs."""
    wanted = digest(inputs)
    if run.fresh:
        return None
    for path in sorted(run.folder.parent.glob(f"{run.recipe.name}-*/{kind.file}")):
        sibling = Run(path.parents[len(Path(kind.file).parts) - 1], run.recipe, run.root)
        found = sibling.find(kind)
        if found is None or found.made.inputs != wanted or sibling.folder == run.folder:
            continue
        run.write(found)
        return found
    return None


def state(folder: Path) -> str:
    """One word of where a run stands: the last stage that left a record, or 'done'."""
    run = Run(folder, Recipe.model_construct(), folder)
    last = "created"
    for kind in STAGES:
        if not run.path(kind.file).exists():
            return last
        last = kind.file.removesuffix(".json").split("/")[0]
    return "done"


def last_step(folder: Path) -> int:
    """Optimizer steps that the metrics of a run show; 0 before training."""
    try:
        tail = (folder / "train" / "metrics.jsonl").read_bytes()[-4096:].decode(errors="replace")
    except FileNotFoundError:
        return 0
    lines = [line for line in tail.splitlines(keepends=True) if line.endswith("\n")]
    return int(json.loads(lines[-1])["step"]) if lines else 0
