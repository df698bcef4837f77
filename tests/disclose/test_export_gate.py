"""`tune export --to` gives a model away, so the license gate stops it, with a sentence for each reason and the way out."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from test_documents import base_part, manifest

from tune import cli
from tune.digest import canonical_json, file_sha256
from tune.disclose import documents, notices, write
from tune.disclose.manifest import of_foreign
from tune.errors import UserError
from tune.licenses import APACHE_TEXT
from tune.licenses.gate import stop
from tune.records import BaseRecord, LicenseFound
from tune.verify import verdict, verify

sys.path.insert(0, str(Path(__file__).parents[1] / "export"))  # the tiny adapters of the merge tests
from tiny import write_adapter

LAST = (
    "the license gate refuses this, so nothing was given away. mend the above (--license ID says under which license), or "
    "state with --override REASON why it may be given away; the reason stands on the card"
)
LLAMA_SOURCE = "https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/LICENSE"
BLOCKED = {
    "Apache-2.0 over a Llama base": (
        {"base": "llama3.1"},
        ["--to", "llama-bot", "--license", "apache-2.0"],
        [
            (
                "base (tag): llama3.1 has use restrictions that must be passed on, and only itself does that here; not apache-2.0. "
                f"publish under llama3.1 (Llama 3.1 Community License Agreement, 1.b.iv ({LLAMA_SOURCE}))"
            )
        ],
    ),
    "a name without the prefix": (
        {"base": "llama3.1"},
        ["--to", "bot", "--license", "llama3.1"],
        [
            (
                "name: llama3.1 wants names of derived models to begin with 'Llama'; this is 'bot'. name it llama-bot "
                f"(Llama 3.1 Community License Agreement, 1.b.i ({LLAMA_SOURCE}))"
            )
        ],
    ),
    "a base without a license": (
        {"base": None},
        ["--to", "bot", "--license", "mit"],
        [
            (
                "base: license unknown: there is no license tag, there is no license file. use a base whose files say under "
                "which license"
            )
        ],
    ),
    "an adapter without a license": (
        {"adapter": None},
        ["--to", "bot", "--license", "apache-2.0"],
        [
            (
                "adapter: license unknown: its card names none, there is no license file. ask who trained it; a license in "
                "the front matter of its README.md says so"
            )
        ],
    ),
    "an adapter that is not for commerce": (
        {"adapter": "cc-by-nc-4.0"},
        ["--to", "bot", "--license", "mit"],
        [
            (
                "adapter (tag): cc-by-nc-4.0 forbids commercial use, and mit permits it. publish under cc-by-nc-4.0 (Creative "
                "Commons Attribution-NonCommercial 4.0, 2(a)(1), 1 (NonCommercial) "
                "(https://creativecommons.org/licenses/by-nc/4.0/legalcode))"
            )
        ],
    ),
    "no license named": (
        {},
        ["--to", "bot"],
        ["publish.license: no license is named, so nobody may use the weights. give publish.license"],
    ),
}


def tagged(folder: Path, tag: str | None) -> None:
    """Gives a folder a card that names a license, or none."""
    if tag is not None:
        (folder / "README.md").write_text(f"---\nlicense: {tag}\n---\n")


@pytest.fixture
def place(tmp_path: Path, tiny_base: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a base and an adapter that PEFT made; neither says its license."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny_base, tmp_path / "base")
    write_adapter(tmp_path / "adapter", tmp_path / "base")
    return tmp_path


def said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What `tune export` of the adapter says when it is refused; nothing is written then."""
    capsys.readouterr()
    before = {path.name for path in Path().iterdir()}
    assert cli.main(["export", "adapter", "--base", "base", *arguments]) == 2
    assert {path.name for path in Path().iterdir()} == before
    spoken = capsys.readouterr()
    assert spoken.out == ""
    return [line for line in spoken.err.splitlines() if "Loading weights" not in line]


@pytest.mark.parametrize("what", BLOCKED)
def test_an_adapter_from_elsewhere(what: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The licenses of base and adapter, as their cards say, are parents of what is written: blocked with every reason,
    its clause and source, and what to do."""
    tags, arguments, lines = BLOCKED[what]
    tagged(place / "base", {"base": "apache-2.0", **tags}["base"])
    tagged(place / "adapter", {"adapter": "apache-2.0", **tags}["adapter"])
    assert said(arguments, capsys) == [*lines, LAST]


def own_manifest(place: Path, **changes: Any) -> None:
    """Puts a manifest of tune's own beside the adapter, which speaks of these files and of this base."""
    found = manifest(**changes)
    found["subject"] |= {"kind": "adapter", "files": _files(place / "adapter")}
    record = cli_base(place)
    found["base"]["files"] = [file.model_dump() for file in record.files]
    (place / "adapter/disclosure").mkdir()
    (place / "adapter/disclosure/manifest.json").write_bytes(canonical_json(found))


def _files(folder: Path) -> list[dict[str, Any]]:
    names = ("adapter_config.json", "adapter_model.safetensors")
    return [{"name": n, "bytes": (folder / n).stat().st_size, "sha256": file_sha256(folder / n)} for n in names]


def cli_base(place: Path) -> BaseRecord:
    """The record of the base in a place."""
    from tune.base import inspect
    from tune.run import made

    named = {"kind": "folder", "model": "base", "repo": None, "commit": None, "quantize": "none"}
    return BaseRecord(made=made({}, 0.0), **named, **inspect(place / "base", "base"))


def test_rows_that_are_not_for_commerce(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The manifest of an adapter that tune made says on which rows: non-commercial ones under MIT are refused, and an
    unknown license is never taken for permissive."""
    own_manifest(place, license_="mit", license="cc-by-nc-4.0")
    (first, *_, last) = said(["--to", "bot"], capsys)
    assert first.startswith("data: ")
    assert "cc-by-nc-4.0 forbids commercial use, and mit permits it. publish under cc-by-nc-4.0 (Creative Comm" in first
    assert last == LAST
    shutil.rmtree(place / "adapter/disclosure")
    own_manifest(place, license_="mit", license="our-own-terms")
    assert (
        "our-own-terms is not in the table of licenses. give an identifier of the Hub"
        in said(["--to", "bot"], capsys)[0]
    )


def test_a_manifest_that_was_stripped_is_not_believed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A manifest without the gate's part makes the adapter one that was trained elsewhere: leaving something out does not
    open the gate."""
    own_manifest(place)
    path = place / "adapter/disclosure/manifest.json"
    found = json.loads(path.read_bytes())
    path.write_bytes(canonical_json({name: part for name, part in found.items() if name != "license_gate"}))
    assert any(line.startswith("adapter: license unknown") for line in said(["--to", "bot"], capsys))


def test_the_base_of_another_adapter(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An adapter whose manifest names a base is not merged into another one of the same shape, license or not."""
    own_manifest(place)
    path = place / "adapter/disclosure/manifest.json"
    found = json.loads(path.read_bytes()) | {"base": base_part("apache-2.0", "apache-2.0", None)}
    path.write_bytes(canonical_json(found))
    (line,) = said(["--to", "bot", "--override", "a test"], capsys)
    assert "base is not the base that this adapter was trained on (" in line
    assert "give that one; to merge into another all the same, copy the adapter without its disclosure/" in line


def test_a_license_that_does_not_exist(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typing mistake is said as one."""
    lines = said(["--to", "bot", "--license", "apache2.0"], capsys)
    assert lines == ['--license apache2.0: not a license identifier of the Hub. did you mean "apache-2.0"?']


def test_what_passes_carries_its_licenses(place: Path) -> None:
    """An adapter from elsewhere that is cleared: LICENSE, the adapter's own as `adapter-LICENSE`, NOTICE with both
    parents, verdict and both licenses on the card; verify judges again, and finds a changed verdict."""
    (place / "adapter/LICENSE").write_text(
        "MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy"
    )
    record = cli_base(place).model_copy(
        update={"license": LicenseFound(tag="apache-2.0", file=None, file_sha256=None, file_says=None)}
    )
    from tune.base import license_of
    from tune.disclose.manifest import given
    from tune.recipe.schema import Publish
    from tune.records import FileDigest

    files = tuple(FileDigest(**file) for file in _files(place / "adapter"))
    found = of_foreign(record, {"r": 4}, files, license_of(place / "adapter"))
    assert found["license_gate"]["verdict"]["value"] == "refused"
    found = given(found, "bot", Publish(license="apache-2.0"))
    stop(found["license_gate"], "")
    write(place / "adapter", found, legal=notices.texts(found, place / "base", place / "adapter"))
    assert (place / "adapter/LICENSE").read_bytes() == APACHE_TEXT.read_bytes()
    assert (place / "adapter/adapter-LICENSE").read_text().startswith("MIT License")
    notice = (place / "adapter/NOTICE").read_text()
    assert "Adapter: trained elsewhere, on rows that are not known\nLicense: mit (MIT License" in notice
    card = (place / "adapter/README.md").read_text()
    assert "| adapter | tag: none; license file: mit |" in card
    assert (
        "- adapter: it was trained elsewhere, so the licenses of its rows could not be judged. ask who trained it"
        in card
    )
    assert documents.rendered(found).keys() == {"NOTICE"}
    assert verdict(verify(place / "adapter")) == "VERIFIED"
    path = place / "adapter/disclosure/manifest.json"
    harmed = json.loads(path.read_bytes())
    harmed["adapter"]["license"]["file_says"]["value"] = "cc-by-nc-4.0"
    path.write_bytes(canonical_json(harmed))
    assert "license_gate is not what the licenses lead to (refused)" in " ".join(
        c.how for c in verify(place / "adapter")
    )


def test_a_manifest_of_another_form_is_not_passed_on(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What an adapter says of its training in a form that is not known is neither repeated nor dropped in silence."""
    own_manifest(place)
    path = place / "adapter/disclosure/manifest.json"
    path.write_bytes(canonical_json(json.loads(path.read_bytes()) | {"manifest": 99, "tune": "7.8"}))
    (line,) = said(["--to", "new"], capsys)
    assert line.startswith("adapter/disclosure/manifest.json: it is of form 99, written by tune 7.8, and tune ")
    assert "export with the version that wrote it, or, to say nothing of its training, copy the adapter" in line


def test_an_override_passes_and_is_kept() -> None:
    """With a reason the gate lets through what it refuses; the reason stands in the manifest."""
    refused = manifest("mit", license="cc-by-nc-4.0")
    with pytest.raises(UserError):
        stop(refused["license_gate"], "")
    overridden = manifest("mit", license="cc-by-nc-4.0", override="the owner of the rows agreed")
    stop(overridden["license_gate"], "")
    assert overridden["license_gate"]["override"]["value"] == "the owner of the rows agreed"
