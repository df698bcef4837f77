"""`tune export`: a merged model in a folder of its own, from a run or from an adapter that somebody else trained.

The folder holds the model, its proof (export.json), and its card with the manifest that the card is rendered from.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tune import disclose, models
from tune.base import inspect, license_of
from tune.digest import file_sha256
from tune.disclose import manifest, notices, salt
from tune.errors import MergeError, Problem, UserError
from tune.export import subject_of, write_and_prove
from tune.export.adapter import read_adapter
from tune.export.proof import Subject, golden_ids
from tune.files import replacing, write_json
from tune.licenses import FAMILY_LICENSES, HUB_LICENSES, lookup
from tune.licenses.gate import stop
from tune.modelfiles import ADAPTER_CONFIG, ADAPTER_WEIGHTS, MANIFEST
from tune.recipe.rules import is_hub_id
from tune.recipe.schema import Export, Publish
from tune.records import BaseRecord, ExportRecord, FileDigest, TrainRecord
from tune.run import Run, made, open_run
from tune.text import did_you_mean, listed

CLEAR = "mend the above (--license ID says under which license), or state with --override REASON why it may be given away; the reason stands on the card"


def export_to(target: Path, base: Path | None, to: Path, section: Export, publish: Publish) -> ExportRecord:
    """Merges the adapter of a run, or an adapter in PEFT's layout, into the new folder `to`. What `publish` leaves open
    is as the run's recipe, or the adapter's own manifest, says.

    Raises UserError when the call does not hold together or the license gate refuses it, BaseModelError and MergeError
    for files that cannot be used or do not fit, TuneError when the merged model is not the adapter's.
    """
    started = time.monotonic()
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        what = f"{to} exists and is not an empty folder"
        raise UserError(Problem("call", what, "name a new folder: what is there is never overwritten"))
    _known_license(publish)
    is_run = (target / "run.json").is_file()
    subject, parent = _of_run(open_run(target), base) if is_run else _of_adapter(target, base)
    parent = _cleared(parent, to.resolve().name, publish)
    subject = replace(subject, name=parent["subject"]["name"])
    if section.merge_into == "nf4":
        subject = replace(subject, base=subject.base.model_copy(update={"quantize": "nf4"}))
    wanted = {
        "base": subject.base.identity(),
        "adapter": [file.model_dump() for file in _files(subject.adapter)],
        "export": section.model_dump(mode="json"),
    }
    elsewhere = target if parent["consumption"] is None else None
    legal = notices.texts(parent, Path(subject.base.folder), elsewhere)
    with replacing(to, new=True) as folder:
        record = write_and_prove(subject, folder, section, wanted, started)
        disclose.write(folder, manifest.of_merged(parent, subject.name, record), legal=legal)
        write_json(folder / ExportRecord.file, record.model_dump(mode="json"))
    return record


def _known_license(publish: Publish) -> None:
    """Raises UserError for a license that the table does not have."""
    if publish.license is not None and lookup(publish.license) is None:
        fix = did_you_mean(publish.license.lower(), HUB_LICENSES | FAMILY_LICENSES)
        fix = fix or "choose one of https://huggingface.co/docs/hub/repositories-licenses"
        raise UserError(Problem("call", f"--license {publish.license}: not a license identifier of the Hub", fix))


def _cleared(parent: dict[str, Any], name: str, publish: Publish) -> dict[str, Any]:
    """The adapter's manifest under the name and the terms that it is given away with. Raises UserError where the license
    gate refuses them, before anything heavy is loaded."""
    said = parent["subject"]["license"]["value"], parent["license_gate"]["override"]["value"]
    terms = Publish(license=publish.license or said[0], override=publish.override or said[1])
    judged = manifest.given(parent, name, terms)
    stop(judged["license_gate"], CLEAR)
    return judged


def _of_run(run: Run, base: Path | None) -> tuple[Subject, dict[str, Any]]:
    """The adapter of a finished run, and its manifest. `base` says where the base's files lie now."""
    run.read(TrainRecord)
    subject = subject_of(run)
    if base is not None:
        found = inspect(base.resolve(), str(base))
        if tuple(found["files"]) != subject.base.files:
            what = f"{base} is not the base of this run: its files have other digests"
            raise UserError(Problem("call", what, f"give the files of {subject.base.model} as they were"))
        subject = replace(subject, base=subject.base.model_copy(update={"folder": str(base.resolve())}))
    return subject, manifest.of_run(run, salt.key_of(run))


def _of_adapter(adapter: Path, base: Path | None) -> tuple[Subject, dict[str, Any]]:
    """An adapter that lies somewhere, and what its files say of it."""
    files = read_adapter(adapter)
    if base is None:
        what = "an adapter is merged into a base, and none is given"
        raise UserError(Problem("call", what, "add --base FOLDER: the model that the adapter was trained on"))
    found = inspect(base.resolve(), str(base))
    named = str(files.config.get("base_model_name_or_path") or "")
    record = BaseRecord(
        made=made({"base": [file.model_dump() for file in found["files"]]}, time.monotonic()),
        kind="folder",
        model=str(base),
        repo=named if is_hub_id(named, base) else None,
        commit=None,
        quantize="none",
        **found,
    )
    today = datetime.now().astimezone().date()  # on which day it was trained is not known
    rows = golden_ids(models.load_tokenizer(record), today)
    subject = Subject(record, adapter, rows, models.find_device(), adapter.name, today)
    return subject, _parent(adapter, record, files.config)


def _parent(adapter: Path, base: BaseRecord, config: dict[str, Any]) -> dict[str, Any]:
    """The adapter's own manifest when one speaks of these very files, else one that knows nothing of its training.

    Raises UserError when its own manifest names another base, or is of another form.
    """
    described = _files(adapter)
    try:
        own: dict[str, Any] = json.loads((adapter / MANIFEST).read_bytes())
        of_another_form = manifest.of_another_form(own)
        of_this = all(file.model_dump() in own["subject"]["files"] for file in described)
        trained_on = {file["name"]: file["sha256"] for file in own["base"]["files"]}
        if of_this and of_another_form is None:
            manifest.completed(own, own["license_gate"]["override"]["value"])  # whole enough to be judged
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        of_this = False
    if not of_this:
        return manifest.of_foreign(base, config, described, license_of(adapter))
    leave = f"copy the adapter without its {Path(MANIFEST).parent}/"
    if of_another_form is not None:
        fix = f"export with the version that wrote it, or, to say nothing of its training, {leave}"
        raise UserError(Problem("call", of_another_form, fix, file=str(adapter / MANIFEST)))
    there = {file.name: file.sha256 for file in base.files}
    other = sorted(name for name in {*trained_on, *there} if trained_on.get(name) != there.get(name))
    if other:
        named, commit = own["base"]["repo"]["value"] or "a base without a public name", own["base"]["commit"]["value"]
        at = f" at commit {commit}" if commit else ""
        what = (
            f"{base.model} is not the base that this adapter was trained on ({named}{at}): {listed(other, 1)} differs"
        )
        fix = f"give that one; to merge into another all the same, {leave}"
        raise UserError(Problem("call", what, fix))
    return own


def _files(adapter: Path) -> tuple[FileDigest, ...]:
    """Config and weights of an adapter by digest. Raises MergeError when one is missing."""
    try:
        return tuple(
            FileDigest(name=n, bytes=(adapter / n).stat().st_size, sha256=file_sha256(adapter / n))
            for n in (ADAPTER_CONFIG, ADAPTER_WEIGHTS)
        )
    except FileNotFoundError as error:
        fix = "give the folder of an adapter in PEFT's layout"
        raise MergeError(Problem("adapter", f"{error.filename} is missing", fix, str(adapter))) from None
