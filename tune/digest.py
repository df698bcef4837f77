"""Canonical JSON and hashes: what makes a claim checkable.

Formats: canonical JSON is RFC 8785; trees are Merkle trees as in RFC 9162, section 2.1 (leaf prefix 0x00, node prefix
0x01, a list of n leaves is split at the largest power of two below n; the root of nothing is SHA-256 of nothing).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import rfc8785

CHUNK_BYTES = 1 << 20


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value. Raises ValueError for what JSON cannot say (NaN, integers beyond 2**53)."""
    return rfc8785.dumps(value)


def sha256(content: bytes) -> str:
    """Hex SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def digest(value: Any) -> str:
    """Hex SHA-256 of a JSON value in canonical form: equal values give equal digests whatever their key order."""
    return sha256(canonical_json(value))


def file_sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes, read in pieces of 1 MiB."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            found.update(piece)
    return found.hexdigest()


def cache_folder() -> Path:
    """Where things that can be found out again are remembered between runs."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tune"


def _cache_file() -> Path:
    """Where digests of large files are remembered between runs."""
    return cache_folder() / "digests.json"


def remembered_sha256(path: Path, large_bytes: int = 64 << 20) -> str:
    """`file_sha256`, remembered for files over `large_bytes` by path, size and modification time in nanoseconds.

    Hashing a 16 GB base takes half a minute; asking whether anything changed must take none. A file changed in place
    within the same nanosecond is not noticed, which is why `verify` never uses this.
    """
    stat = path.stat()
    if stat.st_size < large_bytes:
        return file_sha256(path)
    cache = _cache_file()
    try:
        known = json.loads(cache.read_text())
    except (OSError, ValueError):
        known = {}
    known = known if isinstance(known, dict) else {}
    key = f"{path.resolve()}:{stat.st_size}:{stat.st_mtime_ns}"
    if key not in known:
        known[key] = file_sha256(path)
        with suppress(OSError):  # a read-only home: compute it again next time
            cache.parent.mkdir(parents=True, exist_ok=True)
            temporary = cache.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps(known))
            temporary.replace(cache)
    found: str = known[key]
    return found


def leaf_hash(content: bytes) -> bytes:
    """RFC 9162 leaf: SHA-256(0x00 | content)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 node: SHA-256(0x01 | left | right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 root of leaf hashes, level by level.

    Pairing neighbours and carrying an odd last one up gives the same tree as splitting at the largest power of two.
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


def row_leaf(row: Any) -> bytes:
    """Leaf of a source row: SHA-256(0x00 | canonical JSON of the row)."""
    return leaf_hash(canonical_json(row))
