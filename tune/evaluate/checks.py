"""Prompts put to a model, and its answers judged by their checks. No torch."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from tune.errors import DataError, Problem
from tune.generate import Answer, prompt_ids
from tune.prompts import Prompt
from tune.template import TemplateRefused, of_tokenizer


def as_tokens(prompts: Sequence[Prompt], tokenizer: Any, day: date | None, shown: str | None) -> list[list[int]]:
    """Token ids of each prompt, written as the same messages are in training rows, the date included; `shown` is the name
    of their file in messages. Raises DataError with every prompt that the chat template refuses."""
    template = of_tokenizer(tokenizer, day)
    found: list[list[int]] = []
    problems: list[Problem] = []
    for prompt in prompts:
        try:
            found.append(prompt_ids(tokenizer, template, prompt.messages))
        except TemplateRefused as error:
            what = f'the chat template refuses the prompt "{prompt.id}": {error}'
            problems.append(Problem("prompts", what, "change the prompt", file=shown))
    if problems:
        raise DataError(problems)
    return found


def failed_checks(prompt: Prompt, answer: Answer) -> list[str]:
    """The checks that the answer does not fulfil, as `kind: value`."""
    return [f"{kind}: {value}" for kind, value in prompt.checks if not _holds(kind, value, answer)]


def _holds(kind: str, value: Any, answer: Answer) -> bool:
    match kind:
        case "contains":
            return value.casefold() in answer.text.casefold()
        case "not_contains":
            return value.casefold() not in answer.text.casefold()
        case "regex":
            return re.search(value, answer.text, re.IGNORECASE) is not None
        case "json":
            return _is_json(answer.text)
        case _:
            return answer.stopped


def _is_json(text: str) -> bool:
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return False
    return True


def _no_constant(name: str) -> Any:
    """Python reads NaN and Infinity; JSON has neither."""
    raise ValueError(f"{name} is not JSON")
