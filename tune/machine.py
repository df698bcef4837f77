"""What this machine lets a process have: its memory, and whether the system ended one for want of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

GROUPS = Path("/sys/fs/cgroup")
LIMITS = {"": "memory.max", "memory": "memory.limit_in_bytes"}
"""By hierarchy (that of version 2 has no name): the file that limits the memory of a control group."""


def memory_bytes(groups: Path = GROUPS, own: Path = Path("/proc/self/cgroup")) -> int:
    """Bytes that processes here may have together: the machine's, or less where a control group (a container, a job of a
    cluster) limits them."""
    import psutil

    return min([int(psutil.virtual_memory().total), *_limits(groups, own)])


def _limits(groups: Path, own: Path) -> Iterator[int]:
    """Limits of this process's control group and of those around it; see cgroups(7). A group that is not seen from inside a
    container limits it at the root."""
    for line in own.read_text().splitlines() if own.exists() else []:
        _, names, place = line.split(":", 2)
        name = "memory" if "memory" in names.split(",") else names
        if name not in LIMITS:
            continue
        inner = PurePosixPath(place.lstrip("/"))
        for folder in (inner, *inner.parents):
            file = groups / name / folder / LIMITS[name]
            said = file.read_text().strip() if file.is_file() else ""
            if said.isdecimal():  # "max" is none
                yield int(said)


def ended_for_memory(counters: Path = Path("/proc/vmstat")) -> int:
    """How many processes the system has ended by signal 9 since it started because memory ran out, in a control group or
    whole; 0 where it does not count them (Linux before 4.13, other systems)."""
    if not counters.exists():
        return 0
    fields = dict(line.split() for line in counters.read_text().splitlines())
    return int(fields.get("oom_kill", 0))
