"""Text to tokens in batches, and where in the text every token stands.

`encode_batch_fast` gives tokens without their places, and is much quicker for it. The places follow from the tokens: in
byte-level vocabularies, and in those that write a blank as U+2581, every token stands for fixed bytes. Whether these
bytes, put together, are the text is compared for every text; where they are not (a normalizer changed it, a beginning
token was put before it), the tokenizer is asked again for places. So nothing is assumed.

Texts that begin alike (the same instructions and tools, or one conversation rendered once for each of its answers) share most
of what they say. A tokenizer divides a text at added tokens such as <|im_end|> before anything else is done to it, so the
parts between them become tokens once, for all texts of a call.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, chain, pairwise
from typing import Any

import numpy as np

from tune.data.messages import Fault

BEGINNING = 256
"""Characters by which texts are said to begin alike: more than templates write before the first message."""
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")


Ends = tuple[np.ndarray, int]
"""The byte behind each token of a text, and the byte at which the text begins, in whatever it stands in."""


class Encoder:
    """A tokenizer (`tokenizers.Tokenizer`) and what each of its tokens says."""

    def __init__(self, tokenizer: Any) -> None:
        """Reads no vocabulary: of a large one that takes a third of a second, and rows use little of it."""
        self.tokenizer = tokenizer
        by_bytes = b'"ByteLevel"' in tokenizer.decoder.__getstate__() if tokenizer.decoder else False
        self._says = _of_bytes if by_bytes else _of_words
        added = tokenizer.get_added_tokens_decoder()
        self._said: dict[int, bytes] = {number: token.content.encode() for number, token in added.items()}
        self.special = frozenset(added)
        """Tokens that were added to the vocabulary."""
        self._divider = _divider(tokenizer)
        # Of the tokens that were met: where their bytes begin, and how many they are (of others -1), by id. 32 bits: what is
        # looked up for every byte of every text should be small.
        self._bytes = np.zeros(0, np.uint8)
        self._offsets = np.zeros(0, np.int32)
        self._sizes = np.zeros(0, np.int32)

    def said(self, token: int) -> bytes:
        """What a token stands for, by its id; nothing for an id that the tokenizer does not have."""
        if token not in self._said:
            written = self.tokenizer.id_to_token(token)
            self._said[token] = b"" if written is None else self._says(written)
        return self._said[token]

    def _meet(self, ids: np.ndarray) -> None:
        """Learns the bytes of the tokens that were not met before."""
        more = int(ids.max(initial=-1)) + 1 - len(self._sizes)
        if more > 0:
            self._offsets = np.append(self._offsets, np.zeros(more, np.int32))
            self._sizes = np.append(self._sizes, np.full(more, -1, np.int32))
        new = np.unique(ids[self._sizes[ids] < 0])
        if not len(new):
            return
        said = [self.said(token) for token in new.tolist()]
        self._sizes[new] = [len(piece) for piece in said]
        self._offsets[new] = len(self._bytes) + np.cumsum(self._sizes[new]) - self._sizes[new]
        self._bytes = np.append(self._bytes, np.frombuffer(b"".join(said), np.uint8))

    def encode(self, texts: Sequence[str], *, special: bool) -> list[Encoded]:
        """The tokens of each text; `special` lets the tokenizer put its own tokens around it."""
        alike = len({text[:BEGINNING] for text in texts}) <= len(texts) // 2
        by_parts = alike and not special and self._divider is not None
        found = self._ids_by_parts(texts) if by_parts else self._ids(texts, special=special)
        bounds = list(accumulate(map(len, found), initial=0))
        ids = np.fromiter(chain.from_iterable(found), np.int32, bounds[-1])
        own = [ids[first:last] for first, last in pairwise(bounds)]
        ends = self._ends(texts, ids, bounds)
        return [Encoded(self, *one, special) for one in zip(texts, own, ends, strict=True)]

    def _ids(self, texts: Sequence[str], *, special: bool = False) -> list[list[int]]:
        return [one.ids for one in self.tokenizer.encode_batch_fast(list(texts), add_special_tokens=special)]

    def _ids_by_parts(self, texts: Sequence[str]) -> list[list[int]]:
        """The same, with every part that several texts share encoded once. One text is compared with the tokenizer's answer
        for the whole."""
        assert self._divider is not None
        parts = [[part for part in self._divider.split(text) if part] for text in texts]
        distinct = list(dict.fromkeys(chain.from_iterable(parts)))
        known = dict(zip(distinct, self._ids(distinct), strict=True))
        found = [list(chain.from_iterable(known[part] for part in own)) for own in parts]
        assert found[-1:] == self._ids(texts[-1:]), "the parts of a text have other tokens than the whole"
        return found

    def _ends(self, texts: Sequence[str], ids: np.ndarray, bounds: list[int]) -> list[Ends | None]:
        """For each text where its tokens end; None where the tokens do not spell the text. `ids` are those of all texts,
        and `bounds` where in them each text begins, and the end."""
        self._meet(ids)
        sizes = self._sizes[ids]
        behind = np.cumsum(sizes, dtype=np.int32)
        places = np.arange(behind[-1] if len(ids) else 0, dtype=np.int32)
        spelled = self._bytes[places + np.repeat(self._offsets[ids] - (behind - sizes), sizes)].tobytes()
        starts = np.concatenate([[0], behind])[bounds].tolist()
        written = [text.encode() for text in texts]
        # Nearly always all are alike, and one comparison tells.
        alike = spelled == b"".join(written) and starts == list(accumulate(map(len, written), initial=0))
        return [
            (behind[bounds[i] : bounds[i + 1]], starts[i])
            if alike or spelled[starts[i] : starts[i + 1]] == written[i]
            else self._ends_after_blanks(written[i], ids[bounds[i] : bounds[i + 1]].tolist())
            for i in range(len(texts))
        ]

    def _ends_after_blanks(self, written: bytes, ids: list[int]) -> Ends | None:
        """The same for one text in Llama's older vocabularies, which begin every stretch between special tokens with a
        blank that is not in the text."""
        pieces = [self.said(token) for token in ids]
        for i, piece in enumerate(pieces):
            if i == 0 or ids[i - 1] in self.special:
                pieces[i] = piece.removeprefix(b" ")
        if b"".join(pieces) != written:
            return None
        return np.cumsum([len(piece) for piece in pieces], dtype=np.int32), 0


@lru_cache(maxsize=1)
def encoder_of(tokenizer: Any) -> Encoder:
    """The encoder of a transformers tokenizer. The last one is kept, with what it has learned of the vocabulary."""
    return Encoder(tokenizer.backend_tokenizer)


class Encoded:
    """The tokens of one text."""

    def __init__(self, encoder: Encoder, text: str, ids: np.ndarray, ends: Ends | None, special: bool) -> None:
        """As `Encoder.encode` makes it; `ids` are int32."""
        self.encoder, self.text, self.ids, self.special = encoder, text, ids, special
        self._ends = ends

    def border(self, at: int) -> int:
        """The index of the first token that begins at the character `at` or behind it. Raises Fault when a token lies
        across the border."""
        if self._ends is None:
            return self._border_by_places(at)
        if at == 0:
            return 0
        ends, start = self._ends
        byte = start + self._byte(at)
        token = int(ends.searchsorted(byte))
        if ends[token] != byte:
            raise _across(token)
        return token + 1

    def _byte(self, at: int) -> int:
        """Where the character `at` begins in UTF-8."""
        return at if self.text.isascii() else len(self.text[:at].encode())

    def is_blank(self, first: int, last: int) -> bool:
        """Whether these tokens say nothing but white space."""
        if self._ends is None:
            return not "".join(self.text[slice(*self._places.offsets[t])] for t in range(first, last)).strip()
        return not b"".join(map(self.encoder.said, self.ids[first:last].tolist())).strip()

    def touched(self, start: int, end: int) -> tuple[int, int]:
        """The tokens, from the first to before the last, that hold any character from `start` to before `end`."""
        if self._ends is not None:
            ends, begin = self._ends
            first, last = begin + self._byte(start), begin + self._byte(end)
            token = int(ends.searchsorted(first))
            # A token may be empty (a blank that is not in the text); it belongs to what it stands before.
            token += bool(start) and bool(ends[token] == first)
            return token, int(ends.searchsorted(last)) + 1 if last > first else token
        inside = [t for t, (a, b) in enumerate(self._places.offsets) if b > start and a < end]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    @cached_property
    def _places(self) -> Any:
        """The tokenizer's own answer, with places."""
        found = self.encoder.tokenizer.encode(self.text, add_special_tokens=self.special)
        assert found.ids == self.ids.tolist(), "the tokenizer gives other tokens when asked for their places"
        return found

    def _border_by_places(self, at: int) -> int:
        places = self._places
        token = places.char_to_token(at)
        if token is None:  # the end of the text, or a character that the tokenizer leaves out
            return next((t for t, (a, b) in enumerate(places.offsets) if a >= at and b > at), len(self.ids))
        if places.token_to_chars(token)[0] < at:
            raise _across(token)
        return int(token)


def _divider(tokenizer: Any) -> re.Pattern[str] | None:
    """What finds the added tokens at which the tokenizer divides a text as it is written, the longest first as it does
    (`tokenizers`, added_vocabulary.rs). None where what stands beside one matters, or whether a part is the first."""
    added = [token for token in tokenizer.get_added_tokens_decoder().values() if not token.normalized]
    beside = any(token.lstrip or token.rstrip or token.single_word for token in added)
    whole = tokenizer.encode_special_tokens or tokenizer.truncation or tokenizer.padding
    first = tokenizer.pre_tokenizer is not None and b'"first"' in tokenizer.pre_tokenizer.__getstate__()
    if not added or beside or whole or first:
        return None
    longest_first = sorted((token.content for token in added), key=len, reverse=True)
    return re.compile(f"({'|'.join(map(re.escape, longest_first))})")


def _across(token: int) -> Fault:
    what = f"token {token} lies across the border between question and answer"
    fix = "begin the answer with another character; where the template opens <think>, give reasoning_content; or use another base"
    return Fault("mask not exact", what, fix)


def _alphabet() -> dict[int, int]:
    """The characters that byte-level vocabularies write for bytes (GPT-2's `bytes_to_unicode`): printable ones stand for
    themselves, the others are moved behind U+00FF in their order."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    moved = [byte for byte in range(0x100) if byte not in plain]
    return {byte: byte for byte in plain} | {0x100 + i: byte for i, byte in enumerate(moved)}


_ALPHABET = _alphabet()


def _of_bytes(token: str) -> bytes:
    """What a token of a byte-level vocabulary says."""
    try:
        return token.translate(_ALPHABET).encode("latin-1")
    except UnicodeEncodeError:  # no token that text could become
        return token.encode()


def _of_words(token: str) -> bytes:
    """What a token of a SentencePiece vocabulary says."""
    byte = _BYTE.fullmatch(token) if token.startswith("<0x") else None
    return bytes([int(byte[1], 16)]) if byte else token.replace("\u2581", " ").encode()
