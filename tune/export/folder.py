"""The folder of a merged model: its weights, and the base's config, tokenizer and template as they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tune import models
from tune.export.merge import Merged, merge
from tune.export.names import skeleton
from tune.export.proof import Subject
from tune.files import readable, write_json
from tune.modelfiles import deciding_files, stored_quantization
from tune.records import BaseRecord


def write_merged(subject: Subject, to: Path, into: str) -> Merged:
    """Merges tensor by tensor into the folder `to`, with all that a model needs to be loaded.

    `into` is `base`, or `nf4`: the values that a QLoRA base has after quantization. Raises what `merge` does.
    """
    base = Path(subject.base.folder)
    written = merge(base, subject.adapter, to, subject.base.model, nf4=into == "nf4")
    _copy_others(base, to)
    if not (to / "config.json").is_file():
        shutil.copyfile(base / "config.json", to / "config.json")
    _edit_config(to / "config.json", subject.base, untie=written.unties)
    return written


def write_in_memory(subject: Subject, to: Path) -> None:
    """PEFT's own merge, for what is not merged tensor by tensor: the whole model is held in the base's storage type."""
    dtype = "bfloat16" if subject.base.dtype == "BF16" else "float32"
    device = subject.device.model_copy(update={"kind": "cpu"})
    base = models.load_base(subject.base, device, dtype, quantize="none")
    folder = Path(subject.base.folder)
    merged = models.load_adapter(base, subject.adapter, subject.base).merge_and_unload(safe_merge=True)
    if stored_quantization(
        folder, subject.base.model
    ):  # transformers would save it under the names of the quantized parts
        plain = skeleton(folder, subject.base.model)
        plain.load_state_dict(merged.state_dict(), assign=True)
        merged = plain
    merged.save_pretrained(str(to))
    _copy_others(folder, to)
    _edit_config(to / "config.json", subject.base, untie=False)
    readable(to)


def _copy_others(base: Path, to: Path) -> None:
    """Tokenizer, template and generation settings travel as they are: written again they are not always the same."""
    for name in deciding_files(base):
        if name != "config.json" and not name.endswith((".safetensors", ".safetensors.index.json")):
            shutil.copyfile(base / name, to / name)


def _edit_config(config: Path, base: BaseRecord, untie: bool) -> None:
    """No path of this machine in the config, and the truth about tied embeddings."""
    write_json(config, edited(json.loads(config.read_text(encoding="utf-8")), base.repo, untie))


def edited(content: dict[str, Any], repo: str | None, untie: bool) -> dict[str, Any]:
    """The config of the merged model from that of the base, whose public name is `repo`."""
    content = {name: value for name, value in content.items() if name != "_name_or_path"}
    if repo:
        content["_name_or_path"] = repo
    if untie:
        content["tie_word_embeddings"] = False
        if isinstance(content.get("text_config"), dict):
            content["text_config"] = {**content["text_config"], "tie_word_embeddings": False}
    return content
