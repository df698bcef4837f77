"""From the parameters of a model to the tensors of its files.

The two differ: transformers fuses the experts of Mixtral or Qwen3-MoE while it loads them, adds or strips prefixes, and
ties an output head to the embedding. What it does is asked of transformers itself (`conversion_mapping`), on a model
without weights.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tune import hub
from tune.modelfiles import TOGETHER, Stored, base_error
from tune.text import first_line

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Piece:
    """A tensor of the files that is a parameter, or a part of one."""

    tensor: str
    expert: int | None = None
    """Which matrix of a stack of experts it is; None when the tensor is the whole parameter."""
    rows: tuple[int, int] = (0, 0)
    """Which rows of that matrix it holds, from and up to."""


@dataclass(frozen=True)
class Names:
    """What the model's own code says about its parameters."""

    shapes: dict[str, tuple[int, ...]]
    """Of every parameter, in the order of definition; tied ones too."""
    pieces: dict[str, tuple[Piece, ...]]
    """Where the bytes of a parameter lie; absent when the files have none of its own."""
    converted: dict[str, str]
    """Parameters that transformers computes from the files in a way that is not followed here, with what it does."""
    tied: dict[str, str]
    """Parameters that are another one under a second name."""
    kinds: dict[str, str]
    """Class of every module, e.g. `Linear`, `Conv1D` (weights stored as inputs x outputs)."""
    input_major: frozenset[str]
    """Modules whose stacks of experts are stored as experts x inputs x outputs."""
    embedding: str = ""
    """Module of the input embedding."""
    quantizable: frozenset[str] = field(default_factory=frozenset)
    """Weights that bitsandbytes stores in 4 bits: linear layers but the output head."""


def read_names(folder: Path, tensors: Mapping[str, Stored], model_name: str) -> Names:
    """Builds the model of a folder without weights and asks it. Raises BaseModelError when transformers does not know
    the architecture, and when the files are those of another model than config.json describes."""
    model = skeleton(folder, model_name)
    pieces, converted = _pieces(model, tensors)
    shapes = {name: tuple(p.shape) for name, p in model.named_parameters(remove_duplicate=False)}
    tied = dict(getattr(model, "all_tied_weights_keys", None) or {})
    _whole(shapes, tensors, {**pieces, **dict.fromkeys(converted, ())}, tied, model_name)
    modules: dict[str, nn.Module] = dict(model.named_modules())
    output = model.get_output_embeddings()
    return Names(
        shapes=shapes,
        pieces=pieces,
        converted=converted,
        tied=tied,
        kinds={name: type(module).__name__ for name, module in modules.items()},
        input_major=frozenset(name for name, module in modules.items() if getattr(module, "is_transposed", False)),
        embedding=next((n for n, m in modules.items() if m is model.get_input_embeddings()), ""),
        quantizable=frozenset(
            f"{name}.weight"
            for name, module in modules.items()
            if type(module).__name__ == "Linear" and module is not output
        ),
    )


def _whole(
    shapes: Mapping[str, tuple[int, ...]],
    tensors: Mapping[str, Stored],
    pieces: Mapping[str, tuple[Piece, ...]],
    tied: Mapping[str, str],
    model_name: str,
) -> None:
    """Raises BaseModelError when a parameter is nowhere in the files, or has another shape there: transformers would fill the
    one with random numbers. Parameters in quantized form are not looked at."""
    there = {*pieces, *(source for name, source in tied.items() if name in pieces)}
    there |= {name for name, source in tied.items() if source in there}
    missing = [n for n in shapes if n not in there and not {f"{n}_blocks", f"model.{n}_blocks"} & tensors.keys()]
    if missing:
        raise base_error(model_name, f"its files lack {len(missing)} of its parameters, e.g. {missing[0]}", TOGETHER)
    for name, shape in shapes.items():
        for piece in pieces.get(name, ()):
            found = tensors[piece.tensor]
            if piece.expert is None and tuple(found.shape) != shape and found.dtype in ("F32", "F16", "BF16"):
                what = f"{piece.tensor} has the shape {list(found.shape)}, and config.json wants {list(shape)}"
                raise base_error(model_name, what, TOGETHER)


def skeleton(folder: Path, model_name: str) -> Any:
    """The causal language model of a folder, on the meta device: names and shapes, no bytes."""
    hub.quiet_libraries()
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    try:
        config = AutoConfig.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        if hasattr(config, "quantization_config"):
            del config.quantization_config  # of the files, not of the shapes
        with torch.device("meta"):
            return AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    except (ValueError, KeyError, OSError, ImportError, ArithmeticError, TypeError, RuntimeError) as error:
        what = f"transformers cannot build it ({first_line(error)})"
        raise base_error(model_name, what, "check that its model_type is supported") from error


def _pieces(model: Any, tensors: Mapping[str, Stored]) -> tuple[dict[str, tuple[Piece, ...]], dict[str, str]]:
    """(pieces of each parameter, parameters that are converted otherwise)."""
    from transformers.conversion_mapping import get_model_conversion_mapping
    from transformers.core_model_loading import WeightConverter, WeightRenaming, rename_source_key

    mapping = get_model_conversion_mapping(model)
    renamings = [item for item in mapping if isinstance(item, WeightRenaming)]
    converters = [item for item in mapping if isinstance(item, WeightConverter)]
    known = dict.fromkeys(model.state_dict(), True)
    plain = dict[str, tuple[Piece, ...]]()
    experts = dict[str, list[tuple[int, int, str]]]()
    converted = dict[str, str]()
    for tensor in tensors:
        parameter, pattern = rename_source_key(tensor, renamings, converters, model.base_model_prefix, known)
        if pattern is None:
            plain[parameter] = (Piece(tensor),)
            continue
        converter = next(c for c in converters if pattern in c.source_patterns)
        number = re.search(re.escape(pattern).replace(r"\*", r"(\d+)"), tensor)
        steps = [type(step).__name__ for step in converter.operations]
        if number is None or number.lastindex != 1 or not _stacks(converter.operations):
            converted[parameter] = " and ".join(steps)
            continue
        order = (int(number[1]), list(converter.source_patterns).index(pattern), tensor)
        experts.setdefault(parameter, []).append(order)
    stacked = {parameter: _stack(parts, tensors) for parameter, parts in experts.items()}
    return {**plain, **stacked}, converted


def _stacks(operations: Any) -> bool:
    """Whether a conversion only stacks the experts' matrices, perhaps several of one expert below one another."""
    steps = [(type(step).__name__, getattr(step, "dim", None)) for step in operations]
    return steps in ([("MergeModulelist", 0)], [("MergeModulelist", 0), ("Concatenate", 1)])


def _stack(parts: list[tuple[int, int, str]], tensors: Mapping[str, Stored]) -> tuple[Piece, ...]:
    """The pieces of a stack, from (expert, place within the expert, tensor)."""
    found, expert, row = [], -1, 0
    for number, _, tensor in sorted(parts):
        row = row if number == expert else 0
        expert, height = number, tensors[tensor].shape[0]
        found.append(Piece(tensor, expert, (row, row + height)))
        row += height
    return tuple(found)
