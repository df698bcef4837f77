"""Canonical JSON and hashes: what makes a claim checkable.

Formats: canonical JSON is RFC 8785; trees are Merkle trees as in RFC 9162, section 2.1 (leaf prefix 0x00, node prefix
0x01, a list of n leaves is split at the largest power of two below n; the root of nothing is SHA-256 of nothing).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import rfc8785

CHUNK_BYTES = 1 << 20


def canonical_json(value: Any) -> bytes:
    """RFC 8785 bytes of a JSON value. Raises ValueError for what JSON cannot say (NaN, integers beyond 2**53)."""
    if _is_plain(value):  # as nearly all rows of text are; the same bytes, ten times quicker
        return _PLAIN.encode(value).encode()
    return rfc8785.dumps(value)


_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _is_plain(value: Any) -> bool:
    """Whether Python's own encoder writes RFC 8785: no integers that JavaScript lacks, keys whose order is the same in
    UTF-16 as in code points, and of other numbers those that Python writes as JavaScript does: with a fraction, and
    neither so large nor so small that one of the two writes an exponent."""
    left = [value]
    while left:
        one = left.pop()
        kind = type(one)
        if kind is str or kind is bool or one is None:
            continue
        if kind is dict:
            for name in one:
                if type(name) is not str or not name.isascii():
                    return False
            left += one.values()
        elif kind is list:
            left += one
        elif kind is float:
            if one.is_integer() or not 1e-4 <= abs(one) < 1e16:
                return False
        elif kind is not int or not -(2**53) < one < 2**53:
            return False
    return True


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
    """What only saves time lies here, and may be deleted at any time."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tune"


def leaf_hash(content: bytes) -> bytes:
    """RFC 9162 leaf: SHA-256(0x00 | content)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 9162 node: SHA-256(0x01 | left | right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Merkle:
    """A Merkle tree that is grown leaf by leaf and holds one hash a level, so that ten million leaves need no memory."""

    def __init__(self) -> None:
        """Without leaves."""
        self._full: list[tuple[int, bytes]] = []  # complete subtrees, larger ones first: (leaves, root)

    def add(self, leaf: bytes) -> None:
        """Appends a leaf hash. Neighbours of one size become one subtree of twice the size."""
        size, root = 1, leaf
        while self._full and self._full[-1][0] == size:
            size, root = size * 2, node_hash(self._full.pop()[1], root)
        self._full.append((size, root))

    def root(self) -> bytes:
        """RFC 9162 root of the leaves so far: a list is split at the largest power of two below its length, which is
        where the complete subtrees meet."""
        if not self._full:
            return hashlib.sha256(b"").digest()
        roots = [root for _, root in self._full]
        found = roots.pop()
        while roots:
            found = node_hash(roots.pop(), found)
        return found


def merkle_root(leaves: Iterable[bytes]) -> bytes:
    """RFC 9162 root of leaf hashes."""
    tree = Merkle()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def row_leaf(row: Any) -> bytes:
    """Leaf of a source row: SHA-256(0x00 | canonical JSON of the row)."""
    return leaf_hash(canonical_json(row))
