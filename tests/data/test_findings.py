"""What is looked for in rows: counted by default, left out where the recipe says so, and the ledger closes either way."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from conftest import chat_row, write_rows
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from light_base import Bench, make_base

from tune.data.contamination import Evaluation
from tune.data.findings import SOUGHT
from tune.data.formats import Sample
from tune.data.patterns import Kind
from tune.data.prepare import ledger_entry, make_setup, prepare
from tune.data.scan import scan
from tune.disclose import looked
from tune.errors import DataError
from tune.recipe import Recipe
from tune.records import Finding
from tune.run import deciding

LONG = "the parcel that you asked about left our shop on Monday and will be with you on Thursday at the latest"
ROWS = {
    "plain": chat_row("What do you sell?", "Boots, tents and stoves."),
    "mail": chat_row("Who are you?", "I am anna.k@firma-nord.de."),
    "key": chat_row("The key?", "Use AKIA" + "QZ7WLM2PXN4RTV5K."),
    "hidden": chat_row("Se\u200bcret?", "No."),
    "long": chat_row("Where is it?", f"Well, {LONG}."),
    "nearly": chat_row("Where is it?", f"Well, {LONG}, bye!"),
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Pocket's tokenizer and template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "pocket"))


def recipe(prompts: bool = False, **data: Any) -> Recipe:
    """Training and held-out rows in the current folder."""
    sections: dict[str, Any] = {"data": {"train": [{"path": "train.jsonl"}], "eval": [{"path": "eval.jsonl"}], **data}}
    sections |= {"evaluate": {"prompts": "prompts.jsonl"}} if prompts else {}
    return Recipe.model_validate_json(json.dumps({"recipe": 1, "name": "x", "base": {"model": "m"}, **sections}))


def prepared(
    bench: Bench, folder: Path, asked: Recipe, workers: int = 0
) -> tuple[dict[str, Finding], list[dict[str, Any]], Any]:
    """The findings by name, the fate of every row, and the rest."""
    out = folder / f"out-{len(list(folder.iterdir()))}"
    out.mkdir()
    found = prepare(asked, make_setup(bench.tokenizer, bench.base, asked.data, folder), out, workers)
    fates = pq.read_table(out / "rows.parquet").to_pylist()
    return {one.name: one for one in found.findings}, fates, found


def test_faulty_prompts_stop_before_anything_is_trained(bench: Bench, tmp_path: Path) -> None:
    """What could not be asked after training is refused with the rows, by line."""
    write_rows(tmp_path / "train.jsonl", [ROWS["plain"]])
    write_rows(tmp_path / "eval.jsonl", [ROWS["mail"]])
    write_rows(tmp_path / "prompts.jsonl", [{"prompt": "Why?", "checks": [{"stops": True}]}, {"prompt": "Why?"}])
    with pytest.raises(DataError, match=r"^prompts\.jsonl:2: checks: has no checks\."):
        prepared(bench, tmp_path, recipe(prompts=True))


def test_counted_by_default(bench: Bench, tmp_path: Path) -> None:
    """Every kind is counted by source and named in the fates; tokens and rows stay as they are."""
    names = ["plain", "mail", "plain", "key", "hidden", "long", "nearly"]
    write_rows(tmp_path / "train.jsonl", [ROWS[name] for name in names])
    write_rows(tmp_path / "eval.jsonl", [ROWS["mail"], chat_row("Where?", LONG)])
    asked: list[dict[str, Any]] = [{"prompt": LONG}, {"messages": [{"role": "user", "content": "Why?"}]}]
    write_rows(tmp_path / "prompts.jsonl", [{**prompt, "checks": [{"stops": True}]} for prompt in asked])
    findings, fates, found = prepared(bench, tmp_path, recipe(prompts=True))
    assert {name: one.rows for name, one in findings.items()} == {
        "personal data": (1, 1),
        "secrets": (1, 0),
        "hidden text": (1, 0),
        "contamination": (2, 0),
        "duplicates": (1, 0),
        "near duplicates": (1, 0),
    }
    assert [fate["found"] for fate in fates] == [
        "",
        "e-mail address",
        "duplicate",
        "key of a known form",
        "zero width",
        "prompt, held-out answer",
        "prompt, held-out answer, near duplicate",
        "e-mail address",
        "",
    ]
    assert {fate["fate"] for fate in fates} == {"kept"}
    assert findings["personal data"].kinds["e-mail address"] == 2
    compared = {
        kind: (part.texts, part.compared, part.found) for kind, part in findings["contamination"].evaluation.items()
    }
    assert compared == {"prompt": (2, 1, 1), "held-out question": (2, 0, 0), "held-out answer": (2, 1, 1)}
    assert findings["contamination"].what == (
        "2 rows (prompt 2, held-out answer 2): 1 of 2 prompts stand in training rows; 1 of 2 held-out answers stand in training rows"
    )
    assert ledger_entry(found, 0, "train.jsonl").rows.kept == len(names)


def test_dropped_where_asked(bench: Bench, tmp_path: Path) -> None:
    """Rows are left out under their reason, the first that holds; what stays is what a file without them gives."""
    names = ["mail", "plain", "key", "long", "plain", "nearly", "hidden", "mail"]
    write_rows(tmp_path / "train.jsonl", [ROWS[name] for name in names])
    write_rows(tmp_path / "eval.jsonl", [ROWS["mail"], ROWS["plain"]])
    drop = dict.fromkeys(("duplicates", "near_duplicates", "personal_data", "hidden_text"), "drop")
    findings, fates, found = prepared(bench, tmp_path, recipe(findings=drop))
    reasons = ["personal data", "kept", "kept", "kept", "duplicate", "near duplicate", "hidden text", "personal data"]
    assert [fate["fate"] for fate in fates] == [*reasons, "personal data", "kept"]
    assert [findings[name].action for name in ("personal data", "secrets")] == ["drop", "count"]
    entry = ledger_entry(found, 0, "train.jsonl")
    assert entry.rows.dropped == {"duplicate": 1, "hidden text": 1, "near duplicate": 1, "personal data": 2}
    assert entry.dropped_rows[0].what == "found in the row: e-mail address"
    write_rows(tmp_path / "train.jsonl", [ROWS[name] for name in ("plain", "key", "long")])
    write_rows(tmp_path / "eval.jsonl", [ROWS["plain"]])
    _, _, other = prepared(bench, tmp_path, recipe())
    assert [kept.example for kept in found.rows("train")] == [kept.example for kept in other.rows("train")]
    assert entry.rows_root == ledger_entry(other, 0, "train.jsonl").rows_root
    assert entry.examples_root == ledger_entry(other, 0, "train.jsonl").examples_root


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.sampled_from([*ROWS, "broken"]), min_size=1, max_size=25),
    drop=st.sets(st.sampled_from(sorted(SOUGHT))),
)
def test_the_ledger_closes(
    bench: Bench, tmp_path_factory: pytest.TempPathFactory, names: list[str], drop: set[str]
) -> None:
    """Whatever is left out, the rows add up: loaded = kept + dropped, the fates are the ledger's, and each reason of a finding
    counts no more rows than the finding."""
    folder = tmp_path_factory.mktemp("rows")
    write_rows(folder / "train.jsonl", [ROWS["plain"], *(ROWS.get(name, {"messages": []}) for name in names)])
    write_rows(folder / "eval.jsonl", [chat_row("Where?", LONG), ROWS["plain"]])
    asked = recipe(findings=dict.fromkeys(drop, "drop"), max_bad_rows=100)
    findings, fates, found = prepared(bench, folder, asked)
    entry = ledger_entry(found, 0, "train.jsonl")
    told = Counter(fate["fate"] for fate in fates if fate["source"] == 0)
    assert (
        told.pop("kept")
        == entry.rows.kept
        == sum(n > 0 for n in Counter(found.examples.lines[found.of("train")]).values())
    )
    assert dict(told) == entry.rows.dropped
    assert entry.rows.loaded == len(names) + 1 == entry.rows.kept + sum(entry.rows.dropped.values())
    assert sum(fate["tokens"] for fate in fates if fate["source"] == 0) == entry.tokens.input
    for key, sought in SOUGHT.items():
        left_out, having = told[sought.reason], findings[key.replace("_", " ")].rows[0]
        assert left_out <= having if key in drop else left_out == 0


def test_as_many_processes_find_the_same(bench: Bench, tmp_path: Path) -> None:
    """Findings, fates and rows do not depend on the number of processes."""
    rows = [ROWS[name] for name in ("mail", "long", "nearly", "key")]
    rows += [chat_row(f"Question {i % 300}?", f"{LONG} {i}") for i in range(900)]
    write_rows(tmp_path / "train.jsonl", rows)
    write_rows(tmp_path / "eval.jsonl", [ROWS["hidden"]])
    asked = recipe(findings={"near_duplicates": "drop", "secrets": "drop"})
    alone, others = (prepared(bench, tmp_path, asked, workers) for workers in (0, 2))
    assert alone[:2] == others[:2]
    assert ledger_entry(alone[2], 0, "train.jsonl") == ledger_entry(others[2], 0, "train.jsonl")
    assert 300 <= len(alone[2].rows("train")) < 600  # 300 are alike to none; of one template more repeats are missed


@pytest.mark.parametrize(
    ("evaluated", "trained", "found"),
    [
        ("a b c d e f g h i j k l m", "x x a b c d e f g h i j k l m y", True),  # thirteen words
        ("A, b c. D e f g h i j k (l) M!", "a b c d e f g h i j k l m", True),  # in other writing
        ("a b c d e f g h i j k l m n o p", "d e f g h i j k l m n o p", True),  # a part of thirteen
        ("a b c d e f g h i j k l m", "a b c d e f g h i j k l x m", False),
        ("a b c d e f g h", "z a b c d e f g h z", True),  # short, whole
        ("a b c d e f g h i", "a b c d e f g h x i", False),  # short, not whole
        ("a b c d e f g", "a b c d e f g", False),  # too short to mean anything
        (
            "Die Straße führt über den Berg ins nächste Dorf hinab",
            "die STRASSE führt über den Berg ins nächste Dorf hinab",
            True,
        ),
        ("我们在星期一把包裹寄出去了请等待", "他说：我们在星期一把包裹寄出去了，请等待。", True),
        ("我们在星期一把包裹寄出去了请等待", "我们在星期二把包裹寄出去了请稍等", False),
        (
            "Мы отправили вашу посылку в понедельник утром из нашего магазина",
            "мы отправили вашу посылку в понедельник утром из нашего магазина",
            True,
        ),
    ],
)
def test_contamination(evaluated: str, trained: str, found: bool) -> None:
    """The rule of GPT-3 on cases made by hand, in several scripts."""
    evaluation = Evaluation(
        [(Kind.PROMPT, "Something else that is asked here and that nobody trains on"), (Kind.PROMPT, evaluated)]
    )
    message = [{"role": "user", "content": "Well?"}, {"role": "assistant", "content": trained}]
    other = [
        {"role": "user", "content": "Well?"},
        {"role": "assistant", "content": "Nothing of that kind is said here at all."},
    ]
    scanned = scan([Sample(other), Sample(message), Sample(other)], evaluation.known, train=True)
    assert scanned.found.tolist() == [0, Kind.PROMPT if found else 0, 0]
    evaluation.hit(scanned.hits)
    assert evaluation.found[Kind.PROMPT] == found


def tool(name: str = "mail", about: str = "Writes.", **parameters: Any) -> dict[str, Any]:
    """A tool definition in the common form."""
    return {"type": "function", "function": {"name": name, "description": about, "parameters": parameters}}


def call(**arguments: Any) -> dict[str, Any]:
    """An assistant message that calls a tool."""
    function = {"name": "mail", "arguments": arguments}
    return {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": function}]}


@pytest.mark.parametrize(
    ("tools", "answer", "expected"),
    [
        ([tool(about="Writes to anna.k@firma-nord.de.")], call(), Kind.EMAIL),
        ([tool(default={"key": "AKIA" + "QZ7WLM2PXN4RTV5K"})], call(), Kind.KNOWN_KEY),
        ([tool("se\u200bnd")], call(), Kind.ZERO_WIDTH),
        (None, call(**{"anna.k@firma-nord.de": True}), Kind.EMAIL),
        (None, call(card=4539578763621486), Kind.CARD),
        (None, call(card=[4539578763621486]), Kind.CARD),
        (None, call(api_key="kTz8Qp2Lw9Xv4Nb7Rj3Ys6Hd"), Kind.RANDOM),
        (None, {"role": "assistant", "content": "Yes.", "name": "anna.k@firma-nord.de"}, Kind.EMAIL),
        ([tool(to={"type": "string", "maxLength": 120})], call(to="the shop", copies=2, urgent=True), 0),
    ],
)
def test_tools_are_searched(tools: Any, answer: dict[str, Any], expected: int) -> None:
    """Tool definitions, names, arguments and numbers are searched as contents are."""
    sample = Sample([{"role": "user", "content": "Write."}, answer], tools)
    assert scan([sample], None, train=True).found.tolist() == [expected]


def test_tools_are_no_repeat() -> None:
    """Tool definitions, which many rows share, make no near duplicate of two rows that say different things."""
    tools = [tool(about=LONG)]
    rows = [{**chat_row(*said), "tools": tools} for said in (("Boots?", "Ten pairs."), ("Tents?", "None left."))]
    sample = [Sample(row["messages"], row["tools"]) for row in rows]
    plain = [Sample(row["messages"]) for row in rows]
    with_tools, without = (scan(one, None, train=True).shingles for one in (sample, plain))
    assert with_tools is not None
    assert without is not None
    assert all((a == b).all() for a, b in zip(vars(with_tools).values(), vars(without).values(), strict=True))


def test_instructions_are_no_repeat(bench: Bench, tmp_path: Path) -> None:
    """Rows share their system text: it makes them neither alike nor contaminated, and is searched for patterns all the same."""
    system = {"role": "system", "content": f"You are polite. {LONG}. Write to boss@firma-nord.de."}
    rows = [{"messages": [system, *chat_row(f"Question {i}?", f"Answer {i}.")["messages"]]} for i in range(3)]
    write_rows(tmp_path / "train.jsonl", rows)
    write_rows(tmp_path / "eval.jsonl", [chat_row("Where?", LONG)])
    findings, _, _ = prepared(bench, tmp_path, recipe())
    assert {name: sum(one.rows) for name, one in findings.items() if any(one.rows)} == {"personal data": 3}


def test_counting_decides_nothing() -> None:
    """A recipe that only counts is the run that it was; one that leaves rows out is another, and then the prompts decide too."""
    assert deciding(recipe(findings={"secrets": "count"})) == deciding(recipe())
    assert "findings" not in deciding(recipe())["data"]
    assert deciding(recipe(findings={"secrets": "drop"}))["data"]["findings"] == {"secrets": "drop"}


def test_reasons_of_the_manifest() -> None:
    """The manifest names each finding and its reason as the data stage does."""
    assert {key.replace("_", " "): sought.reason for key, sought in SOUGHT.items()} == looked.REASONS


def test_figures_that_do_not_close() -> None:
    """Level 0 of verify notices a changed count, a kind that is too large, rows left out that were only counted."""

    def manifest(
        rows: int = 3, mail: int = 3, own: int = 2, removed: int = 0, action: str = "count", hit: int = 1
    ) -> dict[str, Any]:
        found = {
            "name": "personal data",
            "action": action,
            "rows": {"value": rows},
            "kinds": {"value": {"IBAN": 1, "mail": mail}},
        }
        found["evaluation"] = {"value": {"prompt": {"texts": 2, "compared": 1, "found": hit}}}
        sources = [{"findings": {"value": {"personal data": n}}, "rows": {"loaded": {"value": 9}}} for n in (own, 1)]
        filters = [{"reason": "personal data", "rows": {"value": removed}}] if removed else []
        return {"findings": [found], "sources": sources, "filters": filters}

    assert list(looked.faults(manifest())) == []
    assert list(looked.faults(manifest(removed=3, action="drop"))) == []
    for wrong in (
        {"rows": 2},
        {"own": 3},
        {"mail": 4},
        {"mail": 1},
        {"removed": 1},
        {"removed": 4, "action": "drop"},
        {"hit": 2},
    ):
        assert len(list(looked.faults(manifest(**wrong)))) >= 1, wrong
