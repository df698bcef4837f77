"""What a machine lets a process have."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from tune.machine import cores, ended_for_memory, memory_bytes

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
