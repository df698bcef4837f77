"""What of a run is published: the files that its manifest speaks of, manifest and card, a signature; nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tune import disclose, export
from tune.disclose import CARD, MERGED
from tune.errors import Problem, PublishError
from tune.modelfiles import MANIFEST
from tune.records import Disclosure, ExportRecord
from tune.run import Run
from tune.verify.folder import SIGNATURE

Json = dict[str, Any]


@dataclass(frozen=True)
class Parcel:
    """One folder as it would be published."""

    kind: str
    """`subject.kind` of the manifest."""
    folder: Path
    manifest: Json
    files: Mapping[str, Path]
    """By name in the repository; the card is among them as it lies here."""
    left: tuple[str, ...]
    """Files of the folder that nobody disclosed; they stay."""
    loads: str
    """How it was proved that the files load elsewhere."""

    @property
    def card(self) -> str:
        """The card as it lies here."""
        return (self.folder / CARD).read_text(encoding="utf-8")


def pack(run: Run, merged: bool) -> Parcel:
    """The adapter of a finished run, or its merged model. Raises PublishError when it is not there as it was proved and
    disclosed."""
    exported = run.up_to_date(ExportRecord, export.inputs(run)) if run.find(ExportRecord) else None
    disclosed = run.up_to_date(Disclosure, disclose.inputs(run)) if exported else None
    if exported is None or disclosed is None or not disclose.stands(run, disclosed):
        what = "the run is not finished, or its card is not of its present recipe and records"
        raise PublishError(Problem("publish", what, f"tune run {run.folder}", file=str(run.folder)))
    if merged and exported.merged is None:
        what = "there is no merged model in this run"
        fix = "set export.merge: true in the recipe and run it again, or publish the adapter"
        raise PublishError(Problem("publish", what, fix, file=str(run.folder)))
    folder = run.path(MERGED if merged else "adapter")
    return of_folder(folder, _loads(exported, merged))


def _loads(exported: ExportRecord, merged: bool) -> str:
    """What is known of how it loads elsewhere."""
    off = exported.adapter.largest_logit_difference
    if off is None:
        return "not measured: export.prove is false"
    if not merged or exported.merged is None:
        return f"with plain PEFT in a process of its own; logits within {off:.2g} of the live adapter's"
    kl = exported.merged.mean_kl
    return f"with plain transformers in a process of its own; mean KL {kl:.1e} nats to the adapter"


def of_folder(folder: Path, loads: str) -> Parcel:
    """The files of a disclosed folder. Which bytes they have to have is level 0 of `verify`'s business."""
    manifest: Json = json.loads((folder / MANIFEST).read_bytes())
    described = [file["name"] for file in (*manifest["subject"]["files"], *manifest.get("documents", ()))]
    wanted = {CARD, MANIFEST, SIGNATURE, *described}
    there = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    files = {name: path for name, path in there.items() if name in wanted}
    left = tuple(name for name in there if name not in wanted)
    return Parcel(manifest["subject"]["kind"], folder, manifest, files, left, loads)
