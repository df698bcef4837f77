"""Private rows: nothing that is published confirms a guess of them, and who has key and rows can check it all the same."""

from __future__ import annotations

import copy
import hashlib
import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from attacks import CONCLUDED, copied, files_of, forged, is_proven, manifest_of, single_changes
from conftest import CHAT, POCKET, SOUND, chat_row, fill_project, write_recipe, write_rows
from test_hub_part import ONE, manifest, part
from whole import folder_of, tune

from tune.cli import main
from tune.digest import canonical_json, digest, file_sha256
from tune.disclose import card, documents, salt
from tune.disclose.asked import resolved, without_paths
from tune.disclose.manifest import gaps
from tune.errors import UserError
from tune.recipe import Recipe
from tune.records import Ledger, TrainRecord
from tune.run import deciding, open_run
from tune.verify import Means, verdict, verify
from tune.verify.words import leaves

KEY = salt.RunKey(bytes(range(32)))
DIGEST = re.compile(rb"[0-9a-f]{40,}")
OF_PRIVATE = (
    r"sources\[0\]\.(sha256|rows_root|examples_root|salted)|consumption\.(examples|order)_root|checkpoints|salt\."
)
"""Paths of what is salted, and of what says so, where the first source is private."""


def by_hand(key: bytes, text: str) -> str:
    """HMAC-SHA256 over the bytes of a hex digest, as RFC 2104 defines it."""
    inner, outer = (bytes(b ^ pad for b in key.ljust(64, b"\0")) for pad in (0x36, 0x5C))
    return hashlib.sha256(outer + hashlib.sha256(inner + bytes.fromhex(text)).digest()).hexdigest()


def of_two(**more: Any) -> dict[str, Any]:
    """Parts of a manifest with a public source and one of a private data set, both trained on."""
    sources = [part("org/open"), part("org/secret", private=True)]
    roots = {name: {"value": "d" * 64, "basis": "measured"} for name in salt.OF_CONSUMPTION}
    names = ("adapter_sha256", *salt.OF_CHECKPOINT)
    entry = {"step": 2, **{name: {"value": "e" * 64, "basis": "measured"} for name in names}}
    return {"sources": sources, "consumption": {**roots, "examples": {"value": 4}}, "checkpoints": [entry], **more}


def test_what_is_replaced() -> None:
    """Digests, roots and commit of the private source, the roots of the consumption that it is part of, roots and seals of
    the checkpoints; a public source beside it, counts and digests of weights stay as they are."""
    plain = of_two()
    found = salt.salted(plain, KEY)
    assert plain == of_two()
    assert found["sources"][0] == plain["sources"][0]
    secret = found["sources"][1]
    for name, was in (("sha256", "a"), ("rows_root", "b"), ("examples_root", "c")):
        assert secret[name] == {"value": by_hand(KEY.secret, was * 64), "basis": "measured"}
    assert secret["files"] == [{"name": "org/secret/train.jsonl", "bytes": 9, "sha256": by_hand(KEY.secret, "a" * 64)}]
    assert secret["hub"]["commit"]["value"] == by_hand(KEY.secret, ONE)
    assert secret["salted"] is found["consumption"]["salted"] is True
    assert {found["consumption"][name]["value"] for name in salt.OF_CONSUMPTION} == {by_hand(KEY.secret, "d" * 64)}
    assert found["consumption"]["examples"] == {"value": 4}
    (entry,) = found["checkpoints"]
    assert entry["adapter_sha256"]["value"] == "e" * 64
    assert {entry[name]["value"] for name in salt.OF_CHECKPOINT} == {by_hand(KEY.secret, "e" * 64)}


def test_held_out_private_rows_leave_the_consumption_alone() -> None:
    """Nothing was learned from them, so its roots say nothing of them."""
    plain = of_two()
    plain["sources"][1]["split"] = "eval"
    found = salt.salted(plain, KEY)
    assert found["sources"][1] != plain["sources"][1]
    assert (found["consumption"], found["checkpoints"]) == (plain["consumption"], plain["checkpoints"])


def test_nothing_changes_without_private_rows() -> None:
    """A source of a recipe, the run directory's name and the parts of the manifest are, byte for byte, what they were before
    there were salted digests (digests taken from that version)."""
    recipe = Recipe.model_validate_json(json.dumps(yaml.safe_load(SOUND)))
    before = "a732561d97570c3bf3a22e4324da7f8adbc5a636d696ad9e646a66403595a7bf"
    assert digest(resolved(recipe)["data"]["train"][0]) == before
    assert digest(without_paths(recipe, None)["data"]["train"][0]) == before
    assert b"private" not in canonical_json(deciding(recipe))
    hub = "d442491e122a8e87aae6d63eb7acdf46b4d7c3d09a8a39c47a17a078c63ea9bd"
    assert digest(part("org/name")) == hub
    on_disk = "5f7a2ecc593ebe3806f3f929ffa9eedc1f40558eaf72e4534a62b11765280b17"
    assert digest(part("org/name", hub=False)) == on_disk
    found = of_two(sources=[part("org/open")])
    assert salt.salted(found, KEY) is found

    content = yaml.safe_load(SOUND)
    content["data"]["train"][0]["private"] = True
    private = Recipe.model_validate_json(json.dumps(content))
    assert deciding(private) == deciding(recipe)  # as a declared fact, it goes on in the same directory
    assert resolved(private)["data"]["train"][0]["private"] is True


def test_card_and_bill_of_materials_say_so() -> None:
    """The card names a private source without commit and plain digest, and says what stands in its place; the data set is
    not listed; the bill of materials gives no hash for it, because it has none."""
    found = manifest(part("org/open"), part("org/secret", private=True))
    found = salt.salted(found, KEY)
    found["gaps"] = gaps(found)
    text = card.render(found)
    hidden = by_hand(KEY.secret, "a" * 64)
    line = f"- org/secret (train): private; HMAC-SHA256 of its SHA-256, under a key that is not published: `{hidden}`\n"
    assert line in text
    assert f"- org/open (train): commit `{ONE}`, SHA-256 `{'a' * 64}`\n" in text
    assert text.count(ONE) == 1
    assert "what stands here is HMAC-SHA256 of each root, under a key that is not published" in text
    assert yaml.safe_load(text.split("---\n")[1])["datasets"] == ["org/open"]
    rows = documents._rows(found)
    assert ["hashes" in row for row in rows[-2:]] == [True, False]
    assert {"name": "tune:salted", "value": "HMAC-SHA256"} in rows[-1]["properties"]


def test_level_3_without_the_run() -> None:
    """The commit of a private data set is not told, so the Hub cannot be asked for it; a public one beside it can."""
    from tune.verify import hub

    found = salt.salted(manifest(part("org/open"), part("org/secret", private=True)), KEY)
    said = {claim.claim: claim.how for claim in hub.claims(found, ask=False)}
    assert said["org/secret (train) exists"] == "its commit is salted: needs the run directory"
    assert any("asks the Hub for org/open" in how for how in said.values())


def test_a_key_that_is_not_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A manifest in which nothing is salted needs no key: the call is wrong, exit 2."""
    (tmp_path / "key").write_text("0" * 64)
    assert main(["verify", str(POCKET), "--run-key", str(tmp_path / "key")]) == 2
    assert "--run-key: nothing in this manifest is salted. leave it out" in capsys.readouterr().err


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path, one_core: None) -> Path:
    """A folder with base, rows and a finished run on a private file and a public one, whose adapter and merged model were
    published in pub/."""
    place = fill_project(tmp_path_factory.mktemp("private") / "place")
    shutil.copytree(tiny_base, place / "base")
    (place / "base/README.md").write_text("---\nlicense: apache-2.0\n---\n")
    shutil.copyfile(POCKET / "LICENSE", place / "base/LICENSE")
    write_rows(place / "secret.jsonl", [chat_row(f"{q} Please.", a) for q, a in CHAT * 4])
    rows = {"license": "cc-by-4.0", "about": "talk of a shop"}
    sources = [{"path": "secret.jsonl", "private": True, **rows}, {"path": "train.jsonl", **rows}]
    section = {"max_steps": 4, "save_every": 2, "keep": {"every": 2}, "adapter": {"rank": 4, "alpha": 8}}
    more = {"export": {"merge": True}, "publish": {"license": "apache-2.0"}}
    write_recipe(place / "recipe.yaml", place / "base", data={"train": sources}, train=section, **more)
    run = folder_of(tune("run", "recipe.yaml", cwd=place), place)
    shutil.copytree(run / "adapter", place / "pub/adapter")
    shutil.copytree(run / "export/merged", place / "pub/merged")
    return place


@pytest.fixture
def run(place: Path, tmp_path: Path) -> Path:
    """A copy of the run to do harm to."""
    (original,) = (place / "runs").iterdir()
    return copied(original, tmp_path / original.name)


def digests(*content: bytes) -> set[str]:
    """Every digest that stands somewhere as text."""
    return {text.decode() for part in content for text in DIGEST.findall(part)}


def plain_digests(run: Path) -> set[str]:
    """Every digest in the records, seals and logs of a run directory, but for those of base, adapter, merged model and
    documents, of the sources that are not private, and of what the base was made from."""
    places = [
        *run.glob("*.json"),
        run / "data/ledger.json",
        *(run / "train").rglob("*.json"),
        run / "train/consumed.jsonl",
    ]
    found = digests(*(path.read_bytes() for path in places))
    opened = open_run(run)
    ledger, train = opened.read(Ledger), opened.read(TrainRecord)
    kept = [json.loads((run / f"{name}.json").read_bytes()) for name in ("base", "export", "disclose")]
    told: list[Any] = [{name: part for name, part in record.items() if name != "made"} for record in kept]
    told += [source.model_dump() for source in ledger.sources[1:]]
    told += [[file.sha256 for file in train.adapter], [entry.adapter_sha256 for entry in train.checkpoints]]
    info = json.loads((run / "run.json").read_bytes())["recipe_files"]
    told += [sha for name, sha in info.items() if name != "secret.jsonl"]
    return found - digests(json.dumps(told).encode())


@pytest.mark.slow
def test_no_plain_digest_is_published(place: Path) -> None:
    """Adapter, merged model, documents and cards are searched for every digest in the run directory that may follow from the
    private rows, as text and as bytes, and for the key: none is there. The public source's own are."""
    (run,) = (place / "runs").iterdir()
    secrets = plain_digests(run)
    train, (kept, *_) = open_run(run).read(TrainRecord), open_run(run).read(Ledger).sources
    assert {kept.sha256, kept.rows_root, kept.examples_root, train.receipt.order_root} < secrets
    assert {getattr(entry, name) for entry in train.checkpoints for name in salt.OF_CHECKPOINT} < secrets
    secrets.add(digest(resolved(open_run(run).recipe)))
    key = (run / salt.KEY).read_text().strip()
    content = b"\n".join(path.read_bytes() for path in files_of(place / "pub"))
    published = {found.decode() for found in DIGEST.findall(content)}
    assert published & (secrets | {key}) == set()
    assert not [text for text in secrets | {key} if bytes.fromhex(text) in content]
    assert file_sha256(place / "train.jsonl") in published
    assert open_run(run).read(Ledger).sources[1].rows_root in published
    found = manifest_of(place / "pub/adapter")
    names = ("sha256", "rows_root", "examples_root")
    wanted = {name: by_hand(bytes.fromhex(key), getattr(kept, name)) for name in names}
    assert {name: found["sources"][0][name]["value"] for name in names} == wanted
    assert (run / salt.KEY).stat().st_mode & 0o777 == 0o600
    assert not list((place / "pub").rglob(salt.KEY))
    report = (place / "pub/adapter/disclosure/openness.md").read_text()
    assert "publish train/checkpoints/ of the run, of private rows without complete.json" in report


def verdicts(place: Path, *arguments: Any, code: int = 0) -> dict[int, list[tuple[str, str]]]:
    """(claim, verdict) by level, as the command says them."""
    done = tune("verify", *arguments, "--json", cwd=place, check=False)
    assert done.returncode == code, done.stderr + done.stdout
    claims = json.loads(done.stdout)["claims"]
    return {n: [(c["claim"], c["verdict"]) for c in claims if c["level"] == n] for n in range(6)}


@pytest.mark.slow
def test_with_and_without_the_key(place: Path) -> None:
    """Level 0 needs no key. Level 4 of a published folder checks all with it, and without it all but what is salted, which
    is NOT CHECKED with what it would need."""
    (run,) = (place / "runs").iterdir()
    rows = ["--data", ".", "--base", "base"]
    whole = verdicts(place, "pub/merged", *rows, "--run-key", run / salt.KEY)
    assert {said for level in (0, 4) for _, said in whole[level]} == {"VERIFIED"}
    without = verdicts(place, "pub/adapter", *rows)
    assert {said for _, said in without[0]} == {"VERIFIED"}
    assert [text for text, said in without[4] if said != "VERIFIED"] == [
        "secret.jsonl: file and roots follow from the data",
        "what the optimizer is said to have been fed follows from the data",
    ]
    assert ("train.jsonl: file, rows, tokens and roots follow from the data", "VERIFIED") in without[4]


@pytest.mark.long
def test_in_the_run_directory(place: Path, run: Path) -> None:
    """The key is taken from there, for level 5 too, which is NOT CHECKED without it."""
    inside = verdicts(place, run, "--data", "--replay", "2:4")
    assert {said for level in (0, 4, 5) for _, said in inside[level]} == {"VERIFIED"}
    (run / salt.KEY).unlink()
    assert [said for _, said in verdicts(place, run, "--replay", "2:4")[5]] == ["NOT CHECKED"]


@pytest.mark.slow
def test_a_wrong_key_proves_nothing(place: Path, tmp_path: Path) -> None:
    """Another key, a file that is none, one that is not there: the call is refused, exit 2, and nothing is said of the
    manifest. In a run directory another key under its name is FAILED, because records and manifest then disagree."""
    for content, words in (("0" * 64, "is not the key that this manifest was salted with"), ("x", "holds no run key")):
        (tmp_path / "key").write_text(content)
        done = tune("verify", "pub/adapter", "--run-key", tmp_path / "key", cwd=place, check=False)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert words in done.stderr
    done = tune("verify", "pub/adapter", "--run-key", tmp_path, cwd=place, check=False)
    assert (done.returncode, "cannot be read: Is a directory" in done.stderr) == (2, True)


@pytest.mark.slow
def test_the_key_of_a_run_is_made_once(place: Path, run: Path, tmp_path: Path) -> None:
    """Another license discloses the run again with the same key. A run directory that was copied without its key discloses
    nothing: exit 2, and no new key; its old manifest still verifies but for the salted digests. With another key: exit 2."""
    before = manifest_of(run / "adapter")
    (run / "adapter/README.md").unlink()
    tune("run", run, cwd=place)
    assert manifest_of(run / "adapter") == before

    key = (run / salt.KEY).read_text()
    (run / salt.KEY).unlink()
    claims = verify(run, Means())
    assert verdict(claims) == "VERIFIED"
    (untold,) = [claim for claim in claims if claim.level == 0 and claim.verdict == "NOT CHECKED"]
    assert untold.claim == "the salted digests are those of the records"
    assert "private.key" in untold.how
    (run / "train.json").write_text((run / "train.json").read_text().replace('"loss_tokens": ', '"loss_tokens": 1', 1))
    assert verdict(verify(run, Means())) == "FAILED"  # what is not salted is compared all the same

    (run / "adapter/README.md").unlink()
    for content, words in ((None, "it is missing, and the manifest"), ("0" * 64, "with another key than this one")):
        if content is not None:
            (run / salt.KEY).write_text(content)
        with pytest.raises(UserError, match=words):
            salt.key_of(open_run(run))
        assert (run / salt.KEY).exists() is (content is not None)
    assert verdict(verify(run, Means())) == "FAILED"
    (run / salt.KEY).write_text(key)
    assert salt.key_of(open_run(run)) == salt.read(run / salt.KEY)


@pytest.mark.slow
def test_a_lost_key_stops_the_command(place: Path, run: Path) -> None:
    """On the command line: what is wrong, where, what to do; and deleting what was disclosed makes a new key."""
    old = (run / salt.KEY).read_text()
    (run / salt.KEY).unlink()
    (run / "adapter/README.md").unlink()
    done = tune("run", run, cwd=place, check=False)
    assert done.returncode == 2
    assert (
        "private.key: it is missing, and the manifest of this run was salted with it. copy private.key" in done.stderr
    )
    for name in ("disclose.json", *salt.DISCLOSED):
        (run / name).unlink()
    tune("run", run, cwd=place)
    assert (run / salt.KEY).read_text() != old


@pytest.mark.slow
def test_publish_keeps_the_key_here(place: Path, run: Path) -> None:
    """The key in the adapter's folder, or copied into the author's words on the card: publishing refuses, and says where."""
    call = ("publish", run, "--repo", "user/shop", "--dry-run")
    assert "run key" not in tune(*call, cwd=place, check=False).stdout
    shutil.copyfile(run / salt.KEY, run / "adapter" / salt.KEY)
    said = tune(*call, cwd=place, check=False)
    assert (said.returncode, "no  run key: it holds the run key" in said.stdout) == (2, True)
    (run / "adapter" / salt.KEY).unlink()
    with (run / "adapter/README.md").open("a") as file:
        file.write(f"\nAsk me for the key, {(run / salt.KEY).read_text().strip()}.\n")
    assert "no  run key: it holds the run key" in tune(*call, cwd=place, check=False).stdout


@pytest.mark.slow
def test_a_run_that_is_no_longer_private(place: Path, run: Path) -> None:
    """Without the mark in the recipe the manifest has plain digests and says nothing of a salt; the key stays for the day
    that the rows are private again."""
    path = run / "recipe.json"
    content = json.loads(path.read_bytes())
    content["data"]["train"][0]["private"] = False
    path.write_text(json.dumps(content))
    tune("run", run, cwd=place)
    found = manifest_of(run / "adapter")
    assert found["sources"][0]["sha256"]["value"] == file_sha256(place / "secret.jsonl")
    assert b"salt" not in canonical_json(found)
    assert b"private" not in canonical_json({**found, "gaps": [], "findings": []})
    assert json.loads((run / "disclose.json").read_bytes())["run_key_sha256"] == salt.read(run / salt.KEY).sha256


@pytest.mark.slow
def test_single_changes_to_a_private_folder(place: Path, tmp_path: Path) -> None:
    """Eighty changes of files and values: level 0 finds every one, without the key."""
    folder = copied(place / "pub/adapter", tmp_path / "adapter")

    def noticed() -> bool:
        try:
            return verdict(verify(folder)) != "VERIFIED"
        except UserError:
            return True

    assert [change for change in single_changes(folder, random.Random(17), 80) if not noticed()] == []
    assert verdict(verify(folder)) == "VERIFIED"


def marked(manifest: dict[str, Any], private: bool) -> dict[str, Any]:
    """The manifest with another mark on its first source, everywhere that level 0 looks."""
    changed = copy.deepcopy(manifest)
    changed["sources"][0].pop("salted", None)
    changed["consumption"].pop("salted", None)
    changed["recipe"]["resolved"]["value"]["data"]["train"][0].pop("private", None)
    del changed["salt"]
    if private:
        changed["sources"][1]["salted"] = True
    return changed


@pytest.mark.slow
def test_forgeries_of_what_is_salted(place: Path, tmp_path: Path) -> None:
    """One salted value, or one mark, changed and everything written again around it: with key and rows each is found, a mark already by level
    0, and another digest of the key makes the key refused. All marks taken away together: the digests are then no digests of the rows."""
    (run,) = (place / "runs").iterdir()
    folder = copied(place / "pub/adapter", tmp_path / "adapter")
    manifest = manifest_of(folder)
    means = Means(base=place / "base", data=True, rows=place, run_key=run / salt.KEY)
    paths = [path for path, _ in leaves(manifest) if re.match(OF_PRIVATE, path) and is_proven(path)]
    assert len(paths) >= 10
    for path in (p for p in paths if p.split(".")[0] not in CONCLUDED and not p.endswith(("basis", "step"))):
        assert forged(folder, manifest, path) is not None, path
        if path == "salt.key_sha256.value":
            with pytest.raises(UserError, match="is not the key that this manifest was salted with"):
                verify(folder, means)
            continue
        failed = {claim.level for claim in verify(folder, means) if claim.verdict == "FAILED"}
        assert failed, path
        marks = path.endswith(("salted", "method"))
        assert (0 in failed) is (marks or path.startswith(("consumption.order", "checkpoints[1].order"))), path
    assert forged(folder, marked(manifest, private=False), "sources[0].split", "train") is not None
    means = Means(base=place / "base", data=True, rows=place)
    failed = [claim for claim in verify(folder, means) if claim.verdict == "FAILED"]
    assert {claim.level for claim in failed} == {4}
    assert "sources[0].sha256 is" in failed[0].how
