"""Publishing, against a real server on this machine through the real client: what is sent, what stops it, what stays."""

from __future__ import annotations

import json
import re
import shutil
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import POCKET, ROOT, write_recipe
from hub_writes import TOKEN, Account, Fault, WritableHub, cut, everything_below, new_model, take_for_the_hub, writable

from tune.cli import main
from tune.digest import canonical_json, file_sha256, sha256
from tune.disclose import card, write
from tune.disclose.manifest import completed, declared, derived, measured, unknown
from tune.errors import PublishError, PublishFailed
from tune.pipeline import prepare
from tune.publish import Wanted, send
from tune.publish.front_matter import faults
from tune.publish.parcel import of_folder
from tune.recipe import load
from tune.records import Publication

sys.path.insert(0, str(Path(__file__).parents[1] / "disclose"))  # the certificates of the tests of signatures
from certs import issue

REPO = "user/shop"
FILES = {
    "LICENSE",
    "NOTICE",
    "README.md",
    "config.json",
    "disclosure/bom.cdx.json",
    "disclosure/eu-training-summary.md",
    "disclosure/manifest.json",
    "disclosure/openness.md",
    "model.safetensors",
    "tokenizer.json",
}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WritableHub]:
    """A Hub that this process takes for the only one, without Xet, and with a token of the account `user`."""
    with writable() as found:
        take_for_the_hub(found, tmp_path, monkeypatch)
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A disclosed model of a few bytes, beside a file that nobody disclosed."""
    target = tmp_path / "run" / "model"
    target.mkdir(parents=True)
    (target / "model.safetensors").write_bytes(bytes(range(256)) * 8)
    (target / "config.json").write_text('{"r": 8}')
    shutil.copyfile(POCKET / "tokenizer.json", target / "tokenizer.json")
    (target / "notes.txt").write_text("mine")
    disclosed(target)
    return target


def disclosed(
    target: Path,
    license_: str = "apache-2.0",
    base: str = "apache-2.0",
    override: str | None = None,
    name: str = "shop",
    more: tuple[str, ...] = (),
) -> None:
    """Writes manifest, card and documents of a model into its folder, on the ground of pocket's own."""
    pocket = json.loads((POCKET / "disclosure/manifest.json").read_bytes())
    files = [target / name for name in ("config.json", "model.safetensors", "tokenizer.json", *more)]
    found: dict[str, Any] = dict(pocket)
    found["subject"] = {
        "kind": "base",
        "name": name,
        "license": declared(license_),
        "files": [{"name": p.name, "bytes": p.stat().st_size, "sha256": file_sha256(p)} for p in files],
    }
    said = {"tag": declared(base), "file": measured("LICENSE"), "file_says": measured(base), "family": unknown()}
    found["base"] = {
        "repo": declared("org/base"),
        "commit": unknown(),
        "files": pocket["subject"]["files"],
        "architecture": measured("LlamaForCausalLM"),
        "parameters": measured(8_000_000),
        "active_parameters": derived(8_000_000),
        "experts_per_token": measured(0),
        "tokenizer_sha256": measured(file_sha256(target / "tokenizer.json")),
        "template_sha256": measured("b" * 64),
        "quantize": declared("none"),
        "license": said,
        "disclosure": unknown(),
        "pretraining_tokens": unknown(),
    }
    found["consumption"]["flop"] = derived(3.0e15)
    found["languages"] = measured({"en": 1.0})
    for part in found["sources"]:
        part["license"] = declared("cc-by-4.0")
        part["generator"] = declared({"model": "a program", "terms": "apache-2.0"})
    write(target, completed(found, override), legal={"LICENSE": (ROOT / "LICENSE").read_bytes()})


def sent(folder: Path, repo: str = REPO, said: list[str] | None = None, public: bool = False) -> Publication:
    """Publishes the folder."""
    say = (said if said is not None else []).append
    return send(of_folder(folder, "seen"), Wanted(repo, public), folder.parent / "publish.json", say)


def refused(folder: Path, repo: str = REPO, **more: Any) -> str:
    """Why it is not published, in words; a line each."""
    with pytest.raises(PublishError) as error:
        sent(folder, repo, **more)
    return str(error.value)


def test_one_private_commit(hub: WritableHub, folder: Path) -> None:
    """A new private repository holds, after one commit, exactly the disclosed files byte for byte, and none that was not
    disclosed; publish.json names the commit and every file; a second time nothing is sent; the published folder verifies."""
    said: list[str] = []
    found = sent(folder, said=said)
    assert hub.repos[REPO].private
    assert len(hub.repos[REPO].commits) == 2  # the one that every repository begins with, and ours
    held = {name: content for name, content in hub.files(REPO).items() if name != ".gitattributes"}
    assert set(held) == FILES
    assert held == {name: (folder / name).read_bytes() for name in FILES}
    (recorded,) = json.loads((folder.parent / "publish.json").read_text())["publications"]
    assert (recorded["commit"], recorded["repo"], recorded["private"]) == (hub.repos[REPO].main, REPO, True)
    assert {f["name"]: f["sha256"] for f in recorded["files"]} == {n: file_sha256(folder / n) for n in FILES}
    assert said[-1].endswith(f"compared with what lies here, at commit {found.commit}")

    hub.asked.clear()
    assert sent(folder).commit == found.commit
    assert hub.counted(r"PUT|POST .*/commit/") == 0
    assert main(["verify", f"{REPO}@{found.commit}"]) == 0


def test_the_key_of_private_rows_stays_here(hub: WritableHub, folder: Path) -> None:
    """A run key in the folder, by its name, or written on the card: refused, with the file; nothing is sent."""
    key = "0123456789abcdef" * 4
    (folder / "private.key").write_text(key)
    assert f"{folder / 'private.key'}: it holds the run key" in refused(folder)
    (folder / "private.key").unlink()
    found = json.loads((folder / "disclosure/manifest.json").read_bytes())
    found = {name: part for name, part in found.items() if name not in ("documents", "gaps")}
    found["salt"] = {"method": "HMAC-SHA256", "key_sha256": measured(sha256(bytes.fromhex(key)))}
    write(folder, completed(found, None))
    with (folder / "README.md").open("a") as file:
        file.write(f"\nThe key is {key}.\n")
    assert f"{folder / 'README.md'}: it holds the run key" in refused(folder)
    assert REPO not in hub.repos


def test_a_manifest_of_another_form(hub: WritableHub, folder: Path) -> None:
    """What cannot be verified here is not sent."""
    path = folder / "disclosure/manifest.json"
    path.write_bytes(canonical_json(json.loads(path.read_bytes()) | {"manifest": 99}))
    assert "the manifest is of a form that is known: disclosure/manifest.json: it is of form 99" in refused(folder)
    assert REPO not in hub.repos


def test_public_when_told(hub: WritableHub, folder: Path) -> None:
    """`--public` makes a public repository; one that is there keeps the visibility that it has, whatever is asked."""
    sent(folder, public=True)
    assert not hub.repos[REPO].private
    assert refused(folder) == (
        f"{REPO}: is public on the Hub; its visibility is not changed from here. add --public if that is meant, or make it "
        "private in its settings"
    )
    hub.repos["user/mine"] = new_model()
    assert "is private on the Hub" in refused(folder, "user/mine", public=True)


def test_in_parts(hub: WritableHub, folder: Path) -> None:
    """A server that wants large files in parts gets them so."""
    hub.part_bytes = 500
    sent(folder)
    assert hub.counted("PUT /objects/") == 5
    assert hub.files(REPO)["model.safetensors"] == (folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("repo", "account", "words"),
    [
        (REPO, Account(role="read"), "the token may read, and not write"),
        ("org/shop", Account(), "the account is user, which is no member of org. name it user/shop"),
        ("org/shop", Account(orgs={"org": "read"}), "may only read in org"),
        ("org/shop", Account(orgs={"org": "write"}), None),
        (REPO, Account(role="fineGrained"), "the fine-grained token may not write to repositories of user"),
        (
            REPO,
            Account(role="fineGrained", scoped=[{"entity": {"name": "user"}, "permissions": ["repo.content.read"]}]),
            "may not write to repositories of user",
        ),
        (REPO, Account(role="fineGrained", scoped=[{"entity": {"name": "user"}, "permissions": ["repo.write"]}]), None),
        (REPO, None, "the Hub does not know this token"),
    ],
)
def test_what_a_token_may(
    hub: WritableHub, folder: Path, repo: str, account: Account | None, words: str | None
) -> None:
    """A token that may not write there is refused after one question, before there is a repository; one that may, goes."""
    hub.accounts = {TOKEN: account} if account else {}
    if words is None:
        assert sent(folder, repo).repo == repo
        return
    assert words in refused(folder, repo)
    assert hub.counted("POST") == 0
    assert repo not in hub.repos


def test_no_token(hub: WritableHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token nobody is asked, and the two ways to one are said."""
    monkeypatch.delenv("HF_TOKEN")
    assert (
        refused(folder) == "there is no token for the Hub. `hf auth login` with a token that may write, or set HF_TOKEN"
    )
    assert hub.asked == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"license_": "unknown"}, "unknown does not say which license"),
        ({"base": "llama3.1"}, "llama3.1 has use restrictions that must be passed on"),
        (
            {"base": "llama3.1", "license_": "llama3.1"},
            "wants names of derived models to begin with 'Llama'; this is 'shop'",
        ),
    ],
)
def test_the_gate_stops_it(hub: WritableHub, folder: Path, change: dict[str, str], words: str) -> None:
    """What the license gate does not clear is not published, and says why; with a reason in the recipe it is."""
    disclosed(folder, **change)
    assert words in refused(folder)
    assert hub.asked == []
    disclosed(folder, **change, override="they allowed it in writing")
    said: list[str] = []
    sent(folder, said=said)
    assert "publish: license gate: overridden, because: they allowed it in writing" in said


def test_the_name_that_counts_is_the_repository_s(hub: WritableHub, folder: Path) -> None:
    """A Llama named as its license wants is published, and under no other name; where the card was written under another, it
    says "refused", so it is written anew first."""
    disclosed(folder, base="llama3.1", license_="llama3.1")
    assert "name it llama-shop" in refused(folder)
    assert refused(folder, "user/Llama-shop") == (
        "under its own name, shop, it is refused, and so says its card. set publish.repo: user/Llama-shop in the recipe, which "
        "names the model after it, and finish the run: tune run RECIPE"
    )
    assert hub.asked == []
    disclosed(folder, base="llama3.1", license_="llama3.1", name="Llama-shop")
    assert "name it llama-shop" in refused(folder)
    sent(folder, "user/Llama-shop")
    assert yaml.safe_load(hub.files("user/Llama-shop")["README.md"].decode().split("---\n")[1])["license"] == "llama3.1"


def test_everything_wrong_at_once(hub: WritableHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name, gate, verify, front matter and token are said together, and nobody is asked."""
    monkeypatch.delenv("HF_TOKEN")
    disclosed(folder, license_="unknown")
    (folder / "model.safetensors").write_bytes(b"swapped")
    text = (folder / "README.md").read_text()
    (folder / "README.md").write_text(text.replace("pipeline_tag: text-generation", "pipeline_tag: text-generatoin"))
    found = refused(folder, "user/shop--bot")
    for words in (
        "is no name of a repository",
        "does not say which license",
        "model.safetensors has 7 bytes, described are 2048",
        "README.md:",
        "pipeline_tag: 'text-generatoin' is not a task of the Hub for language models. did you mean",
        "there is no token",
    ):
        assert words in found
    assert hub.asked == []


def test_a_full_disk(hub: WritableHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without room for publish.json nothing is sent: what is published without a record could not be repeated."""
    full = type("Usage", (), {"free": 1000})()
    monkeypatch.setattr("tune.publish.checks.shutil.disk_usage", lambda _: full)
    assert "1000 B of space are left on the disk of the run. free some: publish.json could" in refused(folder)
    assert hub.asked == []


def test_a_run_that_is_not_finished(hub: WritableHub, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not exported, so not loaded in a process of its own, or not disclosed, is not published; nor is a run without a
    name for it."""
    loaded = load(write_recipe(project / "recipe.yaml", POCKET))
    run = prepare(loaded, project / "runs").folder
    assert main(["publish", str(run)]) == 2
    assert "no repository is named. add --repo user/name, or set publish.repo in the recipe" in capsys.readouterr().err
    assert main(["publish", str(run), "--repo", REPO]) == 2
    assert "the run is not finished, or its card is not of its present recipe and records. tune run" in (
        capsys.readouterr().err
    )
    assert hub.asked == []


def test_what_the_hub_says_of_the_card(hub: WritableHub, folder: Path) -> None:
    """The Hub's own check has the last word, before anything is made."""
    hub.tells = lambda front: [f"license {front['license']} is out of fashion"]
    assert "license apache-2.0 is out of fashion" in refused(folder)
    assert REPO not in hub.repos


def test_words_of_a_person_stay(hub: WritableHub, folder: Path) -> None:
    """What somebody wrote below the marker on the Hub stays when the model is published anew; what was changed in the
    generated part is said, with the commit that keeps it, and written anew."""
    sent(folder)
    text = hub.files(REPO)["README.md"].decode()
    edited = text.replace("# shop", "# the best shop").replace(
        "Not provided by the author.", "For shops; not for advice."
    )
    hub.commit(REPO, **{"README.md": edited.encode()})
    at = hub.repos[REPO].main
    disclosed(folder, license_="mit", override="we may")  # a new card
    said: list[str] = []
    sent(folder, said=said)
    now = hub.files(REPO)["README.md"].decode()
    assert now.startswith(card.render(json.loads((folder / "disclosure/manifest.json").read_bytes())))
    assert now.endswith("## Intended use and limits\n\nFor shops; not for advice.\n")
    (note,) = [line for line in said if "look at this" in line]
    assert f"the generated part of README.md at commit {at[:12]} of {REPO} was changed there (line " in note


def test_words_here_and_there(hub: WritableHub, folder: Path) -> None:
    """Words of the run's own card are published; when somebody else wrote other words on the Hub, neither is lost: it
    stops until the run's card has every line of theirs."""
    path = folder / "README.md"
    generated = path.read_text().split(card.END)[0] + card.END
    path.write_text(f"{generated}\n\nMine.\n")
    sent(folder)
    path.write_text(f"{generated}\n\nMine, improved.\n")  # what I published myself I may change
    sent(folder)
    theirs = hub.files(REPO)["README.md"].decode().replace("Mine, improved.", "Theirs.")
    hub.commit(REPO, **{"README.md": theirs.encode()})
    assert f"{path}: below the end marker it says other things than the card of {REPO} on the Hub" in refused(folder)
    assert hub.files(REPO)["README.md"].decode() == theirs
    path.write_text(f"{generated}\n\nTheirs.\n\nMine, improved.\n")
    sent(folder)
    assert hub.files(REPO)["README.md"].decode().endswith("Theirs.\n\nMine, improved.\n")


def test_a_card_that_was_there_first(hub: WritableHub, folder: Path) -> None:
    """The text of a card that tune did not write stays, below ours; its front matter is replaced, which is said."""
    hub.repos[REPO] = new_model(**{"README.md": b"---\nlicense: mit\n---\n# Soon\n\nWait for it.\n"})
    said: list[str] = []
    sent(folder, said=said)
    now = hub.files(REPO)["README.md"].decode()
    assert now.endswith(f"{card.END}\n\n# Soon\n\nWait for it.\n")
    assert yaml.safe_load(now.split("---\n")[1])["license"] == "apache-2.0"
    assert any("the front matter of README.md at commit" in line for line in said)


def test_what_is_no_longer_there(hub: WritableHub, folder: Path) -> None:
    """Files of an earlier publication go with the next commit, files that a person added stay but among the documents, where
    they would pass for part of the disclosure; what goes is said."""
    (folder / "vocab.txt").write_text("{}")
    disclosed(folder, more=("vocab.txt",))
    sent(folder)
    hub.commit(REPO, **{"disclosure/mine.md": b"mine", "picture.png": b"png"})
    (folder / "vocab.txt").unlink()
    disclosed(folder)
    said: list[str] = []
    sent(folder, said=said)
    assert set(hub.files(REPO)) == FILES | {".gitattributes", "picture.png"}
    assert [line.removeprefix("publish: look at this: ").split(",")[0] for line in said if "deleted" in line] == [
        "disclosure/mine.md is deleted",
        "vocab.txt",
    ]


def test_what_lies_beside_it(hub: WritableHub, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`verify` from the Hub sees files that somebody added there: a picture is said, what a library may load fails; it is
    not fetched."""
    sent(folder)
    hub.commit(REPO, **{"picture.png": b"png"})
    assert main(["verify", REPO]) == 0
    assert "the repository also holds picture.png, which no library loads" in capsys.readouterr().out
    hub.commit(REPO, **{"pytorch_model.bin": b"pickle"})
    assert main(["verify", REPO]) == 1
    assert "pytorch_model.bin: disclosure/manifest.json does not list it" in capsys.readouterr().out
    assert hub.counted("resolve/.*(png|bin)") == 0


def test_a_signature_travels(
    hub: WritableHub, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is published with what it covers, and holds for who fetches the model, whose files are links into a cache; not for what
    was changed there, the words on the card among it. Where the published card would be another than the signed one, nothing
    is sent, nor with a signature of other files."""
    pytest.importorskip("model_signing", reason="model-signing is in the dev extra")
    root = issue(tmp_path, "jane")
    sign = ["sign", str(folder), "--key", str(tmp_path / "jane.pem"), "--certificate", str(root)]
    assert main(sign) == 0
    assert "it is not of what would be published: notes.txt was changed, added or stays here since" in refused(folder)
    (folder / "notes.txt").unlink()
    assert main(sign) == 0
    sent(folder)
    assert main(["verify", REPO, "--certificate-chain", str(root)]) == 0
    assert "CN=jane, by a certificate of CN=jane, over every file as it is here" in capsys.readouterr().out
    text = hub.files(REPO)["README.md"].decode()
    hub.commit(REPO, **{"README.md": text.replace("Not provided by the author.", "For shops.").encode()})
    assert main(["verify", REPO, "--certificate-chain", str(root)]) == 1
    assert "README.md is not the file that was signed" in capsys.readouterr().out
    assert f"{folder / 'README.md'}: it is signed as it lies here, and on the Hub somebody wrote" in refused(folder)
    disclosed(folder, license_="mit", override="we may")  # after it was signed
    assert "README.md, disclosure/" in refused(folder)
    (folder / "model.sig").write_text("{}")
    assert "model.sig is none that `tune sign` makes. delete model.sig and sign again" in refused(folder)


def test_another_model_is_not_overwritten(hub: WritableHub, folder: Path) -> None:
    """Weights that tune did not publish, and a model of another kind, stay what they are."""
    hub.repos[REPO] = new_model(**{"model.safetensors": b"another"})
    assert "it holds model.safetensors, which was not published from here" in refused(folder)
    manifest = {"subject": {"kind": "merged", "files": []}}
    hub.repos["user/merged"] = new_model(**{"disclosure/manifest.json": canonical_json(manifest)})
    assert "it holds what tune calls merged, and this is base" in refused(folder, "user/merged")


@pytest.mark.parametrize(
    ("where", "what", "words"),
    [
        ("POST /api/repos/create", 403, "this token may not write there"),
        ("POST .*/commit/", 401, "the Hub does not know this token"),
        ("POST .*/commit/", 403, "this token may not write there"),
        ("POST .*/commit/", 409, "somebody else changed it meanwhile"),
        ("POST .*/commit/", 429, "Wait a few minutes, then run the same command again"),
        ("POST .*/commit/", 500, "the Hub answered 500. Run the same command again"),
        ("POST .*/commit/", cut, "the connection to the Hub broke"),
    ],
)
def test_a_push_that_fails(hub: WritableHub, folder: Path, where: str, what: Any, words: str) -> None:
    """Each failure has its words and leaves no record and no half commit; repeated, only what did not arrive is sent."""
    hub.faults.append(Fault(where, what, times=1))
    with pytest.raises((PublishError, PublishFailed)) as error:
        sent(folder)
    assert words in str(error.value)
    assert TOKEN not in str(error.value)
    assert not (folder.parent / "publish.json").exists()
    assert all(set(files) == {".gitattributes"} for repo in hub.repos.values() for files in repo.commits.values())
    arrived = len(hub.objects)
    hub.asked.clear()
    sent(folder)
    assert hub.counted("PUT") == 1 - arrived
    assert set(hub.files(REPO)) > FILES


def test_failures_that_pass(hub: WritableHub, folder: Path) -> None:
    """A server that fails once and a connection that breaks in the middle of an upload need nobody: it is sent again."""
    hub.faults += [Fault("PUT", cut, times=1), Fault("POST .*/batch", 429, times=1, headers={"Retry-After": "0"})]
    sent(folder)
    assert hub.counted("PUT") == 2
    assert hub.files(REPO)["model.safetensors"] == (folder / "model.safetensors").read_bytes()


def test_an_upload_that_never_ends_well(hub: WritableHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that breaks in the middle of a file, at every try: said, no commit, no record; repeated on a better day, the
    same command ends it."""
    monkeypatch.setattr("huggingface_hub.utils._http.time.sleep", lambda _: None)
    fault = Fault("PUT", cut)
    hub.faults.append(fault)
    with pytest.raises(PublishFailed, match="the connection to the Hub broke"):
        sent(folder)
    assert hub.counted("PUT") > 2
    assert hub.counted("POST .*/commit/") == 0
    assert not (folder.parent / "publish.json").exists()
    fault.times = 0
    sent(folder)
    assert hub.files(REPO)["model.safetensors"] == (folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, PublishFailed, "this server may have none. set HF_HUB_DISABLE_XET=1 and run the same command"),
        (403, PublishError, "this token may not write there. use an account that may"),
    ],
)
def test_xet(
    hub: WritableHub, folder: Path, monkeypatch: pytest.MonkeyPatch, status: int, error: type[Exception], words: str
) -> None:
    """hf_xet is used wherever it is installed, whatever the server has: the switch is named before and after, and a token that
    may not write is not taken for a missing Xet. With the switch the same command ends it."""
    pytest.importorskip("hf_xet", reason="it comes with huggingface_hub where there is a wheel for the machine")
    hub.faults.append(Fault("xet-write-token", status, times=1))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", False)
    said: list[str] = []
    with pytest.raises(error, match=re.escape(words)) as raised:
        sent(folder, said=said)
    assert TOKEN not in str(raised.value)
    assert "set HF_HUB_DISABLE_XET=1 and run the same command" in said[-1]
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    sent(folder)
    assert hub.files(REPO)["model.safetensors"] == (folder / "model.safetensors").read_bytes()


def test_somebody_was_faster(hub: WritableHub, folder: Path) -> None:
    """A commit that comes in while we upload is not overwritten; repeated, ours comes after it."""
    sent(folder)
    disclosed(folder, license_="mit", override="we may")

    def meanwhile(handler: Any) -> None:
        hub.commit(REPO, **{"theirs.txt": b"theirs"})
        handler.answer()

    hub.faults.append(Fault("POST .*/commit/", meanwhile, times=1))
    with pytest.raises(PublishFailed, match="somebody else changed it meanwhile"):
        sent(folder)
    before = dict(hub.files(REPO))
    assert before["README.md"] != (folder / "README.md").read_bytes()
    sent(folder)
    assert hub.files(REPO)["README.md"] == (folder / "README.md").read_bytes()
    assert hub.files(REPO)["theirs.txt"] == b"theirs"


def test_a_file_that_arrived_otherwise(hub: WritableHub, folder: Path) -> None:
    """What the Hub lists after the commit is compared with what lies here; other bytes are no publication."""

    def swapped(handler: Any) -> None:
        handler.answer()
        hub.files(REPO)["LICENSE"] = b"other"

    hub.faults.append(Fault("POST .*/commit/", swapped, times=1))
    with pytest.raises(PublishFailed, match="the Hub holds other bytes of LICENSE"):
        sent(folder)


def test_the_token_is_nowhere(hub: WritableHub, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither what is said, nor a file, nor what arrived holds the token, also when a server repeats it in its errors."""

    def tells(handler: Any) -> None:
        handler.body()
        handler.refuse(403, message=f"{TOKEN} is not allowed")

    hub.faults.append(Fault("POST /api/repos/create", tells, times=1))
    text = refused(folder)
    assert "[token] is not allowed" in text
    said: list[str] = []
    sent(folder, said=said)
    shown = capfd.readouterr()
    files = everything_below(folder.parents[1])
    assert [path for path, content in files if TOKEN.encode() in content] == []
    assert TOKEN not in "\n".join([text, *said, shown.out, shown.err])
    assert not any(TOKEN.encode() in content for content in hub.files(REPO).values())


def test_an_error_that_nobody_foresaw(hub: WritableHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the message nor the traceback of what a library raises holds the token that the library had in hand."""

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError(f"headers were Bearer {TOKEN}")

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", fails)
    with pytest.raises(PublishFailed) as raised:
        sent(folder)
    assert TOKEN not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("license: apache-2.0\nlanguage: [en, pt-BR]\nbase_model: org/name\ntags: [a]", None),
        ("license: other\nlicense_name: my-license-1.0\nlicense_link: LICENSE", None),
        ("license: Apache-2.0", "license: 'Apache-2.0' is no identifier of the Hub. did you mean \"apache-2.0\"?"),
        ("license: other", "license: other wants license_name and license_link beside it"),
        ("license: mit\nlicense_name: x", "license_name and license_link go with license: other only"),
        ("license: other\nlicense_name: My License\nlicense_link: LICENSE", "license_name: 'My License' must be small"),
        ("license: other\nlicense_name: x\nlicense_link: ./terms", "license_link: './terms' must be an address"),
        ("tags: [a]", "license is missing"),
        ("license: mit\nbase_model: ./folder/base", "base_model: './folder/base' is not the name of a repository"),
        ("license: mit\nbase_model_relation: lora", "base_model_relation: 'lora' is not one of adapter, finetune"),
        ("license: mit\npipeline_tag: chat", "pipeline_tag: 'chat' is not a task"),
        ("license: mit\ndatasets: [a b]", "datasets: 'a b' is not the name of a data set"),
        ("license: mit\nlanguage: English", "language: 'English' is not a language code"),
        ("license: mit\nlanguage: [no]", "language: False is not a language code"),
        ("license: mit\ntags: a", "tags: must be a list of texts"),
        ("license: mit\nmodel-index: [{name: x, results: [{}]}]", "model-index[x].results[0]: task.type is missing"),
        ("license: [", "the front matter is not YAML"),
    ],
)
def test_rules_of_the_front_matter(lines: str, fault: str | None) -> None:
    """Each documented rule of the Hub is held without a network, and what keeps them passes."""
    found = faults(f"---\n{lines}\n---\n# Card\n")
    assert found == [] if fault is None else fault in found[0]
