"""The disclose stage: manifest and card of the adapter and of the merged model, every number read from a record."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from tune.digest import canonical_json, file_sha256
from tune.disclose import card, manifest
from tune.files import write_bytes, write_text
from tune.records import STAGES, Disclosure, ExportRecord
from tune.run import Run, made

__all__ = ["disclose", "write"]

MANIFEST = "disclosure/manifest.json"
CARD = "README.md"
MERGED = "export/merged"


def inputs(run: Run) -> Any:
    """Everything that manifest and card depend on."""
    records = [run.find(kind) for kind in STAGES[:-1]]
    sources = (*run.recipe.data.train, *run.recipe.data.eval)
    return {
        "records": [record.identity() if record is not None else None for record in records],
        "declared": [s.model_dump(mode="json") for s in sources],
        "publish": run.recipe.publish.model_dump(mode="json"),
    }


def disclose(run: Run) -> Disclosure:
    """Writes disclosure/manifest.json and README.md into the adapter's folder and the merged model's, and leaves
    disclose.json."""
    started = time.monotonic()
    folder, wanted = run.path("adapter"), inputs(run)
    record = run.up_to_date(Disclosure, wanted)
    if record is not None and stands(run, record):
        return record
    found = manifest.of_run(run)
    write(folder, found)
    exported = run.find(ExportRecord)
    if exported is not None and exported.merged is not None:
        write(run.path(MERGED), manifest.of_merged(found, run.recipe.name, exported))
    record = Disclosure(
        made=made(wanted, started),
        manifest_sha256=file_sha256(folder / MANIFEST),
        card_sha256=file_sha256(folder / CARD),
        license=run.recipe.publish.license,
        gaps=len(found["gaps"]),
    )
    run.write(record)
    return record


def write(folder: Path, found: dict[str, Any], own_words: str = card.OWN_WORDS) -> None:
    """Writes a manifest and its card into a model's folder. A person's words on an existing card stay; a new one gets
    `own_words` below its generated part."""
    path = folder / CARD
    previous = path.read_text(encoding="utf-8") if path.exists() else None
    content = canonical_json(found)
    write_bytes(folder / MANIFEST, content)
    generated = card.render(json.loads(content))  # from what a reader will read
    write_text(path, card.with_own_words(generated, previous, own_words))


def stands(run: Run, record: Disclosure) -> bool:
    """Whether manifest and card are there as they were written."""
    manifest_path, card_path = run.path("adapter") / MANIFEST, run.path("adapter") / CARD
    merged = run.path(MERGED)
    return (
        manifest_path.is_file()
        and file_sha256(manifest_path) == record.manifest_sha256
        and card_path.is_file()
        and (not merged.is_dir() or (merged / CARD).is_file())
    )
