"""The project as it is shipped: nothing that belongs to somebody's machine, and the interface that scripts rely on."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ["tune", "check", "plan", "data", "test", "test-slow", "lint", "pocket", "docs", "clean", "help"]


def shipped() -> list[Path]:
    """Text files under version control."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    kinds = {".py", ".md", ".toml", ".yaml", ".txt", ".jinja", ""}
    return [ROOT / n for n in names if Path(n).suffix in kinds and (ROOT / n).is_file() and not n.startswith("tests/")]


def test_no_path_of_a_machine_is_shipped() -> None:
    """Home folders and work folders of the people who wrote this are nobody's business."""
    pattern = re.compile(r"(?<![\w/.])/(work|home|root|tmp|Users)/\w")
    found = [f"{path.relative_to(ROOT)}: {m.group()}" for path in shipped() for m in pattern.finditer(path.read_text())]
    assert found == []


def test_make_has_the_documented_targets() -> None:
    """`make` alone prints every target that scripts rely on."""
    printed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [t for t in TARGETS if not re.search(rf"^  make {t}\s", printed, re.MULTILINE)] == []


def test_make_says_what_is_missing(tmp_path: Path) -> None:
    """Without Python, make names what to install instead of failing somewhere inside."""
    arguments = ["make", "-f", str(ROOT / "Makefile"), "PYTHON=python-that-is-not-there", "check"]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Install Python 3.11 or newer" in done.stderr
