"""`tune publish` for real: a finished run, the command in processes of its own, and anyone who loads what it left there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import POCKET, fill_project, write_recipe
from hub_writes import TOKEN, Fault, WritableHub, everything_below, writable
from whole import folder_of
from whole import tune as tune_here

pytestmark = pytest.mark.slow

LOAD = """
import sys, torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer
base, here = sys.argv[1:]
ids = torch.arange(5, 25)[None]
def logits(model):
    with torch.no_grad():
        return model.eval()(ids).logits
def load(place):
    return AutoModelForCausalLM.from_pretrained(place, dtype=torch.float32)
published = logits(PeftModel.from_pretrained(load(base), "user/shop"))
assert torch.equal(published, logits(PeftModel.from_pretrained(load(base), here)))
assert not torch.equal(published, logits(load(base)))
assert (published - logits(load("user/shop-merged"))).abs().max() < 1e-4
chat = [{"role": "user", "content": "Hello!"}]
texts = {AutoTokenizer.from_pretrained(p).apply_chat_template(chat, tokenize=False) for p in (base, "user/shop-merged")}
assert len(texts) == 1
print("loaded")
"""
"""Loads adapter and merged model from the Hub with plain PEFT and plain transformers, and compares."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A folder with a finished run, its path in `run`."""
    folder = fill_project(tmp_path_factory.mktemp("publish"))
    shutil.copytree(tiny_base, folder / "base")
    (folder / "base/README.md").write_text("---\nlicense: apache-2.0\n---\n# A random Llama\n")
    shutil.copyfile(POCKET / "LICENSE", folder / "base/LICENSE")
    write_recipe(
        folder / "recipe.yaml",
        Path("base"),
        data={"train": [{"path": "train.jsonl", "license": "cc0-1.0"}]},
        export={"merge": True},
        publish={"repo": "user/shop", "license": "apache-2.0"},
    )
    (folder / "run").symlink_to(folder_of(tune_here("run", "recipe.yaml", cwd=folder), folder))
    return folder


@pytest.fixture
def hub() -> Iterator[WritableHub]:
    """A Hub that holds nothing yet."""
    with writable() as found:
        yield found


def environment(hub: WritableHub, place: Path, **more: str) -> dict[str, str]:
    """Of a process that publishes to this Hub."""
    return hub.environment(place / "home", **{"HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1", **more})


def tune(hub: WritableHub, place: Path, *arguments: Any, **more: str) -> subprocess.CompletedProcess[str]:
    """`tune ARGUMENTS` with this Hub; neither what it says, nor any file of it, may hold the token."""
    command = [sys.executable, "-m", "tune", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=place, env=environment(hub, place, **more), capture_output=True, text=True, check=False
    )
    assert TOKEN not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert [path for path, content in everything_below(place) if TOKEN.encode() in content] == []
    return done


def test_from_a_run_to_whoever_loads_it(hub: WritableHub, place: Path) -> None:
    """Dry, nobody is asked; then adapter and merged model are published, each to a repository of its own, load with plain
    PEFT and plain transformers from there, and verify from there. The recipe says where to, unless the command does."""
    dry = tune(hub, place, "publish", "run", "--dry-run")
    assert (dry.returncode, hub.asked) == (0, [])
    assert "adapter_model.safetensors" in dry.stdout
    assert "ok  license gate: cleared" in dry.stdout
    done = tune(hub, place, "publish", "run")
    assert done.returncode == 0, done.stderr
    adapter = done.stdout.strip()
    merged = tune(hub, place, "publish", "run", "--repo", "user/shop-merged", "--merged").stdout.strip()
    publications = json.loads((place / "run/publish.json").read_text())["publications"]
    assert [f"{p['repo']}@{p['commit']}" for p in publications] == [adapter, merged]
    assert [p["kind"] for p in publications] == ["adapter", "merged"]
    for published in (adapter, "user/shop-merged"):
        told = tune(hub, place, "verify", published)
        assert (told.returncode, told.stdout.strip().splitlines()[-1]) == (0, "VERIFIED"), told.stdout
    command = [sys.executable, "-c", LOAD, "base", "run/adapter"]
    loaded = subprocess.run(
        command, cwd=place, env=environment(hub, place), capture_output=True, text=True, check=False
    )
    assert loaded.stdout == "loaded\n", loaded.stderr
    again = tune(hub, place, "publish", "run", "--repo", "user/shop-merged")
    assert (again.returncode, again.stdout) == (2, "")
    assert "give each a repository of its own" in again.stderr


def test_a_push_that_is_killed(hub: WritableHub, place: Path) -> None:
    """Killed in the middle of a file, then again before the commit: the same command ends it, and sends no large file
    that had arrived."""
    command = [sys.executable, "-m", "tune", "publish", "run", "--repo", "user/killed"]

    def killed(where: str) -> None:
        """Publishes, and is killed when half of what is sent to some address has arrived."""

        def kill(handler: Any) -> None:
            handler.rfile.read(int(handler.headers["Content-Length"]) // 2)
            os.kill(process.pid, signal.SIGKILL)
            handler.close_connection = True

        hub.faults = [Fault(where, kill, times=1)]
        process = subprocess.Popen(
            command, cwd=place, env=environment(hub, place), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        process.communicate()
        assert process.returncode == -signal.SIGKILL

    killed("PUT")
    assert hub.objects == {}
    killed("POST .*/commit/")
    assert len(hub.objects) == 1
    hub.asked.clear()
    done = tune(hub, place, *command[3:])
    assert done.returncode == 0, done.stderr
    assert hub.counted("PUT") == 0
    assert len(hub.repos["user/killed"].commits) == 2
    assert done.stdout == f"user/killed@{hub.repos['user/killed'].main}\n"


def test_a_server_without_xet(hub: WritableHub, place: Path) -> None:
    """Where large files cannot go through Xet, the message names the switch; with it, the same command ends it."""
    done = tune(hub, place, "publish", "run", "--repo", "user/plain", HF_HUB_DISABLE_XET="0")
    assert done.returncode == 1
    assert "set HF_HUB_DISABLE_XET=1 and run the same command" in done.stderr
    assert tune(hub, place, "publish", "run", "--repo", "user/plain").returncode == 0
