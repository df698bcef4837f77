"""How open the result is, by other people's yardsticks, from the manifest alone. Evidence, not a declaration.

Model Openness Framework: https://arxiv.org/abs/2403.13784 and https://github.com/lfai/model_openness_tool (0d3a17e).
Open Source AI Definition 1.0: https://opensource.org/ai/open-source-ai-definition
Data indicators: Foundation Model Transparency Index, December 2025, https://github.com/stanford-crfm/fmti (e90f521).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tune.licenses import lookup

Json = dict[str, Any]


class Part(NamedTuple):
    """One component or indicator: whether it is there, by what evidence or what to do about it, and on whose word."""

    name: str
    there: bool
    why: str
    basis: str = "derived"


CLASSES = ("III", "II", "I")
"""Open Model, Open Tooling, Open Science: each asks for more than the one before."""


def openness(found: Json) -> Json:
    """The manifest's `openness`: class, what is missing next, and every component with its evidence."""
    by_class = components(found)
    reached, missing = None, None
    for name, parts in zip(CLASSES, by_class, strict=True):
        missing = next((part for part in parts if not part.there), None)
        if missing is not None:
            break
        reached = name
    return {
        "class": {"value": reached, "basis": "derived"} if reached else {"value": None, "basis": "not measured"},
        "next_missing": {"component": missing.name, "how": missing.why} if missing else None,
        "components": [_json(part) for parts in by_class for part in parts],
        "definition": {"own": [_json(p) for p in own(found)], "inherited": [_json(p) for p in inherited(found)]},
        "data_indicators": [_json(part) for part in indicators(found)],
    }


def _json(part: Part) -> Json:
    return {"name": part.name, "there": {"value": part.there, "basis": part.basis}, "why": part.why}


def is_open(identifier: str | None) -> bool:
    """Whether somebody who keeps such a list lists the license as open."""
    entry = lookup(identifier) if identifier else None
    return entry is not None and entry.open is not None and entry.unknown is None


def training(found: Json) -> list[Json]:
    """The sources that are trained on."""
    return [s for s in found["sources"] if s["split"] == "train"]


def place(source: Json) -> str | None:
    """Where anyone can get the rows of a source, as declared or as a public data set; None when that is not known."""
    if "hub" in source and not source["hub"]["private"]["value"] and not source.get("salted"):
        return f"https://huggingface.co/datasets/{source['hub']['repo']['value']}"
    stated: str | None = source.get("published_at", {}).get("value")
    return stated


def components(found: Json) -> tuple[list[Part], list[Part], list[Part]]:
    """What classes III, II and I ask for, each without the classes before."""
    own, cleared = found["subject"]["license"]["value"], found["license_gate"]["verdict"]["value"] == "cleared"
    free = is_open(own) and cleared
    documents = f"README.md, under {own}" if free else "name an open publish.license that the gate clears"
    card = Part("model card", free, documents)
    architecture = found["base"]["architecture"]["value"] if found["base"] else "Transformer"
    third = [
        Part("model architecture", True, f"{architecture}, code in transformers under Apache-2.0"),
        Part(
            "model parameters (final)",
            free,
            f"these weights, under {own}" if free else "name an open publish.license that the gate clears",
        ),
        Part("technical report", free, f"README.md and disclosure/: data, procedure, evaluation; {documents}"),
        Part(
            "evaluation results",
            found["evaluation"] is not None,
            "README.md" if found["evaluation"] else "give data.eval or evaluate.prompts, then: tune evaluate RUN",
        ),
        card,
        Part("data card", free, f"training data in {documents}" if free else documents),
    ]
    return third, _tooling(found), _science(found)


def _tooling(found: Json) -> list[Part]:
    tool = f"tune {found['tune']}, Apache-2.0"
    return [
        Part("training code", True, f"{tool}; settings in README.md"),
        Part("inference code", True, "transformers and PEFT, Apache-2.0"),
        Part("evaluation code", True, tool),
        _evaluation_data(found),
        Part("supporting libraries and tools", True, "disclosure/bom.cdx.json names each with its version"),
    ]


def _evaluation_data(found: Json) -> Part:
    name, held = "evaluation data", [s for s in found["sources"] if s["split"] == "eval"]
    closed = next((s for s in held if place(s) is None or not is_open(s["license"]["value"])), None)
    if closed is not None:
        return Part(name, False, f"{closed['name']}: give an open license and published_at in data.eval", "declared")
    measured = found["evaluation"] or {}
    prompts = measured["prompts"]["value"] if measured else 0
    if prompts and measured.get("prompts_at", {}).get("value") is None:
        return Part(name, False, "say in publish.prompts_at where the prompts are", "declared")
    if not held and not prompts:
        return Part(name, False, "give data.eval or evaluate.prompts")
    return Part(name, True, "held-out rows and prompts, where their owner says", "declared")


def _science(found: Json) -> list[Part]:
    closed = next((s for s in training(found) if place(s) is None or not is_open(s["license"]["value"])), None)
    rows = f"{closed['name']}: give an open license and published_at in data.train" if closed else "at their addresses"
    return [
        Part("datasets", closed is None, rows, "declared"),
        _preprocessing(found),
        Part("research paper", False, "write one; no command does", "derived"),
        Part("model parameters (intermediate)", False, f"publish train/checkpoints/ of the run{_but_seals(found)}"),
    ]


def _but_seals(found: Json) -> str:
    """A seal holds a digest that follows from the rows."""
    return ", of private rows without complete.json" if found["consumption"].get("salted") else ""


def _preprocessing(found: Json) -> Part:
    own_code = next((s["map"]["value"] for s in training(found) if "map" in s), None)
    name = "data preprocessing code"
    if own_code:
        return Part(name, False, f"{own_code} is the user's own and is not published")
    return Part(name, True, f"tune {found['tune']}, Apache-2.0")


def own(found: Json) -> list[Part]:
    """The three elements of the Open Source AI Definition, for what this training added."""
    sources, free = training(found), is_open(found["subject"]["license"]["value"])
    told = next((s for s in sources if not (s["about"]["value"] and s["collected"]["value"] and place(s))), None)
    cleared = found["license_gate"]["verdict"]["value"] == "cleared"
    data = f"{told['name']}: say about, collected and published_at" if told else "provenance, scope, counts and address"
    return [
        Part("data information", told is None, data, "declared"),
        _preprocessing(found)._replace(name="code"),
        Part(
            "parameters", free and cleared, "an open license that the gate clears" if free and cleared else "not open"
        ),
    ]


def inherited(found: Json) -> list[Part]:
    """The same for the base: what of it is known here."""
    base = found["base"]
    if base is None:
        return []
    tag, says = base["license"]["tag"]["value"], base["license"]["file_says"]["value"]
    said = says or tag
    known = base["disclosure"]["value"]
    how = f"a manifest of its own, SHA-256 {known}" if known else "none that tune can read lies beside it"
    return [
        Part("data information", known is not None, how, "declared"),
        Part("code", known is not None, how, "declared"),
        Part("parameters", is_open(said), f"license {said or 'unknown'}", "declared"),
    ]


def indicators(found: Json) -> list[Part]:
    """The twenty data indicators of the Foundation Model Transparency Index, for the rows that this training added."""
    return [*_acquisition(training(found)), *_processing(found), *_properties(found)]


def _acquisition(sources: list[Json]) -> Iterator[Part]:
    synthetic = all(s["generator"]["value"] for s in sources)
    collected = all(s["collected"]["value"] or "hub" in s for s in sources)
    placed = all(place(s) or s["collected"]["value"] for s in sources)
    none = "none: a model wrote every row" if synthetic else "the recipe does not ask for it"
    yield Part("data acquisition methods", collected, "collected, of each source", "declared")
    yield Part("public datasets", placed, "published_at or the data set, of each source", "declared")
    for name in (
        "crawling",
        "usage data used in training",
        "notice of usage data used in training",
        "licensed data sources",
        "licensed data compensation",
        "new human-generated data sources",
        "instructions for data generation",
        "data laborer practices",
    ):
        yield Part(name, synthetic, none, "declared")
    wrote = any(s["generator"]["value"] for s in sources)
    yield Part("synthetic data sources", wrote, "generator, of each source", "declared")
    purpose = all(s["about"]["value"] for s in sources if s["generator"]["value"])
    yield Part("synthetic data purpose", wrote and purpose, "about, of each source with a generator", "declared")


def _processing(found: Json) -> Iterator[Part]:
    mapped = any("map" in s for s in training(found))
    yield Part("data processing methods", True, "what was removed, with counts; README.md")
    yield Part("data processing purpose", True, "a reason for every row that was removed")
    yield Part("data processing techniques", not mapped, "a function of the user" if mapped else "the code of tune")


def _properties(found: Json) -> Iterator[Part]:
    sources = training(found)
    yield Part("data size", True, "tokens and rows of each source", "measured")
    yield Part("data language composition", "languages" in found, "shares by language", "measured")
    about = all(s["about"]["value"] for s in sources)
    yield Part("data domain composition", about, "about and tokens of each source", "declared")
    closed = next((s["name"] for s in sources if place(s) is None), None)
    where = f"{closed}: say published_at" if closed else "anyone, at the addresses"
    yield Part("external data access", closed is None, where, "declared")
    yield Part("data replicability", closed is None, where, "declared")
