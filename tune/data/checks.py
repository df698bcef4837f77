"""Named checks over all rows: what is not an error of a row, and still loses runs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tune.data.languages import UNDETERMINED, Spoken
from tune.data.prepare import Prepared
from tune.records import CheckResult
from tune.sequences import Flag
from tune.text import count, share

MEANING = {
    "stop token learned": "every example teaches the model where to stop",
    "pad never learned": "the padding token carries no loss, or the model would learn to pad",
    "one beginning token": "no example begins with the beginning token twice",
    "share of loss tokens": "at least a hundredth of what is read is learned",
    "duplicates in training rows": "no example stands twice, tokens and labels alike",
    "cut rows": "no row lost turns to data.max_tokens",
    "nothing eaten": "the chat template writes everything that a row says",
    "something to learn": "every row has an answer that carries loss",
    "no empty turns": "no message or answer is empty",
    "role order": "system first, questions and answers in turn",
    "no control tokens in content": "no text of a row would be read as structure",
    "held-out rows in training rows": "no held-out example is also trained on",
    "no row dominates": "no example costs more than a tenth of all tokens",
    "languages": "no language but the main ones is learned here and there: none in under 5 % of the examples",
}
"""Every check by name, in the order in which they are told, and what holds when it is ok."""

LITTLE = 0.01
"""Share of loss tokens below which the mask deserves a look: almost all work goes into reading."""
STRAY = 0.05
"""Share below which the examples of a language look as if they were there by mistake."""

REFUSED = {
    "nothing eaten": ("text eaten by the template",),
    "something to learn": ("nothing to learn", "no answer"),
    "no empty turns": ("empty answer", "empty message"),
    "role order": ("wrong role order", "wrong role"),
    "no control tokens in content": ("control token in content",),
}
"""Checks that a row must pass to be used, and the reasons by which the ledger counts the rows that do not."""


def run_checks(prepared: Prepared, learn_from: str, spoken: Spoken) -> tuple[CheckResult, ...]:
    """All checks in the order of MEANING; `ok` is false where a careful person would look again. `spoken` is what
    `tune.data.languages` found. Examples that are repeats, leaked or costly are flagged on the way."""
    _flag(prepared)
    found = {result.name: result for result in (*_checks(prepared, learn_from), _languages(prepared, spoken))}
    return tuple(found[name] for name in MEANING)


def _flag(prepared: Prepared) -> None:
    """Sets the flags that can only be known once all examples are."""
    found = prepared.examples
    train, held_out = prepared.of("train"), prepared.of("eval")
    keys = found.keys()
    ordered = np.sort(keys[train])
    several = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    # Whole leaves are compared of those alone whose keys are alike: of millions of rows they would fill the memory.
    alike = train[np.isin(keys[train], several)]
    _, first = np.unique(found.leaves[alike], return_index=True)
    found.flags[np.delete(alike, first)] |= Flag.REPEAT
    alike = train[np.isin(keys[train], keys[held_out])]
    leaked = held_out[np.isin(found.leaves[held_out], found.leaves[alike])]
    found.flags[leaked] |= Flag.LEAKED
    costly = train[found.lengths[train] > found.lengths[train].sum(dtype=np.int64) / 10]
    if len(train) > 10:
        found.flags[costly] |= Flag.COSTLY


def _checks(prepared: Prepared, learn_from: str) -> Iterator[CheckResult]:
    found = prepared.examples
    train, held_out = prepared.of("train"), prepared.of("eval")
    tokens, loss = int(found.lengths[train].sum(dtype=np.int64)), int(found.loss[train].sum(dtype=np.int64))

    def flagged(flag: Flag, rows: np.ndarray = train) -> int:
        return int(((found.flags[rows] & flag) > 0).sum())

    def result(name: str, ok: bool, what: str) -> CheckResult:
        return CheckResult(name=name, ok=ok, what=what)

    taught = len(train) - flagged(Flag.NO_STOP)
    what = f"{count(taught)} of {count(len(train))} examples teach the model to stop"
    yield result("stop token learned", taught == len(train), what)
    padded = flagged(Flag.PAD)
    yield result("pad never learned", not padded, f"the pad token carries loss in {count(padded)} examples")
    doubled = flagged(Flag.TWO_BEGINNINGS)
    yield result("one beginning token", not doubled, f"{count(doubled)} examples begin with it twice")
    part = f"{share(loss, tokens)} of {count(tokens)} tokens"
    yield result("share of loss tokens", loss >= LITTLE * tokens, f"loss on {part}, learning from: {learn_from}")
    repeats = flagged(Flag.REPEAT)
    yield result("duplicates in training rows", not repeats, f"{count(repeats)} examples are exact repeats of another")
    cut = int(found.cut[train].sum(dtype=np.int64))
    yield result("cut rows", not cut, f"{count(flagged(Flag.CUT))} examples were cut, {count(cut)} tokens")
    for name, reasons in REFUSED.items():
        left_out = sum(prepared.dropped(reason) for reason in reasons)
        yield result(name, not left_out, f"{count(left_out)} rows were left out for it")
    leaked = flagged(Flag.LEAKED, held_out)
    what = f"{count(leaked)} of {count(len(held_out))} held-out examples are also trained on"
    yield result("held-out rows in training rows", not leaked, what)
    costly = train[(found.flags[train] & Flag.COSTLY) > 0]
    where = ", ".join(str(line) for line in found.lines[costly[:3]])
    yield result("no row dominates", not len(costly), f"rows over a tenth of all tokens: {where or 'none'}")


def _languages(prepared: Prepared, spoken: Spoken) -> CheckResult:
    """What languages are learned, and where those stand that are so rare that they may be a mistake."""
    stray = {language for language, part in spoken.shares.items() if part < STRAY} - {UNDETERMINED}
    parts = [
        f"{language} {share(part, 1)}" + (f" (from {spoken.first[language]} on)" if language in stray else "")
        for language, part in spoken.shares.items()
    ]
    sampled = "sampled " if spoken.examples < len(prepared.of("train")) else ""
    what = f"{', '.join(parts)} of {count(spoken.examples)} {sampled}examples"
    return CheckResult(name="languages", ok=not stray, what=what)


def lengths(prepared: Prepared) -> dict[str, int]:
    """Percentiles of the lengths of the training examples, in tokens."""
    found = np.sort(prepared.examples.lengths[prepared.of("train")])
    picks = {"min": 0.0, "p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {name: int(found[min(len(found) - 1, int(at * len(found)))]) for name, at in picks.items()}


def histogram(prepared: Prepared) -> dict[str, int]:
    """How many training examples have up to so many tokens, and more than half as many: powers of two from 16."""
    found = prepared.examples.lengths[prepared.of("train")]
    bins = np.maximum(np.ceil(np.log2(found)).astype(int), 4)
    return {str(2**power): int((bins == power).sum()) for power in range(4, int(bins.max()) + 1)}
