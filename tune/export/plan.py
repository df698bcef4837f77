"""What a merge will write: every tensor of every file, validated before the first byte. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tune.errors import MergeError, Problem
from tune.export.adapter import IN_MEMORY, AdapterFiles, Factors
from tune.export.names import Names, Piece
from tune.modelfiles import ADAPTER_CONFIG, Stored

FLOATS = ("F32", "F16", "BF16")
"""Storage types that an adapter can be added to."""


@dataclass(frozen=True)
class Edit:
    """One thing that the adapter does to a parameter."""

    kind: Literal["whole", "linear", "embedding", "stack", "bias", "rows"]
    parts: Mapping[str, Stored]
    """Tensors of the adapter: `A`, `B`, `magnitude`; `bias`; or `new`."""
    scaling: float = 1.0
    input_major: bool = False
    """The weight is stored as inputs x outputs (Conv1D, gpt-oss's experts)."""
    experts: int = 1
    indices: tuple[int, ...] = ()
    """Rows that are replaced."""


@dataclass(frozen=True)
class Output:
    """One tensor of the merged model: the bytes of `source`, changed by `edits` as far as `piece` holds them."""

    name: str
    source: Stored
    piece: Piece
    edits: tuple[Edit, ...] = ()
    nf4: bool = False
    """Rounded to 4-bit NormalFloat and back before the edits."""


@dataclass(frozen=True)
class MergePlan:
    """The files of the merged model, each with its tensors in order."""

    files: dict[str, list[Output]]
    unties: bool
    """Output head and input embedding are one matrix in the base and two in the merged model."""

    @property
    def changed(self) -> list[Output]:
        """Tensors that are not copied as they are."""
        return [output for outputs in self.files.values() for output in outputs if output.edits or output.nf4]


def plan(adapter: AdapterFiles, names: Names, tensors: Mapping[str, Stored], nf4: bool = False) -> MergePlan:
    """Places every tensor of the adapter on tensors of the base.

    Output tensors have the names, shapes and dtypes of the base. An output head that is tied to the embedding gets a
    tensor of its own when the adapter changes only one of the two, because that is what the adapter computes (PEFT's
    merge in memory changes both). Raises MergeError with every part of the adapter that has no place.
    """
    found = _Edits(adapter, names)
    found.collect()
    untied = dict(_untied(found, names))
    outputs = {name: Output(name, stored, Piece(name)) for name, stored in tensors.items()}
    for parameter, edits in found.of.items():
        origin = untied.get(parameter, parameter)
        for piece in names.pieces.get(origin, ()):
            stored = tensors[piece.tensor]
            found.problems += _unfit(adapter, names, piece, stored, origin)
            name = piece.tensor if origin == parameter else _own_tensor(names, parameter)
            outputs[name] = Output(name, stored, piece, tuple(edits))
        if not names.pieces.get(origin):
            how = names.converted.get(origin)
            made = f"transformers makes it by {how}, which is not followed" if how else "the files hold no such tensor"
            found.refuse(f"{parameter} is changed, and {made}")
    for alias, source in untied.items():
        if alias not in found.of:
            stored = tensors[names.pieces[source][0].tensor]
            name = _own_tensor(names, alias)
            outputs[name] = Output(name, stored, Piece(stored.file))
    if found.problems:
        raise MergeError(found.problems)
    if nf4:
        outputs = {name: _rounded(output, names) for name, output in outputs.items()}
    files: dict[str, list[Output]] = {}
    for output in outputs.values():
        files.setdefault(output.source.file, []).append(output)
    return MergePlan(files, bool(untied))


def _own_tensor(names: Names, alias: str) -> str:
    """The name of an untied head's tensor: the one that the files already have, or the parameter's."""
    return names.pieces[alias][0].tensor if alias in names.pieces else alias


def _rounded(output: Output, names: Names) -> Output:
    quantized = any(
        output.name == piece.tensor for weight in names.quantizable for piece in names.pieces.get(weight, ())
    )
    return Output(output.name, output.source, output.piece, output.edits, quantized)


def _unfit(adapter: AdapterFiles, names: Names, piece: Piece, stored: Stored, parameter: str) -> Iterator[Problem]:
    """Why a tensor of the base cannot be changed."""
    if stored.dtype not in FLOATS:
        yield _problem(
            adapter, f"{piece.tensor} is stored as {stored.dtype}; an adapter is added to {', '.join(FLOATS)}"
        )
    wanted = names.shapes[parameter]
    if piece.expert is not None:
        wanted = (piece.rows[1] - piece.rows[0], *wanted[2:])
    if tuple(stored.shape) != wanted:
        yield _problem(
            adapter, f"{piece.tensor} has the shape {list(stored.shape)}, and the model wants {list(wanted)}"
        )


def _untied(found: _Edits, names: Names) -> Iterator[tuple[str, str]]:
    """(head, embedding) of tied parameters that the adapter drives apart."""
    for alias, source in names.tied.items():
        head, embedding = found.of.get(alias, []), found.of.get(source, [])
        if not head and not embedding:
            continue
        if not head and all(edit.kind == "rows" for edit in embedding):
            if alias in names.pieces:  # the files hold the same matrix twice
                found.of[alias] = embedding
            continue  # PEFT keeps single rows tied
        if source != f"{names.embedding}.weight":
            found.refuse(f"{alias} and {source} are one parameter, and only one of them is changed")
        yield alias, source


class _Edits:
    """Collects what the adapter does, by parameter of the model, and what is wrong with it."""

    def __init__(self, adapter: AdapterFiles, names: Names) -> None:
        """Starts empty."""
        self.adapter, self.names = adapter, names
        self.of: dict[str, list[Edit]] = {}
        self.problems: list[Problem] = []

    def refuse(self, what: str) -> None:
        """Notes that something has no place, and the way out."""
        self.problems.append(_problem(self.adapter, what))

    def collect(self) -> None:
        """Reads the adapter in the order in which its parts apply: whole parameters, factors, single rows."""
        for parameter, stored in self.adapter.whole.items():
            self._add(parameter, Edit("whole", {"new": stored}), (stored, self.names.shapes.get(parameter)))
        for place in self.adapter.factors:
            self._factors(place)
        for module, stored in self.adapter.rows.items():
            self._rows(module, stored)
        if not self.of and not self.problems:
            self.refuse("the adapter changes nothing")

    def _add(self, parameter: str, edit: Edit, *fits: tuple[Stored, tuple[int, ...] | None]) -> None:
        """Adds an edit when the parameter exists and each tensor has the shape that belongs there."""
        if parameter not in self.names.shapes:
            self.refuse(f"{parameter} is changed, and the base has no such parameter")
            return
        for stored, shape in fits:
            if stored.dtype not in FLOATS:
                self.refuse(f"a tensor for {parameter} is stored as {stored.dtype}")
            if shape is not None and tuple(stored.shape) != tuple(shape):
                self.refuse(
                    f"a tensor for {parameter} has the shape {list(stored.shape)}, and {list(shape)} fits there"
                )
        self.of.setdefault(parameter, []).append(edit)

    def _factors(self, place: Factors) -> None:
        """Places A and B on a weight, or on a parameter that target_parameters names."""
        named = self._target_parameters(place.module)
        if named:
            if place.depth >= len(named):
                self.refuse(f"{place.module} has more factors than target_parameters names there")
            else:  # the last one in the order of definition is the outermost wrapper
                self._stack(place, named[len(named) - 1 - place.depth])
            return
        weight = f"{place.module}.weight"
        shape = self.names.shapes.get(weight)
        if shape is None or len(shape) != 2:
            why = "the base has no such matrix" if shape is None else f"its weight has {len(shape)} dimensions"
            self.refuse(f"{place.module} is changed, and {why}")
            return
        input_major = self.names.kinds[place.module] == "Conv1D" or place.embedding
        outputs, inputs = (shape[1], shape[0]) if input_major else shape
        rank, parts = self.adapter.rank(place.module), dict(place.parts)
        scaling, bias = self.adapter.scaling(place.module), parts.pop("bias", None)
        fits: list[tuple[Stored, tuple[int, ...]]] = [(parts["A"], (rank, inputs)), (parts["B"], (outputs, rank))]
        if "magnitude" in parts:
            fits.append((parts["magnitude"], (outputs,)))
        kind: Literal["embedding", "linear"] = "embedding" if place.embedding else "linear"
        self._add(weight, Edit(kind, parts, scaling, input_major), *fits)
        if bias is not None:
            self._add(f"{place.module}.bias", Edit("bias", {"bias": bias}, scaling), (bias, (outputs,)))

    def _target_parameters(self, module: str) -> list[str]:
        """Parameters of a module that target_parameters names, in the order of definition."""
        targets = self.adapter.config.get("target_parameters") or ()
        return [
            name
            for name in self.names.shapes
            if name.rpartition(".")[0] == module and any(name == t or name.endswith(f".{t}") for t in targets)
        ]

    def _stack(self, place: Factors, parameter: str) -> None:
        """Factors of a stack of matrices: rank and experts share one dimension of A and of B."""
        shape = self.names.shapes[parameter]
        if set(place.parts) != {"A", "B"} or not (len(shape) == 2 or (len(shape) == 3 and shape[0] > 1)):
            self.refuse(f"{parameter} has the shape {list(shape)}, with {', '.join(sorted(place.parts))} for it")
            return
        experts = shape[0] if len(shape) == 3 else 1
        input_major = len(shape) == 3 and place.module in self.names.input_major
        outputs, inputs = (shape[-1], shape[-2]) if input_major else shape[-2:]
        rank = self.adapter.rank(parameter) * experts
        fits = [(place.parts["A"], (rank, inputs)), (place.parts["B"], (outputs, rank))]
        edit = Edit("stack", place.parts, self.adapter.scaling(parameter), input_major, experts)
        self._add(parameter, edit, *fits)

    def _rows(self, module: str, stored: Stored) -> None:
        """Single rows of an embedding or output head."""
        asked: Any = self.adapter.config.get("trainable_token_indices")
        if isinstance(asked, dict):
            asked = next((v for k, v in asked.items() if module == k or module.endswith(f".{k}")), None)
        weight = f"{module}.weight"
        shape = self.names.shapes.get(weight, (0, 0))
        if not isinstance(asked, list) or not all(isinstance(i, int) and 0 <= i < shape[0] for i in asked):
            self.refuse(f"trainable_token_indices does not say which rows of {module} are replaced")
            return
        edit = Edit("rows", {"new": stored}, indices=tuple(asked))
        self._add(weight, edit, (stored, (len(asked), *shape[1:])))


def _problem(adapter: AdapterFiles, what: str) -> Problem:
    return Problem("adapter", what, IN_MEMORY, str(adapter.folder / ADAPTER_CONFIG))
