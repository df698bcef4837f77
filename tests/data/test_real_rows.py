"""Real rows of other projects with the real Qwen3 tokenizer: formats are recognized, every row is accounted for, and the
masks of spot rows are those written here by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from light_base import QWEN, Bench, make_base

from tune.data.prepare import Prepared
from tune.receipt import IGNORED
from tune.recipe import Recipe

ROWS = ROOT.parent / "shared" / "data" / "rows"
DEMO = "llamafactory-demo"
CALLS = '''from typing import Any


def to_messages(row: dict[str, Any]) -> dict[str, Any]:
    """The conversation of a tau-bench run."""
    return {"messages": row["traj"]}
'''

pytestmark = pytest.mark.skipif(not QWEN.is_dir() or not ROWS.is_dir(), reason="the shared rows are not here")


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Qwen3's tokenizer and template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "qwen", QWEN, stops=[151645, 151643]))


@pytest.fixture
def read(qwen: Bench) -> Callable[..., Prepared]:
    """Prepares one source below the shared rows."""

    def prepared(path: str, root: Path = ROWS, **settings: Any) -> Prepared:
        source = {"path": path, **settings.pop("source", {})}
        data = {"train": [source], "max_tokens": 16_384, "long": "drop", **settings}
        content = {"recipe": 1, "name": "x", "base": {"model": "m"}, "data": data}
        return qwen.prepared(Recipe.model_validate_json(json.dumps(content)), root)

    return prepared


def learned(prepared: Prepared, bench: Bench, index: int) -> list[str]:
    """The stretches of an example that carry loss, as text."""
    found: list[list[int]] = [[]]
    for label in prepared.rows("train")[index].example.labels:
        if label != IGNORED:
            found[-1].append(label)
        elif found[-1]:
            found.append([])
    return [bench.tokenizer.decode(ids) for ids in found if ids]


@pytest.mark.parametrize(
    ("path", "settings", "shape", "loaded", "dropped", "examples"),
    [
        (f"{DEMO}/alpaca_en_demo.json", {}, "alpaca", 999, {}, 999),
        (f"{DEMO}/dpo_en_demo.json", {}, "preference", 299, {}, 299),
        (f"{DEMO}/kto_en_demo.json", {}, "unpaired_preference", 300, {"labelled as bad": 150}, 150),
        ("gsm8k/test.jsonl", {}, "prompt_completion", 1319, {}, 1319),
        ("gsm8k", {"source": {"rows": 500}}, "prompt_completion", 8792, {"not sampled": 8292}, 500),
    ],
)
def test_formats_are_recognized(
    read: Callable[..., Prepared],
    path: str,
    settings: dict[str, Any],
    shape: str,
    loaded: int,
    dropped: dict[str, int],
    examples: int,
) -> None:
    """Every row is used or has a reason."""
    prepared = read(path, **settings)
    source = prepared.sources[0]
    assert source.format == shape
    assert dict(source.reasons) == dropped
    assert source.kept_rows + sum(dropped.values()) == source.loaded == loaded
    assert len(prepared.rows("train")) == examples


def test_tool_calls(read: Callable[..., Prepared], qwen: Bench) -> None:
    """Glaive's conversations: calls are learned as Qwen3 writes them, results are read."""
    prepared = read(f"{DEMO}/glaive_toolcall_en_demo.json")
    source = prepared.sources[0]
    assert source.format == "sharegpt"
    assert (source.kept_rows, source.reasons) == (300, {})
    stretches = [text for i in range(3) for text in learned(prepared, qwen, i)]
    call = '<tool_call>\n{"name": "search_recipes", "arguments": {"ingredients": ["chicken", "bell peppers", "rice"]}}\n</tool_call>'
    assert any(call in text for text in stretches)
    assert all("<tool_response>" not in text for text in stretches)


def test_agent_runs_by_a_row_function(read: Callable[..., Prepared], tmp_path: Path) -> None:
    """tau-bench holds its messages under another name: a function of three lines brings them over."""
    (tmp_path / "calls.py").write_text(CALLS)
    (tmp_path / "rows").symlink_to(ROWS)
    prepared = read(
        "rows/tau-bench/gpt-4o-airline.json",
        tmp_path,
        source={"map": "calls:to_messages", "rows": 40},
        max_tokens=40_000,
    )
    source = prepared.sources[0]
    assert source.format == "messages"
    assert (source.kept_rows, source.reasons) == (40, {"not sampled": 160})


THOUGHT = "<think>\n\n</think>\n\n"


@pytest.mark.parametrize(
    ("path", "index", "expected"),
    [
        (
            "gsm8k/train.jsonl",
            0,
            (
                "Natalia sold 48/2 = <<48/2=24>>24 clips in May.\n"
                "Natalia sold 48+24 = <<48+24=72>>72 clips altogether in April and May.\n#### 72"
            ),
        ),
        (f"{DEMO}/alpaca_en_demo.json", 1, "The car accelerated rapidly."),
        (f"{DEMO}/dpo_en_demo.json", 133, "6778576 - 84834150134 = -84827371558"),
        (f"{DEMO}/kto_en_demo.json", 77, "660 - 549695 = -549035"),
        (
            f"{DEMO}/glaive_toolcall_en_demo.json",
            1,
            '<tool_call>\n{"name": "search_recipes", "arguments": {"ingredients": ["chicken", "bell peppers", "rice"]}}\n</tool_call>',
        ),
    ],
)
def test_spot_rows(read: Callable[..., Prepared], qwen: Bench, path: str, index: int, expected: str) -> None:
    """What is learned of single rows, written by hand from the files: the whole answer, its end, and nothing else."""
    assert learned(read(path), qwen, index) == [f"{THOUGHT}{expected}<|im_end|>"]
