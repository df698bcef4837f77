"""What this machine lets a process have: cores, memory, how much of that is still free, and whether the system ended a
process for want of it; and how tune starts a process of its own."""

from __future__ import annotations

import ctypes
import gc
import math
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
"""Where this tune lies: a checkout, or where packages are installed."""
GROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")
STATUS = Path("/proc/self/status")
LIMITS = {
    "": ("memory.max", "memory.current", "inactive_file"),
    "memory": ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
}
"""By hierarchy (that of version 2 has no name): the files that tell limit and use of a control group, and what in its
memory.stat is given back on demand."""
QUOTAS = {"": ("cpu.max",), "cpu": ("cpu.cfs_quota_us", "cpu.cfs_period_us")}
"""By hierarchy: the files that tell, in one or in two, in how many microseconds of computing a control group is held back,
and how many microseconds pass until it may go on."""


def cores(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Cores that this process may keep busy: those that it may run on, or fewer where a control group (a container) is
    given less time; a part of a core counts as one. More threads than that only wait for one another."""
    found = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for folder, name in _around(groups, own, "cpu"):
        with suppress(OSError, ValueError):  # the outermost group has no such file
            said = " ".join((folder / file).read_text() for file in QUOTAS[name])
            quota, period = said.split()
            if quota.isdecimal():  # "max", and -1 in version 1, is none
                found = min(found, max(1, math.ceil(int(quota) / int(period))))
    return found


def memory_bytes(groups: Path = GROUPS, own: Path = OWN) -> int:
    """Bytes that processes here may have together: the machine's, or less where a control group (a container, a job of a
    cluster) limits them."""
    import psutil

    return min([int(psutil.virtual_memory().total), *(limit for limit, _, _ in _limits(groups, own))])


def free_bytes(groups: Path = GROUPS, own: Path = OWN, status: Path = STATUS) -> int:
    """Bytes that this process can still take before the system refuses or ends it: of the machine, of each control group
    around it, and of `ulimit -v` and `ulimit -d`."""
    import psutil

    free = [int(psutil.virtual_memory().available), *_of_process(status)]
    for limit, folder, name in _limits(groups, own):
        _, used, cached = LIMITS[name]
        with suppress(OSError, ValueError, KeyError):
            stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            free.append(limit - int((folder / used).read_text()) + int(stat[cached]))
    return max(0, min(free))


def _of_process(status: Path) -> Iterator[int]:
    with suppress(ImportError, OSError, KeyError):  # not there on every system
        import resource

        said = dict(line.split(":", 1) for line in status.read_text().splitlines())
        for kind, name in ((resource.RLIMIT_AS, "VmSize"), (resource.RLIMIT_DATA, "VmData")):
            soft, _ = resource.getrlimit(kind)
            if soft != resource.RLIM_INFINITY:
                yield soft - int(said[name].split()[0]) * 1024


def _limits(groups: Path, own: Path) -> Iterator[tuple[int, Path, str]]:
    """(limit in bytes, folder, hierarchy) of each control group that limits this process's memory."""
    for folder, name in _around(groups, own, "memory"):
        file = folder / LIMITS[name][0]
        said = file.read_text().strip() if file.is_file() else ""
        if said.isdecimal():  # "max" is none
            yield int(said), folder, name


def _around(groups: Path, own: Path, controller: str) -> Iterator[tuple[Path, str]]:
    """(folder, hierarchy) of this process's control group and of those around it; see cgroups(7). A group that is not
    seen from inside a container limits it at the root."""
    for line in own.read_text().splitlines() if own.exists() else []:
        _, names, place = line.split(":", 2)
        name = controller if controller in names.split(",") else names
        if name in ("", controller):
            inner = PurePosixPath(place.lstrip("/"))
            yield from ((groups / name / part, name) for part in (inner, *inner.parents))


def give_back() -> None:
    """Frees what nothing refers to but itself (models do), and hands the pages to the system: other processes need them."""
    gc.collect()
    with suppress(OSError, AttributeError):  # of the GNU C library
        ctypes.CDLL(None).malloc_trim(0)


def ended_for_memory(counters: Path = Path("/proc/vmstat")) -> int:
    """How many processes the system has ended by signal 9 since it started because memory ran out, in a control group or
    whole; 0 where it does not count them (Linux before 4.13, other systems)."""
    if not counters.exists():
        return 0
    fields = dict(line.split() for line in counters.read_text().splitlines())
    return int(fields.get("oom_kill", 0))


def python(*arguments: object) -> list[str]:
    """What starts a process of tune's own, in the environment of `environment`. -P keeps the current folder out of where
    modules are looked for: a user's own torch.py or datasets.py there is not the library."""
    return [sys.executable, "-P", *map(str, arguments)]


def environment() -> dict[str, str]:
    """The environment in which such a process finds the tune that this one is."""
    places = [place for place in os.environ.get("PYTHONPATH", "").split(os.pathsep) if place]
    if str(ROOT) not in (*places, sysconfig.get_path("purelib")):
        places.append(str(ROOT))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places)}


def run_module(
    module: str, *arguments: object, where: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """A module of tune, run to its end in a process of its own, in the environment `where` (made from `environment`): how
    that ended, and what it wrote."""
    command = python("-m", module, *arguments)
    return subprocess.run(
        command,
        env=where or environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
