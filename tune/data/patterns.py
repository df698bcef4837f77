"""Patterns of personal data, secrets and hidden characters in texts.

One expression runs over the bytes of many texts at once and says where something may stand; only the words around such a
place are searched with the patterns themselves.
"""

from __future__ import annotations

import ipaddress
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import IntFlag

import numpy as np

from tune.data import identifiers


class Kind(IntFlag):
    """Everything that is found about a row, one bit each."""

    EMAIL = 1 << 0
    PHONE = 1 << 1
    IBAN = 1 << 2
    CARD = 1 << 3
    IP = 1 << 4
    NATIONAL = 1 << 5
    KNOWN_KEY = 1 << 6
    PRIVATE_KEY = 1 << 7
    PASSWORD = 1 << 8
    RANDOM = 1 << 9
    ZERO_WIDTH = 1 << 10
    BIDIRECTIONAL = 1 << 11
    TAGS = 1 << 12
    PROMPT = 1 << 13
    QUESTION = 1 << 14
    ANSWER = 1 << 15
    DUPLICATE = 1 << 16
    NEAR_DUPLICATE = 1 << 17


_BEFORE, _BEHIND = 64, 160
"""Characters around a place worth a look that are searched, and whole words at both ends."""
_SEVEN_DIGITS = re.compile(rb"\d(?:[A-Z ().-]{0,3}\d){6}")
"""In one number: letters and separators between them, but no sign of arithmetic."""
_LONG_WORD = 20
"""Bytes between white space from which on a word may be a key."""

_END = b"\xff"
"""Ends a text; stands in no UTF-8."""
_WHITE = re.compile(rb"\s")
_EMAIL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._%+-]{0,63})@((?:[A-Za-z0-9-]{1,63}\.)+([A-Za-z]{2,24}))(?![A-Za-z0-9-])")
_NOBODYS = re.compile(r"(^|\.)(example\.(com|net|org)|example|invalid|test|localhost)$")
"""Names that RFC 2606 keeps free: an address below them is nobody's."""
_ENDINGS = frozenset(
    ["avif", "css", "gif", "html", "ico", "jpeg", "jpg", "js", "json", "png", "py", "service", "svg", "webp"]
)
"""Ends of file names, such as logo@2x.png."""
_IPV4 = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)", re.ASCII)
_IPV6 = re.compile(r"(?<![\w:.])[23][0-9A-Fa-f]{3}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])", re.ASCII)
_KEY = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22,}|glpat-[\w-]{20}|xox[abeprs]-[\w-]{10,}"
    r"|sk-ant-[\w-]{20,}|sk-(?:proj-|svcacct-)?[\w-]{32,}|hf_[A-Za-z0-9]{30,}|AIza[\w-]{35}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}"
    r"|SG\.[\w-]{16,}\.[\w-]{30,}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|dop_v1_[a-f0-9]{64}|shp(?:at|ss|ca)_[a-f0-9]{32}|ya29\.[\w-]{20,}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,})"
)
_IN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s:/@]+:([^\s:/@]{3,})@[A-Za-z0-9]")
_PLACEHOLDER = re.compile(r"(?i)example|x{4}|\*{3}|\.{3}|your[_-]|<|\{|\$|^pass(?:word)?$|^secret$|^pwd$|12345|abcdef")
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_NAMES = (
    r"(?:api|access|auth|secret|private|encryption)[_ -]?(?:key|token)|passw(?:or)?d|passphrase|client[_-]secret"
    r"|(?<![a-z])(?:secret|token)"
)
_NAMED = re.compile(_NAMES, re.IGNORECASE)
_ASSIGNED = re.compile(rf"(?:{_NAMES})[\"'`]?\s{{0,3}}(?:[:=]|=>|is)\s{{0,3}}[\"'`]?({_TOKEN.pattern})", re.IGNORECASE)
_BLOCK = re.compile(rb"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[^\xff]{0,400}?[A-Za-z0-9+/=]{40}")
_ZERO_WIDTH = re.compile(
    "[\u200b\u2060-\u2064\ufeff\u180e]|(?<=[A-Za-z0-9])[\u200c\u200d]|[\u200c\u200d](?=[A-Za-z0-9])"
)
_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAGS = re.compile(
    "[\U000e0000-\U000e007f]|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]"
)
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]{2,6}\U000e007f")
"""Flags of regions, such as Scotland's, are the one use of tags that is seen (UTS #51)."""


def find(texts: Sequence[str]) -> np.ndarray:
    """Bits of Kind for each text, int32."""
    found = np.zeros(len(texts), np.int32)
    contents = [text.encode("utf-8", "surrogatepass") for text in texts]
    joined = _END.join(contents)
    ends = np.cumsum([len(content) + 1 for content in contents])
    for spots, search in _spots(joined):
        searched = -1
        for spot, owner in zip(spots.tolist(), np.searchsorted(ends, spots, "right").tolist(), strict=True):
            if spot < searched:
                continue
            end = int(ends[owner]) - 1
            part = _around(joined, spot, end - len(contents[owner]), end)
            searched = min(end, spot + _BEHIND // 2)
            found[owner] |= search(part)
    for i, text in enumerate(texts):
        if not text.isascii():
            found[i] |= _hidden(text)
    return found


def _spots(joined: bytes) -> Iterator[tuple[np.ndarray, Callable[[str], int]]]:
    """Where something may stand, ascending, and what to search there."""
    letters = np.frombuffer(joined, np.uint8)
    digit = (letters - np.uint8(48)) < 10
    digits = np.flatnonzero(digit)
    close = digits[:-6][digits[6:] - digits[:-6] <= 24] if len(digits) > 6 else digits[:0]
    close = close[~digit[close - 1] | (close == 0)]
    numbers = [at for at in close.tolist() if _SEVEN_DIGITS.match(joined, at)]
    upper = (letters - np.uint8(65)) < 26
    begins = np.flatnonzero(upper[:-3] & upper[1:-2] & digit[2:-1] & digit[3:])
    yield np.union1d(begins, np.array(numbers, np.int64)), _numbers
    yield np.flatnonzero(letters == 64), _addresses
    dots, colons = np.flatnonzero(letters == 46), np.flatnonzero(letters == 58)
    near = [dots[:-2][dots[2:] - dots[:-2] <= 8], colons[:-1][np.diff(colons) <= 5]]
    yield np.sort(np.concatenate(near)), lambda text: Kind.IP * _has_address(text)
    gaps = np.concatenate([[-1], np.flatnonzero((letters <= 32) | (letters == 255)), [len(letters)]])
    yield gaps[:-1][np.diff(gaps) > _LONG_WORD] + 1, _keys
    blocks = [match.start() for match in _BLOCK.finditer(joined)] if b"-----BEGIN" in joined else []
    yield np.array(blocks, np.int64), lambda _: Kind.PRIVATE_KEY


def _around(joined: bytes, spot: int, begin: int, end: int) -> str:
    """The words around a place in the text from `begin` to `end`; none is halved, for a half could pass for what it is not."""
    first, last = max(begin, spot - _BEFORE), min(end, spot + _BEHIND)
    if first > begin:
        cut = _WHITE.search(joined, first, spot)
        first = cut.end() if cut else spot
    if last < end:
        cut = _WHITE.search(joined, last, end)
        last = cut.start() if cut else end
    return joined[first:last].decode("utf-8", "ignore")


def _numbers(text: str) -> int:
    found = Kind.IBAN * identifiers.iban(text) | Kind.CARD * identifiers.card(text)
    return int(found | Kind.PHONE * identifiers.phone(text) | Kind.NATIONAL * identifiers.national(text))


def _addresses(text: str) -> int:
    found = Kind.EMAIL * any(map(_is_address, _EMAIL.finditer(_IN_ADDRESS.sub(" ", text))))
    return int(found | Kind.PASSWORD * any(not _PLACEHOLDER.search(m[1]) for m in _IN_ADDRESS.finditer(text)))


def _keys(text: str) -> int:
    keys = (m[0] for m in _KEY.finditer(text))
    found = Kind.KNOWN_KEY * any(not _PLACEHOLDER.search(key) and len(set(key)) > 9 for key in keys)
    if _NAMED.search(text):
        found |= Kind.RANDOM * any(_is_random(m[1]) for m in _ASSIGNED.finditer(text))
    return int(found)


def _is_address(found: re.Match[str]) -> bool:
    """Whether an e-mail address could be somebody's."""
    return not _NOBODYS.search(found[2].lower()) and found[3].lower() not in _ENDINGS and found[1].lower() != "git"


def _has_address(text: str) -> bool:
    """Whether a public IP address stands in a text; private, documentation and other reserved ranges are nobody's."""
    for found in (*_IPV4.findall(text), *_IPV6.findall(text)):
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            continue
        if address.is_global and not address.is_multicast:
            return True
    return False


def _is_random(token: str) -> bool:
    """Whether a token looks drawn, not written: upper and lower case and digits (or hexadecimal digits alone), and an entropy
    of its characters of 3.5 bits (3 for hexadecimal ones)."""
    token = token.strip("=-_/+")
    if len(token) < 20 or _PLACEHOLDER.search(token) or not any(map(str.isdigit, token)):
        return False
    hexadecimal = len(token) >= 32 and all(c in "0123456789abcdef" for c in token.lower())
    mixed = any(map(str.islower, token)) and any(map(str.isupper, token))
    entropy = -sum(n / len(token) * math.log2(n / len(token)) for n in Counter(token).values())
    return (mixed and entropy >= 3.5) or (hexadecimal and entropy >= 3)


def _hidden(text: str) -> int:
    found = Kind.ZERO_WIDTH * bool(_ZERO_WIDTH.search(text)) | Kind.BIDIRECTIONAL * bool(_BIDIRECTIONAL.search(text))
    return found | Kind.TAGS * bool(_TAGS.search(_FLAG.sub("", text)))
