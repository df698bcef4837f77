"""Checking a published folder again, level by level: docs/disclosure.md says what each needs and shows. Level 0 needs the
files alone, works offline and loads no torch; a level that lacks what it needs is NOT CHECKED, with what would change that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tune.disclose import UNREADABLE, in_words, salt
from tune.disclose.manifest import checkpoints, of_another_form
from tune.errors import Problem, UserError
from tune.modelfiles import MANIFEST
from tune.records import TrainRecord
from tune.run import Run, open_run
from tune.verify import base, hub, logs, signature, training
from tune.verify import folder as level_0
from tune.verify.claims import NEEDS_KEY, Claim, Verdict, judged, unchecked
from tune.verify.words import unproven

__all__ = ["Claim", "Means", "as_json", "on_word", "verdict", "verify"]

Json = dict[str, Any]


@dataclass(frozen=True)
class Means:
    """What a reader has beside the folder, and what is asked for."""

    key: Path | None = None
    """The public key of who is said to have signed, for level 1."""
    trusted: tuple[Path, ...] = ()
    """Files of certificates that the reader trusts, for level 1 of a signature by certificate."""
    base: Path | None = None
    """The files of the base, for levels 2 and 4."""
    adapter: Path | None = None
    """The adapter that was merged, for level 2; that of the run directory when absent."""
    data: bool = False
    """Whether the data stage is to be done again."""
    rows: Path | None = None
    """The folder that the rows are looked for in; None for where they were."""
    hub: bool = False
    """Whether the Hub may be asked."""
    beside: tuple[str, ...] = ()
    """Names of what lies in the same repository on the Hub, and was not fetched."""
    segment: tuple[int, int] | None = None
    """Steps that are to be trained again; needs the run directory."""
    run_key: Path | None = None
    """The key that digests of private sources are salted with; that of the run directory when absent."""


@dataclass(frozen=True)
class Place:
    """The folder that is checked, its manifest, and the run directory that it lies in."""

    folder: Path
    manifest: Json
    run: Run | None
    key: salt.RunKey | None
    """What digests of private sources are salted with, where it is known."""


def verify(folder: Path, means: Means = Means()) -> list[Claim]:
    """All claims of a folder that holds a disclosed adapter or model, or of a run directory, as far as `means` reach.

    Raises UserError when there is no manifest, when what is given beside it cannot be used (a folder that is no base, a key that is
    not the manifest's), when the run directory around it cannot be read, and when the segment cannot be trained.
    """
    where = folder.resolve()
    home = next((place for place in (where, *where.parents[:2]) if (place / "run.json").is_file()), None)
    folder = folder / "adapter" if home == where else folder
    path = folder / MANIFEST
    if not path.is_file():
        what, fix = f"there is no {MANIFEST} in {folder}", "give the folder of an adapter or model that tune disclosed"
        raise UserError(Problem("verify", what, fix, file=str(folder)))
    try:
        manifest = json.loads(path.read_bytes())
        other = of_another_form(manifest)
        salted_with = manifest["salt"]["key_sha256"]["value"] if other is None and "salt" in manifest else None
    except UNREADABLE as error:
        return _unreadable(error, folder, means)
    if other is not None:
        how = f"{MANIFEST}: {other}; that is no fault of it: check it with the version that wrote it"
        return _nothing_above(unchecked(0, "the manifest is of a form that is known", how), folder, means)
    run = open_run(home) if home is not None else None
    key = _run_key(salted_with, run, means.run_key)
    try:
        claims = list(level_0.claims(folder, path.read_bytes(), manifest, means.beside))
        claims += logs.claims(run, manifest, key) if run is not None else ()
    except UserError:  # a ValueError too, and no word on the manifest
        raise
    except UNREADABLE as error:
        return _unreadable(error, folder, means)
    return [*claims, *_higher(Place(folder, manifest, run, key), means, sound=verdict(claims) != "FAILED")]


def _run_key(salted_with: str | None, run: Run | None, given: Path | None) -> salt.RunKey | None:
    """The key of a manifest, as given or as it lies in the run directory; `salted_with` is the SHA-256 that it should have.
    Raises UserError for one that is given and is another: what it gives proves nothing for or against the manifest."""
    if given is None:
        return salt.find(run) if run is not None and salted_with is not None else None
    if salted_with is None:
        raise UserError(Problem("call", "nothing in this manifest is salted", "leave it out", key="--run-key"))
    try:
        key = salt.read(given)
    except OSError as error:
        what, fix = f"{given} cannot be read: {error.strerror}", f"give the {salt.KEY} of the run directory"
        raise UserError(Problem("call", what, fix, key="--run-key")) from None
    if key.sha256 != salted_with:
        what, fix = f"{given} is not the key that this manifest was salted with", "ask its author for that one"
        raise UserError(Problem("call", what, fix, key="--run-key"))
    return key


def _higher(place: Place, means: Means, sound: bool) -> Iterator[Claim]:
    """Levels 1 to 5. `sound` says whether level 0 held."""
    manifest, run = place.manifest, place.run
    yield signature.claim(place.folder, means.key, means.trusted)
    yield from _guarded(2, lambda: base.claims(place.folder, run, manifest, means.base, means.adapter))
    yield from _guarded(3, lambda: hub.claims(manifest, means.hub, run))
    if manifest["consumption"] is None:
        yield unchecked(4, TITLES[3], "how it was trained is not known, and on which rows")
    elif manifest["subject"]["kind"] == "base":
        yield unchecked(4, TITLES[3], "it was not trained from rows by a recipe; whoever has its corpus can hash it")
    elif means.data:
        yield from _guarded(4, lambda: _replayed(place, means))
    else:
        yield unchecked(4, TITLES[3], "needs the rows, and the base for its tokenizer: --data FOLDER --base FOLDER")
    yield _trained(place, means.segment, sound)


def _replayed(place: Place, means: Means) -> Iterator[Claim]:
    from tune.verify import data  # numpy, pyarrow and the tokenizer are needed by no level below

    return data.claims(place.run, place.manifest, data.Rows(means.rows, means.base, place.key))


def _trained(place: Place, segment: tuple[int, int] | None, sound: bool) -> Claim:
    """Level 5, which compares with what was committed before it was salted."""
    manifest, run = place.manifest, place.run
    if segment is not None and run is not None and sound and "salt" in manifest:
        if place.key is None:
            return unchecked(5, TITLES[4], NEEDS_KEY)
        manifest = {**manifest, "checkpoints": checkpoints(run.read(TrainRecord))}  # level 0 held one against the other
    return training.claim(place.folder, run, manifest, segment, sound)


def _guarded(level: int, check: Callable[[], Iterator[Claim]]) -> Iterator[Claim]:
    """What a level says of a manifest that is read as it comes: one that is not of our form fails. Raises UserError for what is
    not the manifest's fault."""
    try:
        yield from check()
    except UserError:
        raise
    except UNREADABLE as error:
        yield judged(level, TITLES[level - 1], [f"{MANIFEST}: {in_words(error)}"], "")


def _unreadable(error: Exception, folder: Path, means: Means) -> list[Claim]:
    how = f"{MANIFEST}: {in_words(error)}"
    return _nothing_above(judged(0, "the manifest is readable", [how], ""), folder, means)


def _nothing_above(claim: Claim, folder: Path, means: Means) -> list[Claim]:
    """Nothing can be said above level 1 of a manifest that cannot be read."""
    rest = [unchecked(level, text, "the manifest cannot be read") for level, text in enumerate(TITLES[1:], start=2)]
    return [claim, signature.claim(folder, means.key, means.trusted), *rest]


TITLES = (
    signature.TITLE,
    "the base is the one named",
    "the sources exist at the pinned commits",
    "every count and root follows from the data",
    training.TITLE,
)
"""Levels 1 to 5 in a sentence each."""


def verdict(claims: list[Claim]) -> Verdict:
    """FAILED if any claim failed; else VERIFIED (of what could be checked); NOT CHECKED if level 0 could not be."""
    if any(c.verdict == "FAILED" for c in claims):
        return "FAILED"
    return "VERIFIED" if any(c.level == 0 and c.verdict == "VERIFIED" for c in claims) else "NOT CHECKED"


def on_word(folder: Path) -> list[str]:
    """What the manifest of a folder, or of a run directory, says that no level below 5 shows, in words."""
    path = next(p for p in (folder / MANIFEST, folder / "adapter" / MANIFEST) if p.is_file())
    try:
        return unproven(json.loads(path.read_bytes()))
    except UNREADABLE:
        return []


def as_json(claims: list[Claim], unshown: list[str]) -> Json:
    """The documented JSON; `unshown` is what `on_word` gave."""
    return {"verdict": verdict(claims), "claims": [asdict(c) for c in claims], "on_word": unshown}
