"""The recipes for published models: each loads, fits the card in its header, and may be published as it says."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest
from conftest import ROOT, fill_project

from scripts.recipes import COMMON, EXAMPLES, FOLDER, HEADER, STARTER, ModelRecipe, model_recipes
from tune.cli import main
from tune.licenses.gate import Facts, Source, evaluate
from tune.plan.devices import DEVICES
from tune.plan.published import records
from tune.recipe import load

WANTED = {
    "HuggingFaceTB/SmolLM2-135M-Instruct", "HuggingFaceTB/SmolLM2-360M-Instruct", "Qwen/Qwen3-0.6B", "Qwen/Qwen3-4B",
    "Qwen/Qwen3-8B", "Qwen/Qwen3-30B-A3B", "meta-llama/Llama-3.2-1B-Instruct", "meta-llama/Llama-3.1-8B-Instruct",
    "meta-llama/Llama-3.1-70B-Instruct", "mistralai/Mistral-7B-Instruct-v0.3", "mistralai/Ministral-8B-Instruct-2410",
    "mistralai/Mixtral-8x7B-Instruct-v0.1", "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "deepseek-ai/DeepSeek-V3",
    "openai/gpt-oss-20b", "openai/gpt-oss-120b", "google/gemma-3-4b-it", "ibm-granite/granite-3.3-8b-instruct",
    "allenai/OLMo-2-1124-7B-Instruct", "microsoft/Phi-4-mini-instruct", "microsoft/phi-4",
}  # fmt: skip
RECIPES = {recipe.path.name: recipe for recipe in model_recipes()}


def test_every_model_has_one() -> None:
    """There is one recipe for each model that people use, and no other."""
    assert sorted(recipe.loaded.recipe.base.model for recipe in RECIPES.values()) == sorted(WANTED)


def test_the_rows_are_those_of_the_example() -> None:
    """What the common part declares of the rows must be what the example declares, word by word."""
    data = next(iter(RECIPES.values())).loaded.recipe.data
    example = load(FOLDER / f"{EXAMPLES[0]}.yaml", root=ROOT).recipe.data
    assert (data.train, data.eval) == (example.train, example.eval)


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_sound(name: str) -> None:
    """A page at most; a base with a shape of record, pinned or not; one header line as the plan writes it (`make docs`); a
    card that holds it."""
    recipe = RECIPES[name]
    lines = recipe.path.read_text().splitlines()
    assert len(lines) <= 24
    assert f"extends: {COMMON}" in lines
    assert recipe.loaded.recipe.base.model in records()
    assert [line for line in lines if line.startswith(HEADER)] == [recipe.header]
    assert recipe.forecast.fit.fits
    assert recipe.forecast.seconds is not None


def test_a_plan_asks_nobody(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """`tune plan RECIPE --device` must do without network, without cache and without the base, for every recipe."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.chdir(ROOT)
    for recipe in RECIPES.values():
        plan = recipe.forecast
        device = next(name for name, spec in DEVICES.items() if spec.name == plan.spec.name)
        where = f"{device}x{plan.spec.count}" if plan.spec.count > 1 else device
        assert main(["plan", str(recipe.path), "--device", where, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        parameters = sum(entry["parameters"] for entry in found["coverage"].values())
        record = records()[recipe.loaded.recipe.base.model]
        assert (found["fits"], found["peak_bytes"], parameters) == (True, plan.fit.peak_bytes, record.parameters)
        assert found["shapes"] == f"shape of record: {record.citation}"


@pytest.mark.parametrize("name", RECIPES)
def test_it_may_be_published(name: str) -> None:
    """With the license that the owner gives the base, the gate must clear `publish.license` and the run's name."""
    answer = judged(RECIPES[name])
    assert (answer["verdict"], [f["what"] for f in answer["findings"] if f["level"] == "refuse"]) == ("cleared", [])


def test_the_starter_is_sound() -> None:
    """The recipe to copy fits on a screen, extends nothing, has a base whose shape and commit are those of that base's own
    recipe, fits a card, and may be published as it says; the rows are the example's."""
    starter = ModelRecipe(FOLDER / f"{STARTER}.yaml")
    recipe, text = starter.loaded.recipe, starter.path.read_text()
    assert len(text.splitlines()) <= 44
    assert "extends" not in text
    assert recipe.base in [other.loaded.recipe.base for other in RECIPES.values()]
    assert starter.forecast.fit.fits
    assert judged(starter)["verdict"] == "cleared"
    example = load(FOLDER / f"{EXAMPLES[0]}.yaml", root=ROOT).recipe
    assert [s.path for s in (*recipe.data.train, *recipe.data.eval)] == [
        "data/support-bot/train.jsonl",
        "data/support-bot/eval.jsonl",
    ]
    assert recipe.evaluate.prompts == example.evaluate.prompts


def test_a_copy_of_the_starter_has_nothing_of_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who replaces the lines that say YOURS, and no other, has a recipe of their own: it holds in any folder, and no value
    in it is the shop's, the base's or their makers'."""
    folder = fill_project(tmp_path / "project")
    monkeypatch.chdir(folder)
    mine = {"name": "mine", "model": "org/base", "license": "mit", "prompts": "null"}
    rows = iter(["train.jsonl", "eval.jsonl"])
    written = []
    for line in (FOLDER / f"{STARTER}.yaml").read_text().splitlines():
        indent, key = re.match(r"([ -]*)(\w*)", line).groups()
        if "# YOURS" not in line:
            written.append(line)
        elif key in mine or key == "path":
            written.append(f"{indent}{key}: {mine.get(key) or next(rows)}")
    (folder / "my.yaml").write_text("\n".join(written))
    found = load(Path("my.yaml")).recipe
    assert (found.name, found.base.model, [s.path for s in found.data.train]) == ("mine", "org/base", ["train.jsonl"])
    values = found.model_dump_json().lower()
    assert [
        w for w in ("shop", "support", "invented", "claude", "qwen", "cc-by", "apache", "starter") if w in values
    ] == []


def judged(recipe: ModelRecipe) -> dict:
    """What the license gate says, taking the base's card at its owner's word."""
    found = recipe.loaded.recipe
    rows = [Source(s.name, s.license, s.generator.model, s.generator.terms) for s in found.data.train]
    return evaluate(
        Facts(
            name=found.name,
            published=found.publish.license,
            override=None,
            has_base=True,
            tag=recipe.license,
            file_says=None,
            has_file=False,
            family=recipe.license,
            sources=tuple(rows),
        )
    )
