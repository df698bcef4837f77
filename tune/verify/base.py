"""Level 2: the base is the one named, and merging the adapter into it again gives the merged model."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tune.base import inspect
from tune.digest import canonical_json
from tune.disclose import documents, notices
from tune.disclose import manifest as manifests
from tune.errors import UserError
from tune.export.folder import edited
from tune.export.merge import compare
from tune.modelfiles import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from tune.records import BaseRecord
from tune.run import Run, made
from tune.verify.claims import Claim, differences, judged, unchecked
from tune.verify.folder import described

Json = dict[str, Any]

TITLE = "the base is the one named"
MERGE = "the merged weights are the adapter merged into the base"
BY_NAME = ("repo", "commit", "quantize")
"""What of the base its files do not tell."""


def claims(folder: Path, run: Run | None, manifest: Json, base: Path | None, adapter: Path | None) -> Iterator[Claim]:
    """What level 2 says; `base` holds the files of the base, `adapter` those of the adapter that was merged.

    Raises BaseModelError for a folder that is no base.
    """
    if manifest["base"] is None:
        yield unchecked(2, TITLE, "there is no base: it was trained from scratch")
        return
    if base is None:
        commit = manifest["base"]["commit"]["value"]
        name = f"{manifest['base']['repo']['value']} at commit {commit}" if commit else "by its digests"
        yield unchecked(2, TITLE, f"needs the base ({name}): --base FOLDER")
    else:
        yield from _files(base, manifest["base"])
        elsewhere = manifest["consumption"] is None
        if "license_gate" in manifest and list(notices.legal_files(base)) and (adapter or not elsewhere):
            faults = list(_legal_faults(folder, manifest, base, adapter if elsewhere else None))
            yield judged(2, "license texts are those of the base", faults, "compared with its files, byte for byte")
    if manifest["subject"]["kind"] == "merged":
        yield _merge(folder, run, manifest, base, adapter)


def _files(base: Path, said: Json) -> Iterator[Claim]:
    found = inspect(base.resolve(), str(base), fresh=True)
    there = {file.name: file.sha256 for file in found["files"]}
    named = {file["name"]: file["sha256"] for file in said["files"]}
    faults = [f"{name} is missing" for name in sorted(set(named) - set(there))]
    faults += [f"{name} is not named" for name in sorted(set(there) - set(named))]
    faults += [f"{name} is another file" for name in sorted(set(there) & set(named)) if there[name] != named[name]]
    yield judged(2, TITLE, faults, f"SHA-256 of its {len(named)} files")
    record = BaseRecord(
        made=made({}, time.monotonic()),
        kind="folder",
        model=said["repo"]["value"] or str(base),
        repo=said["repo"]["value"],
        commit=None,
        quantize=said["quantize"]["value"],
        **found,
    )
    again = json.loads(canonical_json(manifests.of_base(record)))
    known = {name: part for name, part in again.items() if name not in BY_NAME and not _silent(part)}
    known["license"] = {name: part for name, part in again["license"].items() if not _silent(part)}
    beside = {**said, "license": {name: said["license"].get(name) for name in known["license"]}}
    faults = list(differences(known, {name: beside.get(name) for name in known}, "base"))
    how = "architecture, parameters, tokenizer, template and license read again"
    yield judged(2, "what is said of the base follows from its files", faults, how)
    silent = [name for name in again if name not in BY_NAME and _silent(again[name]) and not _silent(said.get(name))]
    silent += [f"license.{name}" for name in again["license"] if name not in known["license"]]
    silent = [name for name in silent if not _silent(_at(said, name))]
    if silent:
        why = f"no file of this copy of the base says anything of {', '.join(silent)}"
        yield unchecked(2, "what is said of the base beyond its files", why)


def _legal_faults(folder: Path, manifest: Json, base: Path, adapter: Path | None) -> Iterator[str]:
    """License texts that are not what base and published license ask for."""
    wanted = notices.texts(manifest, base, adapter)
    for name, content in sorted(wanted.items()):
        if not (folder / name).is_file() or (folder / name).read_bytes() != content:
            yield f"{name} is not the text that belongs here"
    listed = {file["name"] for file in manifest["documents"]} - set(wanted) - set(documents.rendered(manifest))
    yield from (f"{name} comes from nowhere" for name in sorted(listed))


def _at(said: Json, name: str) -> Any:
    for key in name.split("."):
        said = said[key]
    return said


def _silent(part: Any) -> bool:
    """A copy of a base may lack its card and license file; nothing follows from what is not there."""
    return isinstance(part, dict) and "value" in part and part["value"] is None


def _merge(folder: Path, run: Run | None, manifest: Json, base: Path | None, adapter: Path | None) -> Claim:
    """The merge done again, tensor by tensor, without writing it."""
    place = adapter or (run.path("adapter") if run is not None else None)
    if base is None or place is None:
        needed = [text for text, given in (("--base FOLDER", base), ("--adapter FOLDER", place)) if given is None]
        return unchecked(2, MERGE, f"needs {' and '.join(needed)}")
    proof = manifest["export"]["merged"]
    if proof["how"]["value"] != "tensor by tensor":
        return unchecked(2, MERGE, "it was merged in memory by PEFT, which is not done again here")
    faults = list(described(place, manifest["adapter"]["files"], lambda name: Path(name).name == name))
    if faults or not {ADAPTER_CONFIG, ADAPTER_WEIGHTS} <= {file["name"] for file in manifest["adapter"]["files"]}:
        return judged(2, MERGE, [*faults, f"{place} is not the adapter that the manifest names"], "")
    try:
        found = compare(base, place, folder, str(base), nf4=proof["into"]["value"] == "nf4")
    except UserError as error:
        return judged(2, MERGE, [str(error)], "")
    unlike = [*found.unlike, *_config_faults(folder, manifest, base)]
    if unlike or not found.near:
        return judged(2, MERGE, unlike, f"merged again: {found.tensors} tensors bit for bit the same")
    text = f"{len(found.near)} of {found.tensors} tensors differ, none by more than a rounding step of its type"
    return unchecked(2, MERGE, f"{text}: another processor or library rounds so, and a changed file could look so")


def _config_faults(folder: Path, manifest: Json, base: Path) -> Iterator[str]:
    """The config of the merged model is the base's, but for its name and for embeddings that are tied no longer."""
    untied = manifest["export"]["merged"]["untied"]["value"]
    wanted = edited(json.loads((base / "config.json").read_bytes()), manifest["base"]["repo"]["value"], untied)
    if json.loads((folder / "config.json").read_bytes()) != wanted:
        yield "config.json is not that of the base"
