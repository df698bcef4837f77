"""Hub sources on manifest and card: named with their commits, and verified like all else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import POCKET

from tune.digest import canonical_json
from tune.disclose import card
from tune.disclose.manifest import gaps, source_part
from tune.recipe.schema import Source
from tune.records import FileDigest, HubRows, RowCounts, SourceLedger, TokenCounts
from tune.verify import verdict, verify

ONE = "1" * 40
GAP = "sources at public addresses"


def part(repo: str, private: bool = False, hub: bool = True) -> dict[str, Any]:
    """A source of two rows, as the manifest shows it."""
    rows = HubRows(repo=repo, config="default", split="train", commit=ONE, private=private)
    section = Source(dataset=repo, revision=ONE) if hub else Source(path="own.jsonl")
    ledger = SourceLedger(
        name=section.name,
        split="train",
        path=section.shown,
        sha256="a" * 64,
        hub=rows if hub else None,
        bytes=9,
        files=(FileDigest(name=f"{repo}@{ONE[:12]}/train.jsonl", bytes=9, sha256="a" * 64),),
        format="text",
        rows=RowCounts(loaded=2, dropped={}, kept=2),
        examples=2,
        tokens=TokenCounts(input=8, loss=4, cut=0),
        cut_rows=0,
        dropped_rows=(),
        rows_root="b" * 64,
        examples_root="c" * 64,
    )
    return source_part(ledger.name, ledger, section, 2)


def manifest(*sources: dict[str, Any]) -> dict[str, Any]:
    """pocket's manifest with further sources."""
    found: dict[str, Any] = json.loads((POCKET / "disclosure/manifest.json").read_bytes())
    found["sources"] += sources
    return {**found, "gaps": gaps(found)}


def test_identity_of_a_hub_source() -> None:
    """Repository, config, split and commit, and the files by digest; a source on the disk has no such part."""
    found = part("org/name")
    assert found["name"] == "org/name (train)"
    assert found["hub"] == {
        "repo": {"value": "org/name", "basis": "declared"},
        "config": {"value": "default", "basis": "declared"},
        "split": {"value": "train", "basis": "declared"},
        "commit": {"value": ONE, "basis": "measured"},
        "private": {"value": False, "basis": "measured"},
    }
    assert found["files"] == [{"name": f"org/name@{ONE[:12]}/train.jsonl", "bytes": 9, "sha256": "a" * 64}]
    assert {"hub", "files"} & set(part("org/name", hub=False)) == set()


@pytest.mark.parametrize(
    ("sources", "listed"),
    [
        ([], []),
        ([part("org/b"), part("org/a"), part("org/b"), part("org/secret", private=True)], ["org/a", "org/b"]),
        ([part("org/secret", private=True)], []),
    ],
)
def test_front_matter_lists_public_data_sets(sources: list[dict[str, Any]], listed: list[str]) -> None:
    """Each public one once, sorted; without any there is no such key."""
    text = card.front_matter(manifest(*sources))
    assert ("datasets" in text) == bool(listed)
    assert [line[2:] for line in text.splitlines() if line.startswith("- org/")] == listed


def test_card_and_gaps_speak_of_the_commit(tmp_path: Path) -> None:
    """The commit stands beside the digest, the gap no longer says that all rows were local, and the folder verifies."""
    found = manifest(part("org/name"))
    assert f"- org/name (train): commit `{ONE}`, SHA-256 `{'a' * 64}`\n" in card.render(found)
    why = {gap["what"]: gap.get("why") for gap in found["gaps"]}
    assert why[GAP] == "Hub sources were read at their commits; of others no public address was checked"
    local = {gap["what"]: gap.get("why") for gap in manifest()["gaps"]}
    assert local[GAP] == "the rows were read from local files; no public address was checked"
    (tmp_path / "disclosure").mkdir()
    for file in found["subject"]["files"]:
        (tmp_path / file["name"]).write_bytes((POCKET / file["name"]).read_bytes())
    (tmp_path / "README.md").write_text(card.render(found))
    (tmp_path / "disclosure/manifest.json").write_bytes(canonical_json(found))
    assert verdict(verify(tmp_path)) == "VERIFIED"
    found["sources"][-1]["hub"]["commit"]["value"] = "2" * 40
    (tmp_path / "disclosure/manifest.json").write_bytes(canonical_json(found))
    assert verdict(verify(tmp_path)) == "FAILED"
