"""The only door to the Hugging Face Hub: a commit first, then the files of exactly that commit."""

from __future__ import annotations

import logging
import os
import warnings
from pathlib import Path

from tune.errors import BaseModelError
from tune.modelfiles import DECIDING, base_error

ALLOWED = [*DECIDING, "README.md", "LICENSE*", "NOTICE*", "USE_POLICY*"]
"""What is downloaded: never pickled weights, never code."""

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
"""Environment of the libraries: no telemetry, no bars, no advice."""


def quiet_libraries() -> None:
    """Switches off telemetry, progress bars and advice of every library that we start; what matters we say ourselves.

    Called before any of them is imported. What the user has set stays.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    # bitsandbytes looks for optional kernels and logs that there are none; trl logs that packs come one at a time.
    for name in ("bitsandbytes", "trl"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message=".*gradient_checkpointing.*deprecated", category=FutureWarning)


def resolve_commit(repo: str, revision: str | None) -> str:
    """The 40-hex commit of a repository: `revision` as it is, or the newest on its main branch.

    Raises BaseModelError, with the way out, when the Hub cannot be reached, or when the repository is gated, private or
    not there.
    """
    if revision is not None:
        return revision
    from huggingface_hub import HfApi
    from huggingface_hub.errors import OfflineModeIsEnabled

    try:
        commit = HfApi().model_info(repo, timeout=20).sha
    except OfflineModeIsEnabled:
        raise base_error(
            repo,
            "offline, and no revision is given",
            "set base.revision to a commit whose files are cached, or go online once",
        ) from None
    except Exception as error:
        raise _explain(repo, error) from error
    assert commit is not None
    return commit


def fetch(repo: str, commit: str) -> Path:
    """Folder with the files of a commit, downloaded where they are not cached. Raises BaseModelError as above."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(repo, revision=commit, allow_patterns=ALLOWED, local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    try:
        return Path(snapshot_download(repo, revision=commit, allow_patterns=ALLOWED))
    except Exception as error:
        raise _explain(repo, error) from error


def _explain(repo: str, error: Exception) -> BaseModelError:
    """What went wrong at the Hub, in words; anything unknown keeps its own text."""
    from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

    if isinstance(error, GatedRepoError):
        return base_error(
            repo,
            "is gated, and this account has no access",
            f"accept its terms on https://huggingface.co/{repo}, then `hf auth login`",
        )
    if isinstance(error, RepositoryNotFoundError):
        return base_error(
            repo, "is not on the Hub, or is private", "check the spelling; for a private one `hf auth login`"
        )
    if isinstance(error, RevisionNotFoundError):
        return base_error(repo, "has no such commit", "check base.revision")
    if isinstance(error, HfHubHTTPError) and error.response is not None:
        return base_error(
            repo,
            f"the Hub answered {error.response.status_code}",
            "try again later; what is cached works offline with base.revision",
        )
    return base_error(
        repo,
        f"the Hub cannot be reached ({type(error).__name__})",
        "check the network, or use a local folder as base.model",
    )
