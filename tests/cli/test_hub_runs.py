"""Runs whose rows are a data set of the Hub: the commit that was found is kept, disclosed, and enough to go on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import CHAT, chat_row, write_recipe
from hub_server import ONE, TWO, Hub, Repo, serving
from whole import folder_of

CREATE = """
from pathlib import Path
from tune.errors import UserError
from tune.recipe import load
from tune.run import create
try:
    print(create(load(Path("recipe.yaml")), Path("runs")).folder)
except UserError as error:
    print(error)
"""
REOPEN = """
import sys
from pathlib import Path
from tune.rowfiles import files_of
from tune.run import changed_files, open_run
run = open_run(Path(sys.argv[1]))
(file,) = files_of(run.recipe.data.train[0], run.root)
print(changed_files(run), file.shown, file.path.read_text())
"""
SOURCE = {"dataset": "org/name"}


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    """A Hub that holds nothing yet."""
    with serving() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a recipe over the data set, and a base that is only looked at."""
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_text("{}")
    return tmp_path


def content(*words: str) -> bytes:
    """Rows of a train.jsonl."""
    return b"".join(json.dumps(chat_row(word, "Yes.")).encode() + b"\n" for word in words)


def said(hub: Hub, folder: Path, code: str, *arguments: Any, source: dict[str, Any] = SOURCE, **more: str) -> str:
    """What a process prints that runs `code` in `folder`, where the recipe names the source."""
    write_recipe(folder / "recipe.yaml", Path("base"), data={"train": [source], "eval": []})
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env=hub.environment(folder, **more), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_commit_decides_the_run(hub: Hub, project: Path) -> None:
    """The newest commit is looked up and kept in recipe.json; pinned to it, the recipe finds the same run; a branch that
    moved makes another one; and what was made stays readable when the Hub is gone."""
    repo = hub.repos["org/name"] = Repo({ONE: {"train.jsonl": content("old")}, TWO: {"train.jsonl": content("new")}})
    first = said(hub, project, CREATE)
    (kept,) = json.loads((project / first / "recipe.json").read_text())["data"]["train"]
    assert (kept["dataset"], kept["split"], kept["revision"]) == ("org/name", "train", ONE)
    assert "revision" not in (project / first / "recipe.yaml").read_text()
    assert said(hub, project, CREATE) == first
    assert said(hub, project, CREATE, source={**SOURCE, "revision": ONE, "split": "train"}) == first
    row = content("old").decode()
    assert said(hub, project, REOPEN, first) == f"[] org/name@{ONE[:12]}/train.jsonl {row}".strip()

    repo.main = TWO
    second = said(hub, project, CREATE)
    assert second != first
    assert json.loads((project / second / "recipe.json").read_text())["data"]["train"][0]["revision"] == TWO

    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9"}
    asked = len(hub.asked)
    assert said(hub, project, REOPEN, first, **nowhere) == f"[] org/name@{ONE[:12]}/train.jsonl {row}".strip()
    assert said(hub, project, CREATE, source={**SOURCE, "revision": ONE}, **nowhere) == first
    down = "the Hub cannot be reached (ConnectError). check the network, or give its files as path"
    assert said(hub, project, CREATE, **nowhere) == f"org/name: {down}"
    assert len(hub.asked) == asked


def test_nothing_is_made_for_rows_that_are_not_there(hub: Hub, project: Path) -> None:
    """A misspelled split is refused before there is a run directory."""
    hub.repos["org/name"] = Repo({ONE: {"train.jsonl": content("a")}})
    found = said(hub, project, CREATE, source={**SOURCE, "split": "trian"})
    assert found == "org/name (trian): there is no split 'trian' in the config default. choose one of: train"
    assert not (project / "runs").exists()


def test_two_sources_read_one_commit(hub: Hub, project: Path) -> None:
    """The newest commit is looked up once a run, so that rows to learn from and held-out rows belong together."""
    hub.repos["org/both"] = Repo({ONE: {"train.jsonl": content("a"), "test.jsonl": content("b")}})
    code = """
from tune.recipe import load
from tune.rowfiles import pinned
from pathlib import Path
data = pinned(load(Path("both.yaml"))).recipe.data
print(data.train[0].revision, data.eval[0].revision)
"""
    both = {"train": [{"dataset": "org/both"}], "eval": [{"dataset": "org/both", "split": "test"}]}
    write_recipe(project / "both.yaml", Path("base"), data=both)
    assert said(hub, project, code) == f"{ONE} {ONE}"
    assert hub.asked.count("GET /api/datasets/org/both") == 1


@pytest.fixture(scope="module")
def whole(hub: Hub, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run on a public and a private data set, and a file beside them."""
    folder = tmp_path_factory.mktemp("hub")
    rows = b"".join(json.dumps(chat_row(f"{q} {i}", a)).encode() + b"\n" for i, (q, a) in enumerate(CHAT * 4))
    hub.repos["org/shop"] = Repo({ONE: {"train.jsonl": rows, "test.jsonl": content("Is it open?")}})
    hub.repos["org/ours"] = Repo({TWO: {"train.jsonl": content("Ours?", "Really?")}}, main=TWO, private=True)
    (folder / "own.jsonl").write_bytes(content("Mine?"))
    data = {
        "train": [{"dataset": "org/shop", "license": "mit"}, {"dataset": "org/ours"}, {"path": "own.jsonl"}],
        "eval": [{"dataset": "org/shop", "split": "test"}],
    }
    write_recipe(folder / "recipe.yaml", tiny_base, data=data, train={"max_steps": 2})
    return folder_of(tune(hub, folder, "run", "recipe.yaml"), folder)


def tune(hub: Hub, folder: Path, *arguments: Any, **more: str) -> subprocess.CompletedProcess[str]:
    """`tune ARGUMENTS` with this Hub."""
    command = [sys.executable, "-m", "tune", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=folder, env=hub.environment(folder, **more), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.mark.slow
def test_a_whole_run(hub: Hub, whole: Path) -> None:
    """The ledger names repository, config, split and commit of each data set; the finished run is reopened by its
    directory without a Hub; the adapter's folder verifies."""
    ledger = json.loads((whole / "data/ledger.json").read_text())
    shop = {"repo": "org/shop", "config": "default", "commit": ONE, "private": False}
    assert [source["hub"] for source in ledger["sources"]] == [
        {**shop, "split": "train"},
        {"repo": "org/ours", "config": "default", "split": "train", "commit": TWO, "private": True},
        None,
        {**shop, "split": "test"},
    ]
    assert [source["name"] for source in ledger["sources"]] == [
        "org/shop (train)", "org/ours (train)", "own.jsonl", "org/shop (test)",
    ]  # fmt: skip
    assert ledger["sources"][0]["files"][0]["name"] == f"org/shop@{ONE[:12]}/train.jsonl"
    again = tune(hub, whole.parents[1], "run", whole, HF_ENDPOINT="http://127.0.0.1:9")
    assert "nothing to do" in again.stderr
    assert tune(hub, whole.parents[1], "verify", whole / "adapter").stdout.strip().endswith("VERIFIED")


@pytest.mark.slow
def test_what_is_disclosed(whole: Path) -> None:
    """Manifest and card name the data sets with their commits; only public ones stand where the Hub reads them."""
    manifest = json.loads((whole / "adapter/disclosure/manifest.json").read_text())
    shop, ours, own, _ = manifest["sources"]
    assert shop["hub"] == {
        "repo": {"value": "org/shop", "basis": "declared"},
        "config": {"value": "default", "basis": "declared"},
        "split": {"value": "train", "basis": "declared"},
        "commit": {"value": ONE, "basis": "measured"},
        "private": {"value": False, "basis": "measured"},
    }
    assert [file["name"] for file in shop["files"]] == [f"org/shop@{ONE[:12]}/train.jsonl"]
    assert shop["files"][0]["sha256"] == shop["sha256"]["value"]
    assert (ours["hub"]["private"]["value"], "hub" in own, "files" in own) == (True, False, False)
    why = {gap["what"]: gap.get("why") for gap in manifest["gaps"]}["sources at public addresses"]
    assert why == "Hub sources were read at their commits; of others no public address was checked"
    card = (whole / "adapter/README.md").read_text()
    assert "\ndatasets:\n- org/shop\nlanguage:\n- en\nlibrary_name: peft\n" in card
    assert f"- org/shop (train): commit `{ONE}`, SHA-256 `{shop['sha256']['value']}`\n" in card
    assert f"- own.jsonl: SHA-256 `{own['sha256']['value']}`\n" in card
    assert "127.0.0.1" not in card + json.dumps(manifest)


@pytest.mark.slow
def test_what_is_not_disclosed(hub: Hub, whole: Path) -> None:
    """Commit, file and roots of the private data set stand salted; its commit is in no published byte, neither of the
    manifest's recipe nor of the names of files. In the run directory, where it is known, levels 3 and 4 hold all the same;
    from the adapter alone its commit cannot be asked for."""
    path = whole / "adapter/disclosure/manifest.json"
    manifest, ledger = json.loads(path.read_text()), json.loads((whole / "data/ledger.json").read_text())
    ours, kept = manifest["sources"][1], ledger["sources"][1]
    assert ours["salted"] is manifest["consumption"]["salted"] is True
    assert [file["name"] for file in ours["files"]] == ["org/ours/train.jsonl"]
    assert manifest["recipe"]["resolved"]["value"]["data"]["train"][1]["revision"] is None
    published = b"".join(file.read_bytes() for file in (whole / "adapter").rglob("*") if file.is_file())
    plain = {TWO, TWO[:12], kept["sha256"], kept["rows_root"], kept["examples_root"], ledger["examples_root"]}
    assert [text for text in plain if text.encode() in published] == []
    assert ledger["sources"][2]["sha256"].encode() in published

    def said(folder: Path, *arguments: str) -> dict[str, str]:
        found = json.loads(tune(hub, whole.parents[1], "verify", folder, *arguments, "--hub", "--json").stdout)
        return {c["claim"]: c["verdict"] for c in found["claims"] if c["level"] in (3, 4)}

    inside = said(whole, "--data")
    assert inside[f"org/ours exists at commit {TWO}, with the files that were read"] == "VERIFIED"
    assert set(inside.values()) == {"VERIFIED"}
    shutil.copytree(whole / "adapter", whole.parent / "alone")
    alone = said(whole.parent / "alone")
    assert alone["org/ours (train) exists"] == "NOT CHECKED"
    assert alone[f"org/shop exists at commit {ONE}, with the files that were read"] == "VERIFIED"


@pytest.mark.slow
def test_rows_in_the_terminal(hub: Hub, whole: Path) -> None:
    """`tune check` and `tune data` find the commit too; a source goes by the name of its data set."""
    folder = whole.parents[1]
    assert "org/shop (train): " in tune(hub, folder, "check", "recipe.yaml").stdout
    shown = tune(hub, folder, "data", "recipe.yaml", "--source", "org/ours", "--row", 2).stdout
    assert shown.startswith(f"row: org/ours@{TWO[:12]}/train.jsonl:2 (")
