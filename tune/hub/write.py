"""Writing to the Hub: who the account is, what a repository holds, one commit of many files.

No token is ever handed around here: huggingface_hub finds it where it keeps it, and what it or the server say is shown
without it.
"""

from __future__ import annotations

import hashlib
import re
import traceback
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tune.digest import file_sha256, sha256
from tune.errors import Problem, PublishError, PublishFailed, TuneError
from tune.hub import quiet_transfers

Files = Mapping[str, Path | bytes]
"""What is uploaded, by its name in the repository: a file, or its content."""

LOGIN = "`hf auth login` with a token that may write, or set HF_TOKEN"
AGAIN = "run the same command again: what was uploaded is not sent again"
NO_XET = "set HF_HUB_DISABLE_XET=1 and run the same command: the files then go over plain HTTP"
XET_DENIES = re.compile(r"\((401|403) ")
"""As hf_xet writes the status of an answer; it has no other form."""


@dataclass(frozen=True)
class Remote:
    """A repository as it stands."""

    commit: str | None
    private: bool
    files: frozenset[str]


def has_token() -> bool:
    """Whether huggingface_hub finds a token: HF_TOKEN, or what `hf auth login` stored. Nothing is asked of anybody."""
    return _token() is not None


def account(repo: str) -> dict[str, Any]:
    """What the Hub says of the token's owner (whoami-v2). Raises PublishError without a valid token."""
    from huggingface_hub import HfApi

    with _explained(repo):
        found: dict[str, Any] = HfApi().whoami()
    return found


def refusal(who: dict[str, Any], repo: str) -> tuple[str, str] | None:
    """(what is wrong, what to do) when an account may not write to a repository, by what whoami-v2 says; else None.

    What it does not say (a token of another kind) is left to the Hub's answer to the commit.
    """
    owner, name = repo.partition("/")[0].lower(), str(who.get("name", ""))
    token = (who.get("auth") or {}).get("accessToken") or {}
    if token.get("role") == "read":
        return "the token may read, and not write", f"make one of type write at the Hub's settings, then {LOGIN}"
    if token.get("role") == "fineGrained":
        scopes = (token.get("fineGrained") or {}).get("scoped") or []
        writes = {
            str((s.get("entity") or {}).get("name", name)).lower()
            for s in scopes
            if "repo.write" in s.get("permissions", ())
        }
        if not writes & {owner, repo.lower()}:
            what = f"the fine-grained token may not write to repositories of {owner}"
            return what, "give it write access to them in the Hub's settings"
    if owner == name.lower():
        return None
    roles = {str(org.get("name", "")).lower(): org.get("roleInOrg") for org in who.get("orgs") or []}
    if owner not in roles:
        return (
            f"the account is {name}, which is no member of {owner}",
            f"name it {name}/{repo.split('/')[1]}, or log in as another",
        )
    if roles[owner] == "read":
        return f"the account {name} may only read in {owner}", f"ask an administrator of {owner} for the role write"
    return None


def look(repo: str) -> Remote | None:
    """What a model repository holds on its main branch; None when there is none that this account may see."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    with _explained(repo):
        try:
            found = HfApi().model_info(repo, timeout=20)
        except RepositoryNotFoundError:
            return None
        return Remote(found.sha, bool(found.private), frozenset(f.rfilename for f in found.siblings or []))


def read(repo: str, commit: str, name: str) -> bytes:
    """A file of a commit."""
    from huggingface_hub import hf_hub_download

    with _explained(repo):
        return Path(hf_hub_download(repo, name, revision=commit)).read_bytes()


def check_card(repo: str, text: str) -> None:
    """Has the Hub check the front matter of a card. Raises PublishError with what it does not accept."""
    from huggingface_hub import ModelCard

    with _explained(repo):
        ModelCard(text, ignore_metadata_errors=True).validate()


def create(repo: str, private: bool) -> None:
    """Makes a model repository, where there is none yet."""
    from huggingface_hub import HfApi

    with _explained(repo):
        HfApi().create_repo(repo, private=private, exist_ok=True)


def commit(repo: str, files: Files, deleted: Sequence[str], parent: str | None, message: str) -> str:
    """Adds and deletes files in one commit on the main branch; returns the commit, the present one when nothing changed.

    Large files that an earlier call has sent are not sent again. Nothing is written when somebody else's commit came
    after `parent`. Raises PublishError and PublishFailed.
    """
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

    operations: list[Any] = [CommitOperationAdd(name, content) for name, content in files.items()]
    operations += [CommitOperationDelete(name, is_folder=False) for name in deleted]
    with _explained(repo):
        return HfApi().create_commit(repo, operations, commit_message=message, parent_commit=parent).oid


def differing(repo: str, commit: str, files: Files) -> list[str]:
    """Names of files that a commit does not hold with exactly these bytes, by the digests that the Hub lists."""
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import RepoFile

    with _explained(repo):
        tree = HfApi().list_repo_tree(repo, recursive=True, revision=commit)
        held = {f.path: f.lfs.sha256 if f.lfs else f.blob_id for f in tree if isinstance(f, RepoFile)}
    return [name for name, content in files.items() if held.get(name) not in _digests(content)]


def over_xet() -> bool:
    """Whether large files are sent through Xet: always where hf_xet is installed and not switched off. The client does not
    ask the server whether it has one, and tries for some five minutes to reach a storage that does not answer."""
    from huggingface_hub import constants

    return not constants.HF_HUB_DISABLE_XET and find_spec("hf_xet") is not None


def _digests(content: Path | bytes) -> tuple[str, str]:
    """SHA-256, as large files are listed, and git's name of the blob, as the others are."""
    if isinstance(content, bytes):
        return sha256(content), _blob(content)
    # A large file is not read a second time for a name that it will not have.
    return file_sha256(content), _blob(content.read_bytes()) if content.stat().st_size < 20 << 20 else ""


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@contextmanager
def _explained(repo: str) -> Iterator[None]:
    """Turns what goes wrong at the Hub into words, without the traceback of libraries that hold the token."""
    quiet_transfers()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except TuneError:
        raise
    except Exception as error:  # noqa: BLE001  # the traceback of a library that holds the token is not passed on
        raise _explain(repo, error) from None


def _explain(repo: str, error: Exception) -> Exception:
    """The error to raise instead. One of this machine's disk stays as it is."""
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        LocalTokenNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    frames = {frame.name for frame in traceback.extract_tb(error.__traceback__)}
    while isinstance(error, RuntimeError | LocalEntryNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__  # "error while uploading", because of this
    match error:
        case LocalTokenNotFoundError():
            return _refused(repo, "there is no token for the Hub", LOGIN)
        case OfflineModeIsEnabled():
            return _refused(repo, "HF_HUB_OFFLINE is set", "go online to publish")
        case HFValidationError():
            return _refused(repo, "is no name that the Hub allows", "give --repo user/name")
        case RepositoryNotFoundError():
            return _refused(repo, "is not there for this account, or the token is no longer valid", LOGIN)
        case HfHubHTTPError() if error.response is not None:
            return _answered(repo, error.response.status_code, error.server_message or "")
        case ValueError() if "metadata" in str(error) or "validate" in frames:
            what = f"the Hub does not accept the card's front matter: {_shown(error)}"
            return _refused(repo, what, "report this: the table of the Hub's rules in tune does not know it")
        case OSError() if error.errno is not None and not isinstance(error, ConnectionError):
            return error
    if "_upload_xet_files" in frames:
        denied = XET_DENIES.search(str(error))
        if denied is not None:
            return _answered(repo, int(denied[1]), "")
        return PublishFailed(
            f"{repo}: the upload through Xet failed ({_shown(error)}); this server may have none. {NO_XET}."
        )
    return PublishFailed(f"{repo}: the connection to the Hub broke ({type(error).__name__}). {AGAIN.capitalize()}.")


def _answered(repo: str, status: int, said: str) -> TuneError:
    """What an HTTP status means for somebody who publishes."""
    told = f": {_shown(said)}" if said else ""
    if status == 401:
        return _refused(repo, "the Hub does not know this token", LOGIN)
    if status == 403:
        return _refused(repo, f"this token may not write there{told}", f"use an account that may: {LOGIN}")
    if status in (409, 412):
        return PublishFailed(f"{repo}: somebody else changed it meanwhile{told}. {AGAIN.capitalize()}.")
    if status == 429:
        return PublishFailed(f"{repo}: the Hub limits how often it is asked (429). Wait a few minutes, then {AGAIN}.")
    if status >= 500:
        return PublishFailed(f"{repo}: the Hub answered {status}. {AGAIN.capitalize()}.")
    return _refused(repo, f"the Hub answered {status}{told}", "see what it says, and https://status.huggingface.co")


def _refused(repo: str, what: str, fix: str) -> PublishError:
    return PublishError(Problem("publish", what, fix, file=repo))


def _shown(error: object) -> str:
    """A text of others on one line, without the token."""
    text, token = " ".join(str(error).split()), _token()
    return text.replace(token, "[token]") if token else text


def _token() -> str | None:
    from huggingface_hub import get_token

    return get_token()
