"""The license gate as somebody meets it who knows nothing of it: `check`, `run`, `export --to` and `publish`, over a base that
says that it is a Llama."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import fill_project, write_recipe
from hub_writes import WritableHub, take_for_the_hub, writable
from whole import folder_of, tune

from tune.cli import main

LLAMA = "Llama 3.1 Community License Agreement"
AT = "https://github.com/meta-llama/llama-models/blob/main/models/llama3_1/LICENSE"
CASES: dict[str, tuple[dict[str, str], str, str]] = {
    "Apache-2.0 over a Llama": (
        {"license": "apache-2.0", "repo": "user/Llama-shop"},
        "cc0-1.0",
        (
            "base (tag): llama3.1 has use restrictions that must be passed on, and only itself does that here; not apache-2.0. "
            f"publish under llama3.1 ({LLAMA}, 1.b.iv ({AT}))"
        ),
    ),
    "a name without the prefix": (
        {"license": "llama3.1", "repo": "user/shop"},
        "cc0-1.0",
        (
            "name: llama3.1 wants names of derived models to begin with 'Llama'; this is 'shop'. name it llama-shop "
            f"({LLAMA}, 1.b.i ({AT}))"
        ),
    ),
    "rows that are not for commerce, under MIT": (
        {"license": "mit", "repo": "user/Llama-shop"},
        "cc-by-nc-4.0",
        (
            "data: train.jsonl: cc-by-nc-4.0 forbids commercial use, and mit permits it. publish under cc-by-nc-4.0 (Creative "
            "Commons Attribution-NonCommercial 4.0, 2(a)(1), 1 (NonCommercial) "
            "(https://creativecommons.org/licenses/by-nc/4.0/legalcode))"
        ),
    ),
    "rows under a license that nobody knows": (
        {"license": "llama3.1", "repo": "user/Llama-shop"},
        "our-own-terms",
        "data: train.jsonl: our-own-terms is not in the table of licenses. give an identifier of the Hub",
    ),
}


def recipe(place: Path, publish: dict[str, str], rows: str = "cc0-1.0") -> str:
    """A recipe over the base in a place."""
    data: dict[str, Any] = {"train": [{"path": "train.jsonl", "license": rows}]}
    return str(write_recipe(place / "recipe.yaml", Path("base"), data=data, publish=publish))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """Rows, and a base whose card says llama3.1."""
    folder = fill_project(tmp_path_factory.mktemp("gate"))
    shutil.copytree(tiny_base, folder / "base")
    (folder / "base/README.md").write_text("---\nlicense: llama3.1\n---\n# A Llama\n")
    return folder


@pytest.fixture(scope="module")
def run(place: Path) -> Path:
    """A finished run over that base."""
    return folder_of(tune("run", recipe(place, {}), cwd=place), place)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WritableHub]:
    """A Hub that this process takes for the only one."""
    with writable() as found:
        take_for_the_hub(found, tmp_path, monkeypatch)
        yield found


@pytest.mark.parametrize("case", CASES)
def test_check_says_it_before_any_training(
    case: str, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`tune check` names what the gate will refuse, by which clause, and what to do; a private run is not stopped by it."""
    monkeypatch.chdir(place)
    publish, rows, words = CASES[case]
    assert main(["check", recipe(place, publish, rows)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert f"look  license: {publish['license']} refused for publication" in told
    assert f"      {words}" in told


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_what_is_refused_stays_here(
    case: str,
    place: Path,
    run: Path,
    hub: WritableHub,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`tune run` warns and stamps the card; `tune export --to` writes nothing and `tune publish` sends nothing, each with the same
    sentence, its clause and what to do. The adapter is not trained again for any of it."""
    monkeypatch.chdir(place)
    publish, rows, words = CASES[case]
    weights = (run / "adapter/adapter_model.safetensors").stat().st_mtime_ns
    assert main(["run", recipe(place, publish, rows)]) == 0
    said = capsys.readouterr()
    assert place / said.out.strip().splitlines()[-1] == run
    assert f"disclose: look at this before you publish: {words}" in said.err.splitlines()
    card = (run / "adapter/README.md").read_text()
    assert "\nlicense: unknown\n" in card
    assert words.split(". ")[0] in card
    # Where it is the name alone, the folder that is written to has a name as well.
    assert main(["export", str(run), "--to", f"given/{publish['repo'].split('/')[1]}"]) == 2
    assert words in capsys.readouterr().err.splitlines()
    assert not list(place.glob("given/*"))
    assert main(["publish", str(run)]) == 2
    told = capsys.readouterr()
    assert (told.out, hub.asked) == ("", [])
    assert words in told.err.splitlines()
    assert (run / "adapter/adapter_model.safetensors").stat().st_mtime_ns == weights


@pytest.mark.slow
def test_the_two_ways_out(
    place: Path, run: Path, hub: WritableHub, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Done as the sentences say, it is cleared and published with what the license wants; or a reason is given, which stands on
    the card and in what is said."""
    monkeypatch.chdir(place)
    assert main(["run", recipe(place, {"license": "llama3.1", "repo": "user/Llama-shop"})]) == 0
    assert main(["publish", str(run)]) == 0
    files = hub.files("user/Llama-shop")
    assert b"Built with Llama" in files["NOTICE"]
    assert b"\nlicense: llama3.1\n" in files["README.md"]
    assert main(["publish", str(run), "--merged"]) == 2
    assert "there is no merged model in this run. set export.merge: true" in capsys.readouterr().err
    reason = "Meta allowed it in writing"
    assert main(["run", recipe(place, {"license": "apache-2.0", "repo": "user/shop", "override": reason})]) == 0
    capsys.readouterr()
    assert main(["publish", str(run)]) == 0
    assert f"publish: license gate: overridden, because: {reason}" in capsys.readouterr().err.splitlines()
    assert f"published in spite of it. The author's reason: {reason}".encode() in hub.files("user/shop")["README.md"]


def test_an_empty_reason_is_none(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--override ""` overrides nothing."""
    monkeypatch.chdir(place)
    assert main(["export", "adapter", "--base", "base", "--to", "new", "--license", "mit", "--override", " "]) == 2
    assert capsys.readouterr().err == ("--override is empty. write an identifier, or a reason for people to read\n")
