"""`tune verify` above level 0: what each level says when it lacks what it needs, and the Hub when it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import POCKET
from hub_server import ONE, Hub, Repo, serving
from test_hub_part import manifest, part

from tune.verify import Means, verify
from tune.verify.claims import differences

ASK = """
import json, sys
from tune.verify import hub
for text in sys.argv[1:]:
    print(json.dumps([[c.verdict, c.how] for c in hub.claims(json.loads(text), True)]))
"""
ROWS = b'{"a": 1}\n'


def of_level(folder: Path, level: int, **means: Any) -> list[tuple[str, str]]:
    """(verdict, how) of every claim of a level."""
    return [(c.verdict, c.how) for c in verify(folder, Means(**means)) if c.level == level]


def test_differences_are_told_by_path() -> None:
    """Values, missing and unfounded keys, lengths, and truth that is no number."""
    found, said = {"a": [1, {"b": 2}], "c": True, "d": 0}, {"a": [1, {"b": 3}, 4], "c": 1, "e": 0}
    assert list(differences(found, said, "")) == [
        "a has 3 entries in the manifest, and 2 were found",
        "a[1].b is 3 in the manifest, and 2 was found",
        "c is 1 in the manifest, and true was found",
        "d is missing in the manifest",
        "e does not follow from anything",
    ]


def test_a_base_of_its_own(tmp_path: Path) -> None:
    """A model trained from scratch has no base, no Hub sources and no recipe: NOT CHECKED, each with its reason, whatever is
    given."""
    given = {"base": POCKET, "data": True, "rows": tmp_path, "hub": True}
    assert of_level(POCKET, 2, **given) == [("NOT CHECKED", "there is no base: it was trained from scratch")]
    assert of_level(POCKET, 3, **given) == [("NOT CHECKED", "the manifest names no repository with a commit")]
    assert "not trained from rows by a recipe" in of_level(POCKET, 4, **given)[0][1]
    assert "--replay A:B" in of_level(POCKET, 5)[0][1]


def hub_manifest() -> dict[str, Any]:
    """A manifest with one source on the Hub, of one file."""
    from tune.digest import sha256

    found = manifest(part("org/name"))
    found["sources"][-1]["files"][0] |= {"bytes": len(ROWS), "sha256": sha256(ROWS)}
    return found


@pytest.mark.slow
def test_level_3(tmp_path: Path) -> None:
    """The commit with its files: VERIFIED. Another file, a commit or a repository that is not there: FAILED. A Hub that does
    not let us in or cannot be reached, and a private repository that is not seen: NOT CHECKED, with the reason."""

    def asked(hub: Hub, found: dict[str, Any], **more: str) -> list[str]:
        return hub.read(tmp_path, found, code=ASK, **more)[0][0]

    found = hub_manifest()
    with serving() as hub:
        hub.repos["org/name"] = Repo({ONE: {"train.jsonl": ROWS}})
        assert asked(hub, found)[0] == "VERIFIED"
        verdict, how = asked(hub, found, HF_HUB_OFFLINE="1")
        assert (verdict, "offline" in how) == ("NOT CHECKED", True)
        hub.repos["org/name"] = Repo({ONE: {"train.jsonl": ROWS + ROWS}})
        assert asked(hub, found) == ["FAILED", "train.jsonl is another file there"]
        hub.repos["org/name"] = Repo({ONE: {"other.jsonl": ROWS}})
        assert asked(hub, found) == ["FAILED", "train.jsonl is not there"]
        hub.repos["org/name"] = Repo({"2" * 40: {}})
        assert asked(hub, found) == ["FAILED", "the Hub has no such repository or commit"]
        del hub.repos["org/name"]
        assert asked(hub, found)[0] == "FAILED"
        found["sources"][-1]["hub"]["private"]["value"] = True
        assert asked(hub, found) == ["NOT CHECKED", "it was private, and this account does not see it"]
    assert "cannot be reached" in asked(hub, found)[1]
