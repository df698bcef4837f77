"""The Hub that is written to: accounts, new repositories, uploads and commits, as huggingface_hub 2.4 asks for them, with
faults on demand. Reading is `hub_server`'s."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from hub_server import Hub, ReadHandler, Repo, listening

TOKEN = "hf_fortestsOnlyfortestsOnlyfortestsOn"
LARGE = (".safetensors", ".model")
"""Endings that a new model repository puts into large file storage."""


@dataclass
class Account:
    """Who a token belongs to and what it may do."""

    name: str = "user"
    role: str = "write"
    orgs: dict[str, str] = field(default_factory=dict)
    """Role in each organization."""
    scoped: list[dict[str, Any]] = field(default_factory=list)
    """Of a fine-grained token."""

    def says(self) -> dict[str, Any]:
        """What whoami-v2 answers."""
        token: dict[str, Any] = {"displayName": "test", "role": self.role, "createdAt": "2026-11-26T00:00:00.000Z"}
        if self.role == "fineGrained":
            token["fineGrained"] = {"canReadGatedRepos": False, "global": [], "scoped": self.scoped}
        orgs = [{"type": "org", "name": name, "roleInOrg": role} for name, role in self.orgs.items()]
        return {"type": "user", "name": self.name, "orgs": orgs, "auth": {"type": "access_token", "accessToken": token}}


@dataclass
class Fault:
    """What goes wrong at some address, a number of times."""

    where: str
    """Regular expression over `METHOD path`."""
    what: int | Callable[[WriteHandler], None]
    """A status, or what happens instead of an answer."""
    times: int = 10**9
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class WritableHub(Hub):
    """A Hub that takes what is uploaded."""

    accounts: dict[str, Account] = field(default_factory=lambda: {TOKEN: Account()})
    faults: list[Fault] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    """Large files by SHA-256, also those that no commit names yet."""
    parts: dict[tuple[str, int], bytes] = field(default_factory=dict)
    part_bytes: int | None = None
    """Large files are asked for in parts of this size."""
    objects_to: str | None = None
    """What the addresses for large files begin with, where it is not this server's own."""
    tells: Callable[[dict[str, Any]], list[str]] = lambda _: []
    """What validate-yaml finds wrong."""

    def files(self, repo: str) -> dict[str, bytes]:
        """The files on a repository's main branch."""
        return self.repos[repo].commits[self.repos[repo].main]

    def commit(self, repo: str, **changed: bytes | None) -> None:
        """A person changes files on the Hub; None deletes one."""
        found = {**self.files(repo), **changed}
        self.advance(self.repos[repo], {name: content for name, content in found.items() if content is not None})

    def advance(self, repo: Repo, files: dict[str, bytes]) -> None:
        """A new commit on main."""
        told = f"{repo.main}{sorted((n, hashlib.sha256(c).hexdigest()) for n, c in files.items())}"
        repo.main = hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()
        repo.commits[repo.main] = files

    def counted(self, where: str) -> int:
        """How often addresses were asked that match."""
        return sum(1 for line in self.asked if re.search(where, line))


def new_model(private: bool = True, **files: bytes) -> Repo:
    """A model repository as it is made: it has one commit."""
    first = hashlib.sha1(repr(sorted(files)).encode(), usedforsecurity=False).hexdigest()
    return Repo({first: {".gitattributes": b"*.safetensors filter=lfs\n", **files}}, first, private, lfs=LARGE)


@contextmanager
def writable() -> Iterator[WritableHub]:
    """A Hub while the block runs that takes uploads of whoever sends `TOKEN`."""
    hub = WritableHub("")
    with listening(hub, WriteHandler):
        yield hub


def take_for_the_hub(hub: WritableHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes this process take it for the only Hub, without Xet, with a token of the account `user`; its caches lie in the
    folder."""
    settings = {
        "ENDPOINT": hub.address,
        "HUGGINGFACE_CO_URL_TEMPLATE": hub.address + "/{repo_id}/resolve/{revision}/{filename}",
        "HF_HUB_CACHE": str(folder / "hf"),
        "HF_TOKEN_PATH": str(folder / "token"),
        "HF_HUB_DISABLE_XET": True,
    }
    for name, value in settings.items():
        monkeypatch.setattr(f"huggingface_hub.constants.{name}", value)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def cut(handler: WriteHandler) -> None:
    """Half of what is sent is taken, then the connection breaks."""
    length = int(handler.headers.get("Content-Length") or 2)
    handler.rfile.read(length // 2)
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


class WriteHandler(ReadHandler):
    """Answers those who write, and the rest as those who read."""

    held: WritableHub

    def account(self) -> Account | None:
        """Whose token was sent."""
        return self.held.accounts.get(self.headers.get("Authorization", "").removeprefix("Bearer "))

    def visible(self, repo: Repo) -> bool:
        """Private repositories are shown to those who have an account."""
        return not repo.private or self.account() is not None

    def answer(self) -> None:
        """A fault, else what belongs to the address."""
        path = unquote(urlsplit(self.path).path)
        line = f"{self.command} {path}"
        fault = next((f for f in self.held.faults if f.times > 0 and re.search(f.where, line)), None)
        if fault is not None:
            fault.times -= 1
            self.held.asked.append(line)
            if not isinstance(fault.what, int):
                return fault.what(self)
            self.body()
            return self.send(fault.what, b'{"error": "a fault"}', {"Content-Type": "application/json", **fault.headers})
        for address, method in ADDRESSES.items():
            found = re.fullmatch(address, line)
            if found:
                self.held.asked.append(line)
                return method(self, *found.groups())
        return super().do_GET()

    do_GET = do_HEAD = do_POST = do_PUT = answer  # noqa: N815  # names that http.server calls

    def body(self) -> bytes:
        """What was sent, in one piece or in chunks."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def who(self) -> None:
        """GET /api/whoami-v2."""
        account = self.account()
        if account is None:
            return self.refuse(401, message="Invalid credentials in Authorization header")
        return self.json(account.says())

    def check_card(self) -> None:
        """POST /api/validate-yaml."""
        content = json.loads(self.body())["content"]
        errors = [{"message": text} for text in self.held.tells(yaml.safe_load(content.split("---\n")[1]))]
        self.json({"errors": errors, "warnings": []}, 400 if errors else 200)

    def create(self) -> None:
        """POST /api/repos/create."""
        wanted, account = json.loads(self.body()), self.account()
        owner = wanted["organization"] or (account.name if account else "")
        name = f"{owner}/{wanted['name']}"
        if account is None:
            return self.refuse(401, message="Invalid credentials in Authorization header")
        if account.role == "read" or (owner != account.name and account.orgs.get(owner) not in ("write", "admin")):
            return self.refuse(
                403, message=f"You don't have the rights to create a model under the namespace {owner!r}"
            )
        made = {"url": f"{self.held.address}/{name}", "id": name}
        if name in self.held.repos:
            return self.json({"error": "You already created this model repo", **made}, 409)
        self.held.repos[name] = new_model(wanted.get("visibility") == "private")
        return self.json(made)

    def modes(self, name: str) -> None:
        """POST preupload: which files go into large file storage, and what is there already."""
        repo = self.held.repos[name]
        there, files = repo.commits[repo.main], json.loads(self.body())["files"]
        self.json(
            {
                "files": [
                    {
                        "path": file["path"],
                        "uploadMode": "lfs" if file["path"].endswith(repo.lfs) else "regular",
                        "shouldIgnore": False,
                        "oid": repo.oid(file["path"], there[file["path"]]) if file["path"] in there else None,
                    }
                    for file in files
                ]
            }
        )

    def batch(self, name: str) -> None:
        """POST the batch of large files: where each goes that is not there yet."""
        del name
        self.json({"objects": [self._place(wanted) for wanted in json.loads(self.body())["objects"]]})

    def _place(self, wanted: dict[str, Any]) -> dict[str, Any]:
        if wanted["oid"] in self.held.objects:
            return wanted
        base = f"{self.held.objects_to or self.held.address}/objects/{wanted['oid']}"
        header = {}
        if self.held.part_bytes is not None:
            count = -(-wanted["size"] // self.held.part_bytes)
            header = {"chunk_size": str(self.held.part_bytes), **{str(i): f"{base}/{i}" for i in range(1, count + 1)}}
        return {**wanted, "actions": {"upload": {"href": base, "header": header}}}

    def take(self, oid: str) -> None:
        """PUT a large file."""
        content = self.body()
        if hashlib.sha256(content).hexdigest() != oid:
            return self.refuse(400, message="not these bytes")
        self.held.objects[oid] = content
        return self.send(200, b"", {})

    def take_part(self, oid: str, number: str) -> None:
        """PUT a part of a large file."""
        self.held.parts[oid, int(number)] = content = self.body()
        self.send(200, b"", {"ETag": hashlib.sha256(content).hexdigest()})

    def join(self, oid: str) -> None:
        """POST that all parts are there."""
        told = json.loads(self.body())
        parts = [self.held.parts[oid, part["partNumber"]] for part in told["parts"]]
        assert [part["etag"] for part in told["parts"]] == [hashlib.sha256(part).hexdigest() for part in parts]
        content = b"".join(parts)
        assert hashlib.sha256(content).hexdigest() == oid
        self.held.objects[oid] = content
        self.json({})

    def commit(self, name: str) -> None:
        """POST a commit: JSON lines, a header and one line a file."""
        repo, lines = self.held.repos[name], [json.loads(line) for line in self.body().splitlines()]
        if lines[0]["value"].get("parentCommit") not in (None, repo.main):
            return self.refuse(412, message="A commit has happened since. Please refresh and try again.")
        files = dict(repo.commits[repo.main])
        for line in lines[1:]:
            said = line["value"]
            if line["key"] == "file":
                files[said["path"]] = base64.b64decode(said["content"])
            elif line["key"] == "lfsFile":
                files[said["path"]] = self.held.objects[said["oid"]]
            else:
                assert line["key"] == "deletedFile", line
                del files[said["path"]]
        self.held.advance(repo, files)
        url = f"{self.held.address}/{name}/commit/{repo.main}"
        return self.json({"success": True, "commitOid": repo.main, "commitUrl": url})


ADDRESSES: dict[str, Callable[..., None]] = {
    r"GET /api/whoami-v2": WriteHandler.who,
    r"POST /api/validate-yaml": WriteHandler.check_card,
    r"POST /api/repos/create": WriteHandler.create,
    r"POST /api/models/([^/]+/[^/]+)/preupload/main": WriteHandler.modes,
    r"POST /([^/]+/[^/]+)\.git/info/lfs/objects/batch": WriteHandler.batch,
    r"PUT /objects/(\w+)": WriteHandler.take,
    r"PUT /objects/(\w+)/(\d+)": WriteHandler.take_part,
    r"POST /objects/(\w+)": WriteHandler.join,
    r"POST /api/models/([^/]+/[^/]+)/commit/main": WriteHandler.commit,
}
"""What is written, by `METHOD path`. There is no xet: its addresses are not found."""


def everything_below(*folders: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below some folders, with its bytes."""
    for folder in folders:
        yield from ((path, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
