"""All sources of a recipe to examples, with an account of every row. Shared by `tune check` and the data stage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tune.jsonl import Broken, Row, read_rows
from tune.data.render import Example, Renderer
from tune.data.rows import conversation, detect
from tune.digest import merkle_root, remembered_sha256, row_leaf
from tune.errors import DataError, Problem
from tune.receipt import IGNORED, example_leaf, examples_root
from tune.recipe import Recipe
from tune.recipe.schema import Source
from tune.records import BaseRecord, DroppedRow, RowCounts, SourceLedger, TokenCounts

MAX_NAMED = 1000
"""Dropped rows that the ledger names one by one; all are counted."""
MAX_SHOWN = 50
"""Problems that an error message lists."""

POLICY = frozenset({"too long"})
"""Reasons for leaving a row out that the recipe asked for; all others are faults of the row."""


@dataclass(frozen=True)
class Kept:
    """A row that is used: where it stands, its example and the leaf of that example."""

    source: int
    line: int
    example: Example
    leaf: bytes


@dataclass
class SourceRows:
    """One source read to its end."""

    source: Source
    split: Literal["train", "eval"]
    shape: str
    kept: list[Kept] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    row_leaves: list[bytes] = field(default_factory=list)
    marks_differ: list[int] = field(default_factory=list)
    """Lines whose labels are not those of the template's own marks."""


@dataclass
class Prepared:
    """Every source of a recipe, training sources first."""

    sources: list[SourceRows]

    def rows(self, split: str) -> list[Kept]:
        """The used rows of a split, in the order of the recipe and the files."""
        return [kept for source in self.sources if source.split == split for kept in source.kept]


def prepare(recipe: Recipe, root: Path, base: BaseRecord, tokenizer: Any) -> Prepared:
    """Reads, renders and labels every row.

    Raises DataError, naming rows, when more than `data.max_bad_rows` are broken, when a row is too long and
    `data.long` is error, or when a split ends up empty.
    """
    section = recipe.data
    renderer = Renderer(tokenizer, base, section.learn_from, section.max_tokens, section.long)
    control = sorted(set(tokenizer.all_special_tokens) | set(map(str, tokenizer.get_added_vocab())))
    splits: list[tuple[Literal["train", "eval"], Source]] = [("train", s) for s in section.train]
    splits += [("eval", s) for s in section.eval]
    prepared = Prepared([_read(i, split, source, root, renderer, control) for i, (split, source) in enumerate(splits)])
    problems = [_problem(source, broken) for source in prepared.sources for broken in source.broken if broken.reason not in POLICY]
    too_long = [_problem(source, b) for source in prepared.sources for b in source.broken if b.reason in POLICY] if section.long == "error" else []
    if len(problems) > section.max_bad_rows or too_long:
        shown = (problems if len(problems) > section.max_bad_rows else []) + too_long
        more = Problem("rows", f"and {len(shown) - MAX_SHOWN} more", "mend these first") if len(shown) > MAX_SHOWN else None
        raise DataError([*shown[:MAX_SHOWN], *([more] if more else [])])
    for source in prepared.sources:
        if not source.kept:
            what = "no row is left to train on" if source.split == "train" else "no row is left to evaluate on"
            dropped = "; ".join(f"{n} {reason}" for reason, n in Counter(b.reason for b in source.broken).items())
            raise DataError(Problem("rows", f"{what} ({dropped or 'the file is empty'})", "give a file with rows", file=source.source.path))
        if source.marks_differ:
            what = f"the mask by prefixes and the template's own generation marks differ in {len(source.marks_differ)} rows"
            fix = "the base's chat template marks something else than the assistant's words; correct its generation marks"
            raise DataError(Problem("mask", what, fix, file=source.source.path, line=source.marks_differ[0]))
    return prepared


def _problem(source: SourceRows, broken: Broken) -> Problem:
    return Problem(broken.reason, broken.what, broken.fix, file=source.source.path, line=broken.line, row=broken.line, key=broken.key)


def _read(index: int, split: Literal["train", "eval"], source: Source, root: Path, renderer: Renderer, control: Sequence[str]) -> SourceRows:
    """One source: every line becomes a kept row or a reason."""
    found = SourceRows(source, split, source.format or "")
    for row in read_rows(root / source.path):
        if isinstance(row, Row) and not found.shape:
            shape = detect(row)
            if isinstance(shape, Broken):
                found.broken.append(shape)
                continue
            found.shape = shape
        example = row if isinstance(row, Broken) else _example(row, found, renderer, control)
        if isinstance(example, Broken):
            found.broken.append(example)
            continue
        assert isinstance(row, Row)
        found.kept.append(Kept(index, row.line, example, example_leaf(example.input_ids, example.labels)))
        found.row_leaves.append(row_leaf(row.value))
    found.shape = found.shape or "unknown"
    return found


def _example(row: Row, found: SourceRows, renderer: Renderer, control: Sequence[str]) -> Example | Broken:
    messages = conversation(row, found.shape, control)
    if isinstance(messages, Broken):
        return messages
    example = renderer.example(row.line, messages)
    if isinstance(example, Example) and renderer.learn_from == "assistant" and not example.cut:
        marked = renderer.marked(messages)
        if marked is not None and not _same_mask(example, marked, renderer.stops):
            found.marks_differ.append(row.line)
    return example


def _same_mask(example: Example, marked: list[int], stops: set[int]) -> bool:
    """Whether both ways learn the same tokens. Marks may end before or after white space behind a stop token."""
    if len(marked) != len(example.labels):
        return False
    after_stop = False
    for mine, theirs, token in zip(example.labels, marked, example.input_ids, strict=True):
        if mine != theirs and not (after_stop and mine == IGNORED):
            return False
        after_stop = token in stops or (after_stop and mine == IGNORED and theirs != IGNORED)
    return True


def ledger_entry(rows: SourceRows, root: Path) -> SourceLedger:
    """The account of a source. Its arithmetic closes by construction and is asserted."""
    dropped = Counter(broken.reason for broken in rows.broken)
    counts = RowCounts(loaded=len(rows.kept) + len(rows.broken), dropped=dict(sorted(dropped.items())), kept=len(rows.kept))
    assert counts.loaded == counts.kept + sum(counts.dropped.values())
    path = root / rows.source.path
    return SourceLedger(
        name=Path(rows.source.path).name,
        split=rows.split,
        path=rows.source.path,
        sha256=remembered_sha256(path),
        bytes=path.stat().st_size,
        format=rows.shape,
        rows=counts,
        tokens=TokenCounts(
            input=sum(len(k.example.input_ids) for k in rows.kept),
            loss=sum(k.example.loss_tokens for k in rows.kept),
            cut=sum(k.example.cut for k in rows.kept),
        ),
        cut_rows=sum(k.example.cut > 0 for k in rows.kept),
        dropped_rows=tuple(DroppedRow(line=b.line, reason=b.reason, what=b.what) for b in rows.broken[:MAX_NAMED]),
        rows_root=merkle_root(rows.row_leaves).hex(),
        examples_root=examples_root(k.leaf for k in rows.kept),
    )
