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
from tune.disclose import card, documents
from tune.disclose.manifest import completed
from tune.modelfiles import MANIFEST
from tune.verify.words import DECLARED, MEASURED_ONCE, leaves

CONCLUDED = ("gaps", "documents", "license_gate", "openness")
"""Parts that the attacker concludes again."""


def is_proven(path: str) -> bool:
    """Whether a level below 5 claims the value at a path of the manifest."""
    plain = re.sub(r"\[\d+\]", "[]", path)
    return not any(re.match(pattern, plain) for pattern, _ in (*DECLARED, *MEASURED_ONCE))


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
    """Changes one value of the manifest and makes a folder of it in which everything fits together again. Returns the
    manifest; None when the toolkit itself cannot render it."""
    changed = copy.deepcopy(manifest)
    holder, key = at(changed, path)
    holder[key] = other(holder[key]) if value is None else value
    return written_again(folder, manifest, changed)


def without(folder: Path, manifest: dict[str, Any], path: str) -> dict[str, Any] | None:
    """As `forged`, with the value, or the entry of a list, left out."""
    changed = copy.deepcopy(manifest)
    holder, key = at(changed, path)
    del holder[key]
    return written_again(folder, manifest, changed)


def concluded(folder: Path, manifest: dict[str, Any], path: str) -> dict[str, Any] | None:
    """As `forged`, for a value of what was concluded: it stays as the attacker says, documents and card follow it."""
    changed = copy.deepcopy(manifest)
    holder, key = at(changed, path)
    holder[key] = other(holder[key])
    return written_again(folder, manifest, changed, again=False)


def written_again(
    folder: Path, manifest: dict[str, Any], changed: dict[str, Any], again: bool = True
) -> dict[str, Any] | None:
    """Makes the folder of a manifest that was changed one in which everything fits together: gaps, gate and openness
    (with `again`), documents, canonical form, card."""
    legal = {file["name"] for file in manifest["documents"]} - set(documents.rendered(manifest))
    try:
        if again:
            override = changed["license_gate"]["override"]["value"]
            changed = completed({name: part for name, part in changed.items() if name not in CONCLUDED}, override)
        changed = json.loads(canonical_json(changed))
        files = documents.rendered(changed) | {name: (folder / name).read_bytes() for name in legal}
        described = [{"name": n, "bytes": len(c), "sha256": sha256(c)} for n, c in sorted(files.items())]
        changed["documents"] = described
        text = card.render(changed) + card.OWN_WORDS
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        return None
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / MANIFEST).write_bytes(canonical_json(changed))
    (folder / "README.md").write_text(text)
    return changed


def swapped(folder: Path, manifest: dict[str, Any], name: str, content: bytes) -> dict[str, Any] | None:
    """Puts another file in the place of one, and its digest in the place of the old one's wherever that stands."""
    old, new = sha256((folder / name).read_bytes()), sha256(content)
    size = (folder / name).stat().st_size
    (folder / name).write_bytes(content)
    changed = json.loads(canonical_json(manifest).decode().replace(old, new))
    for part in (changed["subject"]["files"], *_file_lists(changed["export"])):
        for file in part:
            if file["sha256"] == new and file["bytes"] == size:
                file["bytes"] = len(content)
    return written_again(folder, manifest, changed)


def _file_lists(export: dict[str, Any] | None) -> Iterator[list[dict[str, Any]]]:
    yield from (part["files"] for part in (export or {}).values() if part and "files" in part)


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


def every_change(folder: Path) -> Iterator[str]:
    """Makes every single change that is worth telling apart: each value of the manifest changed and left out, each file
    turned at its ends and in its middle, cut, lengthened, emptied, gone, a folder, a link, under another name, and in the
    place of each other file; the card at every fiftieth of its bytes. Each is taken back when asked to go on."""
    path, manifest = folder / MANIFEST, manifest_of(folder)
    content = path.read_bytes()
    for where, _ in leaves(manifest):
        for kind in ("value", "without"):
            changed = copy.deepcopy(manifest)
            holder, key = at(changed, where)
            if kind == "value":
                holder[key] = other(holder[key])
            else:
                del holder[key]
            path.write_bytes(canonical_json(changed))
            yield f"{kind} {where}"
    path.write_bytes(content)
    for file in files_of(folder):
        yield from _file_changes(folder, file)


def _file_changes(folder: Path, path: Path) -> Iterator[str]:
    """Every change of one file."""
    content, name = path.read_bytes(), path.relative_to(folder).as_posix()
    is_card = name == "README.md"
    end = content.index(card.END.encode()) + len(card.END) if is_card else len(content)
    places = range(0, end, 50) if is_card else {0, end // 2, end - 1}
    changes = {f"bit of byte {i}": content[:i] + bytes([content[i] ^ 1]) + content[i + 1 :] for i in places}
    changes |= {"cut": content[: end - 1], "empty": b""}
    changes |= {} if is_card else {"longer": content + b"\n"}
    for what, changed in changes.items():
        path.write_bytes(changed)
        yield f"{what} of {name}"
    path.unlink()
    yield f"{name} is gone"
    path.mkdir()
    yield f"{name} is a folder"
    path.rmdir()
    path.symlink_to(folder / "nowhere")
    yield f"{name} leads nowhere"
    path.unlink()
    path.write_bytes(content)
    for second in files_of(folder):
        if second.read_bytes() != content and second != path:
            held = second.read_bytes()
            second.write_bytes(content)
            yield f"{name} in the place of {second.name}"
            second.write_bytes(held)
    for name in (
        "model.bin",
        "extra.safetensors",
        "modeling.py",
        "sub/tokenizer.json",
        "disclosure/more.md",
        ".hidden",
    ):
        added = folder / name
        added.parent.mkdir(exist_ok=True)
        added.write_bytes(content)
        yield f"added {name}"
        added.unlink()
        if added.parent.name == "sub":
            added.parent.rmdir()


def _value(folder: Path, rng: random.Random) -> Iterator[str]:
    """Changes a value anywhere in the manifest, canonical form kept."""
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
