"""The base stage: which model exactly, by commit and by bytes, without loading it."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable
from itertools import chain, count
from pathlib import Path
from typing import Any

import yaml

from tune import hub, operations
from tune.digest import digest, file_sha256
from tune.errors import BaseModelError, Problem
from tune.files import remembered_sha256
from tune.licenses import recognize
from tune.modelfiles import (
    Stored,
    base_error,
    chat_template,
    check_sizes,
    deciding_files,
    language,
    optional_json,
    read_headers,
    read_json,
    stored_quantization,
)
from tune.recipe import Recipe
from tune.recipe.rules import is_hub_id
from tune.records import BaseRecord, FileDigest, LicenseFound, Shapes
from tune.run import Run, borrow, deciding, made, named_files
from tune.targets import EXPERTS, words


def inputs(run: Run) -> Any:
    """Everything that base.json depends on."""
    files = named_files(run.recipe, run.root, run.fresh)
    return {
        "base": deciding(run.recipe)["base"],
        "files": {n: d for n, d in files.items() if n.startswith(run.recipe.base.model + "/")},
    }


def base(run: Run) -> BaseRecord:
    """Resolves `base.model` and writes base.json. Raises BaseModelError for what cannot be adapted."""
    started = time.monotonic()
    section = run.recipe.base
    wanted = inputs(run)
    record = run.up_to_date(BaseRecord, wanted) or borrow(run, BaseRecord, wanted)
    if record is not None and Path(record.folder).is_dir():
        return record
    hub_id = is_hub_id(section.model, run.root)
    commit = hub.resolve_commit(section.model, section.revision) if hub_id else None
    folder = hub.fetch(section.model, commit) if commit else (run.root / section.model).resolve()
    found = inspect(folder, section.model, run.fresh)
    if stored_quantization(folder, section.model) is not None:
        _goes_with_mxfp4(run.recipe)
    record = BaseRecord(
        made=made(wanted, started),
        kind="hub" if hub_id else "folder",
        model=section.model,
        repo=section.model if hub_id else section.published_as,
        commit=commit,
        quantize=section.quantize,
        **found,
    )
    run.write(record)
    return record


def inspect(folder: Path, model: str, fresh: bool = False) -> dict[str, Any]:
    """What the files of a folder say of the model in them, as fields of BaseRecord; `model` is its name in messages, `fresh`
    as for `remembered_sha256`.

    Reads config.json, tokenizer and safetensors headers, never weights. Raises BaseModelError for what cannot be used.
    """
    config = read_json(folder, "config.json", model)
    check_sizes(config, model)
    text = language(config)
    tensors = read_headers(folder, model)
    stored = _values(tensors, stored_quantization(folder, model), model)
    numbers = {name: number for name, (_, number) in stored.items()}
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    sizes = _shapes(text, folder, model)
    stops, pad = _special_tokens(folder, config, model)
    names = deciding_files(folder)
    template = chat_template(folder)
    return {
        "folder": str(folder),
        "files": [
            FileDigest(name=n, bytes=(folder / n).stat().st_size, sha256=remembered_sha256(folder / n, fresh))
            for n in names
        ],
        "architecture": (config.get("architectures") or ["unknown"])[0],
        "model_type": config.get("model_type", "unknown"),
        "parameters": sum(numbers.values()),
        "active_parameters": operations.active(numbers, shapes, text),
        "experts_per_token": (any(map(operations.in_experts, shapes)) and operations.experts_visited(text)) or 0,
        "dtype": _usual(stored.values()),
        "shapes": sizes,
        "tokenizer_sha256": file_sha256(folder / "tokenizer.json"),
        "template_sha256": digest(template) if template is not None else None,
        "template_marks": template is not None and "{% generation" in template.replace("{%-", "{%"),
        "stop_token_ids": stops,
        "pad_token_id": pad,
        "license": license_of(folder),
    }


def _goes_with_mxfp4(recipe: Recipe) -> None:
    """What a recipe asks for must be possible with a base in MXFP4, the one quantized form that is trained on. Raises
    BaseModelError."""
    what = f"{recipe.base.model} is stored in MXFP4, which is turned into bf16 to be trained"
    if recipe.base.quantize != "none":
        what = f"{what} and not into {recipe.base.quantize}"
        raise BaseModelError(Problem("base", what, "set base.quantize: none", key="base.quantize"))
    if recipe.export.merge and not recipe.export.in_memory and EXPERTS in words(recipe.train.adapter.targets):
        what = f"{what}: adapted experts cannot be merged into its files one by one"
        fix = "set export.in_memory: true, which holds the whole model in bf16; or export.merge: false"
        raise BaseModelError(Problem("base", what, fix, key="export.in_memory"))


WAYS_OUT = {
    "bitsandbytes": "take the base that it was made from, and set base.quantize: nf4",
    "fp8": "take a copy in bf16; the owners of DeepSeek-V3 ship a script that writes one, inference/fp8_cast_bf16.py",
}


def _usual(stored: Iterable[tuple[str, int]]) -> str:
    """The storage type of most numbers."""
    found = Counter[str]()
    for dtype, number in stored:
        found[dtype] += number
    return found.most_common(1)[0][0]


def _values(tensors: dict[str, Stored], quantization: str | None, model: str) -> dict[str, tuple[str, int]]:
    """By tensor of the files its storage type and how many numbers it holds. Those of MXFP4 count as the bf16 that they are
    turned into: a byte of `blocks` holds two of them, `scales` none.

    Raises BaseModelError for weights in another quantized form. Of FP8 in blocks transformers (5.23) guesses the size of
    a block from the number of scales, and is wrong where a matrix ends within a block, as in DeepSeek-V3.
    """
    if quantization not in (None, "mxfp4"):
        what = f"its weights are stored quantized ({quantization}), in a form that is not trained on"
        raise base_error(model, what, WAYS_OUT.get(quantization, "take the base that it was made from"))
    found = {}
    for name, tensor in tensors.items():
        if quantization and name.endswith("_blocks"):
            found[name] = "BF16", 2 * math.prod(tensor.shape)
        elif not (quantization and name.endswith("_scales")):
            found[name] = tensor.dtype, math.prod(tensor.shape)
    return found


def _shapes(config: dict[str, Any], folder: Path, model: str) -> Shapes:
    try:
        heads = config["num_attention_heads"]
        return Shapes(
            hidden_size=config["hidden_size"],
            intermediate_size=config.get("intermediate_size") or 4 * config["hidden_size"],
            layers=config["num_hidden_layers"],
            heads=heads,
            key_value_heads=config.get("num_key_value_heads") or heads,
            head_dim=config.get("head_dim") or config["hidden_size"] // heads,
            vocabulary=config["vocab_size"],
            tied_embeddings=bool(config.get("tie_word_embeddings", False)),
            max_positions=config.get("max_position_embeddings"),
        )
    except KeyError as missing:
        raise base_error(
            model, f"config.json of {folder.name} has no {missing}", "only decoder language models can be adapted"
        ) from None


def _special_tokens(folder: Path, config: dict[str, Any], model: str) -> tuple[tuple[int, ...], int]:
    """(stop token ids, pad token id). Stops are those of the generation config, of the config and of the tokenizer, in
    this order; the pad is a token that is never a stop, so that padding is never learned and stopping always is."""
    if not (folder / "tokenizer.json").is_file():
        raise base_error(
            model,
            "has no tokenizer.json",
            "use a base with a fast tokenizer, or save one with AutoTokenizer.from_pretrained(...).save_pretrained(...)",
        )
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # noqa: BLE001  # the library raises nothing narrower
        what = f"tokenizer.json is none that tokenizers reads ({error})"
        raise base_error(model, what, "download or copy it again") from None
    settings = optional_json(folder, "tokenizer_config.json", model)

    def identifier(token: Any) -> int | None:
        content = token["content"] if isinstance(token, dict) else token
        found: int | None = tokenizer.token_to_id(content) if isinstance(content, str) else None
        return found

    stops: list[int] = []
    for value in (
        optional_json(folder, "generation_config.json", model).get("eos_token_id"),
        config.get("eos_token_id"),
        identifier(settings.get("eos_token")),
    ):
        stops += [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, int) and v not in stops]
    if not stops:
        raise base_error(model, "names no stop token (eos_token)", "set eos_token_id in generation_config.json")
    candidates = [
        identifier(settings.get("pad_token")),
        config.get("pad_token_id"),
        identifier(settings.get("unk_token")),
        identifier(settings.get("bos_token")),
    ]
    pad = next(c for c in chain(candidates, count()) if isinstance(c, int) and c >= 0 and c not in stops)
    return tuple(stops), pad


def license_of(folder: Path) -> LicenseFound:
    """License tag of the card and license file of a model's or adapter's folder, as they are."""
    tag = file = sha = says = None
    card = folder / "README.md"
    if card.is_file():
        parts = card.read_text(encoding="utf-8", errors="replace").split("---\n")
        if len(parts) >= 3 and not parts[0].strip():
            try:
                front = yaml.safe_load(parts[1])
            except yaml.YAMLError:
                front = None
            if isinstance(front, dict) and isinstance(front.get("license"), str):
                tag = front["license"]
    for path in sorted(p for p in folder.glob("LICENSE*") if p.is_file()):
        file, sha = path.name, file_sha256(path)
        says = recognize(path.read_text(encoding="utf-8", errors="replace"))
        break
    return LicenseFound(tag=tag, file=file, file_sha256=sha, file_says=says)
