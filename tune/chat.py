"""Talking to a run's adapter, and to its base beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any, TextIO

from tune import models
from tune.errors import Problem, UserError
from tune.generate import prompt_ids, stream
from tune.modelfiles import ADAPTER_WEIGHTS
from tune.records import BaseRecord, Plan
from tune.run import Run
from tune.template import TemplateRefused, of_tokenizer


def chat(run: Run, both: bool, questions: TextIO, out: TextIO) -> None:
    """Answers one question a line until the input ends.

    A chat template that writes the current date gets today's, as from any server, and not `data.date`. On a terminal the conversation goes on from turn to turn (an empty line starts a new one); piped questions are each
    answered by themselves. Answers go to `out` as they come; with `both`, the base answers first.
    """
    if not (run.path("adapter") / ADAPTER_WEIGHTS).is_file():
        raise UserError(
            Problem("chat", f"{run.folder} has no adapter yet", "finish it with `tune run`", file=str(run.folder))
        )
    base, plan = run.read(BaseRecord), run.read(Plan)
    tokenizer = models.load_tokenizer(base)
    model: Any = models.load_adapter(models.load_base(base, plan.device, plan.compute_dtype), run.path("adapter"), base)
    template = of_tokenizer(tokenizer, datetime.now().astimezone().date())
    talking = questions.isatty()
    history: list[dict[str, str]] = []
    for question in _questions(questions, talking):
        if not question:
            history = []
            continue
        history = [*(history if talking else []), {"role": "user", "content": question}]
        try:
            prompt = prompt_ids(tokenizer, template, history)
        except TemplateRefused as error:
            what = f"the chat template refuses the conversation: {error}"
            raise UserError(Problem("chat", what, "ask something else")) from None
        voices: list[tuple[str, AbstractContextManager[Any]]] = [("tuned", nullcontext())]
        if both:
            voices.insert(0, ("base", model.disable_adapter()))
        for name, voice in voices:
            if both:
                out.write(f"{name}: ")
            with voice:
                answer = stream(
                    model,
                    tokenizer,
                    prompt,
                    base.stop_token_ids,
                    run.recipe.evaluate.max_new_tokens,
                    lambda text: _say(out, text),
                )
            out.write("\n")
            out.flush()
        history.append({"role": "assistant", "content": answer.text})


def _say(out: TextIO, text: str) -> None:
    out.write(text)
    out.flush()


def _questions(questions: TextIO, talking: bool) -> Iterator[str]:
    """Lines of the input; on a terminal with a prompt, where an empty line comes through as a new beginning."""
    while True:
        if talking:
            print("> ", end="", file=sys.stderr, flush=True)
        line = questions.readline()
        if not line:
            return
        if line.strip() or talking:
            yield line.strip()
