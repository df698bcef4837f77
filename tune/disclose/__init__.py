"""The disclose stage: manifest and card of the adapter and of the merged model, every number read from a record."""

from __future__ import annotations

import json
import time
from pathlib import Path, PurePosixPath
from typing import Any

from tune.digest import canonical_json, digest, file_sha256, sha256
from tune.disclose import card, documents, manifest, notices, salt
from tune.disclose.asked import resolved
from tune.errors import Problem, UserError
from tune.files import write_bytes, write_text
from tune.licenses.gate import told
from tune.modelfiles import MANIFEST
from tune.records import STAGES, BaseRecord, Disclosure, ExportRecord, FileDigest, Ledger
from tune.run import Run, made

__all__ = ["disclose", "inside", "report", "write"]

CARD = "README.md"
MERGED = "export/merged"
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError)
"""What reading a manifest raises that is damaged, tampered with, or of another form: it is read as it comes."""


def inputs(run: Run) -> Any:
    """Everything that manifest and card depend on."""
    records = [run.find(kind) for kind in STAGES[:-1]]
    recipe = resolved(run.recipe)
    return {
        "form": manifest.FORM,
        "recipe": digest(recipe),
        "records": [record.identity() if record is not None else None for record in records],
        "findings": [found.model_dump() for found in run.read(Ledger).findings],
        "declared": [*recipe["data"]["train"], *recipe["data"]["eval"]],
        "publish": recipe["publish"],
        **({"salted": salt.METHOD} if salt.any_private(run) else {}),
    }


def disclose(run: Run) -> Disclosure:
    """Writes disclosure/manifest.json and README.md into the adapter's folder and the merged model's, and leaves
    disclose.json."""
    started = time.monotonic()
    folder, wanted = run.path("adapter"), inputs(run)
    record, earlier = run.up_to_date(Disclosure, wanted), run.find(Disclosure)
    if record is not None and stands(run, record):
        return record
    key = salt.key_of(run)
    found = manifest.of_run(run, key)
    legal = notices.texts(found, Path(run.read(BaseRecord).folder))
    write(folder, found, legal=legal)
    exported = run.find(ExportRecord)
    if exported is not None and exported.merged is not None:
        write(run.path(MERGED), manifest.of_merged(found, run.recipe.title(), exported), legal=legal)
    record = Disclosure(
        made=made(wanted, started),
        manifest_sha256=file_sha256(folder / MANIFEST),
        card_sha256=file_sha256(folder / CARD),
        documents=tuple(FileDigest(**file) for file in found["documents"]),
        license=run.recipe.publish.license,
        license_gate=found["license_gate"]["verdict"]["value"],
        refusals=tuple(told(f) for f in found["license_gate"]["findings"] if f["level"] == "refuse"),
        openness=found["openness"]["class"]["value"],
        gaps=len(found["gaps"]),
        run_key_sha256=key.sha256 if key else earlier.run_key_sha256 if earlier else None,
    )
    run.write(record)
    return record


def write(
    folder: Path, found: dict[str, Any], own_words: str = card.OWN_WORDS, legal: dict[str, bytes] | None = None
) -> None:
    """Writes a manifest, its card and, where it was judged by the license gate, the documents that follow from it,
    into a model's folder. `legal` are texts that licenses want beside the weights. A person's words on an existing card
    stay; a new one gets `own_words` below its generated part."""
    path = folder / CARD
    previous = path.read_text(encoding="utf-8") if path.exists() else None
    if "license_gate" in found:
        files = (legal or {}) | documents.rendered(json.loads(canonical_json(found)))  # as a reader will read it
        _place(folder, files, _earlier(folder))
        found["documents"] = [
            {"name": name, "bytes": len(content), "sha256": sha256(content)} for name, content in sorted(files.items())
        ]
    content = canonical_json(found)
    write_bytes(folder / MANIFEST, content)
    generated = card.render(json.loads(content))  # from what a reader will read
    write_text(path, card.with_own_words(generated, previous, own_words))


def _earlier(folder: Path) -> set[str]:
    """Names of the documents that an earlier disclosure wrote into this folder."""
    path = folder / MANIFEST
    listed = json.loads(path.read_bytes()).get("documents", []) if path.is_file() else []
    return {file["name"] for file in listed if inside(file["name"])}


def _place(folder: Path, files: dict[str, bytes], earlier: set[str]) -> None:
    """Writes files, and removes those of an earlier disclosure that are no longer among them."""
    for name in earlier - set(files):
        (folder / name).unlink(missing_ok=True)
    for name, content in files.items():
        write_bytes(folder / name, content)


def report(run: Path) -> str:
    """The openness report of a finished run, or of a folder that tune disclosed. Raises UserError for any other."""
    path = next((p for p in (run / "adapter" / MANIFEST, run / MANIFEST) if p.is_file()), None)
    what = f"there is no manifest in {run}"
    if path is not None:
        try:
            found = json.loads(path.read_bytes())
            other = manifest.of_another_form(found)
            if other is None:
                return documents.openness_report(found)
            what = f"the manifest cannot be read: {other}"
        except UNREADABLE as error:
            what = f"the manifest cannot be read: {in_words(error)}"
    fix = "finish the run with this version: tune run RUN"
    raise UserError(Problem("openness", what, fix, file=str(path or run)))


def in_words(error: Exception) -> str:
    """What is wrong with a manifest that raised one of UNREADABLE."""
    if isinstance(error, KeyError):
        return f"it has no {error.args[0]}, so it was changed, or written by another version of tune"
    return f"{type(error).__name__}: {error}"


def inside(name: str) -> bool:
    """Whether the name of a document lies where documents lie: in the folder itself or in disclosure/."""
    path = PurePosixPath(name)
    return path.parts in {(path.name,), ("disclosure", path.name)}


def stands(run: Run, record: Disclosure) -> bool:
    """Whether manifest and documents are there as they were written, and a card; both of the merged model too, which are
    gone when it was exported again."""
    folder, merged = run.path("adapter"), run.path(MERGED)
    files = [(MANIFEST, record.manifest_sha256), *((file.name, file.sha256) for file in record.documents)]
    written = all((folder / name).is_file() and file_sha256(folder / name) == sha for name, sha in files)
    disclosed = not merged.is_dir() or all((merged / name).is_file() for name in (CARD, MANIFEST))
    return written and (folder / CARD).is_file() and disclosed
