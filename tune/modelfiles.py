"""The files of a model folder: which of them decide what the model is, safetensors headers, the chat template."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

from tune.errors import BaseModelError, Problem

DECIDING = (
    "*.safetensors",
    "*.safetensors.index.json",
    "config.json",
    "generation_config.json",
    "tokenizer*.json",
    "special_tokens_map.json",
    "chat_template.jinja",
    "*.model",
)
"""The files of a base folder that decide what the model is and says."""

TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "chat_template.jinja",
)
"""Files of the tokenizer. They travel as they are: a tokenizer written again is not always the same."""

MAX_HEADER_BYTES = 100 << 20
"""safetensors' own limit for the header."""


def deciding_files(folder: Path) -> list[str]:
    """Names of the deciding files that are there, sorted."""
    return sorted({path.name for pattern in DECIDING for path in folder.glob(pattern)})


def base_error(model: str, what: str, fix: str) -> BaseModelError:
    """The complaint about a base; `model` is its name in the recipe."""
    return BaseModelError(Problem("base", f"{model}: {what}", fix, key="base.model"))


def read_json(folder: Path, name: str, model: str) -> dict[str, Any]:
    """A JSON object of a model folder. Raises BaseModelError when it is missing or damaged."""
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise base_error(
            model, f"has no {name}", "give the folder of a whole model, as save_pretrained writes it"
        ) from None
    except (ValueError, OSError):
        raise base_error(model, f"{name} cannot be read as JSON", "download or copy it again") from None
    if not isinstance(found, dict):
        raise base_error(model, f"{name} is not a JSON object", "download or copy it again")
    return found


def optional_json(folder: Path, name: str, model: str) -> dict[str, Any]:
    """As `read_json`, but an absent file is an empty object."""
    return read_json(folder, name, model) if (folder / name).is_file() else {}


def read_headers(folder: Path, model: str) -> dict[str, tuple[str, list[int]]]:
    """(dtype, shape) of every tensor, by name, from all safetensors files of a folder.

    Format: 8 bytes little-endian header length, then JSON (https://huggingface.co/docs/safetensors). Raises
    BaseModelError for weights in another form, missing shards and damaged or shortened files.
    """
    shards = sorted(folder.glob("*.safetensors"))
    if not shards:
        pickled = sorted(p.name for p in (*folder.glob("*.bin"), *folder.glob("*.pt"), *folder.glob("*.pth")))
        what = f"only pickled weights ({pickled[0]}), which can run code when loaded" if pickled else "no weights"
        raise base_error(
            model,
            f"{what}: no *.safetensors file",
            "use a base that has safetensors, or convert it with its publisher's tool",
        )
    index = "model.safetensors.index.json"
    wanted = set(optional_json(folder, index, model).get("weight_map", {}).values())
    missing = sorted(wanted - {p.name for p in shards})
    if missing:
        raise base_error(
            model,
            f"{len(missing)} of {len(wanted)} weight files are missing, e.g. {missing[0]}",
            "download the base again",
        )
    tensors: dict[str, tuple[str, list[int]]] = {}
    for shard in shards:
        with shard.open("rb") as file:
            try:
                (length,) = struct.unpack("<Q", file.read(8))
                if length > MAX_HEADER_BYTES:
                    raise ValueError("header too long")
                header = json.loads(file.read(length))
                entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
                tensors.update({name: (entry["dtype"], entry["shape"]) for name, entry in entries.items()})
                end = max((entry["data_offsets"][1] for entry in entries.values()), default=0)
            except (struct.error, ValueError, KeyError, TypeError, AttributeError):
                raise base_error(
                    model, f"{shard.name} is not a safetensors file, or is damaged", "download or copy it again"
                ) from None
        if shard.stat().st_size != 8 + length + end:
            raise base_error(
                model,
                f"{shard.name} has {shard.stat().st_size} bytes and should have {8 + length + end}",
                "download or copy it again",
            )
    return tensors


def chat_template(folder: Path) -> str | None:
    """The chat template of a base: chat_template.jinja, or the one inside tokenizer_config.json."""
    if (folder / "chat_template.jinja").is_file():
        return (folder / "chat_template.jinja").read_text(encoding="utf-8")
    found = optional_json(folder, "tokenizer_config.json", folder.name).get("chat_template")
    if isinstance(found, list):  # several named templates; "default" is the one that is used
        found = next((t["template"] for t in found if t["name"] == "default"), None)
    return found if isinstance(found, str) else None
