"""Checking a published folder again. Level 0: from the files alone, offline, without torch; level 5, where asked for, by
training a segment again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from tune.digest import canonical_json, file_sha256
from tune.disclose import CARD, MANIFEST, card, chain, documents, inside
from tune.disclose.manifest import gaps
from tune.disclose.openness import openness
from tune.errors import Problem, UserError
from tune.replay import Replayed, replay

Verdict = Literal["VERIFIED", "FAILED", "NOT CHECKED"]


@dataclass(frozen=True)
class Claim:
    """One thing that the folder claims, and what became of it."""

    level: int
    claim: str
    verdict: Verdict
    how: str


HIGHER = (
    Claim(1, "who signed", "NOT CHECKED", "no signature can be checked yet"),
    Claim(2, "the base is the one named", "NOT CHECKED", "needs the base; not available yet"),
    Claim(3, "the sources exist at the pinned commits", "NOT CHECKED", "needs the Hub; not available yet"),
    Claim(4, "every count and root follows from the data", "NOT CHECKED", "needs the data; not available yet"),
    Claim(
        5,
        "the adapter follows from the data: only this excludes undisclosed data",
        "NOT CHECKED",
        "needs the run directory and a like device: --replay A:B trains the steps from A to B again",
    ),
)


def verify(folder: Path, segment: tuple[int, int] | None = None) -> list[Claim]:
    """All claims of a folder that holds a disclosed adapter or model, or of a run directory. `segment` names the steps
    that are to be trained again, for which the run directory is needed.

    Raises UserError when there is no manifest, and when the segment cannot be trained.
    """
    run = next((place for place in (folder, folder.resolve().parent) if (place / "run.json").is_file()), None)
    folder = folder / "adapter" if run == folder else folder
    path = folder / MANIFEST
    if not path.is_file():
        raise UserError(
            Problem(
                "verify",
                f"there is no {MANIFEST} in {folder}",
                "give the folder of an adapter or model that tune disclosed",
                file=str(folder),
            )
        )
    try:
        manifest = json.loads(path.read_bytes())
        claims = list(_level_0(folder, path.read_bytes(), manifest))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        claims = [Claim(0, "the manifest is readable", "FAILED", f"{MANIFEST}: {type(error).__name__}: {error}")]
    if segment is None:
        return [*claims, *HIGHER]
    if any(c.verdict == "FAILED" for c in claims):
        return [*claims, *HIGHER[:-1], replace(HIGHER[-1], how="not trained again: the manifest itself does not hold")]
    if run is None:
        fix = "give the run directory, or the adapter/ in it"
        raise UserError(Problem("verify", "a replay needs the run that made the adapter", fix, file=str(folder)))
    return [*claims, *HIGHER[:-1], _replayed(replay(run, manifest, *segment), manifest)]


def _replayed(found: Replayed, manifest: dict[str, Any]) -> Claim:
    """Level 5: what a replay showed."""
    claim = f"steps {found.first + 1} to {found.last} of the adapter follow from the data"
    whole = found.first == 0 and found.last == manifest["consumption"]["optimizer_steps"]["value"]
    how = "rows prepared again, steps trained again: same rows, same adapter bytes"
    if found.faults:
        return Claim(5, claim, "FAILED", "; ".join(found.faults))
    if found.unlike:
        return Claim(5, claim, "NOT CHECKED", f"other bits prove nothing here: {'; '.join(found.unlike)}")
    return Claim(5, claim, "VERIFIED", how + ("" if whole else "; only all steps together exclude undisclosed data"))


def verdict(claims: list[Claim]) -> Verdict:
    """FAILED if any claim failed, else VERIFIED (of what could be checked)."""
    return "FAILED" if any(c.verdict == "FAILED" for c in claims) else "VERIFIED"


def as_json(claims: list[Claim]) -> dict[str, Any]:
    """The documented JSON."""
    return {"verdict": verdict(claims), "claims": [asdict(c) for c in claims]}


def _claim(claim: str, faults: list[str], how: str) -> Claim:
    return Claim(0, claim, "FAILED" if faults else "VERIFIED", "; ".join(faults) if faults else how)


def _level_0(folder: Path, content: bytes, manifest: dict[str, Any]) -> Iterator[Claim]:
    canonical = canonical_json(manifest) == content
    yield _claim(
        "the manifest is in canonical form",
        [] if canonical else [f"{MANIFEST}: its bytes are not canonical JSON"],
        "RFC 8785",
    )
    files = manifest["subject"]["files"]
    yield _claim(
        f"the {len(files)} files are the ones described", list(_file_faults(folder, files)), "size and SHA-256 of each"
    )
    # A base, and an adapter whose training is not known, may come without what is concluded from the training.
    if "license_gate" in manifest or (manifest["base"] is not None and manifest["consumption"] is not None):
        yield from _follows(folder, manifest)
    yield _claim(
        "the arithmetic closes", list(_arithmetic_faults(manifest)), "rows, tokens, steps and filters added up again"
    )
    listed = gaps({name: part for name, part in manifest.items() if name != "gaps"}) == manifest["gaps"]
    yield _claim(
        "nothing declared passes for measured",
        [] if listed else [f"{MANIFEST}: gaps does not list every value that is declared or unknown"],
        "every basis compared with the list of gaps",
    )
    yield _claim(
        "the card says what the manifest says",
        list(_card_faults(folder, manifest)),
        "rendered again, byte for byte, front matter included",
    )


def _follows(folder: Path, manifest: dict[str, Any]) -> Iterator[Claim]:
    """What was concluded from the manifest, concluded again: verdict, openness, and the documents beside it."""
    judged = chain.gate(manifest, manifest["license_gate"]["override"]["value"])
    same = judged == manifest["license_gate"]
    verdict_now = judged["verdict"]["value"]
    yield _claim(
        "the license gate gives the same verdict",
        [] if same else [f"{MANIFEST}: license_gate is not what the licenses lead to ({verdict_now})"],
        f"judged again: {verdict_now}",
    )
    yield _claim(
        "the openness report says what the manifest says",
        [] if openness(manifest) == manifest["openness"] else [f"{MANIFEST}: openness does not follow from the rest"],
        "concluded again",
    )
    yield _claim(
        f"the {len(manifest['documents'])} documents are the ones described",
        list(_document_faults(folder, manifest)),
        "size and SHA-256 of each; those that follow from the manifest rendered again, byte for byte",
    )


def _document_faults(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    listed = {file["name"]: file for file in manifest["documents"]}
    expected = documents.rendered(manifest)
    yield from (f"{name}: {MANIFEST} does not list it" for name in expected if name not in listed)
    for name, content in expected.items():
        path = folder / name
        if name in listed and path.is_file() and path.read_bytes() != content:
            yield f"{name} is not what the manifest renders to"
    for path in sorted((folder / "disclosure").iterdir()):
        name = f"disclosure/{path.name}"
        if name not in listed and name != MANIFEST:
            yield f"{name}: {MANIFEST} does not list it"
    yield from _described(folder, manifest["documents"], inside)


def _file_faults(folder: Path, files: list[dict[str, Any]]) -> Iterator[str]:
    if not files:
        yield f"{MANIFEST}: names no file"
    yield from _described(folder, files, lambda name: Path(name).name == name)


def _described(folder: Path, files: list[dict[str, Any]], allowed: Callable[[str], bool]) -> Iterator[str]:
    """What is wrong with files that the manifest describes; `allowed` says which names lie where they may."""
    for file in files:
        path = folder / file["name"]
        if not allowed(file["name"]):
            yield f"{file['name']} lies outside the folder"
        elif not path.is_file():
            yield f"{file['name']} is missing"
        elif path.stat().st_size != file["bytes"]:
            yield f"{file['name']} has {path.stat().st_size} bytes, described are {file['bytes']}"
        elif file_sha256(path) != file["sha256"]:
            yield f"{file['name']} is not the file described (SHA-256 differs)"


def _arithmetic_faults(manifest: dict[str, Any]) -> Iterator[str]:
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
        removed = {f["reason"]: f["rows"]["value"] for f in manifest["filters"] if f["source"] == source["name"]}
        if any(removed.get(reason) != number for reason, number in rows["dropped"].items()):
            yield f"{source['name']}: filters and dropped rows disagree"
    languages = manifest.get("languages", {"value": {}})["value"]
    if sum(languages.values()) > 1 + 0.0005 * len(languages):  # each is rounded to three decimals
        yield "languages: the shares are more than the whole"
    if manifest["consumption"] is None:  # trained elsewhere: nothing is claimed
        return
    fed = {name: part["value"] for name, part in manifest["consumption"].items()}
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


def _card_faults(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    path = folder / CARD
    if not path.is_file():
        yield f"{CARD} is missing"
        return
    expected, found = card.render(manifest), path.read_bytes().decode("utf-8", errors="replace")
    if found.startswith(expected):
        return
    if card.END not in found:
        yield f"{CARD}: the generated part has no end marker"
        return
    pairs = zip([*expected.split("\n"), ""], [*found.split("\n"), ""], strict=False)
    line = next((i for i, (a, b) in enumerate(pairs, start=1) if a != b), 1)
    yield f"{CARD}:{line}: the generated part is not what the manifest renders to"
