"""What a machine lets a process have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import yaml
from conftest import write_recipe

import tune
from tune.machine import cores, ended_for_memory, environment, memory_bytes, python, run_module

GROUPS = {
    "version 2": ("0::/jobs/mine\n", {"jobs/mine/memory.max": "max", "jobs/memory.max": "2000000"}),
    "version 2, seen from inside": ("0::/\n", {"memory.max": "2000000"}),
    "version 1": ("4:memory:/mine\n0::/\n", {"memory/mine/memory.limit_in_bytes": "2000000"}),
    "version 1, in a container": (
        "5:cpu,memory:/docker/0815\n",
        {"memory/memory.limit_in_bytes": "2000000"},
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_a_control_group_limits_the_memory(tmp_path: Path, name: str) -> None:
    """The smallest limit of the groups around a process counts, in both versions of control groups; without any, the
    machine's memory."""
    own, files = tmp_path / "cgroup", tmp_path / "groups"
    said, limits = GROUPS[name]
    own.write_text(said)
    assert memory_bytes(files, own) == psutil.virtual_memory().total
    for place, limit in limits.items():
        (files / place).parent.mkdir(parents=True, exist_ok=True)
        (files / place).write_text(limit + "\n")
    assert memory_bytes(files, own) == 2_000_000


QUOTAS = {
    "version 2": ("0::/jobs/mine\n", {"jobs/mine/cpu.max": "max 100000", "jobs/cpu.max": "150000 100000"}, 2),
    "version 2, seen from inside": ("0::/\n", {"cpu.max": "200000 100000"}, 2),
    "version 1": (
        "4:cpuacct,cpu:/mine\n0::/\n",
        {
            "cpu/mine/cpu.cfs_quota_us": "-1",
            "cpu/mine/cpu.cfs_period_us": "100000",
            "cpu/cpu.cfs_quota_us": "100001",
            "cpu/cpu.cfs_period_us": "100000",
        },
        2,
    ),
    "hardly any": ("0::/\n", {"cpu.max": "1000 100000"}, 1),
}


@pytest.mark.parametrize("name", QUOTAS)
def test_a_control_group_limits_the_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """On 64 cores with the time of at most two: two, in both versions of control groups, a part of a core counted whole;
    without a quota all that the process may run on; with hardly any time one."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(64)))
    own, files = tmp_path / "cgroup", tmp_path / "groups"
    said, quotas, wanted = QUOTAS[name]
    own.write_text(said)
    assert cores(files, own) == 64
    for place, quota in quotas.items():
        (files / place).parent.mkdir(parents=True, exist_ok=True)
        (files / place).write_text(quota + "\n")
    assert cores(files, own) == wanted


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    """Without /proc nothing is known of limits, nor of who was ended."""
    assert cores(tmp_path, tmp_path / "none") == len(os.sched_getaffinity(0))
    assert memory_bytes(tmp_path, tmp_path / "none") == psutil.virtual_memory().total
    assert ended_for_memory(tmp_path / "none") == 0


def test_who_was_ended_is_counted(tmp_path: Path) -> None:
    """The counter of the kernel is found among the others."""
    (tmp_path / "vmstat").write_text("oom_kill_disable 9\noom_kill 3\nnr_free_pages 17\n")
    assert ended_for_memory(tmp_path / "vmstat") == 3


def test_files_of_a_user_are_no_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of tune's own, started in a folder with a yaml.py and a tune.py, takes both from where this one has them;
    and its arguments and its fault come through."""
    for name in ("yaml.py", "tune.py"):
        (tmp_path / name).write_text("raise SystemExit('shadowed')\n")
    monkeypatch.chdir(tmp_path)
    code = "import tune, yaml; print(tune.__file__, yaml.__file__, sep='\\n')"
    done = subprocess.run(python("-c", code), env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [tune.__file__, yaml.__file__]
    refused = run_module("tune", "check", tmp_path / "none.yaml")
    assert (refused.returncode, "none.yaml: no such file" in refused.stderr) == (2, True), refused.stderr


@pytest.mark.slow
def test_a_run_among_files_named_like_libraries(project: Path, tiny_base: Path) -> None:
    """torch.py, datasets.py and tokenizers.py beside the recipe, none of them a library: the trial step, training, and the
    proof in a fresh process take the libraries, as the command itself does."""
    for name in ("torch", "datasets", "tokenizers"):
        (project / f"{name}.py").write_text("raise SystemExit('shadowed')\n")
    write_recipe(project / "recipe.yaml", tiny_base, train={"max_steps": 2, "adapter": {"rank": 4, "alpha": 8}})
    command = [sys.executable, "-P", "-m", "tune", "run", "recipe.yaml"]  # -P, as the installed command is started
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert next(project.glob("runs/*/export.json")).exists()
