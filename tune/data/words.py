"""Texts as words, each word a hash: what rows are compared by.

A word is what stands between white space, without regard to case, form (NFKC) and punctuation; of scripts that are written
without spaces each character counts as one. Nothing is done word by word in Python: a text becomes bytes, and the hashes of
its words are differences of one running sum.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np

_PIECE = 1 << 16
"""Bytes that are hashed at once, so that all of it stays in the processor's cache."""
_FACTOR = 0x9E3779B97F4A7C15
_POWERS = np.cumprod(np.full(_PIECE, _FACTOR, np.uint64))
_INVERSES = np.cumprod(np.full(_PIECE, pow(_FACTOR, -1, 1 << 64), np.uint64))
_END = b"\xff"
"""Ends a text; stands in no UTF-8."""
_SPACES = bytes(range(9, 14)) + bytes(range(28, 33))
_TABLE = bytes.maketrans(bytes(range(65, 91)) + _SPACES, bytes(range(97, 123)) + b" " * len(_SPACES))
_DELETED = bytes(c for c in range(128) if not chr(c).isalnum() and c not in _SPACES)

_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_APART = re.compile(f"([{_SPACELESS}])")
_PUNCTUATION = re.compile(r"[^\w\s]+")


def words(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """(uint64 hashes of the words of all texts one after the other, int64 the text of each word)."""
    content = b"".join(_plain(text) + _END for text in texts).translate(_TABLE, _DELETED)
    letters = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero((letters == 32) | (letters == 255))
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    starts, ends = starts[ends > starts], ends[ends > starts]
    found = np.zeros(len(starts), np.uint64)
    first = 0
    while first < len(starts):
        # As many words as go into a piece; one that is longer makes a piece of its own.
        last = max(first + 1, int(np.searchsorted(ends, starts[first] + _PIECE, "right")))
        found[first:last] = _hashes(letters, starts[first:last], ends[first:last])
        first = last
    own = np.diff(np.searchsorted(starts, np.flatnonzero(letters == 255)), prepend=0)
    return found, np.repeat(np.arange(len(texts)), own)


def _plain(text: str) -> bytes:
    """A text whose letters only differ where words do; of ASCII the rest is done later, for all texts at once."""
    if not text.isascii():
        text = _PUNCTUATION.sub("", _APART.sub(r" \1 ", unicodedata.normalize("NFKC", text).casefold()))
    return text.encode("utf-8", "surrogatepass")


def _hashes(letters: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """For each word the polynomial of its bytes modulo 2**64, the first with the lowest power."""
    begin = starts[0]
    piece = letters[begin : ends[-1]]
    powers = _POWERS[: len(piece)] if len(piece) <= _PIECE else np.resize(_POWERS, len(piece))
    sums = np.zeros(len(piece) + 1, np.uint64)
    np.cumsum(piece * powers, out=sums[1:])
    found: np.ndarray = (sums[ends - begin] - sums[starts - begin]) * _INVERSES[(starts - begin) % _PIECE]
    return found
