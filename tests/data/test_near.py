"""Words, and rows that are nearly the same: against sets of words in plain Python, and exact Jaccard similarities."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tune.data.near import SIMILAR, Ordered, Repeats
from tune.data.shingles import SHINGLE, lengths_of, sequences, shingled, spoken
from tune.data.words import words


def near(folder: Path, rows: Sequence[str], chunk: int = 7) -> list[bool]:
    """Which rows are near duplicates of an earlier one, told chunk by chunk."""
    found: list[bool] = []
    with Repeats(folder) as repeats:
        for start in range(0, len(rows), chunk):
            part = rows[start : start + chunk]
            said = spoken(part, np.arange(len(part), dtype=np.int32), len(part))
            shingles = shingled(said, sequences(said, lengths_of(said)))
            found += repeats.near(shingles, np.ones(len(part), bool)).tolist()
    assert not list(folder.iterdir())
    return found


def shingles(row: str) -> frozenset[tuple[str, ...]]:
    """The same by another way: tuples of words."""
    said = [w for w in (re.sub(r"[\W_]", "", w) for w in row.lower().split()) if w]
    return frozenset(tuple(said[i : i + SHINGLE]) for i in range(max(1, len(said) - SHINGLE + 1)) if said)


def jaccard(a: str, b: str) -> float:
    """Exact, of two rows."""
    one, other = shingles(a), shingles(b)
    return len(one & other) / len(one | other) if one | other else 0.0


def test_words_are_told_apart() -> None:
    """Equal hashes for equal words, whatever their case, form and punctuation, wherever they stand; others differ."""
    texts = [
        "The cat's HAT, (the) hat!",
        "  the \t cats\nhat ",
        "“Straße” \uff21\uff22 été",
        "STRASSE ab e\u0301te\u0301",
        "",
        "- ... !",
        "猫が好き",
    ]
    hashes, owner = words(texts)
    by_text = [hashes[owner == i].tolist() for i in range(len(texts))]
    assert by_text[0][:3] == by_text[1]
    assert by_text[0][3:] == [by_text[1][0], by_text[1][2]]
    assert len(set(by_text[1])) == 3
    assert by_text[2] == by_text[3]
    assert (by_text[4], by_text[5]) == ([], [])
    assert len(by_text[6]) == 4
    many = [f"word{i}" for i in range(50_000)]
    assert len(set(words([" ".join(many)])[0].tolist())) == len(many)
    assert words([" ".join(many)])[0].tolist() == words(many)[0].tolist()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=40), max_size=12), st.integers(0, 2**64 - 1))
def test_ordered(runs: list[list[int]], wanted: int) -> None:
    """The smallest member from a value on, as Python finds it."""
    found = Ordered()
    for run in runs:
        found.add(np.array(run, np.uint64))
    members = [value for run in runs for value in run]
    above = min((value for value in members if value >= wanted), default=2**64 - 1)
    assert found.at_or_after(np.array([wanted], np.uint64)).tolist() == [above]


def changed(draw: random.Random, row: str, words_changed: int) -> str:
    """A row with some words replaced."""
    said = row.split()
    for at in draw.sample(range(len(said)), words_changed):
        said[at] = f"new{draw.randint(0, 9999)}"
    return " ".join(said)


def test_against_exact_similarities(tmp_path: Path) -> None:
    """No row is called a near duplicate that is none, and at least 97 of 100 that are one are found: 500 rows of 40 to 80
    words, half of them earlier ones with up to three words changed."""
    draw = random.Random(11)
    rows: list[str] = []
    for _ in range(500):
        if rows and draw.random() < 0.5:
            rows.append(changed(draw, draw.choice(rows), draw.randint(0, 3)))
        else:
            rows.append(" ".join(f"w{draw.randint(0, 3000)}" for _ in range(draw.randint(40, 80))))
    found = near(tmp_path, rows, chunk=50)
    sets = [shingles(row) for row in rows]
    missed = 0
    for i, own in enumerate(sets):
        before = (other for other, is_near in zip(sets[:i], found[:i], strict=True) if not is_near)
        best = max((len(own & other) / len(own | other) for other in before), default=0.0)
        assert best >= SIMILAR or not found[i], rows[i]
        missed += best >= SIMILAR and not found[i]
    assert sum(found) > 100
    assert missed <= 0.03 * (sum(found) + missed)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["How are you?", "how are YOU", "How is she?"], [False, True, False]),  # shorter than a shingle
        (["", " - ", "Yes.", "yes"], [False, False, False, True]),  # nothing said is like nothing
        (["私は猫が好きですね", "私は猫が好きですね。", "私は犬が嫌いですね"], [False, True, False]),
        (["Der Weg ist das Ziel und Ende", "DER WEG IST DAS ZIEL UND ENDE!"], [False, True]),
        ([" ".join("abcdefghij")] * 3, [False, True, True]),
    ],
)
@pytest.mark.parametrize("chunk", [1, 2, 7])
def test_small_cases(tmp_path: Path, rows: list[str], expected: list[bool], chunk: int) -> None:
    """Short rows, empty ones, scripts without spaces, case and punctuation; the same whatever stands in one chunk."""
    assert near(tmp_path, rows, chunk) == expected


def test_no_chain_of_likeness(tmp_path: Path) -> None:
    """A row that is only like a row that was itself called a repeat is none: else what is left out would not be represented."""
    first = " ".join(f"w{i}" for i in range(60))
    second = first.replace("w58", "x58")
    third = (
        second.replace("w0", "y0")
        .replace("w1 ", "y1 ")
        .replace("w2 ", "y2 ")
        .replace("w3 ", "y3 ")
        .replace("w4 ", "y4 ")
        .replace("w5 ", "y5 ")
    )
    assert jaccard(first, second) >= SIMILAR
    assert jaccard(second, third) >= SIMILAR > jaccard(first, third)
    for chunk in (1, 3):
        assert near(tmp_path, [first, second, third], chunk) == [False, True, False]
