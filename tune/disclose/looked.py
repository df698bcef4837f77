"""What was looked for in the rows: in the manifest, on the card, and added up again. Pattern matches and comparisons by a
program; nobody read the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tune.disclose.basis import measured
from tune.records import Ledger
from tune.text import count, markdown_table

Json = dict[str, Any]

REASONS = {
    "personal data": "personal data",
    "secrets": "secret",
    "hidden text": "hidden text",
    "contamination": "contamination",
    "duplicates": "duplicate",
    "near duplicates": "near duplicate",
}
"""The reason by which rows are left out, by what was looked for."""
CLOSED = {
    "personal data": "personal data in the rows",
    "secrets": "secrets in the rows",
    "hidden text": "hidden text in the rows",
    "near duplicates": "near duplicates",
}
"""What is no gap any more once it was looked for."""
BENCHMARKS = {"contamination of public benchmarks": "the rows were compared with the declared evaluation sets only"}
"""The gap that stays when rows were compared with these."""


def findings(ledger: Ledger) -> list[Json]:
    """Everything that was looked for, with method, version and limits."""
    return [
        {
            "name": found.name,
            "action": found.action,
            "rows": measured(sum(found.rows)),
            "kinds": measured(found.kinds),
            "evaluation": measured({kind: part.model_dump() for kind, part in found.evaluation.items()}),
            "method": found.method,
            "version": found.version,
            "limits": found.limits,
        }
        for found in ledger.findings
    ]


def by_source(ledger: Ledger, index: int) -> Json:
    """Rows of one source in which each of them was found."""
    return measured({found.name: found.rows[index] for found in ledger.findings})


def section(manifest: Json) -> str:
    """The card's table, and below it how each was looked for and what that misses."""
    if "findings" not in manifest:
        return ""
    rows = [
        [
            found["name"],
            count(found["rows"]["value"]),
            ", ".join(f"{kind} {count(n)}" for kind, n in sorted(found["kinds"]["value"].items()) if n) or "",
            "left out" if found["action"] == "drop" else "counted, kept",
        ]
        for found in manifest["findings"]
    ]
    table = markdown_table(rows, ["", "rows", "of these", "what became of them"])
    compared = [
        f"- {kind}s of the evaluation: {count(part['texts'])}, of which {count(part['compared'])} are long enough to be compared; "
        f"of {count(part['found'])} a sequence of words stands in training rows"
        for found in manifest["findings"]
        for kind, part in sorted(found["evaluation"]["value"].items())
    ]
    how = [
        f"- {found['name']} (method {found['version']}): {found['method']}. Limits: {found['limits']}"
        for found in manifest["findings"]
    ]
    said = "Found by pattern or comparison in the rows that could be used, held-out rows included; pattern matches, not confirmed personal data."
    return f"## What was looked for in the rows\n\n{said}\n\n{table}\n\n" + "\n".join([*compared, *how])


def faults(manifest: Json) -> Iterator[str]:
    """Figures of the findings that do not agree with one another, or with the rows that were left out."""
    for found in manifest.get("findings", []):
        name, rows, kinds = found["name"], found["rows"]["value"], found["kinds"]["value"].values()
        own = [source["findings"]["value"][name] for source in manifest["sources"]]
        if sum(own) != rows or any(
            not 0 <= n <= s["rows"]["loaded"]["value"] for n, s in zip(own, manifest["sources"], strict=True)
        ):
            yield f"findings: {name}: the rows of the sources do not add up"
        if kinds and not max(kinds) <= rows <= sum(kinds):
            yield f"findings: {name}: the kinds do not make up its rows"
        removed = sum(f["rows"]["value"] for f in manifest["filters"] if f["reason"] == REASONS[name])
        if removed > rows or (removed and found["action"] != "drop"):
            yield f"findings: {name}: more rows were left out for it than have it"
        for kind, part in found["evaluation"]["value"].items():
            if not 0 <= part["found"] <= part["compared"] <= part["texts"]:
                yield f"findings: {name}: more {kind}s found than compared"
