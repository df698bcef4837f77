"""What an attacker does to a published folder: one change of a file, or one change of the manifest with all that hangs on
it written again. Shared by the tests of every level."""

from __future__ import annotations

import copy
import json
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tune.digest import canonical_json, sha256
from tune.disclose import MANIFEST, card, documents
from tune.disclose.manifest import completed

CONCLUDED = ("gaps", "documents", "license_gate", "openness")
"""Parts that the attacker concludes again."""


def manifest_of(folder: Path) -> dict[str, Any]:
    """The manifest of a published folder."""
    return json.loads((folder / MANIFEST).read_bytes())


def other(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str) and value:
        return ("1" if value[0] != "1" else "2") + value[1:]
    return {"{}": {"x": 1}, "[]": ["x"]}.get(json.dumps(value), "x")


def at(manifest: dict[str, Any], path: str) -> tuple[Any, Any]:
    """(what holds the value at a path, its key there)."""
    *above, last = [int(key) if key.isdecimal() else key for key in re.findall(r"[^.\[\]]+", path)]
    holder: Any = manifest
    for key in above:
        holder = holder[key]
    return holder, last


def forged(folder: Path, manifest: dict[str, Any], path: str, value: Any = None) -> dict[str, Any] | None:
    """Changes one value of the manifest and makes a folder of it in which everything fits together again: gaps, gate,
    openness, documents, canonical form, card. Returns the manifest; None when the toolkit itself cannot render it."""
    changed = copy.deepcopy(manifest)
    holder, key = at(changed, path)
    holder[key] = other(holder[key]) if value is None else value
    override = changed["license_gate"]["override"]["value"]
    legal = {file["name"] for file in manifest["documents"]} - set(documents.rendered(manifest))
    try:
        changed = completed({name: part for name, part in changed.items() if name not in CONCLUDED}, override)
        changed = json.loads(canonical_json(changed))
        files = documents.rendered(changed) | {name: (folder / name).read_bytes() for name in legal}
        described = [{"name": n, "bytes": len(c), "sha256": sha256(c)} for n, c in sorted(files.items())]
        changed["documents"] = described
        text = card.render(changed) + card.OWN_WORDS
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / MANIFEST).write_bytes(canonical_json(changed))
    (folder / "README.md").write_text(text)
    return changed


def files_of(folder: Path) -> list[Path]:
    """Every file of a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def turned(content: bytes, rng: random.Random, end: int | None = None) -> bytes:
    """The bytes with one bit turned before `end`."""
    i = rng.randrange(end or len(content))
    return content[:i] + bytes([content[i] ^ 1 << rng.randrange(8)]) + content[i + 1 :]


def single_changes(folder: Path, rng: random.Random, number: int) -> Iterator[str]:
    """Makes one seeded change after the other to a folder, says what it was, and takes it back when asked to go on."""
    for _ in range(number):
        path = rng.choice(files_of(folder))
        content, name = path.read_bytes(), path.relative_to(folder).as_posix()
        kind = rng.choice(("byte", "byte", "byte", "end", "remove", "add", "swap", "value"))
        if kind in ("byte", "end") and name == "README.md":
            end = content.index(card.END.encode())
            path.write_bytes(turned(content, rng, end))
        elif kind == "byte":
            path.write_bytes(turned(content, rng))
        elif kind == "end" and name != "README.md":
            path.write_bytes(content[:-1] if rng.random() < 0.5 else content + b"\n")
        elif kind == "remove":
            path.unlink()
        elif kind == "add":
            added = path.with_name(
                f"{rng.choice(('more', 'README', 'adapter_model'))}{rng.choice(('.bin', '.md', '.py'))}"
            )
            if added.exists():
                continue
            added.write_bytes(b"x")
            yield f"added {added.name}"
            added.unlink()
            continue
        elif kind == "swap":
            second = rng.choice([p for p in files_of(folder) if p.read_bytes() != content])
            held = second.read_bytes()
            second.write_bytes(content)
            path.write_bytes(held)
            yield f"swapped {name} and {second.name}"
            second.write_bytes(held)
        else:
            yield from _value(folder, rng)
            continue
        if kind != "swap":
            yield f"{kind} of {name}"
        path.write_bytes(content)


def _value(folder: Path, rng: random.Random) -> Iterator[str]:
    """Changes a value anywhere in the manifest, canonical form kept."""
    from tune.verify.words import leaves

    path = folder / MANIFEST
    content = path.read_bytes()
    manifest = json.loads(content)
    where = rng.choice([place for place, _ in leaves(manifest)])
    holder, key = at(manifest, where)
    if rng.random() < 0.2:
        del holder[key]
    else:
        holder[key] = other(holder[key])
    path.write_bytes(canonical_json(manifest))
    yield f"value {where}"
    path.write_bytes(content)


def copied(folder: Path, to: Path) -> Path:
    """A copy to do harm to."""
    shutil.copytree(folder, to)
    return to
