"""Reading what was published: the files of a model on the Hub that its manifest speaks of."""

from __future__ import annotations

import glob
import json
import re
from dataclasses import dataclass
from pathlib import Path

from tune.errors import Problem, UserError
from tune.hub import info, quiet_transfers, words
from tune.modelfiles import MANIFEST


@dataclass(frozen=True)
class Fetched:
    """What was published, as a folder here."""

    folder: Path
    commit: str
    others: tuple[str, ...]
    """Names of the commit's other files, which were not fetched."""


def fetch(repo: str, revision: str | None) -> Fetched:
    """The files of a published model at a revision: those that its manifest describes, manifest, card and signature.
    Nothing else comes along, no weights in another form and no code.

    Raises UserError when it cannot be had, or has no manifest.
    """
    quiet_transfers()
    from huggingface_hub import HfApi, hf_hub_download, snapshot_download
    from huggingface_hub.errors import RemoteEntryNotFoundError

    try:
        is_commit = revision is not None and re.fullmatch("[0-9a-f]{40}", revision)
        commit = revision if is_commit else info(repo, revision, "published").sha
        assert commit is not None
        manifest = Path(hf_hub_download(repo, MANIFEST, revision=commit))
        wanted = [*map(glob.escape, _described(manifest)), "README.md", "disclosure/*", "*.sig"]
        folder = Path(snapshot_download(repo, revision=commit, allow_patterns=wanted))
        held = HfApi().list_repo_files(repo, revision=commit)
        return Fetched(folder, commit, tuple(name for name in sorted(held) if not (folder / name).is_file()))
    except RemoteEntryNotFoundError:
        fix = "give the repository of an adapter or model that tune published"
        raise _error(repo, f"there is no {MANIFEST} in it", fix) from None
    except Exception as error:
        raise _error(repo, *words(repo, "published", error)) from error


def _error(repo: str, what: str, fix: str) -> UserError:
    return UserError(Problem("verify", what, fix, file=repo))


def _described(manifest: Path) -> list[str]:
    """Names of the files that a manifest speaks of; none where it cannot be read, which `verify` says."""
    try:
        found = json.loads(manifest.read_bytes())
        return [str(file["name"]) for file in (*found["subject"]["files"], *found.get("documents", ()))]
    except (ValueError, KeyError, TypeError, AttributeError):
        return []
