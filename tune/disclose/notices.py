"""LICENSE, NOTICE and what else the licenses of base and rows want to stand beside the weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tune.licenses import APACHE_TEXT, License, lookup

Json = dict[str, Any]

LEGAL_FILES = ("LICENSE*", "LICENCE*", "COPYING*", "NOTICE*", "Notice*", "USE_POLICY*", "USAGE_POLICY*")
"""Files of a base that travel with what is derived from it."""
OF_THE_BASE, OF_THE_ADAPTER = "base-", "adapter-"
"""What their names begin with there."""
LARGEST_BYTES = 1 << 20
"""A legal text is shorter; what is longer is something else."""


def texts(found: Json, base: Path | None, adapter: Path | None = None) -> dict[str, bytes]:
    """Name and content of the license texts: copied from the folders of the base and of an adapter that was trained
    elsewhere, or the Apache License that tune holds; of others the NOTICE names the address. A license that the gate
    refuses gets no LICENSE file."""
    places = ((OF_THE_BASE, base), (OF_THE_ADAPTER, adapter))
    files = {prefix + p.name: p.read_bytes() for prefix, place in places if place for p in legal_files(place)}
    own, of_base = allowed(found), found["base"]["license"] if found["base"] else None
    if own == "apache-2.0":
        files["LICENSE"] = APACHE_TEXT.read_bytes()
    elif own is not None and of_base and own == of_base["file_says"]["value"]:
        files["LICENSE"] = files.get(OF_THE_BASE + of_base["file"]["value"], b"")
    same = {name for name, content in files.items() if name != "LICENSE" and content == files.get("LICENSE")}
    return {name: content for name, content in files.items() if name not in same and content}


def allowed(found: Json) -> str | None:
    """The license that the weights are given: None where none is named, or where the gate refuses it."""
    refused = found.get("license_gate", {}).get("verdict", {}).get("value") == "refused"
    wanted: str | None = found["subject"]["license"]["value"]
    return None if refused else wanted


def legal_files(base: Path) -> Iterator[Path]:
    """License texts in the folder of a base, sorted."""
    paths = {path for pattern in LEGAL_FILES for path in base.glob(pattern)}
    yield from (p for p in sorted(paths) if p.is_file() and p.stat().st_size <= LARGEST_BYTES)


def notice(found: Json) -> str:
    """The NOTICE file, from the manifest alone."""
    lines = [found["subject"]["name"], *_own(found)]
    if found["base"]:
        name = found["base"]["repo"]["value"] or "a model from a local folder"
        lines += ["", f"Base: {name}", *_parent(found, "base")]
    if found["consumption"] is None:
        lines += ["", "Adapter: trained elsewhere, on rows that are not known", *_parent(found, "adapter")]
    for source in found["sources"]:
        if source["split"] == "train":
            lines += ["", *_rows(source, found["license_gate"]["obligations"])]
    return "\n".join(lines) + "\n"


def _own(found: Json) -> Iterator[str]:
    own = allowed(found)
    yield f"License: {_named(lookup(own), own)}" if own else "License: none; see README.md under Licenses."
    if found["base"] and found["consumption"] is not None:
        yield f"Modified: weights derived from the base below by training with tune {found['tune']}."
    elif found["base"]:
        yield f"Modified: weights derived from the base below, with the adapter, by tune {found['tune']}."
    for term in ("built_with", "outputs_built_with"):
        yield from dict.fromkeys(o["text"] for o in found["license_gate"]["obligations"] if o["term"] == term)


def _parent(found: Json, whose: str) -> Iterator[str]:
    """What the licenses of the base, or of an adapter that was trained elsewhere, want said."""
    obligations = [o for o in found["license_gate"]["obligations"] if o["about"].startswith(whose)]
    for identifier in dict.fromkeys(o["license"] for o in obligations):
        yield f"License: {_named(lookup(identifier), identifier)}"
    for one in obligations:
        if one["term"] == "notice":
            yield one["text"]
        elif one["term"] == "use_restrictions":
            where = f", {one['text']}" if one["text"] else ""
            yield f"Use restrictions of {one['license']} bind everyone who gets these weights: {one['source']}{where}"


def _rows(source: Json, obligations: list[Json]) -> Iterator[str]:
    """Attribution as far as the user declared it: title, license with address, where from, that they were changed."""
    identifier = source["license"]["value"]
    yield f"Trained on: {source['name']}, {_named(lookup(identifier), identifier) if identifier else 'license unknown'}"
    said = [source[name]["value"] for name in ("about", "collected", "published_at") if source.get(name)]
    if "hub" in source:
        said.append(f"https://huggingface.co/datasets/{source['hub']['repo']['value']}")
    if any(said):
        yield "; ".join(filter(None, said))
    if any(o["about"] == f"data: {source['name']}" and o["term"] == "attribution" for o in obligations):
        yield "Changed: rows were selected, tokenized and learned from; they are not part of the weights as text."


def _named(entry: License | None, identifier: str) -> str:
    return f"{identifier} ({entry.name}, {entry.source})" if entry else identifier
