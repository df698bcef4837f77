"""Level 0: the adapter's config says what the recipe asked for and what its weights are made for. Digests alone do not: a
scaling changed in the file, with its digest, makes another model of the same weights."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tune.modelfiles import ADAPTER_CONFIG, ADAPTER_WEIGHTS, read_header

Json = dict[str, Any]

OPEN = ("auto_mapping", "fan_in_fan_out", "inference_mode", "megatron_core", "peft_version", "qalora_group_size")
"""Keys that change nothing of a trained adapter, or that PEFT sets by itself."""
FACTOR = re.compile(r"base_model\.model\.(.+?)(\.base_layer)*\.lora_[AB]\.weight")


def faults(folder: Path, manifest: Json) -> Iterator[str]:
    """Where adapter_config.json is not what tune writes for this recipe; of an adapter that went on from another one, and of
    other kinds of model, nothing is said."""
    recipe = manifest["recipe"]["resolved"]["value"]
    asked = recipe["train"]["adapter"]
    if manifest["subject"]["kind"] != "adapter" or asked["start_from"] is not None:
        return
    if not all((folder / name).is_file() for name in (ADAPTER_CONFIG, ADAPTER_WEIGHTS)):
        return  # missing, or a folder: said elsewhere
    config, tensors = json.loads((folder / ADAPTER_CONFIG).read_bytes()), read_header(folder / ADAPTER_WEIGHTS)
    base = manifest["base"]
    wanted = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "bias": "none",
        "init_lora_weights": True,
        "r": asked["rank"],
        "lora_alpha": asked["alpha"],
        "lora_dropout": asked["dropout"],
        "base_model_name_or_path": base["repo"]["value"] or "",
        "revision": base["commit"]["value"],
    }
    for key, value in sorted(config.items()):
        if key in wanted:
            if value != wanted[key] or (type(value) is bool) != (type(wanted[key]) is bool):
                yield f"{ADAPTER_CONFIG}: {key} is {value!r:.60}, and the recipe makes it {wanted[key]!r}"
        elif value and key not in (*OPEN, "target_modules", "target_parameters"):
            yield f"{ADAPTER_CONFIG}: {key} is {value!r:.60}, which no recipe asks for"
    yield from (f"{ADAPTER_CONFIG}: {key} is missing" for key in wanted if key not in config)
    yield from _unreached(config, tensors)


def _unreached(config: Json, tensors: Json) -> Iterator[str]:
    """Weights that PEFT would leave out, because their layer is none of the targets."""
    modules, parameters = config.get("target_modules") or (), config.get("target_parameters") or ()
    for name in tensors:
        found = FACTOR.fullmatch(name)
        module = found[1] if found else name
        reached = (
            re.fullmatch(modules, module) is not None
            if isinstance(modules, str)
            else any(module == target or module.endswith(f".{target}") for target in modules)
        )
        reached |= any(f".{module}".endswith("." + target.rpartition(".")[0]) for target in parameters)
        if not reached:
            yield f"{ADAPTER_CONFIG}: {module} has weights, and is no target"
            return
