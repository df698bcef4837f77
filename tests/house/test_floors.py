"""The floors of docs/architecture.md: a module imports only from floors below its own."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Lowest first. A name covers the module and everything inside it; each module of tune/ must be placed.
FLOORS = [
    ("errors", "text"),
    ("columns", "digest", "machine", "nodes", "strict"),
    ("files", "jsonl", "licenses", "llamacpp", "modelfiles", "targets", "template"),
    ("tables", "operations", "prompts"),
    ("readers",),
    ("sources",),
    ("recipe", "records"),
    ("hub",),
    ("rowfiles",),
    ("run",),
    ("attention", "ranks", "receipt", "sequences"),
    ("generate", "score"),
    ("models",),
    ("process", "sharding"),
    ("base", "data", "plan", "train", "evaluate", "export", "disclose"),
    ("launch",),
    ("replay",),
    ("check", "pin", "pipeline", "verify", "chat", "deliver", "doctor"),
    ("publish",),
    ("cli",),
    ("__main__",),
]


def floor(room: str) -> int:
    """The number of a room's floor."""
    return next(i for i, rooms in enumerate(FLOORS) if room in rooms)


def imports(path: Path) -> set[str]:
    """Rooms of tune that a file imports from, at its top or inside functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"tune.{alias.name}" for alias in node.names] if node.module == "tune" else [node.module]
        found |= {name.split(".")[1] for name in names if name.startswith("tune.") and name != "tune.__version__"}
    return found


def rooms() -> dict[str, list[Path]]:
    """Files of tune/ by room."""
    found: dict[str, list[Path]] = {}
    for path in sorted((ROOT / "tune").rglob("*.py")):
        parts = path.relative_to(ROOT / "tune").parts
        found.setdefault(parts[0].removesuffix(".py"), []).append(path)
    found.pop("__init__")
    return found


def test_every_room_has_a_floor() -> None:
    """A new module is given a floor before anything else, and no floor names a room that is gone."""
    assert set(rooms()) == {room for level in FLOORS for room in level}


def test_no_arrow_goes_up_or_sideways() -> None:
    """Imports go down, and stages do not know one another."""
    arrows = {
        (room, target)
        for room, paths in rooms().items()
        for path in paths
        for target in imports(path) - {room}
        if floor(target) >= floor(room)
    }
    assert arrows == set()


def test_trl_is_only_in_train() -> None:
    """The trainer of another library is met in one room only."""
    users = {
        room
        for room, paths in rooms().items()
        for path in paths
        if any("import trl" in line or "from trl" in line for line in path.read_text().splitlines())
    }
    assert users == {"train"}
