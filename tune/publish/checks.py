"""What is looked at before anything leaves the machine, in the first seconds, and all of it before anything is said."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tune.digest import file_sha256
from tune.disclose import CARD, chain, salt
from tune.errors import Problem
from tune.files import LEAST_FREE_BYTES
from tune.hub import write
from tune.licenses.gate import evaluate
from tune.publish import front_matter
from tune.publish.parcel import Parcel
from tune.recipe.rules import REPOSITORY, no_repository
from tune.text import size
from tune.verify import verify
from tune.verify.folder import SIGNATURE
from tune.verify.signature import covered


@dataclass(frozen=True)
class Checked:
    """One thing that was looked at. Without a problem it holds."""

    name: str
    what: str
    problem: Problem | None = None

    def __str__(self) -> str:
        """A line for people, with what to do where something is wrong."""
        return f"no  {self.name}: {self.what}. {self.problem.fix}" if self.problem else f"ok  {self.name}: {self.what}"


def check(parcel: Parcel, repo: str) -> Iterator[Checked]:
    """Everything that can be said without asking anybody."""
    yield from _name(repo)
    yield from _gate(parcel, repo)
    yield Checked("loads elsewhere", parcel.loads)
    yield from _verified(parcel)
    yield from _signed(parcel)
    yield from _run_key(parcel)
    yield from _card(parcel)
    yield from _space(parcel)
    there = "there is one; what it may do is asked first of all" if write.has_token() else "there is none"
    yield _one("token", there, None if write.has_token() else ("there is no token for the Hub", write.LOGIN))


def _one(name: str, what: str, wrong: tuple[str, str] | None = None, file: str | None = None) -> Checked:
    """A check; `wrong` is (what is wrong, what to do)."""
    return Checked(name, wrong[0] if wrong else what, Problem("publish", *wrong, file=file) if wrong else None)


def _name(repo: str) -> Iterator[Checked]:
    yield _one("repository", repo, None if REPOSITORY.fullmatch(repo) else no_repository(repo))


def _gate(parcel: Parcel, repo: str) -> Iterator[Checked]:
    """The license gate, under the name that the model will have."""
    if "license_gate" not in parcel.manifest:
        wrong = ("its licenses were not judged", "finish the run with this version: tune run RUN")
        yield _one("license gate", "", wrong)
        return
    override = parcel.manifest["license_gate"]["override"]["value"]
    facts = replace(chain.of_manifest(parcel.manifest, override), name=repo.rsplit("/", maxsplit=1)[-1])
    judged = evaluate(facts)
    refusals = [f for f in judged["findings"] if f["level"] == "refuse"]
    if judged["verdict"] == "cleared" and parcel.manifest["license_gate"]["verdict"]["value"] == "refused":
        what = f"under its own name, {parcel.manifest['subject']['name']}, it is refused, and so says its card"
        fix = f"set publish.repo: {repo} in the recipe, which names the model after it, and finish the run: tune run RECIPE"
        yield _one("license gate", "", (what, fix))
    elif judged["verdict"] != "refused":
        because = f", because: {override}" if judged["verdict"] == "overridden" else ""
        yield _one("license gate", f"{judged['verdict']}{because}")
    else:
        for found in refusals:
            cited = f" ({found['source']})" if found["source"] else ""
            yield _one("license gate", "", (f"{found['about']}: {found['what']}", f"{found['fix']}{cited}"))


def _verified(parcel: Parcel) -> Iterator[Checked]:
    """Level 0 of verify, over the very files."""
    claims = [claim for claim in verify(parcel.folder) if claim.level == 0]
    known = any(claim.verdict == "VERIFIED" for claim in claims)
    failed = [claim for claim in claims if claim.verdict == "FAILED" or not known]
    for claim in failed:
        yield _one(
            "verify",
            "",
            (f"{claim.claim}: {claim.how}", "see `tune verify` on it; `tune run RUN` writes card and manifest anew"),
            str(parcel.folder),
        )
    if not failed:
        yield _one("verify", f"level 0, {sum(claim.verdict == 'VERIFIED' for claim in claims)} claims hold")


def _run_key(parcel: Parcel) -> Iterator[Checked]:
    """That what private rows are salted with stays where it is, in a file of its own or copied into another."""
    there = [parcel.folder / name for name in parcel.left] + list(parcel.files.values())
    for path in (path for path in there if salt.reveals(path, parcel.manifest)):
        what = "it holds the run key, with which anybody could confirm a guess of the private rows"
        yield _one("run key", "", (what, f"take it out of this folder; its place is {salt.KEY} in the run"), str(path))


def _signed(parcel: Parcel) -> Iterator[Checked]:
    """Whether a signature, where there is one, is of the files as they would be published. Whose it is says `verify`."""
    path = parcel.files.get(SIGNATURE)
    if path is None:
        return
    said = covered(path)
    here = {name: file_sha256(file) for name, file in parcel.files.items() if name != SIGNATURE}
    other = sorted(name for name in {*(said or {}), *here} if said is not None and said.get(name) != here.get(name))
    again = f"delete {SIGNATURE} and sign again: `tune sign`"
    if said is None:
        yield _one("signature", "", (f"{SIGNATURE} is none that `tune sign` makes", again), str(path))
    elif other:
        what = f"it is not of what would be published: {', '.join(other[:5])} was changed, added or stays here since"
        yield _one("signature", "", (what, f"move away what should not be there, {again}"), str(path))
    else:
        yield _one("signature", f"of the {len(here)} files")


def _card(parcel: Parcel) -> Iterator[Checked]:
    """The front matter, by the table of the Hub's rules."""
    path, found = str(parcel.folder / CARD), front_matter.faults(parcel.card)
    for fault in found:
        yield _one("front matter", "", (fault, "see https://huggingface.co/docs/hub/model-cards"), path)
    if not found:
        yield _one("front matter", "as the Hub documents it")


def _space(parcel: Parcel) -> Iterator[Checked]:
    """Nothing is copied to be sent, but the record must find room."""
    free = shutil.disk_usage(parcel.folder).free
    full = (f"{size(free)} of space are left on the disk of the run", "free some: publish.json could not be written")
    yield _one(
        "disk", f"{size(free)} free; the files are sent from where they lie", full if free < LEAST_FREE_BYTES else None
    )
