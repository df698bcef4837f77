"""`tune verify` level 0: any change to what is published is noticed and named."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
import yaml
from conftest import POCKET, ROOT

from tune.cli import main
from tune.digest import canonical_json
from tune.disclose import card, write
from tune.disclose.manifest import FORM, gaps, measured
from tune.verify import verdict, verify

if not (POCKET / "disclosure" / "manifest.json").is_file():
    pytest.fail("data/pocket is not disclosed: `make pocket`", pytrace=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of pocket: a real published folder."""
    shutil.copytree(POCKET, tmp_path / "pocket")
    return tmp_path / "pocket"


def failed(folder: Path) -> str:
    """What failed, in words."""
    return "; ".join(claim.how for claim in verify(folder) if claim.verdict == "FAILED")


def test_the_shipped_base_verifies(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """pocket's own files are what its manifest says: VERIFIED, exit 0; higher levels say NOT CHECKED."""
    assert main(["verify", str(folder)]) == 0
    assert capsys.readouterr().out.strip().endswith("VERIFIED")
    assert main(["verify", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdict"] == "VERIFIED"
    assert {c["verdict"] for c in found["claims"] if c["level"] == 0} == {"VERIFIED"}
    assert [c["level"] for c in found["claims"] if c["verdict"] == "NOT CHECKED"] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_one_byte_of_a_file(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A flipped bit in the weights or beside them: FAILED, named, exit 1."""
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    assert main(["verify", str(folder)]) == 1
    assert f"{name} is not the file described" in capsys.readouterr().out


def test_a_missing_and_a_longer_file(folder: Path) -> None:
    """Both have their own words."""
    (folder / "config.json").unlink()
    with (folder / "tokenizer.json").open("ab") as file:
        file.write(b" ")
    assert "config.json is missing" in failed(folder)
    assert "tokenizer.json has" in failed(folder)


@pytest.mark.parametrize(
    "name", ["pytorch_model.bin", "modeling_pocket.py", "deep/er/model.safetensors", "disclosure/x.md"]
)
def test_a_file_that_nobody_described(folder: Path, name: str) -> None:
    """What a library would load or run, and what lies among the documents, is in the manifest or FAILED; a signature and
    what git and downloads leave are no claim."""
    for known in (".gitattributes", ".cache/huggingface/x.lock", "model.sig"):
        (folder / known).parent.mkdir(parents=True, exist_ok=True)
        (folder / known).write_bytes(b"x")
    assert failed(folder) == ""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"x")
    assert failed(folder) == f"{name}: disclosure/manifest.json does not list it"


def test_any_byte_of_the_manifest(folder: Path) -> None:
    """300 seeded single-byte changes of the manifest: not one is missed."""
    path = folder / "disclosure/manifest.json"
    content = path.read_bytes()
    rng = random.Random(5)
    for _ in range(300):
        at = rng.randrange(len(content))
        other = rng.choice([b for b in b'0123456789abcdef{}[]",: xyz' if b != content[at]])
        path.write_bytes(content[:at] + bytes([other]) + content[at + 1 :])
        assert verdict(verify(folder)) != "VERIFIED", (at, chr(content[at]), chr(other))


def test_any_byte_of_the_generated_card(folder: Path) -> None:
    """300 seeded single-byte changes before the end marker: not one is missed; below it, people may write."""
    path = folder / "README.md"
    content = path.read_bytes()
    end = content.index(card.END.encode()) + len(card.END)
    rng = random.Random(6)
    for _ in range(300):
        at = rng.randrange(end)
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        assert verdict(verify(folder)) == "FAILED", at
    path.write_bytes(content + b"\nMore words.\n")
    assert verdict(verify(folder)) == "VERIFIED"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m["sources"][0]["rows"]["loaded"].update(value=1), "rows loaded are not rows kept and dropped"),
        (lambda m: m["sources"][0]["tokens"]["loss"].update(value=10**12), "more loss tokens than tokens"),
        (
            lambda m: m["sources"][0]["share_of_loss_tokens"].update(value=0.5),
            "the share of loss tokens is not loss / input",
        ),
        (lambda m: m["filters"][0]["rows"].update(value=0), "filters and dropped rows disagree"),
        (lambda m: m["consumption"]["distinct_examples"].update(value=10**9), "more distinct examples than examples"),
        (lambda m: m["sources"][0]["license"].update(basis="measured"), "gaps does not list"),
        (lambda m: m["gaps"].pop(), "gaps does not list"),
        (lambda m: m["subject"].update(files=[]), "names no file"),
        (lambda m: m["subject"]["files"][0].update(name="../config.json"), "lies outside the folder"),
        (lambda m: m.pop("sources"), "it has no sources, so it was changed"),
    ],
)
def test_a_lie_that_is_consistent_in_bytes(folder: Path, change, words: str) -> None:
    """A manifest changed and written canonically again, its card rendered again: the arithmetic still gives it away."""
    path = folder / "disclosure/manifest.json"
    manifest = json.loads(path.read_bytes())
    change(manifest)
    path.write_bytes(canonical_json(manifest))
    if "sources" in manifest:
        (folder / "README.md").write_text(card.render(manifest))
    assert words in failed(folder)


@pytest.mark.parametrize("form", [1, FORM - 1, FORM + 1, 99])
def test_a_manifest_of_another_form(folder: Path, form: int, capsys: pytest.CaptureFixture[str]) -> None:
    """One that an earlier or a later version wrote is no forgery and no proof: nothing is checked, which is no success; who wrote
    it is said. No report is made of it."""
    path = folder / "disclosure/manifest.json"
    manifest = json.loads(path.read_bytes()) | {"manifest": form, "tune": "7.8", "salt": "of another kind"}
    path.write_bytes(canonical_json(manifest))
    assert main(["verify", str(folder)]) == 1
    assert capsys.readouterr().out.strip().endswith("NOT CHECKED")
    assert main(["verify", str(folder), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert {found["verdict"], *(claim["verdict"] for claim in found["claims"])} == {"NOT CHECKED"}
    assert f"is of form {form}, written by tune 7.8, and tune " in found["claims"][0]["how"]
    assert main(["openness", str(folder)]) == 2
    assert f"it is of form {form}, written by tune 7.8" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["4", True, None, 4.0, [4]])
def test_a_form_that_is_no_number(folder: Path, form: object) -> None:
    """No version of tune wrote that."""
    path = folder / "disclosure/manifest.json"
    manifest = json.loads(path.read_bytes()) | {"manifest": form}
    path.write_bytes(json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
    assert f"its form is {form!r}, and no whole number" in failed(folder)


def test_the_form_in_the_documents() -> None:
    """docs/disclosure.md describes the form that is written, and pocket's manifest is of it."""
    text = (ROOT / "docs/disclosure.md").read_text()
    assert f"Form {FORM}:\n" in text
    assert f"| `manifest` | {FORM}, " in text
    assert json.loads((POCKET / "disclosure/manifest.json").read_bytes())["manifest"] == FORM


def test_languages_on_the_card(folder: Path) -> None:
    """Languages that were measured stand in the front matter, those of few examples and what could not be told only in
    the text; the gap is closed; shares of more than the whole are a fault."""
    manifest = json.loads((folder / "disclosure/manifest.json").read_bytes())
    assert "language of the rows" in {gap["what"] for gap in manifest["gaps"]}
    manifest["languages"] = measured({"de": 0.14, "en": 0.8, "fr": 0.01, "und": 0.05})
    manifest["gaps"] = gaps(manifest)
    assert "language of the rows" not in {gap["what"] for gap in manifest["gaps"]}
    write(folder, manifest)
    text = (folder / "README.md").read_text()
    assert yaml.safe_load(text.split("---\n")[1])["language"] == ["en", "de"]
    assert (
        "- languages of what is learned, by examples (a sample of 1,000 at most): en 80.0 %, de 14.0 %, und 5.0 %, fr 1.0 %"
        in text
    )
    assert verdict(verify(folder)) == "VERIFIED"
    manifest["languages"]["value"]["de"] = 0.2
    write(folder, manifest)
    assert failed(folder) == "languages: the shares are more than the whole"


def test_a_folder_without_a_manifest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The call is wrong, not the claims: exit 2 and what to give instead."""
    for folder in (str(tmp_path), "/no-such-folder", "/"):
        assert main(["verify", folder]) == 2
        assert "give the folder of an adapter or model that tune disclosed" in capsys.readouterr().err


def test_a_run_that_cannot_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What lies around the folder says nothing against its manifest: exit 2, with the file."""
    run = folder.parent
    folder.rename(run / "adapter")
    (run / "recipe.json").write_text("{}")
    (run / "run.json").write_text('{"name": "x"')
    for target in (run, run / "adapter"):
        assert main(["verify", str(target)]) == 2
        assert f"{run}/run.json: it cannot be read (Invalid JSON: EOF" in capsys.readouterr().err
