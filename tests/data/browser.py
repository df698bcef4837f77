"""A headless Chromium that looks at a file, with no network: its only proxy is a socket of ours that answers nothing."""

from __future__ import annotations

import html
import json
import re
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
SCHEMES = {"dark": 0, "light": 1}
"""blink's numbers of the color schemes that a person may prefer."""
SECONDS = 120


class Browser:
    """Opens files. `problem` says why it cannot, and is empty when it can."""

    width = 500
    """Of its window, in CSS pixels: the narrowest that Chromium has."""

    def __init__(self, folder: Path) -> None:
        """Looks for a Chromium and tries it on a page in `folder`, which a packaged one may not be allowed to read."""
        self._program = next(filter(None, map(shutil.which, NAMES)), None)
        self.problem = "" if self._program else f"no {', '.join(NAMES)} on this machine"
        if self._program:
            page = folder / "probe.html"
            page.write_text("<!doctype html><p>it opens files</p>")
            try:
                found, _ = self._open(page, "--dump-dom")
            except (OSError, subprocess.SubprocessError) as error:
                self.problem = f"{self._program} does not run here: {error}"
            else:
                self.problem = "" if b"it opens files" in found else f"{self._program} cannot open files of the tests"

    def measure(self, page: Path, script: str, scheme: str) -> dict[str, Any]:
        """What the body of a JavaScript function returns on a copy of the page that lets it run."""
        text = page.read_text()
        policy = "default-src 'none'"
        assert policy in text
        text = text.replace(policy, "default-src 'none'; script-src 'unsafe-inline'", 1)
        run = "document.body.innerHTML = ''; document.body.textContent = JSON.stringify(found) + '\\u0000end'"
        copy = page.with_name(f"measured-{scheme}.html")
        copy.write_text(f"{text}<script>const found = (() => {{ {script} }})(); {run}</script>")
        found, _ = self._open(copy, "--dump-dom", f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}")
        inside = re.search(r"<body[^>]*>(.*)end", found.decode(), re.DOTALL)
        assert inside, found.decode()[-2000:]
        return dict(json.loads(html.unescape(inside[1]).rstrip("\ufffd\x00")))

    def requests(self, page: Path) -> list[str]:
        """First lines of everything that was asked of the network while the page was shown."""
        return self._open(page, "--dump-dom")[1]

    def picture(self, page: Path, to: Path) -> bytes:
        """The page as PNG."""
        self._open(page, f"--screenshot={to}")
        return to.read_bytes()

    def _open(self, page: Path, *flags: str) -> tuple[bytes, list[str]]:
        """(stdout, requests) of showing a file in a browser that has never been used."""
        assert self._program
        with TemporaryDirectory(ignore_cleanup_errors=True) as profile, _Proxy() as proxy:
            own = (f"--user-data-dir={profile}", f"--proxy-server=127.0.0.1:{proxy.port}")
            command = [self._program, *FLAGS, *own, f"--window-size={self.width},900", *flags, page.as_uri()]
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=True)
            return done.stdout, proxy.seen


class _Proxy:
    """Hangs up on everybody, and remembers what they asked for."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                guest, _ = self._server.accept()
            except OSError:  # shut down
                return
            with guest:
                guest.settimeout(5)
                try:
                    line = guest.recv(4096).split(b"\r\n")[0].decode(errors="replace")
                except OSError:
                    continue
                if line:  # a connection that is only held ready asks for nothing
                    self.seen.append(line)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colors `rgb(r, g, b)`: WCAG 2.2, "relative luminance"."""

    def luminance(color: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
