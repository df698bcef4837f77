"""Prompts of the evaluation are written as training rows are, on whatever day they are asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import CHAT, write_recipe, write_rows

from tune import base as base_stage
from tune import evaluate, sequences
from tune.check import check
from tune.cli import main
from tune.data.stage import data
from tune.errors import DataError
from tune.evaluate.checks import as_tokens
from tune.models import load_tokenizer
from tune.prompts import read_prompts
from tune.receipt import IGNORED
from tune.recipe import load
from tune.records import BaseRecord, Evaluation
from tune.run import Run, create

DAY = "2001-02-03"
"""Not today."""
DATED = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('No system message!') }}{% endif %}"
    "{% set form = '%d %b ' ~ '%Y' %}Today: {{ strftime_now(form) }}{% for m in messages %}"
    "{{ '<|' ~ m.role ~ '|>' ~ m.content }}{% if m.role == 'assistant' %}<|end|>{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
"""A template that writes the current date, by a format that stands in a variable."""
Write = Callable[..., Path]


@pytest.fixture
def dated(project: Path, tiny_base: Path) -> Write:
    """Writes a recipe on a base that writes the date. What its rows ask are its prompts."""
    folder = project / "dated"
    shutil.copytree(tiny_base, folder)
    (folder / "chat_template.jinja").write_text(DATED)

    def write(day: str | None = DAY, prompts: list[dict[str, Any]] | None = None) -> Path:
        asked = [{"id": question, "prompt": question} for question, _ in CHAT] if prompts is None else prompts
        write_rows(project / "prompts.jsonl", [{**prompt, "checks": [{"stops": True}]} for prompt in asked])
        return write_recipe(
            project / "recipe.yaml",
            folder,
            data={"pack": False, **({"date": day} if day else {})},
            evaluate={"prompts": "prompts.jsonl", "max_new_tokens": 4},
            train={"max_steps": 1},
        )

    return write


def learned_from(run: Run) -> list[list[int]]:
    """What stands before the answer in each different training row, in their order."""
    found = []
    for row in sequences.load(run.path("data"), "train"):
        start = next(i for i, label in enumerate(row["labels"]) if label != IGNORED)
        found.append(row["input_ids"][:start])
    return found[: len(CHAT)]


def test_prompts_are_what_stands_before_the_answers(dated: Write) -> None:
    """Token by token, and with the recipe's day."""
    run = create(load(dated()), Path("runs"))
    base_stage.base(run)
    data(run)
    tokenizer = load_tokenizer(run.read(BaseRecord))
    prompts = read_prompts(run.source("prompts.jsonl"), "prompts.jsonl")
    asked = as_tokens(prompts, tokenizer, run.recipe.data.date, "prompts.jsonl")
    assert asked == learned_from(run)
    assert all("Today: 03 Feb 2001" in tokenizer.decode(ids) for ids in asked)


def test_a_format_in_a_variable_needs_a_day_too(dated: Write) -> None:
    """Without data.date such a base is refused before any row is read."""
    with pytest.raises(
        DataError, match=r"^data\.date: the chat template of .* writes the current date into every row\."
    ):
        check(load(dated(day=None)))


def test_a_prompt_that_the_template_refuses(dated: Write, capsys: pytest.CaptureFixture[str]) -> None:
    """`tune check` names it, in the template's own words; so does `tune run`, before anything is trained."""
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]
    path = dated(prompts=[{"id": "why", "messages": said}])
    expected = 'prompts.jsonl: the chat template refuses the prompt "why": No system message!. change the prompt'
    with pytest.raises(DataError) as caught:
        check(load(path))
    assert str(caught.value) == expected
    assert main(["run", str(path)]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == expected
    assert not list(Path("runs").glob("*/plan.json"))


@pytest.mark.slow
def test_a_run_asks_what_it_learned(dated: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Base and adapted model are asked with the day of the rows."""
    asked: list[list[list[int]]] = []
    answer = evaluate.answers

    def heard(model: Any, tokenizer: Any, prompts: list[list[int]], *rest: Any) -> Any:
        asked.append(prompts)
        return answer(model, tokenizer, prompts, *rest)

    monkeypatch.setattr(evaluate, "answers", heard)
    assert main(["run", str(dated())]) == 0
    (folder,) = Path("runs").iterdir()
    run = Run(folder, load(Path("recipe.yaml")).recipe, Path.cwd())
    assert asked == [learned_from(run)] * 2
    assert len(run.read(Evaluation).tuned.checks) == len(CHAT)
