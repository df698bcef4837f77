"""Level 3: base and sources exist on the Hub at the commits that the manifest names, with the files that it names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tune import hub
from tune.errors import UserError
from tune.records import Ledger
from tune.run import Run
from tune.verify.claims import Claim, judged, unchecked

Json = dict[str, Any]

TITLE = "the sources exist at the pinned commits"


def claims(manifest: Json, ask: bool, run: Run | None = None) -> Iterator[Claim]:
    """What level 3 says; the Hub is asked where `ask` says so. Commit and files of a salted source stand in the records of
    the run only."""
    named = list(_named(manifest, run))
    hidden = [s["name"] for s in manifest["sources"] if s.get("salted") and "hub" in s] if run is None else []
    yield from (unchecked(3, f"{name} exists", "its commit is salted: needs the run directory") for name in hidden)
    if hidden and not named:
        return
    if not named:
        yield unchecked(3, TITLE, "the manifest names no repository with a commit")
        return
    if not ask:
        names = ", ".join(repo for repo, *_ in named)
        yield unchecked(3, TITLE, f"needs the network: --hub asks the Hub for {names}")
        return
    for repo, commit, kind, files, private in named:
        text = f"{repo} exists at commit {commit}, with the files that were read"
        try:
            there = hub.stored_files(repo, commit, kind)
        except UserError as error:
            yield unchecked(3, text, str(error))
            continue
        if there is None and private:
            yield unchecked(3, text, "it was private, and this account does not see it")
        elif there is None:
            yield judged(3, text, ["the Hub has no such repository or commit"], "")
        else:
            yield judged(
                3, text, list(_faults(files, there)), f"{len(files)} files by name, size and, as far as told, SHA-256"
            )


def _named(manifest: Json, run: Run | None) -> Iterator[tuple[str, str, hub.Kind, list[Json], bool]]:
    """(repository, commit, kind, files by their names there, whether it was private) of all that lies on the Hub."""
    base = manifest["base"]
    if base is not None and base["commit"]["value"] is not None:
        yield base["repo"]["value"], base["commit"]["value"], "model", base["files"], False
    for i, source in enumerate(manifest["sources"]):
        if source.get("salted") and run is not None and "hub" in source:
            kept = run.read(Ledger).sources[i]
            if kept.hub is None:
                continue
            begin = f"{kept.hub.repo}@{kept.hub.commit[:12]}/"
            files = [{**f.model_dump(), "name": f.name.removeprefix(begin)} for f in kept.files]
            yield kept.hub.repo, kept.hub.commit, "dataset", files, kept.hub.private
        elif "hub" in source and not source.get("salted"):
            found = {name: part["value"] for name, part in source["hub"].items()}
            begin = f"{found['repo']}@{found['commit'][:12]}/"
            files = [{**file, "name": file["name"].removeprefix(begin)} for file in source["files"]]
            yield found["repo"], found["commit"], "dataset", files, found["private"]


def _faults(files: list[Json], there: dict[str, tuple[int, str | None]]) -> Iterator[str]:
    for file in files:
        size, sha256 = there.get(file["name"], (None, None))
        if size is None:
            yield f"{file['name']} is not there"
        elif size != file["bytes"] or sha256 not in (None, file["sha256"]):
            yield f"{file['name']} is another file there"
