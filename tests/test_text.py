"""Numbers and tables as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tune.text import (
    count,
    did_you_mean,
    duration,
    endings,
    first_line,
    kind_and_line,
    markdown_table,
    share,
    short,
    size,
    table,
)


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (2.6, "3")]
)
def test_count(number: float, text: str) -> None:
    """Whole numbers with a comma at every thousand."""
    assert count(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1.0 k"),
        (4_123_000, "4.1 M"),
        (8_030_000_000, "8.0 B"),
        (15e12, "15.0 T"),
        (999.7, "1.0 k"),
        (999_999, "1.0 M"),
        (999_960_000, "1.0 B"),
    ],
)
def test_short(number: float, text: str) -> None:
    """Three digits and a unit; what rounds to a thousand of a unit is one of the next."""
    assert short(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (20_971_520, "20.0 MiB"),
        (1 << 30, "1.0 GiB"),
        (5 << 40, "5.0 TiB"),
        ((1 << 20) - 1, "1.0 MiB"),
        ((1 << 30) - 1000, "1.0 GiB"),
    ],
)
def test_size(number: float, text: str) -> None:
    """Bytes in binary units; never 1024.0 of a unit."""
    assert size(number) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 3, "33.3 %"), (0, 5, "0.0 %"), (5, 5, "100.0 %"), (0, 0, "none")]
)
def test_share(part: float, whole: float, text: str) -> None:
    """A percentage with one digit; of nothing there is no share."""
    assert share(part, whole) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min 0 s"),
        (75, "1 min 15 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (7260, "2 h 1 min"),
        (59.7, "1 min 0 s"),
        (119.6, "2 min 0 s"),
        (3599.8, "1 h 0 min"),
        (7199, "2 h 0 min"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    """Two units at most; what rounds up to a whole minute or hour is one."""
    assert duration(seconds) == text


@given(st.floats(0, 1e7))
def test_duration_never_shows_sixty(seconds: float) -> None:
    """No duration reads "60 s" or "60 min"."""
    assert "60" not in duration(seconds).split(" h ")[-1].split()


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("epoch", 'did you mean "epochs"?'),
        ("max_step", 'did you mean "max_steps"?'),
        ("zebra", ""),
        ("", ""),
    ],
)
def test_did_you_mean(word: str, text: str) -> None:
    """The nearest known word, or nothing rather than a wild guess."""
    assert did_you_mean(word, ["epochs", "max_steps", "seed"]) == text
    assert did_you_mean(word, []) == ""


def shortened(*paths: str) -> tuple[str, ...]:
    """The endings of paths."""
    return endings([tuple(path.split("/")) for path in paths])


def test_endings() -> None:
    """As much of each path as tells it from the others; the whole of one that another ends with."""
    assert shortened("rows/en.jsonl", "rows/de.jsonl") == ("en.jsonl", "de.jsonl")
    assert shortened("en/x", "de/x", "y/z") == ("en/x", "de/x", "z")
    assert shortened("x", "de/x") == ("x", "de/x")
    assert shortened("a/en/x", "b/en/x", "de/x") == ("a/en/x", "b/en/x", "de/x")


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map("/".join), unique=True, max_size=6))
def test_endings_differ(paths: list[str]) -> None:
    """Those of different paths are different, end the paths that they stand for, and cannot be shortened again."""
    found = shortened(*paths)
    assert len(set(found)) == len(paths)
    assert all(f"/{path}".endswith(f"/{name}") for path, name in zip(paths, found, strict=True))
    assert shortened(*found) == found


def test_table() -> None:
    """The first column to the left, figures to the right, no blanks at the ends of lines."""
    assert table([["loss", "1.25"], ["tokens", "10,000"]], ["what", "figure"]) == (
        "what    figure\nloss      1.25\ntokens  10,000"
    )
    assert table([["a", "b"]], ["first", "second"], left=(0, 1)) == "first  second\na      b"
    assert table([], ["a", "b"]) == "a  b"


def test_markdown_table() -> None:
    """Cells cannot break out of their column: pipes are escaped, line breaks become blanks."""
    assert markdown_table([["a|b", "1\n2"]], ["what", "figure"]) == (
        "| what | figure |\n| --- | ---: |\n| a\\|b | 1 2 |"
    )
    assert markdown_table([], ["what"]) == "| what |\n| --- |"


@pytest.mark.parametrize(
    ("error", "line", "named"),
    [
        (RuntimeError("\n  one\ntwo"), "one", "RuntimeError: one"),
        (ValueError(" \n "), "ValueError", "ValueError"),
        (MemoryError(), "MemoryError", "MemoryError"),
        (OSError("x" * 1000), "x" * 300, "OSError: " + "x" * 300),
    ],
)
def test_what_a_library_says_in_one_line(error: Exception, line: str, named: str) -> None:
    """Its first line that is not blank, never more than fits into a sentence; its kind where it says nothing."""
    assert (first_line(error), kind_and_line(error)) == (line, named)
