"""Level 0 of a run directory: the manifest is what its records and logs say. Offline, without torch."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tune import receipt
from tune.digest import canonical_json
from tune.disclose import manifest as manifests
from tune.disclose import salt
from tune.errors import UserError
from tune.files import read_jsonl
from tune.records import BaseRecord, ExportRecord, TrainRecord
from tune.run import Run
from tune.train import METRICS, losses
from tune.verify.claims import NEEDS_KEY, Claim, differences, judged, unchecked

Json = dict[str, Any]


def claims(run: Run, manifest: Json, key: salt.RunKey | None) -> Iterator[Claim]:
    """What the run directory says of the manifest of its adapter or merged model. Without the `key` that digests of private
    sources are salted with, all the rest is compared."""
    untold = key is None and "salt" in manifest
    try:
        faults = list(_record_faults(run, manifest, key))
        how = "written again from the records" + (", but for the salted digests" if untold else "")
        yield judged(0, "the manifest is what the records of the run say", faults, how)
        if untold:
            yield unchecked(0, "the salted digests are those of the records", NEEDS_KEY)
        faults = list(_log_faults(run))
    except UserError as error:
        yield judged(0, "the records of the run can be read", [str(error)], "")
        return
    how = "steps, rows, tokens, roots and losses added up again"
    yield judged(0, "the logs of training say what its record says", faults, how)


def _record_faults(run: Run, manifest: Json, key: salt.RunKey | None) -> Iterator[str]:
    """Parts of the manifest that the records do not give. Which rows were trained on is for level 4 to say."""
    trained = {i: part["rows"]["trained"]["value"] for i, part in enumerate(manifest["sources"])}
    again = manifests.of_run(run, key if salt.any_private(run) else None, trained)
    if manifest["subject"]["kind"] == "merged":
        again = manifests.of_merged(again, manifest["subject"]["name"], run.read(ExportRecord))
    left_out = {"documents"}
    if key is None and "salt" in manifest:
        left_out |= {"salt"}
        manifest = salt.salted(manifest, None)
    if not Path(run.read(BaseRecord).folder).is_dir():  # what the base says of itself is not there to be read
        left_out |= {"base", "gaps"}
    again = json.loads(canonical_json({name: part for name, part in again.items() if name not in left_out}))
    said = {name: part for name, part in manifest.items() if name not in left_out}
    yield from differences(again, said, "")


def _log_faults(run: Run) -> Iterator[str]:
    """Lines of train/consumed.jsonl and train/metrics.jsonl that do not give what train.json says."""
    train = run.read(TrainRecord)
    try:
        found = receipt.from_log(run.path(receipt.LOG))
        consumed = list(read_jsonl(run.path(receipt.LOG)))
        metrics = list(read_jsonl(run.path(METRICS)))
    except (AssertionError, ValueError, KeyError, TypeError, FileNotFoundError) as error:
        yield f"{receipt.LOG}, {METRICS}: {error}"
        return
    yield from differences(found.model_dump(), train.receipt.model_dump(), receipt.LOG)
    if [row["step"] for row in metrics] != list(range(1, found.optimizer_steps + 1)):
        yield f"{METRICS}: its steps are not 1 to {found.optimizer_steps}, one a line"
        return
    for row, fed in zip(metrics, consumed, strict=True):
        if any(row[name] != fed[name] for name in ("input_tokens", "loss_tokens")):
            yield f"{METRICS}: step {row['step']} has other tokens than {receipt.LOG}"
    if losses(metrics) != (train.first_loss, train.last_loss):
        yield f"{METRICS}: first and last loss are not those of train.json"
    roots = receipt.order_roots(run.path(receipt.LOG), [entry.step for entry in train.checkpoints])
    wrong = [entry.step for entry in train.checkpoints if roots.get(entry.step) != entry.order_root]
    yield from (f"{receipt.LOG}: the steps up to {step} are not those of its checkpoint" for step in wrong)
