"""Writing files so that a reader never sees half of one: temporary name, fsync, rename; and digests of large files."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any

from tune.digest import cache_folder, file_sha256
from tune.errors import Problem, TuneError, UserError
from tune.text import size


@contextmanager
def atomic(path: Path) -> Iterator[IO[bytes]]:
    """Yields a binary file that replaces `path` when the block ends well and leaves no trace when it does not.

    The file gets the permissions that the user's umask gives (a temporary file would be 0600, which keeps colleagues on
    a shared file system from reading the result). Raises OSError as the file system does, e.g. on a full disk.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def readable(folder: Path) -> None:
    """Gives every file under `folder` the permissions of the umask; safetensors writes its files as 0600."""
    mode = 0o666 & ~_umask()
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(mode)


@contextmanager
def replacing(folder: Path, new: bool = False) -> Iterator[Path]:
    """Yields an empty folder that takes the name of `folder`, in place of what is there, when the block ends well, and that
    is removed when it does not. What a kill left of an earlier one is removed first; at no instant is the only copy of what
    was there half gone. With `new` nothing is replaced.

    A link is followed: what it leads to is replaced. Raises UserError for a mount point, which can take no other folder's place;
    TuneError when another process writes the same folder and, with `new`, when something has come there meanwhile.
    """
    folder = folder.resolve()
    if folder.is_mount():
        what = "another file system is mounted there, and no folder can take its place"
        raise UserError(Problem("folder", what, "name a folder in it", file=str(folder)))
    staging, old = (folder.with_name(f".{folder.name}.{part}") for part in ("new", "old"))
    with _held(staging, folder):
        if old.exists() and not folder.exists():  # killed between the two renames below
            old.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
        try:
            yield staging
            if folder.exists() and not new:
                folder.rename(old)
            try:
                staging.rename(folder)
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
                    raise
                raise TuneError(f"{folder} was made by somebody else meanwhile, and is left as it is") from None
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise
        sync_folder(folder.parent)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _held(staging: Path, folder: Path) -> Iterator[None]:
    """Makes a folder, or empties the one that a kill left, and locks it for this process until the block ends."""
    while True:
        staging.mkdir(parents=True, exist_ok=True)
        handle = os.open(staging, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is(handle, staging):
                break
        except BlockingIOError:
            os.close(handle)
            raise TuneError(f"another process is writing {folder}. Wait for it, or name another folder") from None
        os.close(handle)  # its owner gave it its name, or removed it, before we had the lock
    try:
        for path in staging.iterdir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        yield
    finally:
        os.close(handle)


def _is(handle: int, path: Path) -> bool:
    """Whether an open folder still has that name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def room_on_disk(folder: Path, needed_bytes: int, what: str) -> None:
    """Raises OSError, as a full disk does, when the disk of a folder has less than that."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        told = f"{os.strerror(errno.ENOSPC)}: {what} takes {size(needed_bytes)}, and {size(free)} are free"
        raise OSError(errno.ENOSPC, told, str(folder.parent))


def sync_folder(folder: Path) -> None:
    """Makes a rename inside `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces `path` by `content`, atomically."""
    with atomic(path) as file:
        file.write(content)


def write_secret(path: Path, content: bytes) -> None:
    """Makes a file that only its owner can read (0600), whole or not at all. One that is there stays as it is."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            if not path.exists():
                temporary.rename(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def write_text(path: Path, content: str) -> None:
    """Replaces `path` by UTF-8 text, atomically."""
    write_bytes(path, content.encode())


def write_json(path: Path, content: Any) -> None:
    """Replaces `path` by JSON, indented for people."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file that tune itself appended to, one a line; a half-written last line (a kill) is left out."""
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            yield json.loads(line)


class JsonLines:
    """An append-only file of one JSON object a line, flushed at every line so that a kill loses at most the last."""

    def __init__(self, path: Path) -> None:
        """Opens `path` for appending; makes its folder."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def write(self, row: dict[str, Any]) -> None:
        """Appends one object."""
        self._file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._file.flush()

    def sync(self) -> None:
        """Forces everything written so far to the disk; called before a checkpoint is declared complete."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Syncs and closes."""
        self.sync()
        self._file.close()


def keep_steps(path: Path, last_step: int) -> None:
    """Rewrites a JSON-lines log so that it holds each step up to `last_step` once: what came after will be done again."""
    if not path.exists():
        return
    rows = [row for row in read_jsonl(path) if row["step"] <= last_step]
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


LARGE_BYTES = 64 << 20
"""From this size on the digest of a file is remembered."""


def remembered_sha256(path: Path, fresh: bool = False) -> str:
    """`file_sha256`, remembered for files of LARGE_BYTES and more by path, size, inode, and the times of the last modification
    and the last change in nanoseconds. The latter no program can set: a file that was changed and given its old time back (an
    archive that was unpacked, a clock that was set back) is noticed.

    Hashing a 16 GB base takes half a minute; asking whether anything changed must take none. A file changed in place within
    one tick of the file system's clock is not noticed, and who can write the memory can write what he likes there. So with
    `fresh` nothing that another process remembered is believed, and a file is read once in this one: `verify` and a run that
    is to take nothing from others ask for that.
    """
    stat = path.stat()
    if stat.st_size < LARGE_BYTES:
        return file_sha256(path)
    memory = cache_folder() / "digests.json"
    try:
        known = json.loads(memory.read_text())
    except (OSError, ValueError):
        known = {}
    known = known if isinstance(known, dict) else {}
    key = f"{path.resolve()}:{stat.st_size}:{stat.st_ino}:{stat.st_mtime_ns}:{stat.st_ctime_ns}"
    if fresh or key not in known:
        found = _read(path, key)
        if known.get(key) != found:
            with suppress(OSError):  # a read-only home: compute it again next time
                write_json(memory, known | {key: found})
        return found
    remembered: str = known[key]
    return remembered


@cache
def _read(path: Path, key: str) -> str:
    """Hex SHA-256 of a file, which is read once for each `key` that `remembered_sha256` gives it."""
    return file_sha256(path)


LEAST_FREE_BYTES = 1 << 20
"""With less than this, an error while saving is taken for a full disk."""


def full_disk(folder: Path) -> str | None:
    """What to say when the disk below `folder` is full; None when it is not."""
    free = shutil.disk_usage(folder).free
    if free >= LEAST_FREE_BYTES:
        return None
    return f"the disk is full: {size(free)} of space left. The last complete checkpoint is kept; free some space and run the same command."
