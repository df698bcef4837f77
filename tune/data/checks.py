"""Named checks over all rows: what is not an error of a row, and still loses runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tune.data.prepare import Prepared
from tune.records import BaseRecord, CheckResult
from tune.text import count, share

REFUSED = {
    "nothing eaten": ("text eaten by the template",),
    "something to learn": ("nothing to learn", "no answer"),
    "no empty turns": ("empty answer", "empty message"),
    "role order": ("wrong role order", "wrong role"),
    "no control tokens in content": ("control token in content",),
}
"""Checks that a row must pass to be used, and the reasons by which the ledger counts the rows that do not."""


def run_checks(
    prepared: Prepared, base: BaseRecord, bos_token_id: int | None, learn_from: str
) -> tuple[CheckResult, ...]:
    """All checks in a fixed order; `ok` is false where a careful person would look again."""
    return tuple(_checks(prepared, base, bos_token_id, learn_from))


def _checks(prepared: Prepared, base: BaseRecord, bos: int | None, learn_from: str) -> Iterator[CheckResult]:
    rows = prepared.rows("train")
    stops = set(base.stop_token_ids)
    tokens = sum(len(k.example.input_ids) for k in rows)
    loss = sum(k.example.loss_tokens for k in rows)
    taught = sum(any(label in stops for label in k.example.labels) for k in rows)
    yield CheckResult(
        name="stop token learned",
        ok=taught == len(rows),
        what=f"{count(taught)} of {count(len(rows))} rows teach the model to stop",
    )
    padded = sum(base.pad_token_id in k.example.labels for k in rows)
    yield CheckResult(
        name="pad never learned", ok=padded == 0, what=f"the pad token carries loss in {count(padded)} rows"
    )
    doubled = sum(bos is not None and k.example.input_ids[:2] == [bos, bos] for k in rows)
    yield CheckResult(name="one beginning token", ok=doubled == 0, what=f"{count(doubled)} rows begin with it twice")
    part = f"{share(loss, tokens)} of {count(tokens)} tokens"
    yield CheckResult(name="share of loss tokens", ok=loss > 0, what=f"loss on {part}, learning from: {learn_from}")
    leaves = Counter(k.leaf for k in rows)
    repeats = sum(leaves.values()) - len(leaves)
    yield CheckResult(
        name="duplicates in training rows", ok=repeats == 0, what=f"{count(repeats)} rows are exact repeats of another"
    )
    cut = sum(k.example.cut > 0 for k in rows)
    yield CheckResult(
        name="cut rows",
        ok=cut == 0,
        what=f"{count(cut)} rows were cut, {count(sum(k.example.cut for k in rows))} tokens",
    )
    for name, reasons in REFUSED.items():
        left_out = sum(prepared.dropped(reason) for reason in reasons)
        yield CheckResult(name=name, ok=left_out == 0, what=f"{count(left_out)} rows were left out for it")
    held_out = prepared.rows("eval")
    leaked = sum(k.leaf in leaves for k in held_out)
    yield CheckResult(
        name="held-out rows in training rows",
        ok=leaked == 0,
        what=f"{count(leaked)} of {count(len(held_out))} held-out rows are also trained on",
    )
    costly = [k for k in rows if len(k.example.input_ids) > tokens / 10 and len(rows) > 10]
    where = ", ".join(str(k.line) for k in costly[:3])
    yield CheckResult(
        name="no row dominates", ok=not costly, what=f"rows over a tenth of all tokens: {where or 'none'}"
    )


def lengths(prepared: Prepared) -> dict[str, int]:
    """Percentiles of the lengths of the training rows, in tokens."""
    found = sorted(len(k.example.input_ids) for k in prepared.rows("train"))
    picks = {"min": 0.0, "p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {name: found[min(len(found) - 1, int(at * len(found)))] for name, at in picks.items()}
