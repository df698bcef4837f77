"""Where tokens stand in a text, against the tokenizer's own places, on vocabularies of every common kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import POCKET
from hypothesis import given, settings
from hypothesis import strategies as st
from light_base import QWEN
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from tune.data.encode import Encoded, Encoder
from tune.data.messages import Fault

CORPUS = [
    "The shop is open.",
    "naïve café 東京 🙂",
    "<tag> 12345 !?",
    "we sell boots; we sell tents",
    "Ärger über Öl",
] * 20
SPECIAL = ["<|user|>", "<|end|>"]


def byte_level() -> Tokenizer:
    """GPT-2's and Llama 3's kind."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
        special_tokens=SPECIAL,
    )
    made.train_from_iterator(CORPUS, trainer)
    return made


def byte_level_with_a_blank() -> Tokenizer:
    """The same with a blank before the text, as GPT-2's older files ask for."""
    made = byte_level()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    return made


def gemma() -> Tokenizer:
    """Blanks become U+2581, unknown characters bytes."""
    made = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    made.normalizer = normalizers.Replace(" ", "▁")
    made.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=500, show_progress=False, special_tokens=["<unk>", *SPECIAL, *bytes_])
    made.train_from_iterator([text.replace("東京 🙂", "") for text in CORPUS], trainer)
    return made


def lower_case() -> Tokenizer:
    """A normalizer that changes the text, so that the tokens do not spell it."""
    made = byte_level()
    made.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Strip()])
    return made


def pocket() -> Tokenizer:
    """Llama 2's form."""
    return Tokenizer.from_file(str(POCKET / "tokenizer.json"))


def qwen() -> Tokenizer:
    """A real vocabulary of 151,669 tokens; its normalizer composes characters."""
    if not QWEN.is_dir():
        pytest.skip("the Qwen3 tokenizer is not here")
    return Tokenizer.from_file(str(QWEN / "tokenizer.json"))


KINDS: list[Callable[[], Tokenizer]] = [byte_level, byte_level_with_a_blank, gemma, lower_case, pocket, qwen]


@pytest.fixture(scope="module", params=KINDS, ids=lambda make: make.__name__)
def encoder(request: pytest.FixtureRequest) -> Encoder:
    """One of every kind."""
    made: Tokenizer = request.param()
    made.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL])
    return Encoder(made)


texts = st.lists(
    st.sampled_from(
        [*SPECIAL, "shop", "The", " ", "  ", "\n", "é", "e\u0301", "東", "🙂", "▁", "Ġ", "<0x41>", "A", ".", "1"]
    ),
    max_size=12,
).map("".join)


def oracle(places: Any, text: str, at: int) -> int | None:
    """The first token that begins at a character or behind it, by the tokenizer's places; None when one lies across."""
    token = places.char_to_token(at)
    if token is None:
        return next((t for t, (a, b) in enumerate(places.offsets) if a >= at and b > at), len(places.ids))
    return int(token) if places.offsets[token][0] == at else None


def border_of(found: Encoded, at: int) -> int | None:
    """The border at a place; None where it is refused."""
    try:
        return found.border(at)
    except Fault:
        return None


@settings(max_examples=200, deadline=None)
@given(text=texts)
def test_borders(encoder: Encoder, text: str) -> None:
    """At every place of any text: the same token as the tokenizer says, or the same refusal."""
    (found,) = encoder.encode([text], special=False)
    places = encoder.tokenizer.encode(text, add_special_tokens=False)
    assert found.ids.tolist() == places.ids
    for at in range(len(text) + 1):
        border, expected = border_of(found, at), oracle(places, text, at)
        if border == expected:
            continue
        # A blank that is no part of the text may be a token of its own; it goes with what it stands before.
        assert border is not None
        assert expected is None or (border < expected and found.is_blank(border, expected)), (
            text,
            at,
            border,
            expected,
        )


@settings(max_examples=100, deadline=None)
@given(text=texts)
def test_what_tokens_say(encoder: Encoder, text: str) -> None:
    """Where the tokens spell the text, what they say is the text."""
    (found,) = encoder.encode([text], special=False)
    spelled = b"".join(encoder.said(i) for i in found.ids.tolist())
    assert not text or (found._ends is not None) >= (spelled == text.encode())


@settings(max_examples=60, deadline=None)
@given(beginning=texts, endings=st.lists(texts, min_size=4, max_size=8))
def test_texts_that_begin_alike(encoder: Encoder, beginning: str, endings: list[str]) -> None:
    """Their tokens are those that each has by itself, though what they share is encoded once."""
    shared = beginning + "<|user|>The shop is open. 東<|end|>" * 16
    written = [shared + ending for ending in endings]
    found = encoder.encode(written, special=False)
    assert [one.ids.tolist() for one in found] == [
        encoder.tokenizer.encode(text, add_special_tokens=False).ids for text in written
    ]


class Counting:
    """A tokenizer that counts the characters that it is given."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """None so far."""
        self.tokenizer, self.characters = tokenizer, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tokenizer, name)

    def encode_batch_fast(self, texts: list[str], **named: Any) -> Any:
        """As the tokenizer does it."""
        self.characters += sum(map(len, texts))
        return self.tokenizer.encode_batch_fast(texts, **named)


def counted(tokenizer: Tokenizer) -> tuple[int, int]:
    """(characters encoded, characters in all texts) of texts that begin alike; their tokens are asserted."""
    counting = Counting(tokenizer)
    written = ["<|user|>" + "The shop is open. " * 20 + f"<|end|>\n <|user|> we sell {i}" for i in range(50)]
    found = Encoder(counting).encode(written, special=False)
    assert [one.ids.tolist() for one in found] == [
        tokenizer.encode(text, add_special_tokens=False).ids for text in written
    ]
    return counting.characters, sum(map(len, written))


def test_what_texts_share_is_encoded_once() -> None:
    """Once for all of them, and one text whole for comparison."""
    given_characters, all_characters = counted(byte_level())
    assert given_characters < all_characters / 10


def first_is_another() -> Tokenizer:
    """Only the first part of a text gets a blank (Mistral's and Llama's newer files)."""
    made = gemma()
    made.normalizer = None
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    return made


def takes_blanks() -> Tokenizer:
    """A token that takes in the white space behind it (Phi 3's files)."""
    made = byte_level()
    made.add_special_tokens([AddedToken("<|more|>", rstrip=True, normalized=False)])
    return made


def cuts() -> Tokenizer:
    """A file that says how long texts may be."""
    made = byte_level()
    made.enable_truncation(40)
    return made


@pytest.mark.parametrize("make", [first_is_another, takes_blanks, cuts])
def test_where_parts_are_not_the_whole(make: Callable[[], Tokenizer]) -> None:
    """No text is taken apart where its parts could have other tokens."""
    given_characters, all_characters = counted(make())
    assert given_characters == all_characters


def test_common_kinds_need_no_second_look() -> None:
    """On ordinary text the quick way is the one that is taken; a test that only ever fell back would prove nothing."""
    for make in (byte_level, gemma, pocket):
        (found,) = Encoder(make()).encode(["<|user|> The shop is open. naïve café<|end|>"], special=False)
        assert found._ends is not None, make.__name__
    (found,) = Encoder(lower_case()).encode(["The Shop"], special=False)
    assert found._ends is None
