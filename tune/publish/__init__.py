"""`tune publish`: a finished run's adapter, or its merged model, to the Hub. Checks first, then one commit.

It may be repeated: what arrived is not sent again, what people wrote on the card there stays, and when nothing has
changed nothing is committed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tune import __version__
from tune.digest import file_sha256, sha256
from tune.disclose import CARD, card
from tune.errors import Problem, PublishError, PublishFailed
from tune.files import write_json
from tune.hub import write as hub
from tune.hub.write import NO_XET
from tune.modelfiles import MANIFEST
from tune.publish.checks import Checked, check
from tune.publish.parcel import Parcel, pack
from tune.publish.words import Composed, There, compose, words_sha256
from tune.records import FileDigest, Publication, Publications
from tune.run import Run
from tune.text import size, table
from tune.verify.folder import SIGNATURE

__all__ = ["Wanted", "look", "publish"]

Say = Callable[[str], None]
DISCLOSURE = "disclosure/"


@dataclass(frozen=True)
class Wanted:
    """What was asked for."""

    repo: str
    public: bool = False
    merged: bool = False


def look(run: Run, wanted: Wanted) -> tuple[str, bool]:
    """What `publish` would send, as text, and whether it would: files, front matter, verdicts. Asks nobody."""
    parcel = pack(run, wanted.merged)
    checked = list(check(parcel, wanted.repo))
    rows = [[name, size(path.stat().st_size)] for name, path in parcel.files.items()]
    front = parcel.card.split("---\n")[1]
    parts = [
        f"{parcel.kind} of {run.folder} to {wanted.repo}, {'public' if wanted.public else 'private'}",
        table(rows, ["file", "size"]),
        *([f"stays here: {', '.join(parcel.left)}"] if parcel.left else []),
        f"---\n{front}---",
        "\n".join(map(str, checked)),
        "Nothing was sent, and the Hub was not asked.",
    ]
    return "\n\n".join(parts), not any(c.problem for c in checked)


def publish(run: Run, wanted: Wanted, say: Say) -> Publication:
    """Sends a finished run's adapter or merged model in one commit, and leaves publish.json.

    Raises PublishError when it cannot be published like this, with everything that is wrong; PublishFailed when the Hub
    did not take it, and the same command goes on.
    """
    return send(pack(run, wanted.merged), wanted, run.path(Publications.file), say)


def send(parcel: Parcel, wanted: Wanted, record: Path, say: Say) -> Publication:
    """Checks a parcel, sends it, and enters it in `record`. Raises as `publish`."""
    _settled(list(check(parcel, wanted.repo)), say)
    remote = _admitted(parcel, wanted)
    last = next((p for p in _publications(record) if p.repo == wanted.repo), None)
    composed, gone = _composed(parcel, wanted.repo, remote, last)
    _as_signed(parcel, composed)
    hub.check_card(wanted.repo, composed.text)
    say(f"publish: this account may write to {wanted.repo}, and the Hub accepts the card")
    for note in (*composed.notes, *gone.values()):
        say(f"publish: look at this: {note}")
    if hub.over_xet():
        say(
            f"publish: large files go through Xet, which is silent for minutes where nobody answers; to do without, {NO_XET}"
        )
    if remote is None:
        hub.create(wanted.repo, private=not wanted.public)
        remote = hub.look(wanted.repo)
    parent = remote.commit if remote else None
    files: hub.Files = {**parcel.files, CARD: composed.text.encode()}
    commit = hub.commit(wanted.repo, files, list(gone), parent, _message(parcel))
    differs = hub.differing(wanted.repo, commit, files)
    if differs:
        raise PublishFailed(
            f"{wanted.repo}: the Hub holds other bytes of {', '.join(differs)}. Do not use commit {commit}."
        )
    what = "nothing to do, it is all there" if commit == parent else f"{len(files)} files, compared with what lies here"
    say(f"publish: {what}, at commit {commit}")
    found = _publication(parcel, wanted, commit, composed)
    _enter(record, found)
    return found


def _as_signed(parcel: Parcel, composed: Composed) -> None:
    """A signature covers the card, its words too."""
    if SIGNATURE in parcel.files and composed.text != parcel.card:
        what = "it is signed as it lies here, and on the Hub somebody wrote on the card"
        fix = f"copy what stands there below the end marker to here, delete {SIGNATURE} and sign again"
        raise PublishError(Problem("publish", what, fix, file=str(parcel.folder / CARD)))


def _message(parcel: Parcel) -> str:
    """Of the commit."""
    sha = file_sha256(parcel.files[MANIFEST])
    return f"{parcel.manifest['subject']['name']}: {parcel.kind}, manifest {sha[:12]} (tune {__version__})"


def _settled(checked: list[Checked], say: Say) -> None:
    """Says what was looked at; raises PublishError with all that is wrong."""
    problems = [c.problem for c in checked if c.problem]
    if problems:
        raise PublishError(problems)
    for one in checked:
        say(f"publish: {one.name}: {one.what}")


def _admitted(parcel: Parcel, wanted: Wanted) -> hub.Remote | None:
    """The repository as it stands, when this account may write there what is wanted; None when it has to be made."""
    refusal = hub.refusal(hub.account(wanted.repo), wanted.repo)
    if refusal is not None:
        raise PublishError(Problem("publish", *refusal, file=wanted.repo))
    remote = hub.look(wanted.repo)
    if remote is None:
        return None
    if remote.private == wanted.public:
        what, fix = "is public on the Hub", "add --public if that is meant, or make it private in its settings"
        if remote.private:
            what, fix = "is private on the Hub", "make it public in its settings, or leave out --public"
        raise PublishError(
            Problem("publish", f"{what}; its visibility is not changed from here", fix, file=wanted.repo)
        )
    taken = sorted(set(parcel.files) & remote.files - {CARD, "LICENSE", "NOTICE"})
    if taken and MANIFEST not in remote.files:
        what = f"it holds {taken[0]}, which was not published from here"
        raise PublishError(Problem("publish", what, "choose another name, or delete the file there", file=wanted.repo))
    return remote


def _composed(
    parcel: Parcel, repo: str, remote: hub.Remote | None, last: Publication | None
) -> tuple[Composed, dict[str, str]]:
    """The card with the words that stay, and what is deleted: by name, with what to say of it."""
    there, gone = None, {}
    if remote is not None and remote.commit is not None:
        earlier = _earlier(repo, remote)
        if earlier and earlier["subject"]["kind"] != parcel.kind:
            what = f"it holds what tune calls {earlier['subject']['kind']}, and this is {parcel.kind}"
            raise PublishError(Problem("publish", what, "give each a repository of its own", file=repo))
        gone = _gone(earlier, remote.files - set(parcel.files))
        if CARD in remote.files:
            text = hub.read(repo, remote.commit, CARD).decode("utf-8", errors="replace")
            there = There(repo, remote.commit, text, _rendered(earlier), last.words_sha256 if last else None)
    return compose(parcel.card, str(parcel.folder / CARD), there), gone


def _gone(earlier: dict[str, Any] | None, others: Iterable[str]) -> dict[str, str]:
    """What of a repository's other files an earlier publication left, or lies where only documents of the manifest may."""
    if earlier is None:
        return {}
    described = {f["name"] for f in (*earlier["subject"]["files"], *earlier.get("documents", ()))}
    own = f"that no manifest names: in {DISCLOSURE} it would fail `tune verify`; the Hub's history keeps it"
    told = {name: f"{name} is deleted, {own}" for name in sorted(others) if name.startswith(DISCLOSURE)}
    return told | {
        name: f"{name}, of an earlier publication, is deleted" for name in sorted(described.intersection(others))
    }


def _earlier(repo: str, remote: hub.Remote) -> dict[str, Any] | None:
    """The manifest on the Hub; None where there is none, or none that can be read."""
    if MANIFEST not in remote.files or remote.commit is None:
        return None
    try:
        found = json.loads(hub.read(repo, remote.commit, MANIFEST))
        return found if found["subject"]["files"] is not None and found["subject"]["kind"] else None
    except (ValueError, KeyError, TypeError):
        return None


def _rendered(earlier: dict[str, Any] | None) -> tuple[str, ...]:
    """The generated part that a manifest renders to; nothing where this version cannot say."""
    try:
        return (card.render(earlier),) if earlier else ()
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return ()


def _publication(parcel: Parcel, wanted: Wanted, commit: str, composed: Composed) -> Publication:
    text = composed.text.encode()
    described = [
        FileDigest(name=n, bytes=p.stat().st_size, sha256=file_sha256(p)) for n, p in parcel.files.items() if n != CARD
    ]
    described.append(FileDigest(name=CARD, bytes=len(text), sha256=sha256(text)))
    return Publication(
        repo=wanted.repo,
        commit=commit,
        kind=parcel.kind,
        private=not wanted.public,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        tune=__version__,
        files=tuple(sorted(described, key=lambda file: file.name)),
        words_sha256=words_sha256(composed.text),
    )


def _publications(record: Path) -> tuple[Publication, ...]:
    return Publications.model_validate_json(record.read_bytes()).publications if record.is_file() else ()


def _enter(record: Path, found: Publication) -> None:
    """publish.json, with one entry a repository, the newest last."""
    others = tuple(p for p in _publications(record) if p.repo != found.repo)
    write_json(record, Publications(publications=(*others, found)).model_dump(mode="json"))
