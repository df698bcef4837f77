"""A small Hub on this machine: the few addresses that huggingface_hub and datasets ask for, with the Hub's own headers."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from conftest import ROOT

ONE, TWO = "1" * 40, "2" * 40
"""Commits."""

READ = """
import json, sys
from pathlib import Path
from tune.errors import UserError
from tune.recipe.schema import Source
from tune.rowfiles import files_of, hub_rows, pin
from tune.sources import chunks, parse
for text in sys.argv[1:]:
    try:
        source = pin(Source.model_validate_json(text), {})
        files = files_of(source, Path.cwd())
        rows = [[file.shown, row.line, row.value] for file in files for chunk in chunks(file) for row in parse(chunk)]
        print(json.dumps([rows, hub_rows(source).model_dump()]))
    except UserError as error:
        print(json.dumps(str(error)))
"""
"""Reads the sources given as arguments: for each its rows with file and line and its identity, or the complaint."""

LIST = """
import json, sys
from pathlib import Path
from tune.recipe.schema import Source
from tune.rowfiles import files_of, pin
for text in sys.argv[1:]:
    files = files_of(pin(Source.model_validate_json(text), {}), Path.cwd())
    print(json.dumps([file.shown.split("/", 2)[2] for file in files]))
"""
"""Names the files of the sources given as arguments."""


def answered(_: str) -> None:
    """No address is refused."""


@dataclass
class Repo:
    """A data set, or a model: the files of its commits, and how the Hub answers for it."""

    commits: dict[str, dict[str, bytes]]
    main: str = ONE
    private: bool = False
    lfs: tuple[str, ...] = ()
    """Endings of the files that are held in large file storage, where a file goes by its SHA-256."""
    refuses: Callable[[str], tuple[int, str] | None] = answered
    """(status, X-Error-Code) for an address that is not answered."""

    def oid(self, path: str, content: bytes) -> str:
        """What a file goes by: git's name of the blob, or in large file storage its SHA-256."""
        if path.endswith(self.lfs):
            return hashlib.sha256(content).hexdigest()
        return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()

    def entry(self, path: str, content: bytes) -> dict[str, Any]:
        """How a tree lists a file."""
        found = {"type": "file", "path": path, "size": len(content), "oid": self.oid(path, content)}
        large = (
            {"lfs": {"oid": found["oid"], "size": len(content), "pointerSize": 130}} if path.endswith(self.lfs) else {}
        )
        return found | large


@dataclass
class Hub:
    """The server's address, what it holds, and what it was asked."""

    address: str
    repos: dict[str, Repo] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """Variables for a process that takes this server for the Hub and caches below `home`."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
        return {
            **kept,
            "HF_ENDPOINT": self.address,
            "HF_HOME": str(home / "hf"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "NO_PROXY": "127.0.0.1",
            "PYTHONPATH": str(ROOT),
            **more,
        }

    def read(self, home: Path, *sources: dict[str, Any], code: str = READ, **more: str) -> list[Any]:
        """What `code` prints of the sources, in a process of its own: the libraries read the environment once."""
        done = subprocess.run(
            [sys.executable, "-c", code, *map(json.dumps, sources)],
            cwd=home,
            env=self.environment(home, **more),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


@contextmanager
def serving() -> Iterator[Hub]:
    """A Hub that is only read, while the block runs; nothing answers at its address afterwards."""
    hub = Hub("")
    with listening(hub, ReadHandler):
        yield hub


@contextmanager
def listening(hub: Hub, handler: type[ReadHandler]) -> Iterator[None]:
    """Answers for a Hub in the way of `handler` while the block runs."""

    class Handler(handler):
        held = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class ReadHandler(BaseHTTPRequestHandler):
    """Answers what is asked of repositories by those who read."""

    held: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answers GET and HEAD."""
        path = unquote(urlsplit(self.path).path)
        self.held.asked.append(f"{self.command} {path}")
        parts = path.strip("/").removeprefix("api/").split("/")
        parts = parts[1:] if parts[0] in ("datasets", "models") else parts
        repo = self.held.repos.get("/".join(parts[:2]))
        if repo is None or not self.visible(repo):
            return self.refuse(404, "RepoNotFound")
        if (refused := repo.refuses(path)) is not None:
            return self.refuse(*refused)
        verb, revision, name = (*parts[2:4], "/".join(parts[4:])) if len(parts) > 2 else ("", "main", "")
        commit = repo.main if revision == "main" else revision
        files = repo.commits.get(commit)
        if files is None:
            return self.refuse(404, "RevisionNotFound")
        if verb == "resolve":
            return self.refuse(404, "EntryNotFound") if name not in files else self._file(repo, name, commit)
        if verb == "tree":
            below = f"{name}/" if name else ""
            if not any(path.startswith(below) for path in files):
                return self.refuse(404, "EntryNotFound")
            return self.json(
                [repo.entry(p, c) for p, c in files.items() if p.startswith(below)] + _folders(files, below)
            )
        if verb == "paths-info":
            wanted = json.loads(self.body())["paths"]
            return self.json([repo.entry(p, files[p]) for p in wanted if p in files])
        if verb not in ("", "revision"):
            return self.refuse(404)
        siblings = [{"rfilename": name} for name in files]
        return self.json({"id": "/".join(parts[:2]), "sha": commit, "private": repo.private, "siblings": siblings})

    do_HEAD = do_POST = do_GET  # noqa: N815  # names that http.server calls

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def visible(self, repo: Repo) -> bool:
        """Whether who asks may see the repository."""
        return True

    def body(self) -> bytes:
        """What was sent with the request."""
        return self.rfile.read(int(self.headers["Content-Length"]))

    def json(self, value: Any, status: int = 200) -> None:
        """Answers with JSON."""
        self.send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def refuse(self, status: int, code: str = "", message: str = "") -> None:
        """Answers with an error, in the Hub's headers."""
        said = {"X-Error-Code": code, "X-Error-Message": message}
        self.send(status, b"", {name: text for name, text in said.items() if text})

    def _file(self, repo: Repo, name: str, commit: str) -> None:
        content = repo.commits[commit][name]
        self.send(200, content, {"ETag": f'"{repo.oid(name, content)}"', "X-Repo-Commit": commit})

    def send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        """Answers."""
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _folders(files: dict[str, bytes], below: str) -> list[dict[str, Any]]:
    found = {parent.as_posix() for path in files for parent in Path(path).parents if parent.as_posix() != "."}
    return [{"type": "directory", "path": path, "oid": "0" * 40} for path in sorted(found) if path.startswith(below)]
