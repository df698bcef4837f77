"""Single changes to what was published: not one is missed by the level that claims to cover it."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from attacks import (
    CONCLUDED,
    concluded,
    copied,
    every_change,
    forged,
    is_proven,
    manifest_of,
    single_changes,
    swapped,
    turned,
    without,
)
from conftest import CHAT, POCKET, chat_row, fill_project, write_recipe, write_rows
from whole import folder_of, tune

from tune.digest import file_sha256
from tune.disclose import disclose
from tune.errors import UserError
from tune.modelfiles import MANIFEST
from tune.run import open_run
from tune.verify import Means, on_word, verdict, verify
from tune.verify import base as level_2
from tune.verify import data as level_4
from tune.verify import folder as level_0
from tune.verify.words import leaves

SECTION: dict[str, Any] = {"max_steps": 6, "save_every": 2, "adapter": {"rank": 4, "alpha": 8}}


def test_changes_of_a_small_folder(tmp_path: Path) -> None:
    """Thirty changes to a copy of pocket: bytes, ends, files removed, added and swapped, values: each FAILED."""
    folder = copied(POCKET, tmp_path / "pocket")
    for name in ("LICENSE", "prompts.txt", "pretrain.json"):  # the records of a base's making are not described
        (folder / name).unlink()
    changes = single_changes(folder, random.Random(3), 30)
    missed = [change for change in changes if not noticed(folder) and not change.endswith(".md")]
    assert missed == []
    assert verdict(verify(folder)) == "VERIFIED"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A folder with the base, the rows and a finished run, whose adapter and merged model were published in pub/."""
    place = fill_project(tmp_path_factory.mktemp("mutations") / "place")
    shutil.copytree(tiny_base, place / "base")
    (place / "base/README.md").write_text("---\nlicense: apache-2.0\n---\n")
    shutil.copyfile(POCKET / "LICENSE", place / "base/LICENSE")
    write_rows(place / "train.jsonl", [*(chat_row(q, a) for q, a in CHAT * 6), "{broken"])
    write_rows(place / "more.jsonl", [chat_row(f"{q} And today?", a) for q, a in CHAT])
    rows = {"license": "cc-by-4.0", "about": "talk of a shop", "published_at": "the repository"}
    data = {
        "train": [{"path": "train.jsonl", **rows}, {"path": "more.jsonl", **rows, "weight": 1.5}],
        "max_bad_rows": 1,
    }
    more = {"export": {"merge": True}, "publish": {"license": "apache-2.0"}}
    write_recipe(place / "recipe.yaml", place / "base", data=data, train=SECTION, **more)
    run = folder_of(tune("run", "recipe.yaml", cwd=place), place)
    shutil.copytree(run, place / "whole")
    shutil.rmtree(run / "train/checkpoints")
    run.rename(place / "run")
    shutil.copytree(place / "run/adapter", place / "pub/adapter")
    shutil.copytree(place / "run/export/merged", place / "pub/merged")
    return place


def noticed(folder: Path) -> bool:
    """Whether a check fails, or cannot even begin."""
    try:
        return verdict(verify(folder)) != "VERIFIED"
    except UserError:
        return True


def means(place: Path, **more: Any) -> Means:
    """Everything that a stranger has beside the published folder."""
    return Means(base=place / "base", adapter=place / "pub/adapter", data=True, rows=place, **more)


@pytest.fixture(scope="module")
def again(place: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The data stage done again, once, from the published manifest."""
    scratch = tmp_path_factory.mktemp("again")
    run, told = level_4._prepared(
        None, manifest_of(place / "pub/adapter"), level_4.Rows(place, place / "base"), scratch
    )
    level_4.data.data(run)
    return run, told


@pytest.mark.slow
def test_a_stranger_can_check(place: Path) -> None:
    """Two published folders, the rows and the base, on the command line: levels 0, 2 and 4 hold, and what was not checked
    says what it would need."""
    for name in ("adapter", "merged"):
        call = ["verify", f"pub/{name}", "--data", ".", "--base", "base", "--adapter", "pub/adapter", "--json"]
        found = json.loads(tune(*call, cwd=place).stdout)
        assert found["verdict"] == "VERIFIED"
        by_level = {level: {c["verdict"] for c in found["claims"] if c["level"] == level} for level in range(6)}
        assert by_level == {n: {"VERIFIED"} if n in (0, 2, 4) else {"NOT CHECKED"} for n in range(6)}
        assert all(
            "needs" in c["how"] or "names no" in c["how"] for c in found["claims"] if c["verdict"] == "NOT CHECKED"
        )
        assert "what is declared of the rows" in found["on_word"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["adapter", "merged"])
def test_single_changes(place: Path, tmp_path: Path, name: str) -> None:
    """A hundred and twenty changes to each published folder (any file, any value of the manifest, the card within its markers): level
    0 finds every one."""
    folder = copied(place / "pub" / name, tmp_path / name)
    missed = [change for change in single_changes(folder, random.Random(11), 120) if not noticed(folder)]
    assert missed == []
    assert verdict(verify(folder)) == "VERIFIED"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["adapter", "merged"])
def test_a_folder_in_place_of_each_file(place: Path, tmp_path: Path, name: str) -> None:
    """As a broken copy may leave it: level 0 says so of each, and stops at none."""
    folder = copied(place / "pub" / name, tmp_path / name)
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST):
        content = path.read_bytes()
        path.unlink()
        path.mkdir()
        assert verdict(verify(folder)) == "FAILED", path.name
        path.rmdir()
        path.write_bytes(content)
    assert verdict(verify(folder)) == "VERIFIED"


def caught(place: Path, folder: Path, again: Any, manifest: dict[str, Any], path: str) -> bool:
    """Whether level 0, 2 or 4 finds a forged folder, or says of this value that it could not be checked."""
    if path == "manifest":  # of another form nothing is checked, and nothing holds
        return verdict(verify(folder)) == ("NOT CHECKED" if path in manifest else "FAILED")
    recipe = path.startswith("recipe.resolved.value.data")
    if recipe:
        return verdict(verify(folder, means(place))) == "FAILED"
    try:
        claims = list(level_0.claims(folder, (folder / MANIFEST).read_bytes(), manifest))
        claims += level_2.claims(folder, None, manifest, place / "base", place / "pub/adapter")
        claims += level_4._compared(*again, manifest)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        return True  # `verify` says that the manifest cannot be read
    return any(
        c.verdict == "FAILED" or (c.level == 2 and c.verdict == "NOT CHECKED" and "says" in c.how) for c in claims
    )


def missed_forgeries(place: Path, folder: Path, again: Any, share: float, how: Any = forged) -> list[str]:
    """Values that can be changed consistently, all levels but 1, 3 and 5 notwithstanding; a seeded share of all paths."""
    manifest, rng, missed = manifest_of(folder), random.Random(5), []
    for path, _ in leaves(manifest):
        if re.split(r"[.\[]", path)[0] in CONCLUDED or not is_proven(path) or rng.random() > share:
            continue
        changed = how(folder, manifest, path)
        if changed is not None and not caught(place, folder, again, changed, path):
            missed.append(path)
    return missed


@pytest.mark.slow
def test_consistent_forgeries(place: Path, tmp_path: Path, again: Any) -> None:
    """A value of the manifest changed and everything written again around it, at a fifth of all paths: level 0, 2 or 4
    finds each of which it is not said that it rests on the author's word."""
    assert missed_forgeries(place, copied(place / "pub/adapter", tmp_path / "adapter"), again, 0.2) == []


@pytest.mark.long
@pytest.mark.parametrize("how", [forged, without])
@pytest.mark.parametrize("name", ["adapter", "merged"])
def test_consistent_forgeries_everywhere(place: Path, tmp_path: Path, again: Any, name: str, how: Any) -> None:
    """The same at every path, of the merged model too, and with every value left out."""
    assert missed_forgeries(place, copied(place / "pub" / name, tmp_path / name), again, 1.0, how) == []


@pytest.mark.long
@pytest.mark.parametrize("name", ["adapter", "merged"])
def test_every_single_change(place: Path, tmp_path: Path, name: str) -> None:
    """Every value of the manifest and every file of the folder, one after the other, the rest as it was: level 0 finds each."""
    folder, missed, number = copied(place / "pub" / name, tmp_path / name), [], 0
    for change in every_change(folder):
        number += 1
        if not noticed(folder):
            missed.append(change)
    assert missed == []
    assert number > 1500
    assert verdict(verify(folder)) == "VERIFIED"


@pytest.mark.long
@pytest.mark.parametrize("name", ["adapter", "merged"])
def test_forged_conclusions(place: Path, tmp_path: Path, name: str) -> None:
    """Gaps, verdict of the gate and openness changed one by one, documents and card written again after them: level 0
    finds each, because it concludes again."""
    folder = copied(place / "pub" / name, tmp_path / name)
    manifest, missed = manifest_of(folder), []
    for path, _ in leaves(manifest):
        if re.split(r"[.\[]", path)[0] in set(CONCLUDED) - {"documents"}:
            made = concluded(folder, manifest, path)
            if made is not None and is_proven(path) and not noticed(folder):
                missed.append(path)
    assert missed == []


CONFIG_LIES = {
    "lora_alpha": 80,
    "r": 8,
    "use_rslora": True,
    "use_dora": True,
    "target_modules": ["q_proj"],
    "revision": "x",
}
"""Keys of adapter_config.json that make another model of the same weights."""


def other_file(path: Path) -> bytes:
    """Another sound file of its kind."""
    content = path.read_bytes()
    if path.suffix == ".safetensors":
        return content[:-1] + bytes([content[-1] ^ 1])
    return json.dumps({**json.loads(content), "x": 1}).encode() if path.suffix == ".json" else content + b"\n"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["adapter", "merged"])
def test_files_swapped_with_their_digests(place: Path, tmp_path: Path, name: str) -> None:
    """Each file of a folder changed, with its digest wherever it stands, card and documents written again: level 0 or 2
    finds it. Of an adapter's weights only level 5 can, and verify says so."""
    manifest, missed = manifest_of(place / "pub" / name), []
    for number, file in enumerate(file["name"] for file in manifest["subject"]["files"]):
        folder = copied(place / "pub" / name, tmp_path / str(number))
        assert swapped(folder, manifest, file, other_file(folder / file)) is not None
        asked = Means(base=place / "base", adapter=place / "pub/adapter")
        if verdict(verify(folder, asked)) == "VERIFIED":
            missed.append(file)
    assert missed == (["adapter_model.safetensors"] if name == "adapter" else [])
    assert any("only level 5 shows it" in text for text in on_word(place / "pub" / name))


@pytest.mark.slow
def test_another_config_for_the_same_weights(place: Path, tmp_path: Path) -> None:
    """A scaling, a method or targets that the recipe did not ask for, digests and all: level 0 finds it."""
    manifest = manifest_of(place / "pub/adapter")
    for key, value in CONFIG_LIES.items():
        folder = copied(place / "pub/adapter", tmp_path / key)
        content = json.dumps({**json.loads((folder / "adapter_config.json").read_bytes()), key: value}).encode()
        assert swapped(folder, manifest, "adapter_config.json", content) is not None
        failed = {c.claim for c in verify(folder) if c.verdict == "FAILED"}
        assert failed == {"what is declared is what the recipe says"}, key


@pytest.mark.long
def test_a_run_forged_to_its_seals(place: Path, tmp_path: Path) -> None:
    """The weights of a run changed by one bit, in the adapter and in the last checkpoint, with every digest, seal and record
    that hangs on them, and disclosed anew: levels 0 and 4 hold, and level 5 finds it. Untouched, all three hold."""
    run = copied(place / "whole", tmp_path / "whole")
    asked = Means(base=place / "base", data=True, segment=(0, SECTION["max_steps"]))
    assert [c for c in verify(run, asked) if c.verdict != "VERIFIED" and c.level in (0, 4, 5)] == []
    weights, last = (
        run / "adapter/adapter_model.safetensors",
        run / f"train/checkpoints/checkpoint-{SECTION['max_steps']}",
    )
    old, seal = file_sha256(weights), file_sha256(last / "complete.json")
    for path in (weights, last / "adapter_model.safetensors"):
        path.write_bytes(other_file(path))
    (last / "complete.json").write_text((last / "complete.json").read_text().replace(old, file_sha256(weights)))
    changes = {old: file_sha256(weights), seal: file_sha256(last / "complete.json")}
    text = (run / "train.json").read_text()
    for before, after in changes.items():
        text = text.replace(before, after)
    (run / "train.json").write_text(text)
    (run / "disclose.json").unlink()
    disclose(open_run(run))
    failed = [(c.level, c.how) for c in verify(run, asked) if c.verdict == "FAILED"]
    assert failed == [(5, f"the adapter at step {SECTION['max_steps']} is not the committed one (SHA-256 differs)")]


def lies(manifest: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Larger lies that close: numbers that hang together changed together are found by the rows alone."""
    yield "recipe.resolved.value.data.pack", False
    yield "recipe.resolved.value.data.train", manifest["recipe"]["resolved"]["value"]["data"]["train"][:1]
    yield "sources", manifest["sources"][1:]


@pytest.mark.slow
def test_lies_that_close(place: Path, tmp_path: Path) -> None:
    """Another recipe, a source left out of recipe or manifest: FAILED."""
    folder = copied(place / "pub/adapter", tmp_path / "adapter")
    manifest = manifest_of(folder)
    for path, value in lies(manifest):
        assert forged(folder, manifest, path, value) is not None
        assert verdict(verify(folder, means(place))) == "FAILED", path


def row_changes(folder: Path, rng: random.Random, number: int) -> Iterator[str]:
    """One change of the rows after the other, taken back when asked to go on."""
    for _ in range(number):
        path = folder / rng.choice(("train.jsonl", "more.jsonl", "eval.jsonl"))
        content = path.read_bytes()
        lines = content.splitlines(keepends=True)
        i = rng.randrange(len(lines))
        kind = rng.choice(("byte", "remove", "repeat", "reorder", "swap"))
        changed = {
            "byte": turned(content, rng),
            "remove": b"".join(lines[:i] + lines[i + 1 :]),
            "repeat": content + lines[i],
            "reorder": b"".join(reversed(lines)),
            "swap": (folder / ("eval.jsonl" if path.name == "train.jsonl" else "train.jsonl")).read_bytes(),
        }[kind]
        if changed == content:
            continue
        path.write_bytes(changed)
        yield f"{kind} of {path.name}"
        path.write_bytes(content)


@pytest.mark.parametrize("number", [pytest.param(5, marks=pytest.mark.slow), pytest.param(60, marks=pytest.mark.long)])
def test_changed_rows(place: Path, tmp_path: Path, number: int) -> None:
    """A byte of a row, a row removed, repeated, put elsewhere, a swapped file: level 4 finds each, and level 0 none."""
    rows = tmp_path / "rows"
    rows.mkdir()
    for name in ("train.jsonl", "more.jsonl", "eval.jsonl"):
        shutil.copyfile(place / name, rows / name)
    asked = Means(base=place / "base", data=True, rows=rows)
    for change in row_changes(rows, random.Random(number), number):
        failed = {c.level for c in verify(place / "pub/adapter", asked) if c.verdict == "FAILED"}
        assert failed == {4}, change


@pytest.mark.slow
@pytest.mark.parametrize("name", ["train/consumed.jsonl", "train/metrics.jsonl"])
def test_changed_logs(place: Path, tmp_path: Path, name: str) -> None:
    """Lines of the logs of training reordered, removed, repeated; a leaf, a count or a loss in them: FAILED."""
    run = copied(place / "run", tmp_path / "run")
    log = run / name
    lines = log.read_text().splitlines(keepends=True)
    assert verdict(verify(run)) == "VERIFIED"
    rows = [json.loads(line) for line in lines]
    keys = ("examples", "input_tokens", "loss_tokens") if "consumed" in name else ("loss", "input_tokens", "step")
    edited = [
        [json.dumps({**row, key: row[key][::-1] + row[key][:1] if isinstance(row[key], list) else row[key] + 1}) + "\n"]
        for row in (rows[0], rows[-1])
        for key in keys
    ]
    changes = [[*edited[i], *lines[1:]] if i < len(keys) else [*lines[:-1], *edited[i]] for i in range(len(edited))]
    changes += [lines[::-1], [lines[1], lines[0], *lines[2:]], lines[:-1], [*lines, lines[-1]], lines[1:]]
    for change in changes:
        log.write_text("".join(change))
        assert verdict(verify(run)) == "FAILED", change[0][:80]


@pytest.mark.slow
@pytest.mark.parametrize("record", ["train.json", "evaluate.json", "export.json", "data/ledger.json", "recipe.json"])
def test_changed_records(place: Path, tmp_path: Path, record: str) -> None:
    """Numbers in the records of a run that reach the manifest: it is no longer what they say."""
    run = copied(place / "run", tmp_path / "run")
    text = (run / record).read_text()
    for pattern in (r'("loss": )(\d)', r'("(?:loss|tokens|kept|rows|steps)": )(\d)', r'("seed": )(\d)'):
        changed = re.sub(pattern, lambda m: f"{m[1]}{(int(m[2]) + 1) % 10}", text, count=1)
        (run / record).write_text(changed)
        assert changed == text or verdict(verify(run)) == "FAILED", pattern
