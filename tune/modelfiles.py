"""The files of a model folder: which of them decide what the model is, safetensors headers, the chat template."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any, NamedTuple

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

ADAPTER_CONFIG, ADAPTER_WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
"""The files of an adapter in PEFT's layout."""

MANIFEST = "disclosure/manifest.json"
"""What was disclosed of a model, in its folder."""

TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "tokenizer.model",
    "special_tokens_map.json",
    "chat_template.jinja",
)
"""Files of the tokenizer. They travel as they are: a tokenizer written again is not always the same."""

LEFT_OUT: dict[str, dict[str, Any]] = {
    "gemma3_text": {"vocab_size": 262_208, "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256}
}
"""By the language model's type: sizes that its publisher's config.json leaves out where they are the defaults of transformers
(models/*/configuration_*.py of the pinned version)."""

SIZES = (
    "hidden_size",
    "intermediate_size",
    "intermediate_size_mlp",
    "moe_intermediate_size",
    "num_hidden_layers",
    "num_attention_heads",
    "num_key_value_heads",
    "num_global_key_value_heads",
    "head_dim",
    "global_head_dim",
    "vocab_size",
    "q_lora_rank",
    "kv_lora_rank",
    "qk_nope_head_dim",
    "qk_rope_head_dim",
    "v_head_dim",
    "interleave_moe_layer_step",
    "sliding_window_pattern",
    "image_size",
    "patch_size",
    "position_embedding_size",
)
COUNTS = (
    "num_experts",
    "num_local_experts",
    "n_routed_experts",
    "n_shared_experts",
    "num_experts_per_tok",
    "top_k_experts",
    "experts_per_token",
    "first_k_dense_replace",
    "decoder_sparse_step",
    "sliding_window",
    "attention_chunk_size",
)
"""Keys of a config.json that hold whole numbers; SIZES are 1 at least. Either may be null where the family has a default."""
LARGEST, MOST_LAYERS = 10**9, 10_000
FROM_THE_MODEL = "take the config.json of the model itself"
MAX_HEADER_BYTES = 100 << 20
"""safetensors' own limit for the header."""


def deciding_files(folder: Path) -> list[str]:
    """Names of the deciding files that are there, sorted."""
    return sorted({path.name for pattern in DECIDING for path in folder.glob(pattern)})


def language(config: dict[str, Any]) -> dict[str, Any]:
    """The part of a config.json that describes the language model, with the sizes that are left out of it filled in; what is
    null is left out."""
    text = {name: value for name, value in config.get("text_config", config).items() if value is not None}
    return {**LEFT_OUT.get(str(text.get("model_type")), {}), **text}


def check_sizes(config: dict[str, Any], model: str) -> None:
    """Raises BaseModelError for a config.json whose numbers cannot be those of a model."""
    for part in ("text_config", "vision_config"):
        if not isinstance(config.get(part, {}), dict):
            raise base_error(model, f"config.json has {part}, which is no object", FROM_THE_MODEL)
    text = language(config)
    for section in (text, config.get("vision_config", {})):
        for key in (*SIZES, *COUNTS):
            value, least = section.get(key), int(key in SIZES)
            whole = isinstance(value, int) and not isinstance(value, bool)
            if value is not None and not (whole and least <= value <= LARGEST):
                what = f"config.json has {key}: {json.dumps(value)}, and it must be a whole number from {least} to {LARGEST}"
                raise base_error(model, what, FROM_THE_MODEL)
    layers, types = text.get("num_hidden_layers") or 0, text.get("layer_types")
    if layers > MOST_LAYERS:
        raise base_error(model, f"config.json has {layers} layers, more than {MOST_LAYERS}", FROM_THE_MODEL)
    if types is not None and (not isinstance(types, list) or len(types) < layers):
        raise base_error(model, f"layer_types of config.json is no list of {layers} layers", FROM_THE_MODEL)


TOGETHER = "download the base again; its config.json and its weights have to belong together"
"""What to do about files that are not those of the model that config.json describes."""


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


def stored_quantization(folder: Path, model: str) -> str | None:
    """How the weights of a model folder are quantized, as its config names the method (`mxfp4`, `fp8`, ...); None where
    they are not."""
    config = read_json(folder, "config.json", model)
    found = config.get("quantization_config") or config.get("text_config", {}).get("quantization_config")
    return str(found.get("quant_method")) if isinstance(found, dict) else None


class Stored(NamedTuple):
    """One tensor of a safetensors file: where its bytes lie and how they are read."""

    dtype: str
    """As safetensors names it: BF16, F32, ..."""
    shape: tuple[int, ...]
    file: str
    start: int
    """Offset of its first byte from the beginning of the file."""
    bytes: int


BYTES = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2", "F8_E8M0"), 1),
    **dict.fromkeys(("I16", "U16", "F16", "BF16"), 2),
    **dict.fromkeys(("I32", "U32", "F32"), 4),
    **dict.fromkeys(("I64", "U64", "F64"), 8),
}
"""Of one number, by storage type; of types that are not here the length is taken as it comes."""
INDEX = "model.safetensors.index.json"


def weight_files(folder: Path, model: str) -> list[str]:
    """Names of the safetensors files that are the model, sorted: those that the index names, else model.safetensors,
    else all that are there. Some publishers put the same weights beside them in another layout. Raises BaseModelError for weights in another form and for missing shards."""
    found = sorted(path.name for path in folder.glob("*.safetensors"))
    if not found:
        pickled = sorted(p.name for p in (*folder.glob("*.bin"), *folder.glob("*.pt"), *folder.glob("*.pth")))
        what = f"only pickled weights ({pickled[0]}), which can run code when loaded" if pickled else "no weights"
        raise base_error(
            model,
            f"{what}: no *.safetensors file",
            "use a base that has safetensors, or convert it with its publisher's tool",
        )
    places = optional_json(folder, INDEX, model).get("weight_map", {})
    if not isinstance(places, dict) or not all(isinstance(name, str) for name in places.values()):
        raise base_error(model, f"{INDEX} has no weight_map from tensors to files", "download or copy it again")
    wanted = sorted(set(places.values()))
    missing = [name for name in wanted if name not in found]
    if missing:
        raise base_error(
            model,
            f"{len(missing)} of {len(wanted)} weight files are missing, e.g. {missing[0]}",
            "download the base again",
        )
    if wanted:
        return wanted
    return ["model.safetensors"] if "model.safetensors" in found else found


def read_headers(folder: Path, model: str) -> dict[str, Stored]:
    """Every tensor of a model folder by name, file by file in the order of their bytes; no weight is read.

    Raises BaseModelError for weights in another form, missing shards and damaged or shortened files.
    """
    tensors: dict[str, Stored] = {}
    for name in weight_files(folder, model):
        try:
            found = read_header(folder / name)
        except ValueError as error:
            raise base_error(model, str(error), "download or copy it again") from None
        tensors.update(found)
    return tensors


def read_header(path: Path) -> dict[str, Stored]:
    """The tensors of one safetensors file, in the order of their bytes. Raises ValueError when it is damaged, shortened, or
    when its header cannot be true: tensors lie side by side, each as long as its shape and type say.

    Format: 8 bytes little-endian header length, then JSON (https://huggingface.co/docs/safetensors).
    """
    damaged = f"{path.name} is not a safetensors file, or is damaged"
    with path.open("rb") as file:
        try:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > MAX_HEADER_BYTES:
                raise ValueError("header too long")
            header = json.loads(file.read(length))
            found = [_stored(path.name, 8 + length, e) for name, e in header.items() if name != "__metadata__"]
        except (struct.error, ValueError, KeyError, TypeError, AttributeError, IndexError):
            raise ValueError(damaged) from None
    names = [name for name in header if name != "__metadata__"]
    tensors = dict(sorted(zip(names, found, strict=True), key=lambda item: (item[1].start, item[1].bytes)))
    end = 8 + length
    for name, tensor in tensors.items():
        wide = BYTES.get(tensor.dtype)
        if tensor.start != end or (wide is not None and tensor.bytes != wide * math.prod(tensor.shape)):
            raise ValueError(f"{damaged}: its header and the place of {name} do not agree")
        end += tensor.bytes
    if path.stat().st_size != end:
        raise ValueError(f"{path.name} has {path.stat().st_size} bytes and should have {end}")
    return tensors


def _stored(file: str, start: int, entry: dict[str, Any]) -> Stored:
    """One entry of a header, whose bytes are counted from `start`. Raises what a strange one makes of it."""
    first, last = entry["data_offsets"]
    shape = tuple(entry["shape"])
    if not all(type(n) is int and n >= 0 for n in (*shape, first, last - first)):
        raise ValueError("no shape, or no place")
    return Stored(str(entry["dtype"]), shape, file, start + first, last - first)


def chat_template(folder: Path) -> str | None:
    """The chat template of a base: chat_template.jinja, or the one inside tokenizer_config.json. Raises BaseModelError for
    what is no text."""
    if (folder / "chat_template.jinja").is_file():
        try:
            return (folder / "chat_template.jinja").read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise base_error(folder.name, "chat_template.jinja is not UTF-8", "download or copy it again") from None
    found = optional_json(folder, "tokenizer_config.json", folder.name).get("chat_template")
    if isinstance(found, list):  # several named templates; "default" is the one that is used
        found = next((t["template"] for t in found if t["name"] == "default"), None)
    return found if isinstance(found, str) else None
