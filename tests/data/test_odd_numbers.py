"""Numbers that readers of JSON do not agree on: text where nobody reads them, a fault where a format does."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from conftest import chat_row
from hypothesis import given
from hypothesis import strategies as st
from light_base import Bench, make_base

from tune.columns import READ_COLUMNS
from tune.data.formats import _FORMATS
from tune.digest import row_leaf
from tune.jsonl import Broken, Row, parse_row
from tune.strict import loads

ODD = {
    "9007199254740992": "a number that JSON readers do not agree on: 9007199254740992; put it in quotes",
    "-12345678901234567890": "a number that JSON readers do not agree on: -12345678901234567890; put it in quotes",
    "1e400": "a number beyond all floats: 1e400",
    "NaN": "NaN is not JSON",
    "-Infinity": "-Infinity is not JSON",
}


def test_no_format_reads_another_column() -> None:
    """Else a number would become text in what a model is trained on."""
    assert {name for known in _FORMATS.values() for name in known.columns} <= READ_COLUMNS


@pytest.mark.parametrize("number", ODD)
def test_in_a_column_that_nobody_reads(number: str) -> None:
    """It is what is written there, however deep, and the row has a digest."""
    row = parse_row(1, f'{{"id": {number}, "more": [{{"n": {number}, "k": 1.5}}], "text": "a"}}'.encode())
    assert row == Row(1, {"id": number, "more": [{"n": number, "k": 1.5}], "text": "a"})
    assert row_leaf(row.value) == row_leaf({"id": number, "more": [{"n": number, "k": 1.5}], "text": "a"})


@pytest.mark.parametrize("column", ["label", "text", "messages", "tools"])
@pytest.mark.parametrize("number", ODD)
def test_in_a_column_that_a_format_reads(number: str, column: str) -> None:
    """There it would be learned as something else than what is written, so the row is left out, and the number is named."""
    row = parse_row(3, f'{{"id": 1e999, "{column}": [{{"n": {number}}}]}}'.encode())
    assert isinstance(row, Broken)
    assert (row.line, row.reason, row.what) == (3, "not JSON", ODD[number])


def test_other_faults_are_told_all_the_same() -> None:
    """Behind such a number, as without one."""
    for rest, what in {
        '"b": 1, "b": 2}': 'the key "b" is given twice',
        '"b": nope}': "not JSON: expecting value at column 22",
        '"b": "\\ud800"}': "half of a surrogate pair (\\ud800 to \\udfff) without its other half",
    }.items():
        row = parse_row(1, b'{"id": 1e400, ' + b" " * 2 + rest.encode())
        assert isinstance(row, Broken)
        assert row.what == what
    assert isinstance(parse_row(1, b"[1e400]"), Broken)


def _as_text(value: Any) -> Any:
    """What a value becomes in a column that nobody reads, told in another way."""
    if isinstance(value, dict):
        return {name: _as_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    odd = (type(value) is int and abs(value) >= 2**53) or (isinstance(value, float) and not math.isfinite(value))
    return json.dumps(value) if odd else value


@given(
    st.recursive(
        st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=3) | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
        max_leaves=12,
    )
)
def test_any_value(value: Any) -> None:
    """Nothing but such numbers changes."""
    assert loads(json.dumps({"id": value}), READ_COLUMNS) == {"id": _as_text(value)}


def test_rows_with_large_ids_are_used(tmp_path: Path) -> None:
    """As data sets made of posts have them."""
    good = chat_row("When do you open?", "At nine.")
    plain, other = Bench(make_base(tmp_path / "base")).prepare(tmp_path, [good, {**good, "id": 2**60}]).rows("train")
    assert other.example == plain.example
