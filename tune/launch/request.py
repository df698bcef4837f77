"""What `tune submit` is asked for: how many nodes of which kind, and what the place needs to know."""

from __future__ import annotations

import os
import re
import shlex
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from tune.errors import Problem, UserError
from tune.records import BaseRecord, Device
from tune.run import Run

Place = Literal["slurm", "kubernetes", "skypilot"]

OWN = {
    "time": ("slurm",),
    "partition": ("slurm",),
    "option": ("slurm",),
    "image": ("kubernetes", "skypilot"),
    "volume": ("kubernetes", "skypilot"),
    "mount": ("kubernetes", "skypilot"),
    "namespace": ("kubernetes",),
}
"""Options that not every place has a meaning for."""

PORT = 29500
"""Where rank 0 listens, on the first node."""

GPUS: dict[str, tuple[int, bool]] = {
    "t4": (16, False),
    "v100": (16, False),
    "a10": (24, True),
    "a10g": (24, True),
    "l4": (24, True),
    "a40": (48, True),
    "l40": (48, True),
    "l40s": (48, True),
    "a100": (40, True),
    "a100-40gb": (40, True),
    "a100-80gb": (80, True),
    "h100": (80, True),
    "h200": (141, True),
    "b200": (180, True),
}
"""Memory in GB, as the makers state it, and whether bf16 is computed in hardware: for an estimate before the job starts.
On the node the plan is made anew for what is there. A bare a100 is the one
of 40 GB, as SkyPilot calls it; `tune plan --device` asks which."""


@dataclass(frozen=True)
class Request:
    """The options of `tune submit`. `gpu` is a kind (h100), `any`, or `none` for processors only."""

    place: Place
    nodes: int = 1
    devices_per_node: int = 1
    gpu: str = "any"
    cpus: int | None = None
    """CPUs a node."""
    memory: int | None = None
    """GB a node."""
    time: str | None = None
    partition: str | None = None
    option: tuple[str, ...] = ()
    """Further options of sbatch, KEY=VALUE or KEY."""
    image: str | None = None
    volume: str | None = None
    mount: Path | None = None
    namespace: str | None = None


def from_options(options: dict[str, Any]) -> Request:
    """A request from the parsed command line, in which `place` is called `on`."""
    named = {field.name: options[field.name] for field in fields(Request) if field.name in options}
    return Request(**{**named, "place": options["on"], "option": tuple(options["option"])})


def check(request: Request) -> None:
    """Raises UserError for options that do not go together, all of them at once."""
    problems = [
        _wrong(f"--{name.replace('_', '-')} must be at least 1, not {value}", "give a whole number")
        for name in ("nodes", "devices_per_node", "cpus", "memory")
        if (value := getattr(request, name)) is not None and value < 1
    ]
    for name, places in OWN.items():
        given = getattr(request, name) not in (None, ())
        if given and request.place not in places:
            problems.append(_wrong(f"--{name} means nothing to {request.place}", f"it goes with --on {places[0]}"))
        elif not given and name in ("image", "volume", "mount") and request.place in places:
            problems.append(_wrong(f"--on {request.place} needs --{name}", "see docs/clusters.md"))
    for name in ("gpu", "time", "partition", "image", "volume", "namespace"):
        value = getattr(request, name)
        if value is not None and not re.fullmatch(r"[\w.,:/@%+=-]+", value):
            problems.append(_wrong(f'--{name} "{value}" is no name', "letters, digits and . , : / @ % + = - only"))
    if request.mount is not None and not request.mount.is_absolute():
        problems.append(_wrong(f"--mount {request.mount} is not an absolute path", "give the whole path"))
    for text in request.option:
        key = text.partition("=")[0]
        if not re.fullmatch(r"[a-z][a-z0-9-]+", key) or not text.isprintable():
            problems.append(_wrong(f'--option "{text}" is no option of sbatch', "give KEY=VALUE, e.g. account=lab"))
    if problems:
        raise UserError(problems)


def _wrong(what: str, fix: str) -> Problem:
    return Problem("call", what, fix)


def device(request: Request) -> Device | None:
    """The device that was asked for, when its memory is known from its name; None otherwise."""
    found = GPUS.get(request.gpu.lower())
    if found is None:
        return None
    gigabytes, bf16 = found
    return Device(
        kind="cuda",
        name=request.gpu,
        memory_bytes=gigabytes * 10**9,
        bf16=bf16,
        threads=request.cpus or request.devices_per_node,
        count=request.devices_per_node,
        nodes=request.nodes,
    )


def check_devices(run: Run, request: Request) -> None:
    """Raises UserError when the recipe wants another number of devices than the job would have."""
    wanted, there = run.recipe.launch.devices, request.nodes * request.devices_per_node
    found = wanted if wanted != "auto" else request.nodes if request.gpu == "none" else there
    if found == there:
        return
    what = f"the job would have {there} devices, and launch.devices: {wanted} makes {found} processes"
    if request.gpu == "none":
        what += " (without GPUs one process uses all cores of its node)"
    raise UserError(
        Problem("call", what, f"give --set launch.devices={there}, or ask for {found}", key="launch.devices")
    )


def node_lines(run: Run, request: Request, rank: str, address: str) -> str:
    """What a node runs, in bash, where a place starts one command a node: one `tune run`, which is told where it stands.
    `rank` and `address` are shell words: the number of the node, from 0, and the address of the first one. It takes the
    shell's place, so that a signal to the container reaches it, and its exit code is the container's."""
    place = f"export TUNE_NODES={request.nodes} TUNE_NODE_RANK={rank} MASTER_ADDR={address} MASTER_PORT={PORT}\n"
    return (place if request.nodes > 1 else "") + f"exec {job_line(run)}\n"


def outside(run: Run, mount: Path) -> list[str]:
    """What the job needs and does not find below `mount`: the run directory, the folder that its recipe is read from,
    and the base."""
    base = run.find(BaseRecord)
    needed = [run.folder.resolve(), run.root.resolve(), *([Path(base.folder).resolve()] if base else [])]
    return [str(path) for path in dict.fromkeys(needed) if not path.is_relative_to(mount.resolve())]


def check_mount(run: Run, mount: Path) -> None:
    """Raises UserError when something that the job needs lies outside of the volume."""
    fix = "put it there (TUNE_RUNS and HF_HOME say where run directories and bases of the Hub go), or mount a folder above"
    problems = [
        _wrong(f"{path} is not below --mount {mount}, and so not on the volume", fix) for path in outside(run, mount)
    ]
    if problems:
        raise UserError(problems)


def environment(request: Request) -> dict[str, str]:
    """Variables of this shell that say where things lie, when they point into the volume. Never an account or a token."""
    assert request.mount is not None
    names = ("HF_HOME", "XDG_CACHE_HOME")
    found = {name: os.environ[name] for name in names if Path(os.environ.get(name, "")).is_relative_to(request.mount)}
    return {"PYTHONUNBUFFERED": "1", **found}


def job_line(run: Run, program: str = "tune") -> str:
    """The command that a person would type."""
    return f"{program} run {shlex.quote(str(run.folder.resolve()))}"


def commands() -> Path | None:
    """The folder of this interpreter's commands, when `tune` is among them; None when it runs as `python -m tune`."""
    folder = Path(sys.executable).parent
    return folder if os.access(folder / "tune", os.X_OK) else None
