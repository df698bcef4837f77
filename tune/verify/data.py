"""Level 4: the data stage done again, from the rows and the recipe in the manifest; every count and root recomputed, and
with them what the optimizer must have been fed, in which order. Needs a CPU and the base's tokenizer; trains nothing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tune import base, receipt, sequences
from tune.data import stage as data
from tune.digest import canonical_json, file_sha256
from tune.disclose import salt
from tune.disclose.basis import measured
from tune.disclose.manifest import consumption, of_ledger, rows_trained
from tune.errors import UserError
from tune.files import write_text
from tune.plan.step import length, sequences_per_step
from tune.recipe import Recipe
from tune.recipe.schema import Source
from tune.records import BaseRecord, Ledger
from tune.rowfiles import files_of, pin
from tune.run import Run
from tune.sources import module_file
from tune.train.order import consumption_order
from tune.verify.claims import NEEDS_KEY, Claim, differences, judged, unchecked

Json = dict[str, Any]

TITLE = "every count and root follows from the data"
FED = ("optimizer_steps", "examples", "distinct_examples", "input_tokens", "loss_tokens", "examples_root", "order_root")
"""What of the consumption follows from rows, seed and steps."""


CONTAMINATION = "contamination"
"""The finding that follows from rows and prompts together."""


class Lacking(Exception):
    """Something that is needed is not at hand; the text says what, and how to give it."""


@dataclass(frozen=True)
class Rows:
    """What a reader has beside the manifest."""

    folder: Path | None
    """Where the rows are looked for; None for the places that the run recorded."""
    base: Path | None
    """The files of the base; None for where the run found them."""
    key: salt.RunKey | None = None
    """What digests of private sources are salted with."""


def claims(run: Run | None, manifest: Json, given: Rows) -> Iterator[Claim]:
    """What level 4 says. Raises BaseModelError for a folder that is no base."""
    with TemporaryDirectory(prefix="tune-verify-") as scratch:
        try:
            again, told = _prepared(run, manifest, given, Path(scratch))
        except Lacking as lack:
            yield unchecked(4, TITLE, str(lack))
            return
        try:
            data.data(again)
        except UserError as error:
            yield judged(4, TITLE, [f"the rows cannot be prepared as they were: {error}"], "")
            return
        yield from _compared(again, told, manifest, given.key)


def _prepared(run: Run | None, manifest: Json, given: Rows, scratch: Path) -> tuple[Run, Recipe]:
    """A run directory of its own with the base looked at and the rows in their places; and the recipe as it was told, whose
    paths the names of the sources follow from. Raises Lacking."""
    rows, base_folder = given.folder, given.base
    if run is not None:
        recipe, root = run.recipe, run.root
    elif "resolved" in manifest["recipe"]:
        told = canonical_json(manifest["recipe"]["resolved"]["value"])
        recipe, root = Recipe.model_validate_json(told), scratch
    else:
        raise Lacking("the manifest does not hold the recipe: needs the run directory")
    if base_folder is None and run is not None:
        recorded = Path(run.read(BaseRecord).folder)
        base_folder = recorded if recorded.is_dir() else None
    if base_folder is None:
        raise Lacking("needs the base, for its tokenizer: --base FOLDER")
    if rows is None and run is None and any(s.path is not None for s in (*recipe.data.train, *recipe.data.eval)):
        raise Lacking("needs the rows: --data FOLDER, a folder that holds the files that the card names")
    asked = recipe
    if rows is not None:
        root = scratch / "rows"
        recipe = _placed(recipe, manifest, run, given, root)
    section = recipe.base.model_copy(update={"model": str(base_folder.resolve()), "revision": None})
    again = Run(scratch / "run", recipe.model_copy(update={"base": section}), root, fresh=True)
    again.folder.mkdir()
    record = base.base(again)
    named = manifest["base"]
    if (record.tokenizer_sha256, record.template_sha256) != tuple(
        named[name]["value"] for name in ("tokenizer_sha256", "template_sha256")
    ):
        raise Lacking(
            f"{base_folder} is not the base that the manifest names: its tokenizer or template is another one"
        )
    for source in (*recipe.data.train, *recipe.data.eval):
        if source.dataset is not None and source.revision is None:
            raise Lacking(f"needs the run directory: the commit of {source.shown}, which is private, is not told")
        try:
            files_of(pin(source, {}), root)
        except UserError as error:
            raise Lacking(f"needs the rows: {error}") from None
    return again, asked


def _placed(recipe: Recipe, manifest: Json, run: Run | None, given: Rows, root: Path) -> Recipe:
    """The recipe with its local sources below `root`, where links lead to what was found in `given.folder`. Raises
    Lacking."""
    rows = given.folder
    assert rows is not None
    parts = iter(manifest["sources"])
    sections: dict[str, list[Source]] = {"train": [], "eval": []}
    for split, placed in sections.items():
        for source in getattr(recipe.data, split):
            part = next(parts, None)
            if source.path is not None:
                found = _found(source, part, rows, given.key)
                link = root / str(len(placed)) / split / source.name
                link.parent.mkdir(parents=True)
                link.symlink_to(found.resolve())
                source = source.model_copy(update={"path": link.relative_to(root).as_posix()})  # noqa: PLW2901
            if source.map is not None:
                _place_function(source.map, run, root)
            placed.append(source)
    prompts = _prompts(recipe, manifest, rows)
    if prompts is not None and recipe.evaluate.prompts is not None:
        link = root / "prompts" / Path(recipe.evaluate.prompts).name
        link.parent.mkdir(parents=True)
        link.symlink_to(prompts.resolve())
        told = {"prompts": link.relative_to(root).as_posix()}
        recipe = recipe.model_copy(update={"evaluate": recipe.evaluate.model_copy(update=told)})
    held = {split: tuple(placed) for split, placed in sections.items()}
    return recipe.model_copy(update={"data": recipe.data.model_copy(update=held)})


def _prompts(recipe: Recipe, manifest: Json, rows: Path) -> Path | None:
    """The prompts that the model was evaluated on, with which rows are compared; None when they are not there."""
    if recipe.evaluate.prompts is None or manifest["evaluation"] is None:
        return None
    wanted = manifest["evaluation"]["prompts_sha256"]["value"]
    named = sorted(rows.rglob(Path(recipe.evaluate.prompts).name))
    return next((path for path in named if path.is_file() and file_sha256(path) == wanted), None)


def _comparable(part: Json, again: Run) -> Json:
    """A part of the manifest without contamination where the prompts are not there to be compared with."""
    prompts = again.recipe.evaluate.prompts
    if prompts is None or again.source(prompts).is_file():
        return part
    sources = [
        {**source, "findings": {**source["findings"], "value": {**source["findings"]["value"], CONTAMINATION: None}}}
        if "findings" in source
        else source
        for source in part["sources"]
    ]
    findings = [found for found in part.get("findings", []) if found["name"] != CONTAMINATION]
    return {**part, "sources": sources, "findings": findings}


def _found(source: Source, part: Json | None, rows: Path, key: salt.RunKey | None) -> Path:
    """The file or folder of a source: one with the recorded bytes, else one of its name."""
    assert source.path is not None
    if any(mark in source.name for mark in "*?["):
        raise Lacking(f"needs the run directory: {source.name} is a pattern, and where its files lay is not told")
    recorded = [rows / source.path] if not Path(source.path).is_absolute() else []
    named = [path for path in (*recorded, rows / source.name, *sorted(rows.rglob(source.name))) if path.exists()]
    if not named:
        raise Lacking(f"needs the rows: there is no {source.name} in {rows}")
    wanted, salts = (part["sha256"]["value"], part.get("salted") and key) if part is not None else (None, None)

    def said(sha: str) -> str:
        return salts.salted(sha) if salts else sha

    return next((path for path in named if path.is_file() and said(file_sha256(path)) == wanted), named[0])


def _place_function(text: str, run: Run | None, root: Path) -> None:
    """Puts the module of a row function in its place. Code of strangers is not run."""
    if run is None:
        raise Lacking(f"needs the run directory: rows go through {text}, code that is not part of what was published")
    place = root / module_file(text)
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        shutil.copyfile(run.root / module_file(text), place)


def _compared(again: Run, told: Recipe, manifest: Json, key: salt.RunKey | None = None) -> Iterator[Claim]:
    """The claims, one a source and one a part of the manifest that follows from the rows. Without the key that digests of
    private sources are salted with, all but these is compared."""
    found, manifest = _alike(again, told, _comparable(manifest, again), key)
    if len(found["sources"]) != len(manifest["sources"]):
        yield judged(
            4, TITLE, [f"sources: {len(manifest['sources'])} in the manifest, {len(found['sources'])} here"], ""
        )
        return
    untold = key is None and "salt" in manifest
    for i, (part, said) in enumerate(zip(found["sources"], manifest["sources"], strict=True)):
        what = "rows and tokens" if untold and said.get("salted") else "file, rows, tokens and roots"
        faults = list(differences(part, said, f"sources[{i}]"))
        how = f"{part['rows']['loaded']['value']:,} rows read and made tokens again"
        yield judged(4, f"{said['name']}: {what} follow from the data", faults, how)
        if untold and said.get("salted"):
            yield unchecked(4, f"{said['name']}: file and roots follow from the data", NEEDS_KEY)
    for name in sorted(set(found) - {"sources", "consumption", "checkpoints"}):
        faults = list(differences(found[name], manifest.get(name), name))
        yield judged(4, f"{name}: follows from the data", faults, "found again over all rows")
    fed = {name: manifest["consumption"][name] for name in FED}
    faults = list(differences(found["consumption"], fed, "consumption"))
    for i, (entry, said) in enumerate(zip(found["checkpoints"], manifest.get("checkpoints", []), strict=True)):
        if entry["order_root"] != said["order_root"]:
            faults.append(f"checkpoints[{i}].order_root is not that of the first {entry['step']} steps")
    untold = untold and bool(manifest["consumption"].get("salted"))
    how = "packs, steps and their order made again from rows, seed and tokens a step"
    what = "steps, examples and tokens" if untold else "what the optimizer is said to have been fed"
    yield judged(4, f"{what} follow{'' if untold else 's'} from the data", faults, how)
    if untold:
        yield unchecked(4, "what the optimizer is said to have been fed follows from the data", NEEDS_KEY)


def _alike(again: Run, told: Recipe, manifest: Json, key: salt.RunKey | None) -> tuple[Json, Json]:
    """(the parts that follow from the rows, the manifest), both with the same digests salted, or without them."""
    ledger = again.read(Ledger)
    orders = _feed(again, ledger, [entry["step"] for entry in manifest.get("checkpoints", [])])
    found = _comparable(_plain(of_ledger(ledger, told, rows_trained(again))), again)
    found["consumption"] = _plain(consumption(receipt.from_log(again.path(receipt.LOG))))
    found["checkpoints"] = [
        {"step": entry["step"], "order_root": measured(orders.get(entry["step"]))}
        for entry in manifest.get("checkpoints", [])
    ]
    marks = [bool(part.get("salted")) for part in manifest["sources"]]
    for part, mark in zip(found["sources"], marks, strict=False):  # what is private is for level 0 to say
        part.pop("salted", None)
        part.update({"salted": True} if mark else {})
    found = salt.salted(found, key)
    found["consumption"].pop("salted", None)
    return found, manifest if key is not None else salt.salted(manifest, None)


def _plain(value: Any) -> Any:
    """As a reader of the manifest sees it."""
    return json.loads(canonical_json(value))


def _feed(again: Run, ledger: Ledger, steps: list[int]) -> dict[int, str]:
    """Writes the log of consumption that training on these rows leaves, and returns its `order_root` at some steps."""
    section, rows = again.recipe.train, sequences.load(again.path("data"), "train")
    per_step = sequences_per_step(section.tokens_per_step, ledger)
    last, fed = length(section.max_steps, section.epochs, len(rows), per_step)
    examples = [_examples(row) for row in rows]
    order = consumption_order(len(rows), fed, section.seed).tolist()
    lines = []
    for step in range(last):
        parts = [part for i in order[step * per_step : (step + 1) * per_step] for part in examples[i]]
        leaves, tokens, loss = zip(*parts, strict=True)
        fields = {"step": step + 1, "examples": leaves, "input_tokens": sum(tokens), "loss_tokens": sum(loss)}
        lines.append(json.dumps(fields) + "\n")
    write_text(again.path(receipt.LOG), "".join(lines))
    return receipt.order_roots(again.path(receipt.LOG), steps)


def _examples(row: Json) -> list[tuple[str, int, int]]:
    """(leaf, tokens, loss tokens) of each example in a sequence."""
    found, start = [], 0
    for size, loss in zip(row["seq_lengths"], row["seq_loss"], strict=True):
        leaf = receipt.example_leaf(row["input_ids"][start : start + size], row["labels"][start : start + size])
        found.append((leaf.hex(), size, loss))
        start += size
    return found
