"""Where llama.cpp's own tools lie on this machine: its converter to GGUF, and its quantizer."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

CONVERTER, QUANTIZER = "convert_hf_to_gguf.py", "llama-quantize"
CONVERTED = ("f32", "f16", "bf16", "q8_0")
"""Types that the converter writes itself; every other one is made by the quantizer."""
HOW = (
    "get the source of llama.cpp (https://github.com/ggml-org/llama.cpp), build llama-quantize in it "
    "(cmake -B build && cmake --build build --target llama-quantize), and set LLAMA_CPP to its folder"
)


@dataclass(frozen=True)
class Tools:
    """Paths of what was found; None for what was not."""

    converter: Path | None
    quantizer: Path | None


def find() -> Tools:
    """Looks into the folder that LLAMA_CPP names, a source tree with or without its build; without it, on the PATH."""
    named = os.environ.get("LLAMA_CPP")
    if named is None:
        found = [shutil.which(name) for name in (CONVERTER, QUANTIZER)]
        converter, quantizer = (Path(path) if path else None for path in found)
        return Tools(converter, quantizer)
    root = Path(named)
    converter = root / CONVERTER
    built = (root / part / QUANTIZER for part in ("build/bin", "bin", "."))
    return Tools(
        converter if converter.is_file() else None,
        next((path for path in built if path.is_file() and os.access(path, os.X_OK)), None),
    )


def missing(kind: str) -> tuple[str, str] | None:
    """What is wrong, and what to do, when a tool is missing here that a GGUF file of this type needs."""
    tools, named = find(), os.environ.get("LLAMA_CPP")
    where = f"in {named}, which LLAMA_CPP names" if named is not None else "here: LLAMA_CPP is not set"
    if tools.converter is None:
        return f"llama.cpp's converter ({CONVERTER}) was not found {where}", HOW
    if kind not in CONVERTED and tools.quantizer is None:
        return f"llama.cpp's quantizer ({QUANTIZER}), which {kind} needs, was not found {where}", HOW
    return None
