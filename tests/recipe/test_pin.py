"""`tune pin`: commits written into a recipe, and nothing else changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import chat_row, write_rows
from hub_server import ONE, TWO, Hub, Repo, serving

from tune.recipe.edit import insert
from tune.recipe.tree import parse_tree

CHILD = """\
# For our shop.
extends: common.yaml   # rows and settings
name: shop

base:
  model: org/base      # the one that we like
  # revision: <40-hex commit>
  quantize: nf4
"""
COMMON = """\
recipe: 1
data:
  train:
    - dataset: org/rows
      license: mit     # as its card says
    - path: own.jsonl
  eval: [{dataset: org/rows, split: test}]
  max_tokens: 64

train: {max_steps: 4, tokens_per_step: 256}   # short
"""
SECTIONS = [("base",), ("data", "train", 0), ("data", "eval", 0)]


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A Hub with a model and a data set whose newest commits differ."""
    with serving() as found:
        found.repos |= {"org/base": Repo({ONE: {}}), "org/rows": Repo({TWO: {}}, main=TWO)}
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recipe and the one that it extends."""
    (tmp_path / "recipe.yaml").write_text(CHILD)
    (tmp_path / "common.yaml").write_text(COMMON)
    write_rows(tmp_path / "own.jsonl", [chat_row("Where?", "Here.")])
    return tmp_path


def pin(hub: Hub, folder: Path, *options: str, **more: str) -> subprocess.CompletedProcess[str]:
    """`tune pin recipe.yaml` with this Hub."""
    return subprocess.run(
        [sys.executable, "-m", "tune", "pin", "recipe.yaml", *options],
        cwd=folder, env=hub.environment(folder, **more), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_commits_are_written_beside_the_names(hub: Hub, folder: Path) -> None:
    """Base and data sets get their newest commits, each in the file that names them; every other byte stays; a dry run
    prints the same and writes nothing; what is pinned is not asked for again."""
    told = (
        f"recipe.yaml:7: base.revision: {ONE}  # org/base\n"
        f"common.yaml:5: data.train[0].revision: {TWO}  # org/rows\n"
        f"common.yaml:8: data.eval[0].revision: {TWO}  # org/rows\n"
    )
    dry = pin(hub, folder, "--dry-run")
    assert (dry.returncode, dry.stdout, dry.stderr) == (0, told, "nothing was written\n")
    assert ((folder / "recipe.yaml").read_text(), (folder / "common.yaml").read_text()) == (CHILD, COMMON)
    assert pin(hub, folder).stdout == told
    model, rows, flow = "# the one that we like\n", "- dataset: org/rows\n", "{dataset: org/rows"
    assert (folder / "recipe.yaml").read_text() == CHILD.replace(model, f"{model}  revision: {ONE}\n")
    assert (folder / "common.yaml").read_text() == COMMON.replace(rows, f"{rows}      revision: {TWO}\n").replace(
        flow, f"{flow}, revision: {TWO}"
    )
    asked = len(hub.asked)
    again = pin(hub, folder)
    assert (again.returncode, again.stdout) == (0, "")
    assert again.stderr == "nothing to pin: all that the recipe takes from the Hub has its commit\n"
    assert len(hub.asked) == asked


def test_offline_it_says_what_it_needs(hub: Hub, folder: Path) -> None:
    """Without the Hub nothing is written, and every repository is named with its place and what to do."""
    done = pin(hub, folder, HF_HUB_OFFLINE="1")
    assert (done.returncode, done.stdout) == (2, "")
    asked = "is asked of the Hub: offline, and no revision is given"
    fix = "to a commit whose files are cached, or go online once"
    assert done.stderr.splitlines() == [
        f"recipe.yaml:6: base.model: the newest commit of org/base {asked}. set base.revision {fix}",
        f"common.yaml:4: data.train[0].dataset: the newest commit of org/rows {asked}. set its revision {fix}",
        f"common.yaml:7: data.eval[0].dataset: the newest commit of org/rows {asked}. set its revision {fix}",
    ]
    assert ((folder / "recipe.yaml").read_text(), (folder / "common.yaml").read_text()) == (CHILD, COMMON)


def test_one_that_is_missing_stops_all(hub: Hub, folder: Path) -> None:
    """When one repository is not there, no other is pinned either."""
    (folder / "recipe.yaml").write_text(CHILD.replace("org/base", "org/bass"))
    done = pin(hub, folder)
    assert done.returncode == 2
    assert (
        "recipe.yaml:6: base.model: the newest commit of org/bass is asked of the Hub: is not on the Hub" in done.stderr
    )
    assert (folder / "common.yaml").read_text() == COMMON


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("base:\n  model: a/b\n", "base:\n  model: a/b\n  revision: C\n"),
        ("base:\n  model: a/b", "base:\n  model: a/b\n  revision: C\n"),
        ("base:\r\n  model: a/b # x\r\nname: y\r\n", "base:\r\n  model: a/b # x\r\n  revision: C\r\nname: y\r\n"),
        ("base: {quantize: nf4, model: 'a/b'} # x\n", "base: {quantize: nf4, model: 'a/b', revision: C} # x\n"),
        ("base:\n  revision:   # soon\n  model: a/b\n", "base:\n  revision: C   # soon\n  model: a/b\n"),
        ("base:\n  model: a/b\n  revision: null\n", "base:\n  model: a/b\n  revision: C\n"),
        ("base:\n  model: >-\n    a/b\nname: y\n", "base:\n  model: >-\n    a/b\n  revision: C\nname: y\n"),
        ("\ufeffbase:\n    model: é/b\n\n\n# end\n", "\ufeffbase:\n    model: é/b\n    revision: C\n\n\n# end\n"),
    ],
)
@pytest.mark.parametrize("commit", [ONE, "a" * 40, "1e" + "3" * 38])
def test_a_key_is_inserted_into_any_layout(text: str, wanted: str, commit: str) -> None:
    """Block and flow style, comments, line ends of Windows, an empty value, a file without a last line end: the commit is read
    back as the text that it is, even when it looks like a number."""
    found = insert(text, ("base",), "model", "revision", commit)
    assert found.replace('"', "") == wanted.replace("C", commit)
    assert parse_tree(found, "x").value["base"]["revision"] == commit
