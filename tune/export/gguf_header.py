"""The header of a GGUF file: its metadata, and the type of every tensor. Reads no weights, needs no library.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""Numbers of value types, as struct reads them. 8 is a string, 9 an array."""
TENSOR_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 6: "Q5_0", 7: "Q5_1", 8: "Q8_0", 10: "Q2_K", 11: "Q3_K", 12: "Q4_K",
    13: "Q5_K", 14: "Q6_K", 20: "IQ4_NL", 30: "BF16",
}  # fmt: skip
LARGEST = 1 << 28
"""Bytes of a string, or values of an array: more is a damaged file."""


@dataclass(frozen=True)
class Header:
    """What stands before the weights."""

    metadata: dict[str, Any]
    tensor_types: dict[str, int]
    """Number of tensors of each type."""


def read_header(path: Path) -> Header:
    """Raises ValueError for a file that is no GGUF or is damaged."""
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ValueError(f"{path.name} is not a GGUF file")
        version, tensors, values = _scalar(file, "I"), _scalar(file, "Q"), _scalar(file, "Q")
        if version not in (2, 3):
            raise ValueError(f"{path.name} is GGUF version {version}, and 2 and 3 are known")
        metadata = {}
        for _ in range(values):
            key = _string(file)
            metadata[key] = _value(file, _scalar(file, "I"))
        types: Counter[str] = Counter()
        for _ in range(tensors):
            _string(file)
            file.seek(8 * _scalar(file, "I"), 1)  # its dimensions
            number = _scalar(file, "I")
            types[TENSOR_TYPES.get(number, f"type {number}")] += 1
            file.seek(8, 1)  # its offset
        return Header(metadata, dict(sorted(types.items())))


def _scalar(file: IO[bytes], kind: str) -> Any:
    size = struct.calcsize("<" + kind)
    content = file.read(size)
    if len(content) < size:
        raise ValueError("the file ends within its header")
    return struct.unpack("<" + kind, content)[0]


def _string(file: IO[bytes]) -> str:
    length = _length(file)
    content = file.read(length)
    if len(content) < length:
        raise ValueError("the file ends within its header")
    return content.decode("utf-8", errors="replace")


def _length(file: IO[bytes]) -> int:
    length: int = _scalar(file, "Q")
    if length > LARGEST:
        raise ValueError(f"a length of {length} in its header")
    return length


def _value(file: IO[bytes], kind: int) -> Any:
    if kind == 8:
        return _string(file)
    if kind == 9:
        inner, length = _scalar(file, "I"), _length(file)
        return [_value(file, inner) for _ in range(length)]
    if kind not in SCALARS:
        raise ValueError(f"a value of the unknown type {kind} in its header")
    return _scalar(file, SCALARS[kind])
