"""Small files and functions: wider is a sign that a room is missing, and needs a reason here."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LINES, FUNCTION_LINES, PARAMETERS = 400, 60, 8

LONG_FILES = {
    "tune/records.py": "the whole contract between stages, one record after the other, half of it docstrings",
    "scripts/support_bot.py": "reading, checking and assembling one dataset; half of it are the rules it is checked by",
}
LONG_FUNCTIONS: dict[str, str] = {}
WIDE_FUNCTIONS: dict[str, str] = {}
CORPUS = "scripts/pocket"
"""Word lists, facts and sentence grammars: long because they are data in the form of Python."""


def sources() -> list[Path]:
    """All Python files but tests."""
    paths = [*(ROOT / "tune").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]
    return sorted(path for path in paths if not path.is_relative_to(ROOT / CORPUS))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a file, inner ones too."""
    return [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def named(path: Path) -> str:
    """The path as the reasons write it."""
    return path.relative_to(ROOT).as_posix()


def test_files_are_short() -> None:
    """A file has one subject and rarely passes 400 lines."""
    long = {named(path) for path in sources() if len(path.read_text().splitlines()) > FILE_LINES}
    assert long == set(LONG_FILES)


def test_functions_are_short() -> None:
    """A function does one thing and rarely passes 60 lines."""
    long = {
        f"{named(path)}:{f.name}"
        for path in sources()
        for f in functions(path)
        if f.end_lineno is not None and f.end_lineno - f.lineno + 1 > FUNCTION_LINES
    }
    assert long == set(LONG_FUNCTIONS)


def test_functions_take_few_parameters() -> None:
    """More than eight parameters are a section that nobody named."""
    wide = {
        f"{named(path)}:{f.name}"
        for path in sources()
        for f in functions(path)
        if len(f.args.posonlyargs + f.args.args + f.args.kwonlyargs) > PARAMETERS
    }
    assert wide == set(WIDE_FUNCTIONS)
