"""The merge: from the files of a base and of an adapter to the files of the merged model, tensor by tensor.

The model is never held: one tensor is computed while the next is read and the one before it is written, so the largest
decides how much memory is needed, not the size of the base. Files that the adapter does not touch are copied, and so are
untouched tensors; a header is copied when it says the same.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from tune.export.adapter import AdapterFiles, read_adapter
from tune.export.arithmetic import merged
from tune.export.names import read_names
from tune.export.plan import MergePlan, Output, plan
from tune.export.stream import Writer, memory, past_cache, read
from tune.files import atomic, write_json
from tune.modelfiles import ADAPTER_WEIGHTS, INDEX, Stored, read_headers, weight_files

if TYPE_CHECKING:
    import torch

T = TypeVar("T")

COPIED_BYTES = 16 << 20
"""What is copied at once."""
TORCH_NAMES = {"U8": "uint8", "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}


@dataclass(frozen=True)
class Merged:
    """What a merge wrote."""

    files: tuple[str, ...]
    tensors: int
    changed: tuple[str, ...]
    """Names of the tensors that are not the base's."""
    unties: bool


def merge(base: Path, adapter: Path, to: Path, model_name: str, nf4: bool = False) -> Merged:
    """Writes the weights of `base` with `adapter` merged in, and the index of several files, into the folder `to`.

    Each file appears whole or not at all. Raises BaseModelError for a base that cannot be read, MergeError for an
    adapter that has no place in it, both before anything is written, and MergeError for values that are not finite.
    """
    tensors = read_headers(base, model_name)
    files = read_adapter(adapter)
    names = weight_files(base, model_name)
    planned = plan(files, read_names(base, tensors, model_name), tensors, nf4)
    to.mkdir(parents=True, exist_ok=True)
    part = reader(files)
    outputs = [planned.files.get(name, []) for name in names]
    most = max((stored.bytes for found in outputs for _, stored in _parts(found)), default=0)
    memories = [memory(most) for _ in range(3)]  # that go around: fresh pages cost more than what is read into them
    for name, found in zip(names, outputs, strict=True):
        _write_file(base / name, to / name, found, part, memories)
    _write_index(base, to, planned)
    changed = tuple(output.name for output in planned.changed)
    return Merged(tuple(planned.files), sum(map(len, planned.files.values())), changed, planned.unties)


def reader(adapter: AdapterFiles) -> Any:
    """A function that gives a tensor of the adapter; each is read once and kept."""
    kept: dict[int, torch.Tensor] = {}

    def part(stored: Stored) -> torch.Tensor:
        if stored.start not in kept:
            with (adapter.folder / ADAPTER_WEIGHTS).open("rb", buffering=0) as file:
                kept[stored.start] = read_tensor(file, stored)
        return kept[stored.start]

    return part


def read_tensor(file: IO[bytes], stored: Stored, into: torch.Tensor | None = None) -> torch.Tensor:
    """One tensor in the memory `into` (made for at least as many bytes) or in memory of its own, read without mapping the file:
    mapped pages would count as held."""
    import torch

    raw = read(file, stored.start, stored.bytes, memory(stored.bytes) if into is None else into)
    dtype: torch.dtype = getattr(torch, TORCH_NAMES[stored.dtype])
    if raw.storage_offset() % dtype.itemsize:  # no writer that we know of leaves one like this, and no rule forbids it
        raw = raw.clone()
    return raw.view(dtype).reshape(stored.shape)


def _write_file(source: Path, target: Path, outputs: list[Output], part: Any, memories: list[torch.Tensor]) -> None:
    """Writes one file: its header, then every tensor in order. While one is computed, the next is read and the one before
    it is written, so at most three of them are held."""
    import torch

    with source.open("rb", buffering=0) as base, atomic(target) as file, ThreadPoolExecutor(1) as thread:
        header = torch.frombuffer(bytearray(_header(base, outputs)), dtype=torch.uint8)
        past_cache(base)
        writer = Writer(file, memories)
        writing = thread.submit(writer.write, header)
        for output, piece in _ahead(_pieces(base, outputs, memories)):
            if output is not None:
                with torch.no_grad():
                    piece = merged(output, piece, part)  # noqa: PLW2901  # in the memory of what was read
            writing.result()
            writing = thread.submit(writer.write, piece.contiguous().view(-1).view(torch.uint8))
            del piece  # its memory is free as soon as it is written
        writing.result()
        writer.end()


def _pieces(
    base: IO[bytes], outputs: list[Output], memories: list[torch.Tensor]
) -> Iterator[tuple[Output | None, torch.Tensor]]:
    """The bytes of a file in order: a tensor that changes whole, with its output; others in stretches, with None. A piece may
    be used until the third after it is asked for."""
    for (output, stored), into in zip(_parts(outputs), cycle(memories), strict=False):
        yield output, read_tensor(base, stored, into)


def _parts(outputs: list[Output]) -> Iterator[tuple[Output | None, Stored]]:
    """What is read at once."""
    for output in outputs:
        stored = output.source
        if output.edits or output.nf4:
            yield output, stored
            continue
        for first in range(0, stored.bytes, COPIED_BYTES):
            size = min(COPIED_BYTES, stored.bytes - first)
            yield None, stored._replace(dtype="U8", shape=(size,), start=stored.start + first, bytes=size)


def _ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items; the next one is made in a thread while this one is used."""
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item
            del item  # or it would be held beside the next two


def _header(base: IO[bytes], outputs: list[Output]) -> bytes:
    """Length and JSON as the base has them when they still say the truth, else written anew and padded to 8 bytes."""
    base.seek(0)
    (length,) = struct.unpack("<Q", base.read(8))
    raw = base.read(length)
    old: dict[str, Any] = json.loads(raw)
    new: dict[str, Any] = {"__metadata__": old["__metadata__"]} if "__metadata__" in old else {}
    end = 0
    for output in outputs:
        shape, start = list(output.source.shape), end
        end += output.source.bytes
        new[output.name] = {"dtype": output.source.dtype, "shape": shape, "data_offsets": [start, end]}
    if new == old:
        return struct.pack("<Q", length) + raw
    text = json.dumps(new, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def _write_index(base: Path, to: Path, planned: MergePlan) -> None:
    """The index of a model in several files, with the tensors that it now has."""
    if not (base / INDEX).is_file():
        return
    old = json.loads((base / INDEX).read_text(encoding="utf-8"))
    outputs = [output for outputs in planned.files.values() for output in outputs]
    total = sum(output.source.bytes for output in outputs)
    places = {output.name: output.source.file for output in sorted(outputs, key=lambda o: o.name)}
    write_json(to / INDEX, {"metadata": {**old.get("metadata", {}), "total_size": total}, "weight_map": places})


def tensors_of(folder: Path, names: tuple[str, ...]) -> Iterator[tuple[str, torch.Tensor]]:
    """Tensors of a model folder by name, one at a time."""
    found: Mapping[str, Stored] = read_headers(folder, folder.name)
    for name in names:
        stored = found[name]
        with (folder / stored.file).open("rb", buffering=0) as file:
            yield name, read_tensor(file, stored)


@dataclass(frozen=True)
class Compared:
    """What a merge that is there shares with the same merge done again."""

    tensors: int
    unlike: tuple[str, ...]
    """What is another thing, in words."""
    near: tuple[str, ...]
    """Tensors that differ by rounding only."""


def compare(base: Path, adapter: Path, there: Path, model_name: str, nf4: bool = False) -> Compared:
    """Merges as `merge` does, one tensor at a time, and compares with the weights in the folder `there`; writes nothing.

    Raises what `merge` raises.
    """
    tensors = read_headers(base, model_name)
    files = read_adapter(adapter)
    planned = plan(files, read_names(base, tensors, model_name), tensors, nf4)
    part, unlike, near = reader(files), list[str](), list[str]()
    for name in weight_files(base, model_name):
        outputs = planned.files.get(name, [])
        if not (there / name).is_file():
            unlike.append(f"{name} is missing")
            continue
        with (base / name).open("rb", buffering=0) as source, (there / name).open("rb", buffering=0) as found:
            start = len(_header(source, outputs))
            if found.read(start) != _header(source, outputs):
                unlike.append(f"{name} has other tensors than the merge gives")
                continue
            for output in outputs:
                stored = Stored(output.source.dtype, output.source.shape, name, start, output.source.bytes)
                start += stored.bytes
                verdict = _compared(output, source, found, stored, part)
                if verdict == "unlike":
                    unlike.append(f"{output.name} is not what the merge gives")
                elif verdict == "near":
                    near.append(output.name)
    return Compared(sum(map(len, planned.files.values())), tuple(unlike), tuple(near))


def _compared(output: Output, base: IO[bytes], found: IO[bytes], stored: Stored, part: Any) -> str:
    """`same` to the bit, `near` within two rounding steps of the largest weight, or `unlike`."""
    import torch

    with torch.no_grad():
        tensor = read_tensor(base, output.source)
        if output.edits or output.nf4:
            tensor = merged(output, tensor, part)
        other = read_tensor(found, stored)
        if torch.equal(tensor.reshape(-1).view(torch.uint8), other.reshape(-1).view(torch.uint8)):
            return "same"
        if not output.edits and not output.nf4:
            return "unlike"
        step = torch.finfo(tensor.dtype).eps * float(tensor.abs().max())
        return "near" if float((tensor.double() - other.double()).abs().max()) <= 2 * step else "unlike"
