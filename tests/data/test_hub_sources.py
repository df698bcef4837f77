"""Data sets of the Hub: which files of which commit, the same rows as from the disk, and clear words for all else.

Everything is asked of a real server on this machine, by processes of their own.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hub_server import LIST, ONE, TWO, Hub, Repo, answered, serving

ROW = b'{"text": "a"}\n'
NAME = {"dataset": "org/name"}
KNOWN = "give a file of a known kind: .jsonl, .ndjson, .json, .csv, .tsv, .parquet, .txt; all but .parquet also with .gz, .bz2, .xz, .zst"


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A Hub that holds nothing yet."""
    with serving() as found:
        yield found


def rows(*texts: str) -> bytes:
    """Lines of one text each."""
    return b"".join(json.dumps({"text": text}).encode() + b"\n" for text in texts)


def table(*texts: str) -> bytes:
    """The same as parquet."""
    file = io.BytesIO()
    pq.write_table(pa.table({"text": list(texts)}), file)
    return file.getvalue()


def texts(found: Any) -> list[str]:
    """The texts of what `Hub.read` gives for a source; a complaint shows itself."""
    assert isinstance(found, list), found
    return [value["text"] for _, _, value in found[0]]


def card(*configs: str) -> bytes:
    """A README whose front matter describes configs."""
    return ("---\nlicense: mit\nconfigs:\n" + "".join(configs) + "---\n# Rows\n").encode()


def test_files_by_their_names(hub: Hub, tmp_path: Path) -> None:
    """Without a card the split is found by the names of files; rows come as they stand in the file, by file and line."""
    calls = [{"a": 1}, {"b": None}]
    content = b"\n".join(json.dumps({"calls": call}).encode() for call in calls) + b"\n\n"
    files = {"train.jsonl": content, "test.jsonl": ROW, "LICENSE": b"MIT", ".gitattributes": b"", "a.png": b"PNG"}
    hub.repos["org/name"] = Repo({ONE: files})
    (found, other) = hub.read(tmp_path, NAME, {**NAME, "split": "test", "revision": ONE})
    shown = f"org/name@{ONE[:12]}/train.jsonl"
    assert found == [
        [[shown, 1, {"calls": {"a": 1}}], [shown, 2, {"calls": {"b": None}}]],
        {"repo": "org/name", "config": "default", "split": "train", "commit": ONE, "private": False},
    ]
    assert other[0] == [[f"org/name@{ONE[:12]}/test.jsonl", 1, {"text": "a"}]]
    resolved = [address for address in hub.asked if address.startswith("GET") and "/resolve/" in address]
    assert sorted(address.rpartition("/")[2] for address in resolved) == ["test.jsonl", "train.jsonl"]
    assert {address.split("/resolve/")[1].split("/")[0] for address in hub.asked if "/resolve/" in address} == {ONE}


def test_configs_of_the_card(hub: Hub, tmp_path: Path) -> None:
    """The card's configs and splits decide; several files are read in the order of their names, each once."""
    train = "  - split: train\n    path: [big/*.parquet, big/1.parquet]\n"
    held_out = "  - split: held_out\n    path: big-test.parquet\n"
    configs = (
        f"- config_name: big\n  default: true\n  data_files:\n{train}{held_out}",
        "- config_name: small\n  data_files: small.csv\n",
        "- config_name: by_name\n  data_dir: named\n",
    )
    files = {
        "README.md": card(*configs),
        "big/2.parquet": table("c"),
        "big/1.parquet": table("a", "b"),
        "big-test.parquet": table("d"),
        "small.csv": b"text\ne\n",
        "named/train/x.jsonl": rows("f"),
        "named/validation/x.jsonl": rows("g"),
    }
    hub.repos["org/name"] = Repo({ONE: files})
    small, by_name = {**NAME, "config": "small"}, {**NAME, "config": "by_name"}
    found = hub.read(
        tmp_path, NAME, {**NAME, "split": "held_out"}, small, {**by_name, "split": "validation"}, {**NAME, "config": "x"},
        {**small, "split": "test"}, {**by_name, "split": "dev"},
    )  # fmt: skip
    assert [texts(one) for one in found[:4]] == [["a", "b", "c"], ["d"], ["e"], ["g"]]
    assert [one[1]["config"] for one in found[:4]] == ["big", "big", "small", "by_name"]
    assert [one[0] for one in found[0][0]] == [f"org/name@{ONE[:12]}/big/{n}.parquet" for n in (1, 1, 2)]
    assert found[4:] == [
        "org/name (x, train): there is no config 'x'. choose one of: big, small, by_name",
        "org/name (small, test): there is no split 'test' in the config small. choose one of: train",
        "org/name (by_name, dev): there is no split 'dev' in the config by_name. choose one of: train, validation",
    ]


def test_several_configs_without_a_default(hub: Hub, tmp_path: Path) -> None:
    """Which rows are meant is never guessed."""
    readme = card("- config_name: a\n  data_files: a.jsonl\n", "- config_name: b\n  data_files: b.jsonl\n")
    hub.repos["org/name"] = Repo({ONE: {"README.md": readme, "a.jsonl": rows("a"), "b.jsonl": rows("b")}})
    silent, said = hub.read(tmp_path, NAME, {**NAME, "config": "b"})
    what = "it has several configs, and none of them is the default. set config to one of: a, b"
    assert silent == f"org/name (train): {what}"
    assert texts(said) == ["b"]


def test_a_branch_that_moves(hub: Hub, tmp_path: Path) -> None:
    """Without a revision the newest commit is read; with one always that, whatever came after it."""
    repo = hub.repos["org/name"] = Repo({ONE: {"train.jsonl": rows("old")}})
    assert texts(hub.read(tmp_path, NAME)[0]) == ["old"]
    repo.commits[TWO], repo.main = {"train.jsonl": rows("new")}, TWO
    found, pinned = hub.read(tmp_path, NAME, {**NAME, "revision": ONE})
    assert (texts(found), found[1]["commit"]) == (["new"], TWO)
    assert (texts(pinned), pinned[1]["commit"]) == (["old"], ONE)


def test_what_is_cached_needs_no_network(hub: Hub, tmp_path: Path) -> None:
    """A pinned source is asked for once: afterwards neither offline mode nor a dead server matters."""
    hub.repos["org/name"] = Repo({ONE: {"train.jsonl": rows("a")}})
    pinned = {**NAME, "revision": ONE}
    (first,) = hub.read(tmp_path, pinned)
    asked = len(hub.asked)
    assert hub.read(tmp_path, pinned) == [first]
    assert hub.read(tmp_path, pinned, HF_HUB_OFFLINE="1") == [first]
    assert [address for address in hub.asked[asked:] if "org/name" in address] == []


def test_offline_without_a_cache(hub: Hub, tmp_path: Path) -> None:
    """Offline mode: no revision, no list of files, and a list without its files have their own words."""
    hub.repos["org/name"] = Repo({ONE: {"train.jsonl": rows("a")}})
    pinned = {**NAME, "revision": ONE}
    found = hub.read(tmp_path, NAME, pinned, HF_HUB_OFFLINE="1")
    no_files = "offline, and not all of its files are cached. go online once, or give its files as path"
    assert found == [
        "org/name: offline, and no revision is given. set its revision to a commit whose files are cached, or go online once",
        f"org/name: {no_files}",
    ]
    hub.read(tmp_path, pinned)
    (only_listed,) = hub.read(tmp_path, pinned, HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path / "other"))
    assert only_listed == f"org/name: {no_files}"


def test_a_server_that_is_down(tmp_path: Path) -> None:
    """Nothing answers at the address: said as it is, and nothing is fallen back to."""
    with serving() as hub:
        pass
    found = hub.read(tmp_path, NAME, {**NAME, "revision": ONE})
    assert found == [
        "org/name: the Hub cannot be reached (ConnectError). check the network, or give its files as path",
        "org/name: the Hub cannot be reached (ConnectError). check the network, or give its files as path",
    ]


def test_refusals_of_the_hub(hub: Hub, tmp_path: Path) -> None:
    """Gated, not there, no such commit, no valid name and an error of the server are told apart."""
    rows_of = {ONE: {"train.jsonl": ROW}}
    hub.repos["org/gated"] = Repo(rows_of, refuses=lambda path: (403, "GatedRepo") if "/resolve/" in path else None)
    hub.repos["org/closed"] = Repo(rows_of, refuses=lambda path: (401, "GatedRepo") if "/resolve/" in path else None)
    hub.repos["org/ill"] = Repo(rows_of, refuses=lambda _: (500, ""))
    hub.repos["org/name"] = Repo(rows_of)
    sources = [{"dataset": name} for name in ("org/gated", "org/closed", "org/ill", "org/none", "org/a--b")]
    terms = "is gated, and this account has no access. accept its terms on https://huggingface.co/datasets"
    assert hub.read(tmp_path, *sources, {**NAME, "revision": TWO}) == [
        f"org/gated: {terms}/org/gated, then `hf auth login`",
        f"org/closed: {terms}/org/closed, then `hf auth login`",
        "org/ill: the Hub answered 500. try again later; what is cached works offline with a revision",
        "org/none: is not on the Hub, or is private. check the spelling; for a private one `hf auth login`",
        "org/a--b: is no name that the Hub allows. check the spelling",
        "org/name: has no such commit. check its revision",
    ]


def test_a_server_that_fails_halfway(hub: Hub, tmp_path: Path) -> None:
    """A card that could not be fetched is no missing card: other rows would be read."""
    readme = card("- config_name: a\n  data_files: a.jsonl\n")
    files = {"README.md": readme, "a.jsonl": rows("a"), "train.jsonl": rows("b")}
    repo = hub.repos["org/name"] = Repo({ONE: files}, refuses=lambda path: (403, "") if "README" in path else None)
    said = "the Hub answered 403. try again later; what is cached works offline with a revision"
    assert hub.read(tmp_path, NAME) == [f"org/name: {said}"]
    repo.refuses = lambda path: (403, "") if "/tree/" in path else None
    assert hub.read(tmp_path, NAME, {**NAME, "config": "a", "split": "test"}) == [f"org/name: {said}"] * 2
    repo.refuses = answered
    assert texts(hub.read(tmp_path, NAME)[0]) == ["a"]


def test_kinds_of_files(hub: Hub, tmp_path: Path) -> None:
    """A kind that our readers do not know is refused with the reason, and nothing of it is downloaded."""
    hub.repos["org/arrow"] = Repo({ONE: {"train.arrow": b"ARROW1"}})
    hub.repos["org/zip"] = Repo({ONE: {"train.zip": b"PK"}})
    hub.repos["org/packed"] = Repo({ONE: {"train.jsonl.zip": b"PK"}})
    readme = card("- config_name: a\n  data_files: [a.jsonl, b.rows]\n")
    hub.repos["org/odd"] = Repo({ONE: {"README.md": readme, "a.jsonl": ROW, "b.rows": b"?"}})
    hub.repos["org/empty"] = Repo({ONE: {"README.md": b"# Nothing\n"}})
    at, local, unpack = (
        f"@{ONE[:12]}/",
        "; then give its files as path",
        "unpack it, and give the files that were in it",
    )
    names = ("arrow", "zip", "packed", "odd", "empty")
    assert hub.read(tmp_path, *({"dataset": f"org/{name}"} for name in names)) == [
        f"org/arrow{at}train.arrow: .arrow files are not read. save it as parquet (of a datasets folder: load_from_disk, to_parquet){local}",
        f"org/zip{at}train.zip: .zip files are not read. {unpack}{local}",
        f"org/packed{at}train.jsonl.zip: .zip files are not read. {unpack}{local}",
        f"org/odd{at}b.rows: .rows files are not read. {KNOWN}{local}",
        "org/empty (train): no file of rows. check the data set's files",
    ]
    fetched = [address for address in hub.asked if address.startswith("GET") and "/resolve/" in address]
    assert {address.rpartition("/")[2] for address in fetched} == {"README.md"}


def test_cards_that_are_not_followed(hub: Hub, tmp_path: Path) -> None:
    """A program, settings of another reader, files from elsewhere and a card that makes no sense are refused."""
    hub.repos["org/program"] = Repo({ONE: {"program.py": b"raise SystemExit(3)", "train.jsonl": ROW}})
    cards = {
        "sep": "- config_name: a\n  data_files: a.csv\n  sep: ';'\n",
        "far": "- config_name: a\n  data_files: hf://datasets/org/sep/a.csv\n",
        "bad": "- config_name: a\n  data_files: {a: b}\n",
        "dash": "- config_name: a\n  data_files:\n  - split: a-b\n    path: a.csv\n",
        "gone": "- config_name: a\n  data_files: b.csv\n",
    }
    for name, text in cards.items():
        hub.repos[f"org/{name}"] = Repo({ONE: {"README.md": card(text), "a.csv": b"text\na\n"}})
    found = hub.read(tmp_path, {"dataset": "org/program"}, *({"dataset": f"org/{name}"} for name in cards))
    shape = "Expected data_files in YAML to be either a string or a list of strings"
    assert found == [
        "org/program (train): its rows come out of a program in the repository, which is never run. give as revision a commit of its branch refs/convert/parquet, if it has one, or give its files as path",
        "org/sep (train): its card sets sep for the config a, which is not followed here. write its rows as JSONL, and give its files as path",
        "org/far (train): its card names a file outside of the repository, or inside an archive: hf://datasets/org/sep/a.csv. give its files as path",
        f"org/bad (train): its README.md cannot be understood: {shape}. give its files as path",
        f"org/dash (train): its README.md cannot be understood: {shape}. give its files as path",
        "org/gone (train): no file of rows. check the data set's files",
    ]


ORACLE = """
import json, sys
from datasets import load_dataset_builder
for text in sys.argv[2:]:
    name, config = json.loads(text)
    files = load_dataset_builder(name, name=config, revision=sys.argv[1]).config.data_files
    print(json.dumps({str(split): [file.split("@")[1].partition("/")[2] for file in files[split]] for split in files}))
"""
LAYOUTS: dict[str, list[str]] = {
    "org/shards": ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"],
    "org/folders": ["train/b.jsonl", "train/a.jsonl", "dev/c.jsonl", "dev/notes.csv", "testing/d.jsonl", "x/e.jsonl"],
    "org/names": ["my_train_1.csv", "my-train.csv", "val.csv", "other.csv", ".hidden/train.csv", "__x/train.csv"],
    "org/all": ["b/2.jsonl", "a.jsonl", "c.csv", "README.md", "dataset_infos.json", "picture.png"],
    "org/draw": ["a.jsonl", "b.parquet"],
    "org/packed": ["train.jsonl.gz", "train.json.zst", "test.jsonl.gz"],
}  # fmt: skip


def test_the_files_are_those_of_load_dataset(hub: Hub, tmp_path: Path) -> None:
    """For any layout, every split has the files that `datasets` itself would load, in its order, each once."""
    hub.repos |= {name: Repo({ONE: dict.fromkeys(files, b"{}")}) for name, files in LAYOUTS.items()}
    configs = (
        "- config_name: default\n  data_files:\n  - split: train\n    path: ['*.jsonl', x/**]\n  - split: rest\n    path: y/z.jsonl\n",
        "- config_name: part\n  data_dir: x\n",
    )
    files = dict.fromkeys(["b.jsonl", "a.jsonl", "x/train.jsonl", "x/w/valid.jsonl", "y/z.jsonl"], b"{}")
    hub.repos["org/card"] = Repo({ONE: {**files, "README.md": card(*configs)}})
    asked = [*((name, None) for name in LAYOUTS), ("org/card", None), ("org/card", "part")]
    done = subprocess.run(
        [sys.executable, "-c", ORACLE, ONE, *map(json.dumps, asked)],
        cwd=tmp_path,
        env=hub.environment(tmp_path, HF_UPDATE_DOWNLOAD_COUNTS="0"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(len(files) for splits in expected for files in splits.values()) >= 20
    sources = [
        {"dataset": name, "config": config, "split": split, "revision": ONE}
        for (name, config), splits in zip(asked, expected, strict=True)
        for split in splits
    ]
    found = hub.read(tmp_path, *sources, code=LIST)
    assert found == [list(dict.fromkeys(files)) for splits in expected for files in splits.values()]
