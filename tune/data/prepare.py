"""All sources of a recipe to examples, with an account of every row. Shared by `tune check` and the data stage."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tune.data import rowmap
from tune.data.formats import Sample, detect, texts, to_sample
from tune.data.render import Example, Renderer
from tune.data.template import Template
from tune.digest import digest, merkle_root, remembered_sha256, row_leaf
from tune.errors import DataError, Problem
from tune.jsonl import Broken, Row
from tune.receipt import example_leaf, examples_root
from tune.recipe import Recipe
from tune.recipe.schema import Data, Source
from tune.records import BaseRecord, DroppedRow, FileDigest, RowCounts, SourceLedger, TokenCounts
from tune.rowfiles import files_of, hub_rows
from tune.sources import SourceFile, chunks, count_rows, parse

MAX_NAMED = 1000
"""Dropped rows that the ledger names one by one; all are counted."""
MAX_SHOWN = 50
"""Problems that an error message lists."""

NOT_SAMPLED = "not sampled"
ASKED_FOR = frozenset({"too long", NOT_SAMPLED, "labelled as bad", "left out by map"})
"""Reasons for leaving a row out that the recipe asked for; all others are faults of the row."""
FATAL = frozenset({"damaged file", "not a list", "bad header", "not CSV"})
"""Faults behind which rows may be missing that nobody saw: `max_bad_rows` does not cover them."""


@dataclass(frozen=True)
class Kept:
    """An example that is used: which row it comes from (source, file, line), and its leaf."""

    source: int
    file: int
    line: int
    example: Example
    leaf: bytes


@dataclass(frozen=True)
class Dropped:
    """A row that is not used: in which file of its source, and why."""

    file: int
    broken: Broken


@dataclass
class SourceRows:
    """One source read to its end."""

    source: Source
    split: Literal["train", "eval"]
    files: list[SourceFile]
    format: str
    kept: list[Kept] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    not_sampled: int = 0
    row_leaves: list[bytes] = field(default_factory=list)
    """A leaf for each row that is used."""
    marks_differ: list[tuple[int, int]] = field(default_factory=list)
    """(file, line) of rows whose labels are not those of the template's own marks."""

    def place(self, kept: Kept) -> str:
        """`file:line` of an example."""
        return f"{self.files[kept.file].shown}:{kept.line}"

    def reasons(self) -> dict[str, int]:
        """How many rows were left out, by reason."""
        found = Counter(one.broken.reason for one in self.dropped)
        if self.not_sampled:
            found[NOT_SAMPLED] = self.not_sampled
        return dict(sorted(found.items()))


@dataclass
class Prepared:
    """Every source of a recipe, training sources first."""

    sources: list[SourceRows]

    def rows(self, split: str) -> list[Kept]:
        """The examples of a split, in the order of the recipe and the files."""
        return [kept for source in self.sources if source.split == split for kept in source.kept]

    def dropped(self, reason: str, split: str = "train") -> int:
        """How many rows of a split were left out for a reason."""
        return sum(source.reasons().get(reason, 0) for source in self.sources if source.split == split)


def make_renderer(tokenizer: Any, base: BaseRecord, data: Data) -> Renderer:
    """The renderer of a base. Raises DataError when its template writes the date and the recipe gives none."""
    template = None
    if tokenizer.chat_template is not None:
        special = {name: value for name, value in tokenizer.special_tokens_map.items() if isinstance(value, str)}
        template = Template(tokenizer.chat_template, special, data.date)
        if template.needs_date and data.date is None:
            what = f"the chat template of {base.model} writes the current date into every row"
            raise DataError(
                Problem(
                    "date",
                    what,
                    "set data.date to a fixed day, so that the same rows come out tomorrow",
                    key="data.date",
                )
            )
    return Renderer(tokenizer.backend_tokenizer, template, base.stop_token_ids, data)


def prepare(recipe: Recipe, root: Path, base: BaseRecord, tokenizer: Any) -> Prepared:
    """Reads, renders and labels every row.

    Raises DataError, naming rows, when more than `data.max_bad_rows` are broken, when a row is too long and
    `data.long` is error, when a file is damaged, or when a split ends up empty.
    """
    section = recipe.data
    reader = _Reader(
        make_renderer(tokenizer, base, section), root, section, _control_tokens(tokenizer), base.template_marks
    )
    splits: list[tuple[Literal["train", "eval"], Source]] = [("train", s) for s in section.train]
    splits += [("eval", s) for s in section.eval]
    prepared = Prepared([reader.read(i, split, source) for i, (split, source) in enumerate(splits)])
    _judge(prepared, section)
    for found in prepared.sources:
        if not found.kept:
            what = "no row is left to train on" if found.split == "train" else "no row is left to evaluate on"
            why = "; ".join(f"{n} {reason}" for reason, n in found.reasons().items())
            raise DataError(
                Problem(
                    "rows", f"{what} ({why or 'the file is empty'})", "give a file with rows", file=found.source.shown
                )
            )
        if found.marks_differ:
            what = (
                f"the mask by prefixes and the template's own generation marks differ in {len(found.marks_differ)} rows"
            )
            fix = (
                "the base's chat template marks something else than the assistant's words; correct its generation marks"
            )
            file, line = found.marks_differ[0]
            raise DataError(Problem("mask", what, fix, file=found.files[file].shown, line=line))
    return prepared


def _judge(prepared: Prepared, section: Data) -> None:
    """Raises DataError for broken rows beyond what the recipe allows."""
    faults: list[Problem] = []
    unbearable: list[Problem] = []
    for source in prepared.sources:
        for one in source.dropped:
            broken = one.broken
            file = source.files[one.file].shown
            problem = Problem(
                broken.reason, broken.what, broken.fix, file=file, line=broken.line, row=broken.line, key=broken.key
            )
            if broken.reason in FATAL or (broken.reason == "too long" and section.long == "error"):
                unbearable.append(problem)
            elif broken.reason not in ASKED_FOR:
                faults.append(problem)
    if len(faults) > section.max_bad_rows or unbearable:
        shown = (faults if len(faults) > section.max_bad_rows else []) + unbearable
        more = (
            Problem("rows", f"and {len(shown) - MAX_SHOWN} more", "mend these first")
            if len(shown) > MAX_SHOWN
            else None
        )
        raise DataError([*shown[:MAX_SHOWN], *([more] if more else [])])


def _control_tokens(tokenizer: Any) -> re.Pattern[str] | None:
    """Finds the tokenizer's control tokens in a text: those that are special. Others that were added, such as <think>,
    are ordinary words of the model."""
    tokens = {str(token) for token in tokenizer.added_tokens_decoder.values() if token.special} | set(
        tokenizer.all_special_tokens
    )
    return re.compile("|".join(re.escape(token) for token in sorted(tokens, key=len, reverse=True))) if tokens else None


@dataclass(frozen=True)
class _Reader:
    """What reading a source takes."""

    renderer: Renderer
    root: Path
    section: Data
    control: re.Pattern[str] | None
    template_marks: bool

    def read(self, index: int, split: Literal["train", "eval"], source: Source) -> SourceRows:
        """One source: every row becomes examples or a reason."""
        found = SourceRows(source, split, files_of(source, self.root), source.format or "")
        function = rowmap.load(source.map, self.root) if source.map else None
        for file, item in self._items(found):
            row = rowmap.apply(function, item) if function and isinstance(item, Row) else item
            if isinstance(row, Row) and not found.format:
                detected = detect(row)
                row, found.format = (detected, "") if isinstance(detected, Broken) else (row, detected)
            examples = row if isinstance(row, Broken) else self._examples(row, file, found)
            if isinstance(examples, Broken):
                found.dropped.append(Dropped(file, examples))
                continue
            assert isinstance(item, Row)
            found.kept += [Kept(index, file, item.line, e, example_leaf(e.input_ids, e.labels)) for e in examples]
            found.row_leaves.append(row_leaf(item.value))
        found.format = found.format or "unknown"
        return found

    def _items(self, found: SourceRows) -> Iterator[tuple[int, Row | Broken]]:
        """(index of the file, row) of every row that the recipe wants; what a row limit leaves out is counted."""
        wanted: set[int] | None = None
        if found.source.rows is not None:
            total = sum(count_rows(file) for file in found.files)
            if found.source.rows < total:
                draw = random.Random(f"{self.section.seed} {found.source.shown}")  # noqa: S311  # a sample, no secret
                wanted = set(draw.sample(range(total), found.source.rows))
        number = 0
        for index, file in enumerate(found.files):
            for chunk in chunks(file):
                for item in parse(chunk):
                    if wanted is None or number in wanted:
                        yield index, item
                    else:
                        found.not_sampled += 1
                    number += 1

    def _examples(self, row: Row, file: int, found: SourceRows) -> list[Example] | Broken:
        sample = to_sample(row, found.format)
        if isinstance(sample, Broken):
            return sample
        unfit = _unfit(row.line, found.format, sample) or self._controlled(row.line, sample)
        if unfit is not None:
            return unfit
        examples = self.renderer.examples(row.line, sample)
        if self.template_marks and isinstance(examples, list) and not self.renderer.marks_agree(sample, examples):
            found.marks_differ.append((file, row.line))
        return examples

    def _controlled(self, line: int, sample: Sample) -> Broken | None:
        """A row whose text holds a control token: it would be read as structure, not as text."""
        if self.control is None:
            return None
        for key, text in texts(sample):
            found = self.control.search(text)
            if found:
                fix = "remove it: the template writes these tokens"
                return Broken(
                    line, "control token in content", f'contains the control token "{found.group()}"', fix, key
                )
        return None


def _unfit(line: int, format: str, sample: Sample) -> Broken | None:  # noqa: A002  # the recipe's own word
    """A row of a format that has nothing to imitate."""
    if format == "prompt_only":
        return Broken(line, "no answer", "only a prompt: there is no answer to learn", "give rows with answers")
    if sample.label is False:
        return Broken(line, "labelled as bad", "the answer is labelled as a bad one", "imitating it would teach it")
    return None


def ledger_entry(rows: SourceRows) -> SourceLedger:
    """The account of a source. Its arithmetic closes by construction and is asserted."""
    reasons = rows.reasons()
    loaded = len(rows.row_leaves) + len(rows.dropped) + rows.not_sampled
    counts = RowCounts(loaded=loaded, dropped=reasons, kept=len(rows.row_leaves))
    assert counts.loaded == counts.kept + sum(counts.dropped.values())
    files = tuple(
        FileDigest(name=f.shown, bytes=f.path.stat().st_size, sha256=remembered_sha256(f.path)) for f in rows.files
    )
    one = len(files) == 1
    return SourceLedger(
        name=rows.source.name,
        split=rows.split,
        path=rows.source.shown,
        hub=hub_rows(rows.source),
        sha256=files[0].sha256 if one else digest({f.name: f.sha256 for f in files}),
        bytes=sum(f.bytes for f in files),
        files=files,
        format=rows.format,
        rows=counts,
        examples=len(rows.kept),
        tokens=TokenCounts(
            input=sum(len(k.example.input_ids) for k in rows.kept),
            loss=sum(k.example.loss_tokens for k in rows.kept),
            cut=sum(k.example.cut for k in rows.kept),
        ),
        cut_rows=len({(k.file, k.line) for k in rows.kept if k.example.cut}),
        dropped_rows=tuple(
            DroppedRow(file=rows.files[d.file].shown, line=d.broken.line, reason=d.broken.reason, what=d.broken.what)
            for d in rows.dropped[:MAX_NAMED]
        ),
        rows_root=merkle_root(rows.row_leaves).hex(),
        examples_root=examples_root(k.leaf for k in rows.kept),
    )
