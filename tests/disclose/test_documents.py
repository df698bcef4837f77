"""What stands beside the manifest: reports, bill of materials, license texts; each bound to it, none missed by verify."""

from __future__ import annotations

import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import POCKET, ROOT

from tune.cli import main
from tune.digest import canonical_json
from tune.disclose import card, documents, notices, regulation, write
from tune.disclose.manifest import completed, declared, derived, measured, unknown
from tune.verify import verdict, verify

LLAMA = (
    "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved."
)


def base_part(tag: str, says: str | None, family: str | None, repo: str | None = None) -> dict[str, Any]:
    """A base with pocket's bytes and a license of one's choice."""
    pocket = json.loads((POCKET / "disclosure/manifest.json").read_bytes())
    return {
        "repo": declared(repo),
        "commit": unknown(),
        "files": pocket["subject"]["files"],
        "architecture": measured("LlamaForCausalLM"),
        "parameters": measured(8_000_000_000),
        "active_parameters": derived(8_000_000_000),
        "experts_per_token": measured(0),
        "tokenizer_sha256": measured("a" * 64),
        "template_sha256": measured("b" * 64),
        "quantize": declared("none"),
        "license": {
            "tag": declared(tag),
            "file": measured("LICENSE" if says else None),
            "file_says": measured(says) if says else unknown(),
            "family": derived(family) if family else unknown(),
        },
        "disclosure": unknown(),
        "pretraining_tokens": unknown(),
    }


def manifest(license_: str = "apache-2.0", base: dict[str, Any] | None = None, **source: Any) -> dict[str, Any]:
    """pocket's manifest as that of an adapter for a base, its sources declared as in the main recipe but for changes."""
    found: dict[str, Any] = json.loads((POCKET / "disclosure/manifest.json").read_bytes())
    found["subject"]["license"] = declared(license_)
    found["base"] = base or base_part("apache-2.0", "apache-2.0", None)
    found["consumption"]["flop"] = derived(3.0e22)
    found["languages"] = measured({"en": 1.0})
    found["evaluation"]["prompts_at"] = declared("the repository, prompts.jsonl")
    for part in found["sources"]:
        part["license"] = declared(source.get("license", "cc-by-4.0"))
        part["published_at"] = declared(source.get("published_at", "the repository, rows.jsonl"))
        part["generator"] = declared({"model": "a program", "terms": "apache-2.0"})
    return completed(found, source.get("override"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A disclosed adapter, with the license text of its base."""
    target = tmp_path / "adapter"
    shutil.copytree(POCKET, target, ignore=shutil.ignore_patterns("disclosure", "README.md", "LICENSE"))
    found = manifest()
    write(target, found, legal=notices.texts(found, POCKET))
    return target


def failed(folder: Path) -> str:
    """What failed, in words."""
    return "; ".join(claim.how for claim in verify(folder) if claim.verdict == "FAILED")


def test_what_is_no_base_is_a_fault_of_the_call(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped --base says nothing against the folder: exit 2, and what is not there."""
    for base in ("bass", str(folder / "disclosure")):
        assert main(["verify", str(folder), "--base", base]) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert f"base.model: {base}: " in said.err
        assert "has no config.json" in said.err


def test_a_disclosed_folder_verifies(folder: Path) -> None:
    """Manifest, card and documents agree, and every file that was written is among those described."""
    assert failed(folder) == ""
    listed = {file["name"] for file in json.loads((folder / "disclosure/manifest.json").read_bytes())["documents"]}
    assert listed == {
        "LICENSE",
        "NOTICE",
        "disclosure/openness.md",
        "disclosure/eu-training-summary.md",
        "disclosure/bom.cdx.json",
    }
    assert (folder / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("name", [*documents.rendered(manifest()), "LICENSE"])
def test_any_byte_of_a_document(folder: Path, name: str) -> None:
    """Single-byte changes, a missing file, a longer one: FAILED, and the file is named."""
    path, rng = folder / name, random.Random(7)
    content = path.read_bytes()
    for _ in range(10):
        at = rng.randrange(len(content))
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert name in failed(folder), at
    path.write_bytes(content + b"\n")
    assert name in failed(folder)
    path.unlink()
    assert f"{name} is missing" in failed(folder)
    path.write_bytes(content)
    assert failed(folder) == ""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda m: m["license_gate"]["verdict"].update(value="refused"),
            "license_gate is not what the licenses lead to",
        ),
        (lambda m: m["license_gate"]["obligations"].pop(), "license_gate is not what"),
        (lambda m: m["sources"][0]["license"].update(value="cc-by-nc-4.0"), "(refused)"),
        (lambda m: m["base"]["license"]["tag"].update(value="llama3.1"), "(refused)"),
        (lambda m: m["openness"]["class"].update(value="I"), "openness does not follow"),
        (
            lambda m: m["sources"][0]["published_at"].update(value=None, basis="not measured"),
            "openness does not follow",
        ),
        (lambda m: m["documents"].pop(), "does not list it"),
        (lambda m: m["documents"][0].update(name="../LICENSE"), "lies outside the folder"),
        (lambda m: m.pop("license_gate"), "it has no license_gate"),
        (lambda m: m.pop("documents"), "it has no documents"),
    ],
)
def test_a_conclusion_that_does_not_follow(folder: Path, change, words: str) -> None:
    """A manifest that was changed, and written and rendered again with all that hangs on it, still gives it away."""
    path = folder / "disclosure/manifest.json"
    found = json.loads(path.read_bytes())
    change(found)
    path.write_bytes(canonical_json(found))
    if "license_gate" in found:
        (folder / "README.md").write_text(card.render(found))
    assert words in failed(folder)


def test_a_file_that_nobody_listed(folder: Path) -> None:
    """What lies in disclosure/ and is not described is named."""
    (folder / "disclosure/extra.md").write_text("more\n")
    assert "disclosure/extra.md: disclosure/manifest.json does not list it" in failed(folder)


def test_whole_numbers_are_rendered_as_they_are_read(tmp_path: Path) -> None:
    """Canonical JSON writes 1.0 as 1: what is rendered when the folder is made is what a reader renders."""
    found = manifest()
    found["evaluation"]["tuned"]["stop_rate"] = measured(1.0)
    found["consumption"]["flop"] = derived(2.0e10)
    shutil.copytree(POCKET, tmp_path / "adapter", ignore=shutil.ignore_patterns("disclosure", "README.md", "LICENSE"))
    write(tmp_path / "adapter", found, legal=notices.texts(found, None))
    assert failed(tmp_path / "adapter") == ""


def test_documents_of_an_earlier_disclosure_go(folder: Path) -> None:
    """A license that is refused leaves no LICENSE behind from the time when it was not, and no license on the card."""
    found = manifest(base=base_part("apache-2.0", None, "llama3.1"))
    write(folder, found, legal=notices.texts(found, None))
    assert not (folder / "LICENSE").exists()
    text = (folder / "README.md").read_text()
    assert yaml.safe_load(text.split("---\n")[1])["license"] == "unknown"
    assert "**Not cleared for publication.**" in text
    assert verdict(verify(folder)) == "VERIFIED"


def test_what_llama_wants(tmp_path: Path) -> None:
    """The base's own agreement, its use policy, the exact sentence in NOTICE and the line on the card."""
    base = tmp_path / "base"
    base.mkdir()
    (base / "LICENSE").write_text("LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\n")
    (base / "USE_POLICY.md").write_text("Llama 3.1 Acceptable Use Policy\n")
    found = manifest("llama3.1", base_part("llama3.1", "llama3.1", "llama3.1", "meta-llama/Llama-3.1-8B"))
    found["subject"]["name"] = "llama-bot"
    found = completed(found, None)
    target = tmp_path / "adapter"
    write(target, found, legal=notices.texts(found, base))
    assert (target / "LICENSE").read_bytes() == (base / "LICENSE").read_bytes()
    assert (target / "base-USE_POLICY.md").read_bytes() == (base / "USE_POLICY.md").read_bytes()
    notice = (target / "NOTICE").read_text()
    assert LLAMA in notice.splitlines()
    assert "Modified: weights derived from the base" in notice
    assert "https://llama.meta.com/llama3_1/use-policy" in notice
    assert "**Built with Llama**" in (target / "README.md").read_text()


def test_attribution_of_rows() -> None:
    """A source under an attribution license is named in NOTICE with license, address and that it was changed; the card
    says that this is kept."""
    found = manifest()
    lines = notices.notice(found).splitlines()
    at = lines.index(
        "Trained on: train.jsonl, cc-by-4.0 (Creative Commons Attribution 4.0, https://creativecommons.org/licenses/by/4.0/legalcode)"
    )
    assert "the repository, rows.jsonl" in lines[at + 1]
    assert lines[at + 2].startswith("Changed: ")
    assert "Rows under cc-by-4.0 want attribution" in card.render(found)


def test_a_family_license_on_the_card() -> None:
    """The Hub has no identifier for it: `other`, with name and link."""
    found = manifest("deepseek", base_part("other", "deepseek", None))
    front = yaml.safe_load(card.front_matter(found))
    assert (front["license"], front["license_name"]) == ("other", "deepseek")
    assert front["license_link"].startswith("https://")


@pytest.mark.parametrize(
    ("changes", "reached", "missing"),
    [
        ({}, "II", "research paper"),
        ({"published_at": None}, "III", "evaluation data"),
        ({"license": "cc-by-nc-4.0"}, None, "model parameters (final)"),
        ({"license_": "cc-by-nc-4.0"}, None, "model parameters (final)"),
    ],
)
def test_class_of_the_openness_framework(changes: dict[str, Any], reached: str | None, missing: str) -> None:
    """All open and published: II, the highest without a paper. Rows that nobody can get: III. Weights under a license
    that is not open, or that the gate refuses: none."""
    part = manifest(**changes)["openness"]
    assert (part["class"]["value"], part["next_missing"]["component"]) == (reached, missing)


def test_indicators_do_not_count_what_nobody_said() -> None:
    """Twenty of them; rows that no model is said to have written leave eight without an answer."""
    found = manifest()
    assert documents.held(found["openness"]["data_indicators"]) == 20
    for source in found["sources"]:
        source["generator"] = unknown()
    assert documents.held(completed(found, None)["openness"]["data_indicators"]) == 10


def test_compute_ratio() -> None:
    """F / (C / 3): of 6 N T where the base says T, else of 1e23; over a third is said."""
    found = manifest()
    ratio, words = regulation.compute_ratio(found)
    assert ratio == pytest.approx(3e22 / (1e23 / 3))
    assert "the threshold of 1e+23" in words
    assert "That is not more than a third." in regulation.eu_summary(found)
    found["base"]["pretraining_tokens"] = declared(10**12)
    ratio, words = regulation.compute_ratio(found)
    assert ratio == pytest.approx(3e22 / (6 * 8e9 * 1e12 / 3))
    assert "6 N T" in words
    assert "That is more than a third." in regulation.eu_summary(found)


def test_bill_of_materials() -> None:
    """CycloneDX 1.6 by its own strict validator: for SPDX licenses, others, and a model without a base."""
    validation = pytest.importorskip("cyclonedx.validation.json", reason="cyclonedx-python-lib is in the dev extra")
    from cyclonedx.schema import SchemaVersion

    validator = validation.JsonStrictValidator(SchemaVersion.V1_6)
    unstated = manifest(base=base_part("other", None, None, "org/base"))
    unstated["subject"]["license"] = unknown()
    without = manifest()
    without["base"] = None
    for found in (
        manifest(),
        manifest("deepseek", base_part("llama3.1", None, None)),
        unstated,
        completed(without, None),
    ):
        content = documents.rendered(found)[documents.BOM].decode()
        assert validator.validate_str(content) is None
        bom = json.loads(content)
        hashes = {c["hashes"][0]["content"] for c in bom["components"] if c["type"] == "data"}
        assert hashes == {s["sha256"]["value"] for s in found["sources"]}
    broken = documents.bom(manifest()) | {"unknown": 1}
    assert validator.validate_str(json.dumps(broken)) is not None


def test_openness_of_a_folder(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`tune openness` prints the report of a disclosed folder or of the run that it lies in; of any other, exit 2."""
    assert main(["openness", str(folder)]) == 0
    text = capsys.readouterr().out
    assert text == (folder / "disclosure/openness.md").read_text()
    assert main(["openness", str(folder.parent)]) == 0
    assert capsys.readouterr().out == text
    (tmp_path / "empty").mkdir()
    assert main(["openness", str(tmp_path / "empty")]) == 2
    assert "there is no manifest in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words"),
    [("", "JSONDecodeError"), ("[]", "TypeError"), ('{"manifest": 1}', "it has no ")],
)
def test_openness_of_an_unreadable_manifest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: str
) -> None:
    """A manifest that was harmed, or that an earlier version wrote, is told with what to do, never with a traceback."""
    (tmp_path / "disclosure").mkdir()
    (tmp_path / "disclosure/manifest.json").write_text(content)
    assert main(["openness", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert re.search(rf"manifest.json: the manifest cannot be read: {words}.*\. finish the run", said)
