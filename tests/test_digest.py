"""Canonical JSON by the RFC's own examples, trees by the field's known answers, digests of files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from tune.digest import (
    canonical_json,
    digest,
    file_sha256,
    leaf_hash,
    merkle_root,
    node_hash,
    row_leaf,
    sha256,
)

LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
"""Test leaves of Certificate Transparency, in hex, and the roots over the first 1, 2, 3, ... of them."""
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def split_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word for word: split at the largest power of two below the number of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + split_root(leaves[:half]) + split_root(leaves[half:])).digest()


def test_canonical_json_by_the_example_of_the_rfc() -> None:
    """RFC 8785, section 3.2.2: numbers, escapes and literals."""
    value = json.loads(
        r"""{
          "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
          "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
          "literals": [null, true, false]
        }"""
    )
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical_json(value) == expected.encode()


def test_canonical_json_sorts_by_utf16() -> None:
    """RFC 8785, section 3.2.3: keys go by their UTF-16 units, so an emoji stands before a Hebrew letter."""
    value = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    expected = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(value))) == expected


def test_digest_ignores_the_order_of_keys() -> None:
    """Equal values have equal digests; unequal ones do not, 1 and "1" among them."""
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1})
    values = [{}, [], "", 0, None, True, False, "0", [1, 2], [2, 1], {"a": 1}, {"a": "1"}, {"a": None}]
    assert len({digest(value) for value in values}) == len(values)
    assert digest({"b": 1, "a": 2}) == hashlib.sha256(b'{"a":2,"b":1}').hexdigest()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, -(2**53)])
def test_what_json_cannot_say(value: float) -> None:
    """Numbers that other readers would take for another number have no canonical form."""
    with pytest.raises(ValueError, match=r"\w"):
        canonical_json({"a": value})


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_by_known_answers(size: int) -> None:
    """The trees of Certificate Transparency, whose roots are known."""
    assert merkle_root([leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES[:size]]).hex() == ROOTS[size - 1]


def test_root_of_nothing() -> None:
    """The tree of no leaves is the hash of nothing."""
    assert merkle_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70))
def test_roots_by_splitting(leaves: list[bytes]) -> None:
    """Level by level or split from the top: the same root for any number of leaves."""
    assert merkle_root(leaves) == split_root(leaves)


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=9, unique=True), st.data())
def test_every_leaf_and_its_place_count(leaves: list[bytes], data: st.DataObject) -> None:
    """Leaving one out, doubling the last or swapping two gives another root."""
    i = data.draw(st.integers(0, len(leaves) - 2))
    swapped = [*leaves[:i], leaves[i + 1], leaves[i], *leaves[i + 2 :]]
    others = [leaves[:i] + leaves[i + 1 :], [*leaves, leaves[-1]], swapped]
    assert merkle_root(leaves) not in [merkle_root(other) for other in others]


def test_leaves_are_no_nodes() -> None:
    """The prefixes keep a leaf from passing for a node."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(b"a") == hashlib.sha256(b"\x00a").digest()
    assert node_hash(left, right) == hashlib.sha256(b"\x01" + left + right).digest()
    assert leaf_hash(left + right) != node_hash(left, right)


def test_row_leaf() -> None:
    """A row's leaf is the hash of its canonical form, whatever the order of its keys in the file."""
    assert row_leaf({"b": 1, "a": "é"}) == hashlib.sha256(b'\x00{"a":"\xc3\xa9","b":1}').digest()
    assert row_leaf({"a": "é", "b": 1}) == row_leaf({"b": 1, "a": "é"})


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (3 << 20) + 5])
def test_file_sha256(tmp_path: Path, size: int) -> None:
    """Read in pieces or at once: the same digest, at the borders of the pieces too."""
    content = bytes(i % 251 for i in range(1000)) * (size // 1000 + 1)
    path = tmp_path / "file"
    path.write_bytes(content[:size])
    assert file_sha256(path) == hashlib.sha256(content[:size]).hexdigest() == sha256(content[:size])


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([1e-4, 9.9999e-5, -1.5e-6, -0.0, 2**52 - 0.5, 1e15 + 0.5, 1e16, 1e21, 5e-324])
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_canonical_json_is_that_of_the_library(value: Any) -> None:
    """The quick way for plain values gives the bytes of rfc8785, whatever the value."""
    assert canonical_json(value) == rfc8785.dumps(value)
