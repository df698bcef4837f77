"""The only door to the Hugging Face Hub: a commit first, then the files of exactly that commit."""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tune.errors import DataError, Problem, UserError
from tune.modelfiles import DECIDING, base_error
from tune.text import first_line

if TYPE_CHECKING:
    from huggingface_hub.hf_api import DatasetInfo, ModelInfo

Kind = Literal["model", "dataset", "published"]
"""A base, a data set, or a model that tune published: what is said of each when it cannot be had."""

ALLOWED = [*DECIDING, "README.md", "LICENSE*", "NOTICE*", "USE_POLICY*"]
"""What is downloaded: never pickled weights, never code."""

QUIET = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "WANDB_ERROR_REPORTING": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "GRADIO_ANALYTICS_ENABLED": "False",
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
    # trl and peft use names that transformers is about to change.
    warnings.filterwarnings("ignore", ".*gradient_checkpointing` is deprecated", FutureWarning)


def quiet_transfers() -> None:
    """As `quiet_libraries`; bars of uploads and downloads on a terminal only, and no warnings on retries, which show
    addresses that are signed for this account."""
    quiet_libraries()
    from huggingface_hub.utils.tqdm import disable_progress_bars

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    if not sys.stderr.isatty():
        disable_progress_bars()


def resolve_commit(repo: str, revision: str | None, kind: Kind = "model") -> str:
    """The 40-hex commit of a repository: `revision` as it is, or the newest on its main branch.

    Raises BaseModelError (of a data set DataError), with the way out, when the Hub cannot be reached, or when the
    repository is gated, private or not there.
    """
    if revision is not None:
        return revision
    quiet_libraries()
    from huggingface_hub.errors import OfflineModeIsEnabled

    try:
        commit = info(repo, None, kind).sha
    except OfflineModeIsEnabled:
        key = "base.revision" if kind == "model" else "its revision"
        fix = f"set {key} to a commit whose files are cached, or go online once"
        raise _error(repo, kind, "offline, and no revision is given", fix) from None
    except Exception as error:
        raise _explain(repo, kind, error) from error
    assert commit is not None
    return commit


def fetch(repo: str, commit: str) -> Path:
    """Folder with the files of a model's commit, downloaded where they are not cached. Raises BaseModelError as above."""
    quiet_libraries()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(repo, revision=commit, allow_patterns=ALLOWED, local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    try:
        return Path(snapshot_download(repo, revision=commit, allow_patterns=ALLOWED))
    except Exception as error:
        raise _explain(repo, "model", error) from error


def is_private(repo: str, commit: str) -> bool:
    """Whether a data set is private at this moment; that the commit is there is known with it. Raises DataError."""
    try:
        return bool(info(repo, commit, "dataset").private)
    except Exception as error:
        raise _explain(repo, "dataset", error) from error


def fetch_file(repo: str, commit: str, name: str) -> Path | None:
    """One file of a data set at a commit, downloaded where it is not cached; None when the commit has no such file.

    Raises DataError as `resolve_commit` does.
    """
    quiet_libraries()
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import RemoteEntryNotFoundError

    try:
        return Path(hf_hub_download(repo, name, repo_type="dataset", revision=commit))
    except RemoteEntryNotFoundError:
        return None
    except Exception as error:
        raise _explain(repo, "dataset", error) from error


def has_file(repo: str, commit: str, name: str) -> bool:
    """Whether a data set has a file of this name at a commit. Raises DataError as `resolve_commit` does."""
    from huggingface_hub import HfApi

    try:
        return HfApi().file_exists(repo, name, repo_type="dataset", revision=commit)
    except Exception as error:
        raise _explain(repo, "dataset", error) from error


def stored_files(repo: str, commit: str, kind: Kind) -> dict[str, tuple[int, str | None]] | None:
    """Size and, of large ones, SHA-256 of every file of a commit; None when the Hub knows no such repository or commit.

    Raises BaseModelError (of a data set DataError) when the Hub cannot be asked, or does not let this account in.
    """
    quiet_libraries()
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError
    from huggingface_hub.hf_api import RepoFile

    try:
        entries = list(HfApi().list_repo_tree(repo, recursive=True, revision=commit, repo_type=kind))
    except GatedRepoError as error:
        raise _explain(repo, kind, error) from error
    except (RepositoryNotFoundError, RevisionNotFoundError):
        return None
    except Exception as error:
        raise _explain(repo, kind, error) from error
    files = [entry for entry in entries if isinstance(entry, RepoFile)]
    return {file.path: (file.size, file.lfs.sha256 if file.lfs else None) for file in files}


def dataset_error(name: str, what: str, fix: str) -> DataError:
    """The complaint about a data set; `name` is how the recipe calls it."""
    return DataError(Problem("file", what, fix, file=name))


def explain_dataset(repo: str, error: Exception) -> UserError:
    """What went wrong when a library asked the Hub for a data set, in words."""
    return _explain(repo, "dataset", error)


def info(repo: str, commit: str | None, kind: Kind) -> ModelInfo | DatasetInfo:
    """What the Hub says of a repository at a commit (None: its main branch). Raises what huggingface_hub raises."""
    from huggingface_hub import HfApi

    api = HfApi()
    if kind == "dataset":
        return api.dataset_info(repo, revision=commit, timeout=20)
    return api.model_info(repo, revision=commit, timeout=20)


def _error(repo: str, kind: Kind, what: str, fix: str) -> UserError:
    return base_error(repo, what, fix) if kind == "model" else dataset_error(repo, what, fix)


def _explain(repo: str, kind: Kind, error: Exception) -> UserError:
    """What went wrong at the Hub, in words; anything unknown keeps its own text. An error of the disk is raised as it is."""
    return _error(repo, kind, *words(repo, kind, error))


def words(repo: str, kind: Kind, error: Exception) -> tuple[str, str]:
    """(what is wrong, what to do) of an error that huggingface_hub raised. One of the disk is raised as it is."""
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(error, LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # it says that a file is not cached; this says why the Hub did not give it either
    if isinstance(error, OSError) and error.errno is not None and not isinstance(error, ConnectionError):
        raise error
    key, its_revision, instead = {
        "model": ("base.revision", "base.revision", "use a local folder as base.model"),
        "dataset": ("a revision", "its revision", "give its files as path"),
        "published": ("a commit", "what stands behind @", "give a folder"),
    }[kind]
    match error:
        case GatedRepoError():
            page = f"https://huggingface.co/{'datasets/' if kind == 'dataset' else ''}{repo}"
            return "is gated, and this account has no access", f"accept its terms on {page}, then `hf auth login`"
        case RepositoryNotFoundError():
            fix = "check the spelling; for a private one `hf auth login`"
            here = "is no folder here, and " if kind == "published" else ""
            return f"{here}is not on the Hub, or is private", fix
        case HFValidationError():
            return "is no name that the Hub allows", "check the spelling"
        case RevisionNotFoundError():
            return "has no such commit", f"check {its_revision}"
        case OfflineModeIsEnabled():
            return "offline, and not all of its files are cached", f"go online once, or {instead}"
        case HfHubHTTPError() if error.response is not None:
            fix = f"try again later; what is cached works offline with {key}"
            return f"the Hub answered {error.response.status_code}", fix
        case ValueError() if kind == "dataset":
            return f"is laid out in a way that cannot be understood: {first_line(error)}", instead
    # hf_xet, which downloads large files in pieces, raises a RuntimeError for most of its failures.
    if any(frame.name == "xet_get" for frame in traceback.extract_tb(error.__traceback__)):
        fix = "try again; with HF_HUB_DISABLE_XET=1 in the environment the file comes over plain HTTP"
        return f"the download through Xet failed ({type(error).__name__}: {error})", fix
    return f"the Hub cannot be reached ({type(error).__name__})", f"check the network, or {instead}"
