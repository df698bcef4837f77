"""The files beside the manifest: each rendered from the manifest alone, so that anyone can render it again."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from tune.digest import canonical_json
from tune.disclose import notices, regulation
from tune.disclose.salt import METHOD
from tune.licenses import lookup
from tune.text import markdown_table

Json = dict[str, Any]

OPENNESS = "disclosure/openness.md"
SUMMARY = "disclosure/eu-training-summary.md"
BOM = "disclosure/bom.cdx.json"
NOTICE = "NOTICE"
CLASSES_IN_WORDS = "(of III, II and I; I is the most open)"


def rendered(found: Json) -> dict[str, bytes]:
    """Name and content of every file that follows from the manifest; its own list of them is left out."""
    plain = {name: part for name, part in found.items() if name != "documents"}
    files = {NOTICE: notices.notice(plain)}
    if plain["consumption"] is not None:  # of an adapter that was trained elsewhere there is nothing to report
        files[OPENNESS] = openness_report(plain)
        files[SUMMARY] = regulation.eu_summary(plain)
        files[BOM] = json.dumps(bom(plain), indent=1, ensure_ascii=False) + "\n"
    return {name: content.encode() for name, content in files.items()}


def openness_report(found: Json) -> str:
    """disclosure/openness.md."""
    part = found["openness"]
    missing = part["next_missing"]
    reached = part["class"]["value"]
    lines = [
        f"# Openness of {found['subject']['name']}",
        regulation.NOTE,
        "## Model Openness Framework",
        f"Class {reached} {CLASSES_IN_WORDS}." if reached else f"No class {CLASSES_IN_WORDS}.",
        f"Next missing: {missing['component']}: {missing['how']}." if missing else "Nothing is missing.",
        _there(part["components"], "component"),
        "Of this training only, as if this folder were published as it is; the base has its own. Where rows and prompts are published is the user's word.",
        "## Open Source AI Definition 1.0",
        "### What this training added",
        _there(part["definition"]["own"], "element"),
        "### What it inherits from the base",
        _there(part["definition"]["inherited"], "element") if part["definition"]["inherited"] else "There is no base.",
        f"## Data indicators: {held(part['data_indicators'])} of {len(part['data_indicators'])}",
        "As the Foundation Model Transparency Index of December 2025 asks them, of the rows that this training added. None counts as an answer where every row is declared to be written by a model.",
        _there(part["data_indicators"], "indicator"),
        "## California, Civil Code 3111(a) (Assembly Bill 2013)",
        markdown_table(regulation.california(found), ["question", "answer"]).replace("---:", "---"),
        "## EU",
        f"A draft of the public summary: `{SUMMARY}`. Compute of the modification: {regulation.compute_ratio(found)[1]}.",
    ]
    return "\n\n".join(lines) + "\n"


def held(parts: list[Json]) -> int:
    """How many of them are there."""
    return sum(part["there"]["value"] for part in parts)


def _there(parts: list[Json], head: str) -> str:
    rows = [[p["name"], "yes" if p["there"]["value"] else "no", p["why"], p["there"]["basis"]] for p in parts]
    return markdown_table(rows, [head, "", "by, or what is missing", "basis"]).replace("---:", "---")


def bom(found: Json) -> Json:
    """The bill of materials, CycloneDX 1.6: the model with its card, base, rows, files and packages.

    Format: https://cyclonedx.org/docs/1.6/json/. No time stands in it, and its serial number follows from the manifest,
    so that equal manifests have equal bytes.
    """
    serial = uuid.UUID(bytes=hashlib.sha256(canonical_json(found)).digest()[:16], version=4)
    base, rows, packages = _base(found), _rows(found), _packages(found)
    parts = [*base, *rows, *packages]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "tune-ledger", "version": found["tune"]}]},
            "component": _subject(found),
        },
        "components": parts,
        "dependencies": [
            {"ref": "subject", "dependsOn": [p["bom-ref"] for p in parts]},
            *({"ref": p["bom-ref"]} for p in parts),
        ],
    }


def _licenses(identifier: str | None) -> Json:
    """The `licenses` of a component: an SPDX identifier where there is one, else the name with its address."""
    if identifier is None:
        return {}
    entry = lookup(identifier)
    if entry is None:
        return {"licenses": [{"license": {"name": identifier}}]}
    named = {"id": entry.spdx} if entry.spdx else {"name": entry.name}
    return {"licenses": [{"license": {**named, "url": entry.source}}]}


def _files(files: list[Json]) -> list[Json]:
    return [{"type": "file", "name": f["name"], "hashes": [_hash(f["sha256"])]} for f in files]


def _hash(sha256: str) -> Json:
    return {"alg": "SHA-256", "content": sha256}


def _subject(found: Json) -> Json:
    base, subject = found["base"], found["subject"]
    facts = {fact["name"]: fact["is"]["value"] for fact in found["procedure"]}
    architecture = {"modelArchitecture": base["architecture"]["value"]} if base else {}
    return {
        "type": "machine-learning-model",
        "bom-ref": "subject",
        "name": subject["name"],
        **_licenses(subject["license"]["value"]),
        "components": _files(subject["files"]),
        "modelCard": {
            "modelParameters": {
                "approach": {"type": "supervised" if facts.get("method") == "sft" else "self-supervised"},
                "task": "text-generation",
                "architectureFamily": "transformer",
                **architecture,
                "datasets": [{"ref": f"rows-{i}"} for i, s in enumerate(found["sources"]) if s["split"] == "train"],
                "inputs": [{"format": "text"}],
                "outputs": [{"format": "text"}],
            },
            **_metrics(found["evaluation"]),
        },
        "properties": [
            {"name": f"tune:{name}", "value": str(found["consumption"][name]["value"])}
            for name in ("examples_root", "order_root", "optimizer_steps", "input_tokens", "loss_tokens")
        ]
        + _salted(found["consumption"]),
    }


def _metrics(measured: Json | None) -> Json:
    """Held-out loss, prompts passed and stop rate, of base and tuned model."""
    values = [
        {"type": name, "value": str(measured[whose][name]["value"]), "slice": whose}
        for whose in ("base", "tuned")
        if measured and whose in measured
        for name in ("loss", "checks_passed", "stop_rate")
        if measured[whose][name]["value"] is not None
    ]
    return {"quantitativeAnalysis": {"performanceMetrics": values}} if values else {}


def _base(found: Json) -> list[Json]:
    base = found["base"]
    if base is None:
        return []
    commit = base["commit"]["value"]
    return [
        {
            "type": "machine-learning-model",
            "bom-ref": "base",
            "name": base["repo"]["value"] or "base model from a local folder",
            **({"version": commit} if commit else {}),
            **_licenses(base["license"]["file_says"]["value"] or base["license"]["tag"]["value"]),
            "components": _files(base["files"]),
        }
    ]


def _rows(found: Json) -> list[Json]:
    components = []
    for i, source in enumerate(found["sources"]):
        about = source["about"]["value"]
        components.append(
            {
                "type": "data",
                "bom-ref": f"rows-{i}",
                "name": source["name"],
                **({"description": about} if about else {}),
                **_licenses(source["license"]["value"]),
                **({} if source.get("salted") else {"hashes": [_hash(source["sha256"]["value"])]}),
                "data": [{"type": "dataset", "name": source["name"]}],
                "properties": [
                    {"name": "tune:split", "value": source["split"]},
                    {"name": "tune:rows_trained", "value": str(source["rows"]["trained"]["value"])},
                    {"name": "tune:rows_root", "value": str(source["rows_root"]["value"])},
                    *_salted(source),
                ],
            }
        )
    return components


def _salted(part: Json) -> list[Json]:
    """Says that the roots of a part are no roots, but stand for them."""
    return [{"name": "tune:salted", "value": METHOD}] if part.get("salted") else []


def _packages(found: Json) -> list[Json]:
    return [
        {
            "type": "library",
            "bom-ref": f"package-{name}",
            "name": name,
            "version": version,
            **({} if name == "python" else {"purl": f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"}),
        }
        for name, version in sorted(found["environment"]["packages"]["value"].items())
    ]
