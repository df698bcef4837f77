"""The license gate over every license as base and as data against every published license."""

from __future__ import annotations

import json
from itertools import product

import pytest
from conftest import POCKET, ROOT

from tune.base import inspect
from tune.disclose import chain
from tune.licenses import FAMILY_LICENSES, HUB_LICENSES, family, lookup, recognize
from tune.licenses.gate import Facts, Source, evaluate
from tune.recipe import load
from tune.records import BaseRecord

# What a person who knows these licenses says of them, apart from the table that the gate reads.
DEDICATED = {"cc0-1.0", "unlicense", "wtfpl", "pddl"}
PERMISSIVE = {
    "apache-2.0",
    "mit",
    "afl-3.0",
    "bsl-1.0",
    "bsd-2-clause",
    "bsd-3-clause",
    "bsd-3-clause-clear",
    "cc-by-2.0",
    "cc-by-2.5",
    "cc-by-3.0",
    "cc-by-4.0",
    "cdla-permissive-1.0",
    "cdla-permissive-2.0",
    "ecl-2.0",
    "etalab-2.0",
    "isc",
    "odc-by",
    "openmdw-1.0",
    "postgresql",
    "ncsa",
    "zlib",
}
COPYLEFT = {
    "artistic-2.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cdla-sharing-1.0",
    "epl-1.0",
    "epl-2.0",
    "eupl-1.1",
    "eupl-1.2",
    "agpl-3.0",
    "gfdl",
    "gpl",
    "gpl-2.0",
    "gpl-3.0",
    "lgpl",
    "lgpl-2.1",
    "lgpl-3.0",
    "ms-pl",
    "mpl-2.0",
    "odbl",
    "osl-3.0",
    "ofl-1.1",
}
RESTRICTED = {
    "bigscience-openrail-m",
    "creativeml-openrail-m",
    "openrail++",
    "bigscience-bloom-rail-1.0",
    "bigcode-openrail-m",
    "gemma",
    "llama2",
    "llama3",
    "llama3.1",
    "llama3.2",
    "llama3.3",
    "llama4",
    "qwen",
    "tongyi-qianwen",
    "deepseek",
}
NO_DERIVATIVES = {"cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0"}
NON_COMMERCIAL = {
    "cc-by-nc-2.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nc-sa-2.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "qwen-research",
    "tongyi-qianwen-research",
    "mnpl",
    "mrl",
}
ALL = HUB_LICENSES | FAMILY_LICENSES
UNKNOWN = ALL - DEDICATED - PERMISSIVE - COPYLEFT - RESTRICTED - NO_DERIVATIVES - NON_COMMERCIAL
FREE = DEDICATED | PERMISSIVE
LATER = {
    ("cc-by-sa-3.0", "cc-by-sa-4.0"),
    ("epl-1.0", "epl-2.0"),
    ("eupl-1.1", "eupl-1.2"),
    ("cc-by-nc-sa-2.0", "cc-by-nc-sa-3.0"),
    ("cc-by-nc-sa-2.0", "cc-by-nc-sa-4.0"),
    ("cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0"),
}


def judge(published: str | None, base: str | None = "apache-2.0", data: str | None = "cc0-1.0", **changes) -> dict:
    """The gate's answer on a base with that tag and rows with that license; its name suits every license."""
    facts = {
        "name": "llama-3-bot",
        "published": published,
        "override": None,
        "has_base": True,
        "tag": base,
        "file_says": None,
        "has_file": False,
        "family": None,
        "sources": (Source("rows.jsonl", data),),
    }
    return evaluate(Facts(**{**facts, **changes}))


def said(answer: dict, level: str = "refuse") -> str:
    """What was found at that level, in words."""
    return "; ".join(f"{f['about']}: {f['what']}" for f in answer["findings"] if f["level"] == level)


def stricter(parent: str, published: str) -> bool:
    """Whether the published license frees what the parent does not."""
    return (
        parent in UNKNOWN | NO_DERIVATIVES
        or published in UNKNOWN
        or (parent in PERMISSIVE and published in DEDICATED)
        or (parent in RESTRICTED and published != parent)
        or (parent in NON_COMMERCIAL and published not in NON_COMMERCIAL | NO_DERIVATIVES - {"cc-by-nd-4.0"})
        or (parent in NON_COMMERCIAL and ("-sa-" in parent or parent in FAMILY_LICENSES) and published != parent)
        or (parent in COPYLEFT and published != parent)
    ) and (parent, published) not in LATER


def test_the_table_is_whole() -> None:
    """Every identifier of the Hub is there, 50 of them SPDX's; each term has a clause, each license a source; what is
    unknown says why, and the groups of this test leave nothing out."""
    assert len(HUB_LICENSES) == 83
    entries = [lookup(identifier) for identifier in ALL]
    assert sum(e.spdx is not None for e in entries) == 50
    assert all(e.source.startswith("http") and all(t["clause"] for t in e.terms.values()) for e in entries)
    assert {e.identifier for e in entries if e.unknown} == UNKNOWN
    assert {e.identifier for e in entries if not e.terms and not e.unknown} == DEDICATED
    assert FREE | COPYLEFT | RESTRICTED | NO_DERIVATIVES | NON_COMMERCIAL <= ALL


def test_no_permissive_tag_over_a_stricter_base() -> None:
    """Each license as base under each published license: whatever frees more than the base is refused, and a license
    over itself passes unless it forbids derivatives."""
    wrong = [
        pair for pair in product(ALL, ALL) if stricter(*pair) and judge(pair[1], base=pair[0])["verdict"] != "refused"
    ]
    assert wrong == []
    kept = ALL - UNKNOWN - NO_DERIVATIVES
    assert {i: said(judge(i, base=i)) for i in kept if judge(i, base=i)["verdict"] != "cleared"} == {}
    assert all(judge(p, base=b)["verdict"] == "cleared" for b, p in LATER)


def test_what_permits_it_passes() -> None:
    """The gate is not a wall: permissive over permissive, and stricter over permissive, are cleared."""
    notices = PERMISSIVE - {"bsl-1.0", "zlib", "cdla-permissive-2.0"}
    wanted = notices | COPYLEFT - {"gpl-2.0"} | NON_COMMERCIAL | {"llama3.1", "gemma", "deepseek"}
    refused = {(b, p) for b, p in product(FREE, wanted) if judge(p, base=b)["verdict"] != "cleared"}
    assert refused == set()
    assert judge("gpl-2.0", base="apache-2.0")["verdict"] == "refused"


def test_no_permissive_tag_over_stricter_rows() -> None:
    """Each license as data: what frees more than the rows do is refused; share-alike alone, where the law is not
    settled, is never passed in silence."""
    silent = []
    for rows, published in product(ALL, ALL - UNKNOWN):
        if not stricter(rows, published):
            continue
        answer = judge(published, base="cc0-1.0", data=rows)
        noticed = (
            f"data: rows.jsonl: {rows}" in said(answer, "look")
            if rows in COPYLEFT or ("-nc-sa-" in rows and published not in FREE)
            else False
        )
        if answer["verdict"] != "refused" and not noticed:
            silent.append((rows, published))
    assert silent == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"published": "apache-2.0", "base": "llama3.1"}, "use restrictions that must be passed on"),
        (
            {"published": "apache-2.0", "base": "apache-2.0", "file_says": "llama3.1", "has_file": True},
            "not apache-2.0",
        ),
        ({"published": "apache-2.0", "base": "apache-2.0", "family": "llama3.1"}, "not apache-2.0"),
        ({"published": "llama3.1", "base": "llama3.1", "name": "support-bot"}, "begin with 'Llama'"),
        ({"published": "llama3", "base": "llama3", "name": "llama-bot"}, "begin with 'Llama 3'"),
        ({"published": "mit", "data": "cc-by-nc-4.0"}, "cc-by-nc-4.0 forbids commercial use, and mit permits it"),
        ({"published": "mit", "base": None}, "license unknown: there is no license tag, there is no license file"),
        ({"published": "mit", "base": "other"}, "license unknown: the tag says other"),
        ({"published": "mit", "base": "my-own"}, "license my-own, which is not in the table"),
        ({"published": "mit", "base": "mit", "has_file": True}, "may say anything"),
        ({"published": "mit", "data": None}, "data: rows.jsonl: no license is declared"),
        ({"published": "mit", "data": "found on the web"}, "is not in the table"),
        ({"published": None}, "no license is named"),
        ({"published": "other"}, "does not say which license"),
    ],
)
def test_named_cases(changes: dict, words: str) -> None:
    """An Apache tag over a Llama base (by tag, by file, by name), a missing prefix, non-commercial rows under MIT,
    what nobody stated: refused, in these words, with a way out for each."""
    answer = judge(**changes)
    assert answer["verdict"] == "refused"
    assert words in said(answer)
    assert all(finding["fix"] for finding in answer["findings"])


def test_a_conflict_is_a_finding_of_its_own() -> None:
    """Tag and file that differ are told even where the license suits both."""
    answer = judge("llama3.1", base="apache-2.0", file_says="llama3.1", has_file=True)
    assert answer["verdict"] == "cleared"
    assert "its card says apache-2.0, its license file says llama3.1" in said(answer, "look")


@pytest.mark.parametrize(
    ("terms", "base", "name", "published", "words"),
    [
        ("llama3", "apache-2.0", "llama-3-bot", "apache-2.0", "may not improve another model"),
        ("llama3", "llama3", "llama-3-bot", "llama3", None),
        ("llama3.1", "apache-2.0", "bot", "apache-2.0", "to be named 'Llama' first"),
        ("llama3.1", "apache-2.0", "llama-bot", "apache-2.0", None),
        ("gemma", "apache-2.0", "bot", "apache-2.0", "may be a derivative of it"),
        ("deepseek", "apache-2.0", "bot", "apache-2.0", "may be a derivative of it"),
        ("tongyi-qianwen", "apache-2.0", "bot", "apache-2.0", "may not improve another model"),
        ("mrl", "apache-2.0", "bot", "apache-2.0", "forbids commercial use"),
        ("mnpl", "apache-2.0", "bot", "apache-2.0", "forbids commercial use"),
        ("bigcode-openrail-m", "apache-2.0", "bot", "apache-2.0", "may be a derivative of it"),
        ("bigscience-bloom-rail-1.0", "apache-2.0", "bot", "apache-2.0", "may be a derivative of it"),
        ("bigscience-openrail-m", "apache-2.0", "bot", "bigscience-openrail-m", None),
        ("qwen", "apache-2.0", "bot", "apache-2.0", None),
        ("apache-2.0", "apache-2.0", "bot", "apache-2.0", None),
    ],
)
def test_terms_of_the_model_that_wrote_the_rows(terms: str, base: str, name: str, published: str, words) -> None:
    """Output of Llama 3 and of the first Qwen trains only these, of Llama 3.1 asks for the name, of Gemma, the first DeepSeek and
    what stands under an OpenRAIL license for their own terms."""
    rows = Source("rows.jsonl", "cc-by-4.0", "a teacher", terms)
    answer = judge(published, base=base, name=name, sources=(rows,))
    assert (answer["verdict"], words is None or words in said(answer)) == (
        "cleared" if words is None else "refused",
        True,
    )
    lines = {o["text"] for o in answer["obligations"] if o["term"] == "outputs_built_with"}
    assert lines == ({"Built with Qwen"} if terms == "qwen" else set())


def test_the_main_example() -> None:
    """Rows under CC-BY-4.0 that a service wrote, a base under Apache-2.0: Apache-2.0 is possible, attribution is kept,
    and that the service's terms were not declared is said; a dedication to the public is not possible."""
    rows = Source("train.jsonl", "cc-by-4.0", "a service")
    answer = judge("apache-2.0", sources=(rows,))
    assert answer["verdict"] == "cleared"
    assert ("data: train.jsonl", "attribution") in {(o["about"], o["term"]) for o in answer["obligations"]}
    assert "under terms that were not declared" in said(answer, "look")
    assert "wants its notices kept" in said(judge("cc0-1.0", sources=(rows,)))


@pytest.mark.parametrize("name", ["support-bot", "support-bot-qlora"])
def test_the_shipped_recipes_are_cleared(name: str) -> None:
    """pocket and the rows of the example, as the recipe declares them: cleared, with one thing to look at."""
    recipe = load(ROOT / f"recipes/{name}.yaml", root=ROOT).recipe
    base = BaseRecord.model_construct(**inspect(POCKET, "data/pocket"), repo=None, model="data/pocket")
    answer = evaluate(chain.of_recipe(recipe, base))
    assert answer["verdict"] == "cleared"
    assert [finding["about"] for finding in answer["findings"]] == ["data: train.jsonl"]


def test_an_override_is_told() -> None:
    """A reason changes the verdict to overridden, never to cleared, and what was refused still stands there."""
    answer = judge("mit", data="cc-by-nc-4.0", override="the owner wrote us")
    assert answer["verdict"] == "overridden"
    assert "forbids commercial use" in said(answer)
    assert judge("mit", override="not needed")["verdict"] == "cleared"


@pytest.mark.parametrize(
    ("name", "architecture", "wanted"),
    [
        ("meta-llama/Llama-3.1-8B-Instruct", "LlamaForCausalLM", "llama3.1"),
        ("somebody/Llama-3.2-1B-bot", "LlamaForCausalLM", "llama3.2"),
        ("meta-llama/Meta-Llama-3-8B", "LlamaForCausalLM", "llama3"),
        ("meta-llama/Llama-4-Scout-17B-16E", "Llama4ForConditionalGeneration", "llama4"),
        ("meta-llama/Llama-2-7b-hf", "LlamaForCausalLM", "llama2"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-70B", "LlamaForCausalLM", "llama3.3"),
        ("google/gemma-3-4b-it", "Gemma3ForConditionalGeneration", "gemma"),
        ("somebody/bot", "Gemma2ForCausalLM", "gemma"),
        ("google/translategemma-4b-it", "Gemma3ForConditionalGeneration", "gemma"),
        ("google/medgemma-4b-it", "Gemma3ForConditionalGeneration", "hai-def"),
        ("google/gemma-4-26B-A4B", "Gemma4ForConditionalGeneration", "apache-2.0"),
        ("Qwen/Qwen2.5-3B-Instruct", "Qwen2ForCausalLM", "qwen-research"),
        ("Qwen/Qwen3-4B", "Qwen3ForCausalLM", "apache-2.0"),
        ("HuggingFaceTB/SmolLM2-360M-Instruct", "LlamaForCausalLM", "apache-2.0"),
        ("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "Qwen2ForCausalLM", "mit"),
        ("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "LlamaForCausalLM", "llama3.1"),
        ("Qwen/Qwen-7B-Chat", "QWenLMHeadModel", "tongyi-qianwen"),
        ("Qwen/Qwen-1_8B", "QWenLMHeadModel", "tongyi-qianwen-research"),
        ("models/pocket", "LlamaForCausalLM", None),
        ("TinyLlama/TinyLlama-1.1B", "LlamaForCausalLM", None),
    ],
)
def test_families_by_name(name: str, architecture: str, wanted: str | None) -> None:
    """The name under which an owner publishes tells the license; an architecture that everybody may train does not."""
    assert family((None, name), architecture) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Qwen RESEARCH LICENSE AGREEMENT", "qwen-research"),
        ("Tongyi Qianwen LICENSE AGREEMENT", "tongyi-qianwen"),
        (
            "Modified MIT License\nPermission is hereby granted, free of charge, to any person obtaining a copy",
            "modified-mit",
        ),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n  Version 3, 29 June 2007", "lgpl-3.0"),
        ("Attribution-NonCommercial-NoDerivatives 4.0 International", "cc-by-nc-nd-4.0"),
        ("# Health AI Developer Foundations Terms of Use\n\nGemma Terms of Use", "hai-def"),
        ("CreativeML Open RAIL++-M License\ndated November 24, 2022", "openrail++"),
        ("BigScience RAIL License v1.0\ndated May 19, 2022", "bigscience-bloom-rail-1.0"),
        ("BigCode Open RAIL-M v1 License Agreement", "bigcode-openrail-m"),
        ("TII Falcon LLM License, based on the Apache License Version 2.0", "falcon-llm"),
    ],
)
def test_texts_that_look_like_another(text: str, wanted: str) -> None:
    """A stricter license that quotes a permissive one is recognized as the stricter."""
    assert recognize(text) == wanted


OWN_TERMS = {i for i in RESTRICTED | NON_COMMERCIAL if not i.startswith("cc-")}
"""Licenses that were written for models, by the owner of a family or for anyone."""


def test_it_is_said_what_was_read() -> None:
    """Whoever relies on the terms of a model's license can see when its whole text was read, and where."""
    table = json.loads((ROOT / "tune/licenses/table.json").read_text())
    entries = table["hub"] | table["families"]
    assert {i for i, entry in entries.items() if "read" in entry} == OWN_TERMS
    assert {entries[i]["read"]["text"] for i in OWN_TERMS} == {"whole"}
    assert all(entries[i]["read"]["on"] and entries[i]["read"]["at"] for i in OWN_TERMS)
