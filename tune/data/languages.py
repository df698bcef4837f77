"""The languages of what is learned, identified on a sample of the training examples.

py3langid (a naive Bayes classifier over byte n-grams, 139 languages, offline) gives each text a language and how sure it
is of it. What it is not sure of, and what is no language (numbers, code), counts as undetermined, so that "OK." in an
English data set is not taken for a stray language.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from tune.data.prepare import Prepared
from tune.receipt import IGNORED

SAMPLE = 1000
"""Training examples that are looked at."""
CHARACTERS = 2000
"""Of the learned text of each, from its start: more makes it no surer."""
SURE = 0.5
"""Confidence below which a language is undetermined."""
MOST = 10
"""Languages that are named."""
UNDETERMINED = "und"
NO_LANGUAGE = "zxx"


@dataclass(frozen=True)
class Spoken:
    """What languages are learned."""

    shares: dict[str, float]
    """Share of the examples by language, the most frequent first: ISO 639-1 codes (639-3 where there is none), `und` for
    what is too short or no language. At most MOST of them, so the sum may be below 1."""
    examples: int
    """How many were looked at."""
    first: dict[str, str]
    """Where the first row of each language stands."""


def languages(prepared: Prepared, tokenizer: Any) -> Spoken:
    """The languages of all training examples, or of SAMPLE of them, always the same ones."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True, min_confidence=SURE)
    chosen = prepared.of("train").tolist()
    if len(chosen) > SAMPLE:
        chosen = sorted(random.Random(0).sample(chosen, SAMPLE))  # noqa: S311  # a sample, no secret
    found: Counter[str] = Counter()
    first: dict[str, str] = {}
    for i in chosen:
        told, _ = identifier.classify(_learned(prepared, i, tokenizer))
        language = UNDETERMINED if told == NO_LANGUAGE else told
        found[language] += 1
        first.setdefault(language, _place(prepared, i))
    most = sorted(found.items(), key=lambda item: (-item[1], item[0]))[:MOST]
    return Spoken({language: round(number / len(chosen), 3) for language, number in most}, len(chosen), first)


def _place(prepared: Prepared, i: int) -> str:
    """File and line, without the folder that the file lies in: it is published."""
    found = prepared.examples
    return f"{prepared.sources[found.sources[i]].files[found.files[i]].path.name}:{found.lines[i]}"


def _learned(prepared: Prepared, i: int, tokenizer: Any) -> str:
    """What an example teaches the model to write, a line an answer, without control tokens."""
    labels = prepared.examples.tokens(i)[1]
    at = np.flatnonzero(labels != IGNORED)[:CHARACTERS]  # a token says at least a part of a character
    answers = np.split(labels[at], np.flatnonzero(np.diff(at) > 1) + 1)
    text = "\n".join(tokenizer.decode(answer, skip_special_tokens=True) for answer in answers)
    return text[:CHARACTERS]
