"""Digests that follow from private rows: published as HMAC-SHA256 under a key of the run that stays with its owner.

A digest confirms a guess: who thinks to know all bytes of a file hashes them and compares. So in a manifest with a private
source every digest that can be computed from its bytes is replaced by `HMAC-SHA256(run key, digest)`, here and nowhere
else. The records of the run directory keep the plain ones; who has the key computes one from the other.

HMAC: RFC 2104. What is replaced, what stays and why: docs/disclosure.md.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tune.disclose.basis import measured
from tune.errors import Problem, UserError
from tune.files import write_secret
from tune.modelfiles import MANIFEST
from tune.recipe.schema import Recipe, Source
from tune.records import Disclosure, Ledger, SourceLedger
from tune.run import Run

Json = dict[str, Any]

KEY = "private.key"
"""The run key, in the run directory: 64 hexadecimal digits, readable by its owner alone."""
METHOD = "HMAC-SHA256"
BYTES = 32
A_KEY = re.compile(rb"(?<![0-9a-fA-F])[0-9a-fA-F]{64}(?![0-9a-fA-F])")
DISCLOSED = (f"adapter/{MANIFEST}", f"export/merged/{MANIFEST}")
"""Manifests of a run that may have been given away."""
OF_SOURCE = ("sha256", "rows_root", "examples_root")
OF_CONSUMPTION = ("examples_root", "order_root")
OF_CHECKPOINT = ("order_root", "seal_sha256")
"""A seal lists, with the digests of the state, one of the ledger."""
LARGEST_BYTES = 64 << 20
"""A larger file is not searched for the key."""


@dataclass(frozen=True)
class RunKey:
    """The secret of one run."""

    secret: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """By which the right key is known; of 256 random bits it tells nothing."""
        return hashlib.sha256(self.secret).hexdigest()

    def salted(self, digest: str) -> str:
        """Hex HMAC-SHA256 over the bytes of a hex digest."""
        return hmac.digest(self.secret, bytes.fromhex(digest), "sha256").hex()


def is_private(source: SourceLedger, section: Source) -> bool:
    """Whether nothing may be published that confirms a guess of its bytes: the recipe says so, or the Hub showed the data
    set to its owners only."""
    return section.private or (source.hub is not None and source.hub.private)


def any_private(run: Run) -> bool:
    """Whether a source of the run is private."""
    sections = (*run.recipe.data.train, *run.recipe.data.eval)
    return any(map(is_private, run.read(Ledger).sources, sections))


def key_of(run: Run) -> RunKey | None:
    """The key to disclose a run with, made once; None where no source is private.

    Raises UserError when the key that an earlier manifest was salted with is not there: another one would make a second
    manifest of the same rows, which agrees with the one that was given away in nothing.
    """
    if not any_private(run):
        return None
    path, used = run.path(KEY), set(_used(run))
    if not path.exists() and not used:
        write_secret(path, secrets.token_hex(BYTES).encode() + b"\n")
    key = find(run)
    if key is not None and used <= {key.sha256}:
        return key
    what = "the manifest of this run was salted with another key than this one"
    if key is None:
        what = "cannot be read" if path.exists() else "it is missing, and the manifest of this run was salted with it"
    fix = (
        f"copy {KEY} from where the run was disclosed; without it what was published can no longer be checked, and a new key "
        f"is made once {Disclosure.file} and {' and '.join(DISCLOSED)} are deleted"
    )
    raise UserError(Problem("disclose", what, fix, file=str(path)))


def _used(run: Run) -> Iterator[str]:
    """SHA-256 of the keys that manifests of this run were salted with."""
    record = run.find(Disclosure)
    if record is not None and record.run_key_sha256 is not None:
        yield record.run_key_sha256
    for name in DISCLOSED:
        with suppress(OSError, ValueError, KeyError, TypeError):
            yield str(json.loads(run.path(name).read_bytes())["salt"]["key_sha256"]["value"])


def find(run: Run) -> RunKey | None:
    """The key that lies in a run directory; None without one, and where it may not be read. Raises UserError as `read`."""
    try:
        return read(run.path(KEY))
    except OSError:
        return None


def read(path: Path) -> RunKey:
    """A key from its file. Raises OSError, and UserError for a file that holds no key."""
    found = path.read_bytes().strip()
    if A_KEY.fullmatch(found) is None:
        fix = f"give the {KEY} of the run directory: {2 * BYTES} hexadecimal digits"
        raise UserError(Problem("key", "this file holds no run key", fix, file=str(path)))
    return RunKey(bytes.fromhex(found.decode()))


def salted(part: Json, key: RunKey | None) -> Json:
    """A manifest, or parts of one, with the digests of sources that are marked `salted` replaced, and all that hangs on
    them: recipe, consumption and checkpoints, as far as they are there. Without a key null stands in their place."""
    if not any(source.get("salted") for source in part["sources"]):
        return part
    found = copy.deepcopy(part)

    def change(of: Json, *names: str) -> None:
        for name in names:
            of[name]["value"] = key.salted(of[name]["value"]) if key else None

    for i, source in enumerate(found["sources"]):
        if source.get("salted"):
            change(source, *OF_SOURCE)
            _change_hub(found, source, i, key)
    if "recipe" in found:
        change(found["recipe"], "sha256")  # the commits of data sets are in it
    if any(source.get("salted") and source["split"] == "train" for source in found["sources"]):
        for entry in [found["consumption"]] if "consumption" in found else []:
            change(entry, *OF_CONSUMPTION)
            entry["salted"] = True
        for entry in found.get("checkpoints", []):
            change(entry, *(name for name in OF_CHECKPOINT if name in entry))
    return found


def _change_hub(found: Json, source: Json, index: int, key: RunKey | None) -> None:
    """Files and commit of a data set: a commit is a digest over its files, and stands in their names and in the recipe."""
    if "hub" not in source:
        return
    commit, repo = source["hub"]["commit"], source["hub"]["repo"]["value"]
    for file in source["files"]:
        file["name"] = file["name"].replace(f"{repo}@{str(commit['value'])[:12]}/", f"{repo}/", 1)
        file["sha256"] = key.salted(file["sha256"]) if key else None
    commit["value"] = key.salted(commit["value"]) if key else None
    if "resolved" in found.get("recipe", {}):
        data = found["recipe"]["resolved"]["value"]["data"]
        [*data["train"], *data["eval"]][index]["revision"] = None


def described(key: RunKey) -> Json:
    """The manifest's `salt`."""
    return {"method": METHOD, "key_sha256": measured(key.sha256)}


def faults(manifest: Json, recipe: Recipe) -> Iterator[str]:
    """Marks that do not follow from the recipe and from what the Hub said."""
    sources = manifest["sources"]
    for i, (part, section) in enumerate(zip(sources, (*recipe.data.train, *recipe.data.eval), strict=False)):
        private = section.private or ("hub" in part and part["hub"]["private"]["value"] is True)
        if part.get("salted", False) is not private:
            yield f"sources[{i}].salted is not what recipe and data set say"
    fed = any(part.get("salted") for part in sources if part["split"] == "train")
    if manifest["consumption"].get("salted", False) is not fed:
        yield "consumption.salted does not follow from the sources"
    if ("salt" in manifest) is not any(part.get("salted") for part in sources):
        yield "salt does not follow from the sources"
    if "salt" in manifest and (set(manifest["salt"]), manifest["salt"]["method"]) != ({"method", "key_sha256"}, METHOD):
        yield f"salt: known is {METHOD}"


def reveals(path: Path, manifest: Json) -> bool:
    """Whether a file holds the key that a manifest was salted with, or is named like it."""
    if path.name == KEY:
        return True
    if "salt" not in manifest or path.stat().st_size > LARGEST_BYTES:
        return False
    wanted, content = manifest["salt"]["key_sha256"]["value"], path.read_bytes()
    return any(hashlib.sha256(bytes.fromhex(m[0].decode())).hexdigest() == wanted for m in A_KEY.finditer(content))


def identity(source: Json) -> str:
    """A source on the card: by its digest, or by what stands for it."""
    if source.get("salted"):
        return f"private; {METHOD} of its SHA-256, under a key that is not published: `{source['sha256']['value']}`"
    commit = f"commit `{source['hub']['commit']['value']}`, " if "hub" in source else ""
    return f"{commit}SHA-256 `{source['sha256']['value']}`"


def of_roots(manifest: Json) -> str:
    """What the card says of roots over private rows."""
    if not manifest["consumption"].get("salted"):
        return ""
    return (
        f"\n\nPrivate rows are among them, so what stands here is {METHOD} of each root, under a key that is not published: who "
        "guesses the rows cannot confirm it. Who is given the key and the rows can check both: `--run-key`."
    )
