"""What is installed, what the device is, and what stands in the way."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from tune import llamacpp
from tune.text import size

DISTRIBUTION = "tune-ledger"
LEAST_FREE_BYTES = 2 << 30


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report; `fix` is empty where all is well."""

    what: str
    found: str
    fix: str = ""


def examine(runs: Path) -> list[Finding]:
    """Python, the pinned packages, the device, the disk below `runs`."""
    findings = [
        Finding("python", sys.version.split()[0], "" if sys.version_info >= (3, 11) else "install Python 3.11 or newer")
    ]
    findings += [_package(line) for line in requires(DISTRIBUTION) or [] if "extra ==" not in line and "==" in line]
    findings += [_device(), *_llama_cpp()]
    place = next(p for p in (runs.absolute(), *runs.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    findings.append(
        Finding(
            "free disk",
            size(free),
            "" if free > LEAST_FREE_BYTES else "free some space: checkpoints and merged weights need it",
        )
    )
    return findings


def _package(requirement: str) -> Finding:
    """Whether a package has the version that tune was tested with."""
    name, _, wanted = requirement.split(";", maxsplit=1)[0].strip().partition("==")
    try:
        found = version(name)
    except PackageNotFoundError:
        return Finding(name, "missing", f"pip install {name}=={wanted}")
    same = found.split("+")[0] == wanted
    return Finding(name, found, "" if same else f"tested with {wanted}: pip install {name}=={wanted}")


def _device() -> Finding:
    from tune.models import find_device

    device = find_device()
    kind = "bf16" if device.bf16 else "fp32"
    return Finding("device", f"{device.name}, {size(device.memory_bytes)}, {kind}, {device.threads} threads")


def _llama_cpp() -> list[Finding]:
    """llama.cpp's tools, which only `export.gguf` needs: to miss them is no fault, to name a folder without them is."""
    tools, named = llamacpp.find(), os.environ.get("LLAMA_CPP")
    paths = [str(path) for path in (tools.converter, tools.quantizer) if path is not None]
    complete = len(paths) == 2
    found = ", ".join(paths) or "not found; only export.gguf needs it"
    fix = "" if complete or named is None else f"LLAMA_CPP={named}: {llamacpp.HOW}"
    try:
        python = version("llama-cpp-python")
    except PackageNotFoundError:
        python = "not installed; without it a GGUF file is written and not measured"
    return [Finding("llama.cpp", found, fix), Finding("llama-cpp-python", python)]
