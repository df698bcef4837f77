"""An adapter in PEFT's layout as data: what its files say is changed where. Reads headers only, imports no torch.

Names follow PEFT 0.21: `base_model.model.MODULE.lora_A.weight` and its relatives (peft/tuners/lora/layer.py).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tune.errors import MergeError, Problem
from tune.modelfiles import ADAPTER_CONFIG, ADAPTER_WEIGHTS, Stored, read_header

IN_MEMORY = "PEFT itself may be able to: export.in_memory: true, or tune export --in-memory"
"""The way out for an adapter that is not merged tensor by tensor."""

INITS = (True, False, "gaussian", "eva", "orthogonal")
"""Values of init_lora_weights that leave the base's weights alone. Others (pissa, olora, corda, loftq, ...) change them
when the adapter is loaded, so the adapter belongs to weights that are in no file."""
UNDERSTOOD = {
    "alpha_pattern", "auto_mapping", "base_model_name_or_path", "bias", "corda_config",
    "eva_config", "exclude_modules", "fan_in_fan_out", "inference_mode", "init_lora_weights", "layers_pattern",
    "layers_to_transform", "lora_alpha", "lora_bias", "lora_dropout", "lora_ga_config", "loftq_config",
    "modules_to_save", "peft_type", "peft_version", "qalora_group_size", "r", "rank_pattern", "revision",
    "runtime_config", "target_modules", "target_parameters", "task_type", "trainable_token_indices", "use_dora",
    "use_rslora", "megatron_core",
}  # fmt: skip
"""Keys of adapter_config.json that are followed, or that change nothing once the adapter is trained. Any other key must
be empty: a method that came later than this list is refused, not ignored."""

_PREFIX = "base_model.model."
_PARTS = (
    (re.compile(r"^(?P<module>.+)\.lora_(?P<part>[AB])\.weight$"), "linear"),
    (re.compile(r"^(?P<module>.+)\.lora_B\.(?P<part>bias)$"), "linear"),
    (re.compile(r"^(?P<module>.+)\.lora_embedding_(?P<part>[AB])$"), "embedding"),
    (re.compile(r"^(?P<module>.+)\.lora_(?P<part>magnitude)_vector(\.weight)?$"), "linear"),
)
_ROWS = re.compile(r"^(?P<module>.+)\.token_adapter\.trainable_tokens_delta$")


@dataclass
class Factors:
    """The tensors of one adapted place: `A`, `B`, perhaps `bias` of B and DoRA's `magnitude`."""

    module: str
    """The module's name in the model."""
    depth: int
    """How many other adapted parameters of the same module wrap this one (`target_parameters`)."""
    embedding: bool = False
    parts: dict[str, Stored] = field(default_factory=dict)


@dataclass(frozen=True)
class AdapterFiles:
    """Everything that the two files of an adapter say."""

    folder: Path
    config: dict[str, Any]
    factors: tuple[Factors, ...]
    whole: dict[str, Stored]
    """Parameters of the model that the adapter replaces as a whole: modules_to_save, biases, saved embeddings."""
    rows: dict[str, Stored]
    """Modules of which it replaces single rows: trainable_token_indices."""
    bytes: int
    """Of all its tensors."""

    def rank(self, key: str) -> int:
        """The rank at a module or parameter, by rank_pattern."""
        return int(_by_pattern(self.config.get("rank_pattern"), key, self.config["r"]))

    def scaling(self, key: str) -> float:
        """What the product of the factors is multiplied by: alpha / r, or alpha / sqrt(r) with rsLoRA."""
        alpha, rank = _by_pattern(self.config.get("alpha_pattern"), key, self.config["lora_alpha"]), self.rank(key)
        return float(alpha / math.sqrt(rank) if self.config.get("use_rslora") else alpha / rank)


def _by_pattern(patterns: dict[str, Any] | None, key: str, default: Any) -> Any:
    """The value of the first pattern that matches the end of `key`, as PEFT reads them."""
    for pattern, value in (patterns or {}).items():
        if re.match(rf"(.*\.)?({pattern})$", key):
            return value
    return default


def read_adapter(folder: Path) -> AdapterFiles:
    """Reads config and header of an adapter. Raises MergeError for what cannot be read or is not understood."""
    config, tensors = _config(folder), _header(folder)
    problems = list(_not_understood(folder, config))
    factors: dict[tuple[str, int], Factors] = {}
    whole, rows = dict[str, Stored](), dict[str, Stored]()
    for name, tensor in tensors.items():
        key = name.removeprefix(_PREFIX)
        match = _part(key)
        if match is not None:
            module, part, embedding = match
            depth, plain = module.split(".").count("base_layer"), _without_base_layer(module)
            place = factors.setdefault((plain, depth), Factors(plain, depth))
            place.embedding |= embedding
            place.parts[part] = tensor
        elif (found := _ROWS.match(key)) is not None:
            rows[_without_base_layer(found["module"])] = tensor
        else:
            whole[_without_base_layer(key.replace(".modules_to_save.", "."))] = tensor
    problems += [
        _refused(folder, f"{place.module} has no lora_{part} in {ADAPTER_WEIGHTS}")
        for place in factors.values()
        for part in "AB"
        if part not in place.parts
    ]
    if problems:
        raise MergeError(problems)
    size = sum(tensor.bytes for tensor in tensors.values())
    return AdapterFiles(folder, config, tuple(factors.values()), whole, rows, size)


def _part(key: str) -> tuple[str, str, bool] | None:
    """(module, part, whether of an embedding) of a tensor of LoRA; None for others."""
    for pattern, kind in _PARTS:
        found = pattern.match(key)
        if found:
            return found["module"], found["part"], kind == "embedding"
    return None


def _without_base_layer(name: str) -> str:
    return ".".join(part for part in name.split(".") if part != "base_layer")


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MergeError(
            Problem(
                "adapter",
                f"there is no {ADAPTER_CONFIG}",
                "give the folder of an adapter in PEFT's layout",
                str(folder),
            )
        ) from None
    except (ValueError, OSError):
        raise MergeError(
            Problem("adapter", "cannot be read as JSON", "copy the adapter again", str(folder / ADAPTER_CONFIG))
        ) from None
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        kind = config.get("peft_type") if isinstance(config, dict) else None
        raise MergeError(_refused(folder, f"its peft_type is {kind!r}, and only LORA is merged tensor by tensor"))
    wrong = list(_wrong(config))
    if wrong:
        fix = "copy the adapter again, or ask who made it"
        raise MergeError([Problem("adapter", what, fix, str(folder / ADAPTER_CONFIG)) for what in wrong])
    return config


def _wrong(config: dict[str, Any]) -> Iterator[str]:
    """Ranks and scalings that are none: PEFT does not write them, damage and hands do."""

    def is_rank(value: Any) -> bool:
        return type(value) is int and value > 0

    def is_alpha(value: Any) -> bool:
        return type(value) in (int, float) and math.isfinite(value)

    for key, pattern, fits in (("r", "rank_pattern", is_rank), ("lora_alpha", "alpha_pattern", is_alpha)):
        if not fits(config.get(key)):
            yield f"{key} is {config.get(key)!r}"
        patterns = config.get(pattern) or {}
        if not isinstance(patterns, dict) or not all(fits(value) and _compiles(key) for key, value in patterns.items()):
            yield f"{pattern} is {patterns!r:.100}"


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _header(folder: Path) -> dict[str, Stored]:
    try:
        return read_header(folder / ADAPTER_WEIGHTS)
    except FileNotFoundError:
        what = f"there is no {ADAPTER_WEIGHTS}; pickled adapters are not loaded, because they can run code"
        raise MergeError(
            Problem("adapter", what, "save it with PEFT's save_pretrained, which writes safetensors", str(folder))
        ) from None
    except ValueError as error:
        raise MergeError(Problem("adapter", str(error), "copy the adapter again", str(folder))) from None


def _not_understood(folder: Path, config: dict[str, Any]) -> list[Problem]:
    """What the config asks for that is not merged here."""
    found = [f"{key} is set" for key, value in sorted(config.items()) if value and key not in UNDERSTOOD]
    init = config.get("init_lora_weights", True)
    if not any(init is known or init == known for known in INITS):
        found.append(f"init_lora_weights is {init!r}: it changes the base's weights when the adapter is loaded")
    return [_refused(folder, what) for what in found]


def _refused(folder: Path, what: str) -> Problem:
    return Problem("adapter", what, IN_MEMORY, str(folder / ADAPTER_CONFIG))
