"""Level 0: numbers of the manifest that follow from others, and from the header of the weights."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tune import operations
from tune.disclose import looked
from tune.modelfiles import ADAPTER_CONFIG, ADAPTER_WEIGHTS, TOKENIZER, read_header

Json = dict[str, Any]


def faults(folder: Path, manifest: Json) -> Iterator[str]:
    """Sums, shares and formulas that do not close."""
    yield from _of_the_rows(manifest)
    yield from looked.faults(manifest)
    if manifest["consumption"] is not None:  # else trained elsewhere: nothing is claimed
        yield from _of_the_training(manifest)
    yield from _of_the_weights(folder, manifest)
    yield from _of_the_tokenizer(manifest)
    names = {file["name"] for file in manifest["subject"]["files"]}
    kind = "adapter" if ADAPTER_CONFIG in names else "merged" if "adapter" in manifest else "base"
    if manifest["subject"]["kind"] != kind:
        yield f"subject: by its files it is of the kind {kind}"


def _of_the_rows(manifest: Json) -> Iterator[str]:
    for source in manifest["sources"]:
        rows = {name: part["value"] for name, part in source["rows"].items()}
        tokens = {name: part["value"] for name, part in source["tokens"].items()}
        if rows["loaded"] != rows["kept"] + sum(rows["dropped"].values()):
            yield f"{source['name']}: rows loaded are not rows kept and dropped"
        if not 0 <= rows["trained"] <= rows["kept"] or (source["split"] == "eval" and rows["trained"]):
            yield f"{source['name']}: rows trained on are not among the rows kept for training"
        if not 0 <= tokens["loss"] <= tokens["input"]:
            yield f"{source['name']}: more loss tokens than tokens"
        if source["share_of_loss_tokens"]["value"] != round(tokens["loss"] / tokens["input"], 6):
            yield f"{source['name']}: the share of loss tokens is not loss / input"
    left_out = [(s["name"], why, n) for s in manifest["sources"] for why, n in s["rows"]["dropped"]["value"].items()]
    filtered = [(f["source"], f["reason"], f["rows"]["value"]) for f in manifest["filters"]]
    for name in dict.fromkeys(entry[0] for entry in (*left_out, *filtered)):
        own = [sorted((e for e in entries if e[0] == name), key=str) for entries in (left_out, filtered)]
        if own[0] != own[1]:
            yield f"{name}: filters and dropped rows disagree"
    languages = manifest.get("languages", {"value": {}})["value"]
    if sum(languages.values()) > 1 + 0.0005 * len(languages):  # each is rounded to three decimals
        yield "languages: the shares are more than the whole"


def _of_the_training(manifest: Json) -> Iterator[str]:
    fed = {name: part["value"] for name, part in manifest["consumption"].items() if name != "salted"}
    if (
        not fed["distinct_examples"] <= fed["examples"]
        or not fed["loss_tokens"] <= fed["input_tokens"]
        or fed["optimizer_steps"] < 1
    ):
        yield "consumption: more distinct examples than examples, or more loss tokens than tokens"
    # A source that is fed in blocks, as in pretraining, has no examples of its own.
    examples = sum(
        s["rows"].get("examples", s["rows"]["trained"])["value"] for s in manifest["sources"] if s["split"] == "train"
    )
    if examples < fed["distinct_examples"]:
        yield "consumption: more distinct examples than the rows gave"
    facts = {fact["name"]: fact["is"]["value"] for fact in manifest["procedure"]}
    if "flop" in fed and "trainable_parameters" in facts and manifest["base"] is not None:
        frozen, trained = manifest["base"]["active_parameters"]["value"], facts["trainable_parameters"]
        wanted = operations.flop(fed["input_tokens"], frozen, trained, facts)
        if fed["flop"] != wanted:
            yield f"consumption: flop is not what the formula gives ({wanted:.6g})"
    steps = [entry["step"] for entry in manifest.get("checkpoints", [])]
    if steps != sorted(set(steps)) or any(not 0 < step <= fed["optimizer_steps"] for step in steps):
        yield "checkpoints: their steps do not rise from 1 to the last one"
    last = [entry for entry in manifest.get("checkpoints", []) if entry["step"] == fed["optimizer_steps"]]
    if last and last[0]["order_root"]["value"] != fed["order_root"]:
        yield "checkpoints: the order_root of the last step is not that of the consumption"
    if fed.get("interruptions", 0) < len(manifest["environment"].get("breaks", {"value": []})["value"]):
        yield "environment: more breaks than interruptions"


def _of_the_weights(folder: Path, manifest: Json) -> Iterator[str]:
    """Sizes that stand in the header of the adapter."""
    path = folder / ADAPTER_WEIGHTS
    if manifest["subject"]["kind"] != "adapter" or manifest["consumption"] is None or not path.is_file():
        return
    try:
        tensors = read_header(path)
    except ValueError as error:
        yield str(error)
        return
    parameters = sum(math.prod(tensor.shape) for tensor in tensors.values())
    said = {fact["name"]: fact["is"]["value"] for fact in manifest["procedure"]}
    if said["trainable_parameters"] != parameters:
        yield f"procedure: {ADAPTER_WEIGHTS} has {parameters} parameters"
    visited = manifest["base"]["experts_per_token"]["value"] if manifest["base"] is not None else 0
    experts = operations.of_experts(tensors, visited)
    if {name: said[name] for name in operations.ExpertSizes._fields if name in said} != experts:
        yield f"procedure: what {ADAPTER_WEIGHTS} holds for experts is {experts}"
    loaded = manifest["export"] and manifest["export"]["adapter"]
    if loaded and (loaded["tensors"]["value"], loaded["parameters"]["value"]) != (len(tensors), parameters):
        yield f"export: {ADAPTER_WEIGHTS} has {len(tensors)} tensors and {parameters} parameters"
    shas = {file["sha256"] for file in manifest["subject"]["files"]}
    last = manifest["consumption"]["optimizer_steps"]["value"]
    if any(c["step"] == last and c["adapter_sha256"]["value"] not in shas for c in manifest.get("checkpoints", [])):
        yield "checkpoints: the adapter of the last step is not the one in this folder"


def _of_the_tokenizer(manifest: Json) -> Iterator[str]:
    """Files that travel from the base as they are."""
    if manifest["base"] is None:
        return
    of_base = {file["name"]: file["sha256"] for file in manifest["base"]["files"]}
    for file in manifest["subject"]["files"]:
        travels = file["name"] in (*TOKENIZER, "generation_config.json")
        if travels and of_base.get(file["name"]) != file["sha256"]:
            yield f"{file['name']} is not the one that the base is said to have"
