"""Level 0: the folder agrees with itself. From its files alone, offline, without torch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

from tune.digest import canonical_json, file_sha256
from tune.disclose import CARD, card, chain, documents, inside, notices, salt
from tune.disclose.asked import procedure, said_of_training
from tune.disclose.basis import declared
from tune.disclose.manifest import gaps
from tune.disclose.openness import openness
from tune.modelfiles import DECIDING, MANIFEST
from tune.operations import ExpertSizes
from tune.recipe import Recipe
from tune.run import DECLARED
from tune.verify import arithmetic, bases, config
from tune.verify.claims import Claim, differences, judged

Json = dict[str, Any]

SIGNATURE = "model.sig"
BESIDE = ("README.md", MANIFEST, SIGNATURE, "export.json")
"""Files that the manifest cannot list: the card, itself, a signature over all, and the record of `tune export`."""
OF_THE_PLACE = (".git", ".gitattributes", ".gitignore", ".cache")
"""What git and downloads from the Hub leave at the top of a folder; no library loads a model from it."""
LOADABLE = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".py", ".gguf", ".npz", ".h5", ".onnx")
"""Endings of files that libraries load or run, beside those that decide what a model is."""


def claims(folder: Path, content: bytes, manifest: Json, beside: tuple[str, ...] = ()) -> Iterator[Claim]:
    """What level 0 says of a folder; `content` are the bytes of its manifest, `beside` as in `Means`."""
    canonical = canonical_json(manifest) == content
    faults = [] if canonical else [f"{MANIFEST}: its bytes are not canonical JSON"]
    yield judged(0, "the manifest is in canonical form", faults, "RFC 8785")
    files = manifest["subject"]["files"]
    faults = list(_file_faults(folder, files))
    yield judged(0, f"the {len(files)} files are the ones described", faults, "size and SHA-256 of each")
    faults = list(_stray_faults(folder, manifest, beside))
    how = "each is described, or is the card, a signature or git's"
    others = [name for name in beside if _stray(name, manifest) and not _loaded(name)]
    how += f"; the repository also holds {', '.join(others)}, which no library loads" if others else ""
    yield judged(0, "no other file lies in the folder", faults, how)
    if "license_gate" in manifest or manifest["base"] is not None:  # a base may come without a judgement on licenses
        yield from _follows(folder, manifest)
    faults = list(arithmetic.faults(folder, manifest))
    yield judged(0, "the arithmetic closes", faults, "rows, tokens, steps, filters and operations added up again")
    if manifest["subject"]["kind"] != "base" and manifest["consumption"] is not None:
        faults = [*recipe_faults(manifest), *config.faults(folder, manifest)]
        yield judged(0, "what is declared is what the recipe says", faults, "compared with the recipe in the manifest")
    faults = list(bases.faults(manifest))
    listed = gaps({name: part for name, part in manifest.items() if name != "gaps"}) == manifest["gaps"]
    faults += [] if listed else [f"{MANIFEST}: gaps does not list every value that is declared or unknown"]
    how = "every basis is one that the value can have, and stands in the list of gaps where it is weak"
    yield judged(0, "nothing declared passes for measured", faults, how)
    faults = list(_card_faults(folder, manifest))
    how = "rendered again, byte for byte, front matter included"
    yield judged(0, "the card says what the manifest says", faults, how)


def _follows(folder: Path, manifest: Json) -> Iterator[Claim]:
    """What was concluded from the manifest, concluded again: verdict, openness, and the documents beside it."""
    gate = chain.gate(manifest, manifest["license_gate"]["override"]["value"])
    now = gate["verdict"]["value"]
    wrong = f"{MANIFEST}: license_gate is not what the licenses lead to ({now})"
    faults = [] if gate == manifest["license_gate"] else [wrong]
    yield judged(0, "the license gate gives the same verdict", faults, f"judged again: {now}")
    if manifest["consumption"] is not None:  # nothing is concluded from a training that is not known
        wrong = f"{MANIFEST}: openness does not follow from the rest"
        faults = [] if openness(manifest) == manifest["openness"] else [wrong]
        yield judged(0, "the openness report says what the manifest says", faults, "concluded again")
    faults = list(_document_faults(folder, manifest))
    how = "size and SHA-256 of each; those that follow from the manifest rendered again, byte for byte"
    yield judged(0, f"the {len(manifest['documents'])} documents are the ones described", faults, how)


def _document_faults(folder: Path, manifest: Json) -> Iterator[str]:
    listed = {file["name"]: file for file in manifest["documents"]}
    expected = documents.rendered(manifest) | notices.texts(manifest, None)
    yield from (f"{name}: {MANIFEST} does not list it" for name in expected if name not in listed)
    for name, content in expected.items():
        path = folder / name
        if name in listed and path.is_file() and path.read_bytes() != content:
            yield f"{name} is not what follows from the manifest"
    yield from described(folder, manifest["documents"], inside)


def _file_faults(folder: Path, files: list[Json]) -> Iterator[str]:
    if not files:
        yield f"{MANIFEST}: names no file"
    yield from described(folder, files, lambda name: Path(name).name == name)


def _stray_faults(folder: Path, manifest: Json, beside: tuple[str, ...]) -> Iterator[str]:
    """Files that nothing describes. Beside a base may lie the records of its making, and in a repository what people
    added, but nothing that is loaded."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and _stray(name, manifest) and (manifest["subject"]["kind"] != "base" or _loaded(name)):
            yield f"{name}: {MANIFEST} does not list it"
    yield from (f"{name}: {MANIFEST} does not list it" for name in beside if _stray(name, manifest) and _loaded(name))


def _stray(name: str, manifest: Json) -> bool:
    described = {file["name"] for file in (*manifest["subject"]["files"], *manifest.get("documents", []))}
    return name not in described and name not in BESIDE and name.partition("/")[0] not in OF_THE_PLACE


def _loaded(name: str) -> bool:
    """Whether a library may load a file of this name, or a reader take it for ours."""
    path = PurePosixPath(name)
    loadable = path.suffix in LOADABLE or any(fnmatch(path.name, pattern) for pattern in DECIDING)
    return loadable or name.startswith("disclosure/")


def recipe_faults(manifest: Json) -> Iterator[str]:
    """Declared values that are not those of the recipe that stands in the manifest."""
    if "resolved" not in manifest["recipe"]:
        yield f"{MANIFEST}: recipe has no resolved"
        return
    recipe = Recipe.model_validate_json(canonical_json(manifest["recipe"]["resolved"]["value"]))
    wanted = json.loads(canonical_json(procedure(said_of_training(recipe))))
    yield from differences(wanted, manifest["procedure"][: len(wanted)], "procedure")
    names = [fact["name"] for fact in manifest["procedure"][len(wanted) :]]
    if [name for name in names if name not in ExpertSizes._fields] != [
        "trainable_parameters",
        "first_loss",
        "last_loss",
    ]:
        yield "procedure: it does not end with trainable_parameters, first_loss and last_loss"
    yield from _source_faults(manifest, recipe)
    yield from salt.faults(manifest, recipe)
    pairs: list[tuple[str, Any, Any]] = [
        ("base.quantize", declared(recipe.base.quantize), manifest["base"]["quantize"])
    ]
    if manifest["subject"]["kind"] == "adapter":
        pairs += [
            ("subject.name", recipe.title(), manifest["subject"]["name"]),
            ("subject.license", declared(recipe.publish.license), manifest["subject"]["license"]),
            ("license_gate.override", declared(recipe.publish.override), manifest["license_gate"]["override"]),
        ]
    measured = manifest["evaluation"]
    if measured is not None:
        pairs.append(
            ("evaluation.max_new_tokens", declared(recipe.evaluate.max_new_tokens), measured["max_new_tokens"])
        )
    if measured is not None and measured["prompts"]["value"]:
        pairs.append(("evaluation.prompts_at", declared(recipe.publish.prompts_at), measured["prompts_at"]))
    for path, found, said in pairs:
        yield from differences(found, said, path)


def _source_faults(manifest: Json, recipe: Recipe) -> Iterator[str]:
    """Sources that are not those of the recipe, or of which other things are declared."""
    sections = [(split, s) for split in ("train", "eval") for s in getattr(recipe.data, split)]
    if len(sections) != len(manifest["sources"]):
        yield f"sources: {len(manifest['sources'])} in the manifest, {len(sections)} in the recipe"
        return
    for i, (part, (split, section)) in enumerate(zip(manifest["sources"], sections, strict=True)):
        said = section.model_dump(mode="json", include={*DECLARED, "map"} if section.map else set(DECLARED))
        wanted = {name: declared(value) for name, value in said.items()} | {"split": split}
        if section.path is not None:
            wanted["name"] = recipe.data.names[i]
        else:
            hub = {"repo": declared(section.dataset), "split": declared(section.split)}
            hub |= {"config": declared(section.config)} if section.config is not None else {}
            yield from differences(hub, {name: part["hub"][name] for name in hub}, f"sources[{i}].hub")
            if section.revision != (None if part.get("salted") else part["hub"]["commit"]["value"]):
                yield f"sources[{i}].hub.commit is not the one in the recipe"
        if ("hub" in part) != (section.path is None):
            yield f"sources[{i}]: the recipe names another place for its rows"
        yield from differences(wanted, {name: part.get(name) for name in wanted}, f"sources[{i}]")


def described(folder: Path, files: list[Json], allowed: Callable[[str], bool]) -> Iterator[str]:
    """What is wrong with files that the manifest describes; `allowed` says which names lie where they may."""
    for file in files:
        path = folder / file["name"]
        if not allowed(file["name"]):
            yield f"{file['name']} lies outside the folder"
        elif not path.is_file():
            yield f"{file['name']} is missing"
        elif path.stat().st_size != file["bytes"]:
            yield f"{file['name']} has {path.stat().st_size} bytes, described are {file['bytes']}"
        elif file_sha256(path) != file["sha256"]:
            yield f"{file['name']} is not the file described (SHA-256 differs)"


def _card_faults(folder: Path, manifest: Json) -> Iterator[str]:
    path = folder / CARD
    if not path.is_file():
        yield f"{CARD} is missing"
        return
    expected, found = card.render(manifest), path.read_bytes().decode("utf-8", errors="replace")
    if found.startswith(expected):
        return
    if card.END not in found:
        yield f"{CARD}: the generated part has no end marker"
        return
    pairs = zip([*expected.split("\n"), ""], [*found.split("\n"), ""], strict=False)
    line = next((i for i, (a, b) in enumerate(pairs, start=1) if a != b), 1)
    yield f"{CARD}:{line}: the generated part is not what the manifest renders to"
