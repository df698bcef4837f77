"""Drafts for what regulators ask of training data, from the manifest alone. Evidence, not a declaration of conformity.

EU: Regulation (EU) 2024/1689, Article 53(1)(d); template of the Commission, C(2025) 8311 (5 December 2025). Modified
models: guidelines C(2025) 7719 (19 November 2025), one third of the training compute of the original model, or of 1e23
where that is not known. California: Civil Code 3111(a), Assembly Bill 2013 of 2024.
"""

from __future__ import annotations

from typing import Any

from tune.disclose.openness import place, training
from tune.text import count, markdown_table

Json = dict[str, Any]

GENERAL_PURPOSE_FLOP = 1e23
"""Training compute from which on a model counts as one for general purposes, as an indication."""
FLOP_A_TOKEN = 6
"""Operations of a parameter and token in pretraining, forward and backward: https://arxiv.org/abs/2001.08361."""
NOTE = (
    "Evidence, not a declaration of conformity, and not legal advice. Drafted by tune from `disclosure/manifest.json`."
)
NOT_SAID = "not provided"


def compute_ratio(found: Json) -> tuple[float | None, str]:
    """(share of a third of the base's training compute that this training used, the formula with its numbers).

    The base's compute is 6 N T where it discloses its tokens T, else the threshold of 1e23; N are the parameters that a token
    goes through, for both. None when this training's
    own compute was not counted.
    """
    flop = found["consumption"].get("flop", {}).get("value")
    if flop is None or found["base"] is None:
        return None, "not known"
    tokens = found["base"]["pretraining_tokens"]["value"]
    n = found["base"]["active_parameters"]["value"]
    base = FLOP_A_TOKEN * n * tokens if tokens else GENERAL_PURPOSE_FLOP
    how = (
        f"base: {FLOP_A_TOKEN} N T = {FLOP_A_TOKEN} x {count(n)} x {count(tokens)} = {base:.3g}"
        if tokens
        else f"base: not known, so the threshold of {GENERAL_PURPOSE_FLOP:.0e}"
    )
    ratio = flop / (base / 3)
    return ratio, f"F / (C / 3) = {flop:.3g} / ({base:.3g} / 3) = {ratio:.3g}; F is this training's; {how}"


def eu_summary(found: Json) -> str:
    """disclosure/eu-training-summary.md: the template's sections, filled as far as the manifest goes."""
    base, sources = found["base"], training(found)
    ratio, formula = compute_ratio(found)
    provider = "more" if ratio is not None and ratio > 1 else "not more"
    tokens = sum(s["tokens"]["input"]["value"] for s in sources)
    name = base["repo"]["value"] or "a model from a local folder" if base else "none"
    lines = [
        f"# Draft: public summary of training content, {found['subject']['name']}",
        NOTE,
        "## 1. General information",
        f"- provider: {NOT_SAID}",
        f"- model: {found['subject']['name']}; depends on: {name}"
        + (f", commit {base['commit']['value']}" if base and base["commit"]["value"] else ""),
        f"- modality: text; size: {count(tokens)} tokens ({_range(tokens)}), added by this training only",
        f"- languages: {_languages(found)}",
        f"- latest date of acquisition: {NOT_SAID}",
        "",
        "### Compute of the modification",
        formula + ".",
        f"That is {provider} than a third." if ratio is not None else "",
        "## 2. List of data sources",
        *_lists(sources),
        "## 3. Data processing",
        "### 3.1 Reservations of rights (text and data mining)",
        f"{NOT_SAID}: the recipe does not ask how reservations were respected.",
        "### 3.2 Removal of illegal content",
        "No scan for illegal content was made.",
        "### 3.3 Other",
        _removed(found),
    ]
    return "\n\n".join(line for line in _joined(lines) if line) + "\n"


def _joined(lines: list[str]) -> list[str]:
    """List items that follow one another make one paragraph."""
    found: list[str] = []
    for line in lines:
        if line.startswith("- ") and found and found[-1].startswith("- "):
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


def _range(tokens: int) -> str:
    return (
        "less than 1 billion" if tokens < 1e9 else "1 billion to 10 trillion" if tokens <= 1e13 else "over 10 trillion"
    )


def _languages(found: Json) -> str:
    shares = found.get("languages", {"value": {}})["value"]
    return ", ".join(f"{name} {100 * part:.1f} %" for name, part in sorted(shares.items())) or NOT_SAID


def _lists(sources: list[Json]) -> list[str]:
    """2.1 to 2.6: a source stands under every heading that its facts speak for, else under `other`."""
    public = [s for s in sources if place(s)]
    synthetic = [s for s in sources if s["generator"]["value"]]
    other = [s for s in sources if s not in public and s not in synthetic]
    unasked = f"{NOT_SAID}: the recipe does not ask for these; see what each source says of itself."
    return [
        "### 2.1 Publicly available datasets",
        *(map(_source, public) if public else ["none declared"]),
        "### 2.2 Private datasets, 2.3 crawled data, 2.4 user data",
        unasked,
        "### 2.5 Synthetic data",
        *(map(_source, synthetic) if synthetic else ["none declared"]),
        "### 2.6 Other sources",
        *(map(_source, other) if other else ["none declared"]),
    ]


def _source(source: Json) -> str:
    said = [source["about"]["value"], source["collected"]["value"], place(source)]
    generator = source["generator"]["value"]
    if generator:
        said.append(f"written by {generator['model']}")
    size = f"{count(source['rows']['kept']['value'])} rows, {count(source['tokens']['input']['value'])} tokens"
    return f"- {source['name']}: {'; '.join(filter(None, said)) or NOT_SAID}; {size}; license {source['license']['value'] or 'unknown'}"


def _removed(found: Json) -> str:
    rows = [[f["source"], f["reason"], count(f["rows"]["value"])] for f in found["filters"]]
    return markdown_table(rows, ["source", "reason", "rows removed"]) if rows else "No row was removed."


def california(found: Json) -> list[list[str]]:
    """The twelve questions of Civil Code 3111(a), each with its answer."""
    sources = training(found)

    def each(name: str) -> str:
        return "; ".join(f"{s['name']}: {s[name]['value'] or NOT_SAID}" for s in sources)

    rows = sum(s["rows"]["trained"]["value"] for s in sources)
    synthetic = [f"{s['name']}: {s['generator']['value']['model']}" for s in sources if s["generator"]["value"]]
    formats = ", ".join(sorted({s["format"]["value"] for s in sources}))
    places = "; ".join(f"{s['name']}: {place(s) or NOT_SAID}" for s in sources)
    return [
        ["(1) sources or owners", places],
        ["(2) how they further the purpose", each("about")],
        ["(3) number of data points", f"{count(rows)} rows trained on"],
        ["(4) types of data points", f"text ({formats})"],
        ["(5) copyright, trademark, patent, or public domain", each("license")],
        ["(6) purchased or licensed", f"{NOT_SAID}; licenses as in (5)"],
        ["(7) personal information", each("personal_data")],
        ["(8) aggregate consumer information", NOT_SAID],
        ["(9) cleaning, processing, modification", "counted in README.md under what was removed"],
        ["(10) time of collection", each("collected")],
        ["(11) first used in development", NOT_SAID],
        ["(12) synthetic data", "; ".join(synthetic) or "none declared"],
    ]
