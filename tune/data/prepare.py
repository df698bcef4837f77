"""All sources of a recipe to examples, with an account of every row, in one pass and bounded memory."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import numpy as np

from tune import machine
from tune.data import rowmap
from tune.data.fates import NOT_SAMPLED, Fates
from tune.data.findings import SOUGHT, Watch, evaluated
from tune.data.formats import Sample
from tune.data.near import Repeats
from tune.data.pool import pool
from tune.data.progress import Progress
from tune.data.render import Example, Rules
from tune.data.sample import FATAL, Piece, pieces
from tune.data.store import Examples, Store, whole_leaves
from tune.data.work import KEPT, Job, Made, Maker, Setup, control_tokens
from tune.digest import Merkle, digest, merkle_root
from tune.errors import DataError, Problem
from tune.files import remembered_sha256
from tune.jsonl import Broken
from tune.receipt import IGNORED
from tune.recipe import Recipe
from tune.recipe.schema import Data, Source
from tune.records import BaseRecord, DroppedRow, FileDigest, Finding, RowCounts, SourceLedger, TokenCounts
from tune.rowfiles import files_of, hub_rows
from tune.sources import Chunk, SourceFile
from tune.template import of_tokenizer, special_of

MAX_NAMED = 1000
"""Dropped rows that the ledger names one by one; all are counted, and stand in data/rows.parquet."""
MAX_SHOWN = 50
"""Problems that an error message lists."""
ALONE_BYTES = 4 << 20
"""Files smaller than this together are prepared before other processes would have started."""

FOUND = frozenset(sought.reason for sought in SOUGHT.values())
"""Reasons that `data.findings` gives."""
ASKED_FOR = frozenset({"too long", NOT_SAMPLED, "labelled as bad", "left out by map"}) | FOUND
"""Reasons for leaving a row out that the recipe asked for; all others are faults of the row."""


@dataclass(frozen=True)
class Kept:
    """An example that is used, and which row it comes from (source, file, line)."""

    source: int
    file: int
    line: int
    example: Example


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
    kept_rows: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    """How many rows were left out, by reason."""
    dropped: list[Dropped] = field(default_factory=list)
    """The first MAX_NAMED of them."""
    unbearable: list[Dropped] = field(default_factory=list)
    """The first MAX_SHOWN that no `max_bad_rows` covers."""
    rows_tree: Merkle = field(default_factory=Merkle)
    """A leaf for each row that is used."""
    marks_differ: list[tuple[int, int]] = field(default_factory=list)
    """(file, line) of rows whose labels are not those of the template's own marks."""

    @property
    def loaded(self) -> int:
        """Rows in the files."""
        return self.kept_rows + self.reasons.total()

    def faults(self) -> int:
        """How many rows were left out for a fault of theirs that `max_bad_rows` may cover."""
        return sum(n for reason, n in self.reasons.items() if reason not in ASKED_FOR | FATAL)

    def unbearable_rows(self, long: str) -> int:
        """How many rows stop the run whatever `max_bad_rows` is."""
        return sum(
            n for reason, n in self.reasons.items() if reason in FATAL or (reason, long) == ("too long", "error")
        )


@dataclass
class Prepared:
    """Every source of a recipe, training sources first, and all their examples."""

    sources: list[SourceRows]
    examples: Examples
    findings: tuple[Finding, ...] = ()

    def of(self, split: str) -> np.ndarray:
        """Indexes of the examples of a split, in the order of the recipe and the files."""
        wanted = [i for i, source in enumerate(self.sources) if source.split == split]
        return np.flatnonzero(np.isin(self.examples.sources, wanted))

    def rows(self, split: str) -> list[Kept]:
        """The examples of a split with their tokens; for small sets."""
        found = self.examples
        return [
            Kept(
                int(found.sources[i]),
                int(found.files[i]),
                int(found.lines[i]),
                _example(*found.tokens(i), int(found.cut[i])),
            )
            for i in self.of(split).tolist()
        ]

    def dropped(self, reason: str, split: str = "train") -> int:
        """How many rows of a split were left out for a reason."""
        return sum(source.reasons[reason] for source in self.sources if source.split == split)


def _example(ids: np.ndarray, labels: np.ndarray, cut: int) -> Example:
    """An example from its columns."""
    borders = np.flatnonzero(np.diff(labels != IGNORED, prepend=False, append=False)).tolist()
    return Example(ids, tuple(zip(borders[::2], borders[1::2], strict=True)), cut)


def make_setup(tokenizer: Any, base: BaseRecord, data: Data, root: Path) -> Setup:
    """What turns rows into tokens for a base. Raises DataError when its template writes the date and the recipe gives
    none."""
    if data.date is None and (template := of_tokenizer(tokenizer, None)) is not None and template.needs_date:
        what = f"the chat template of {base.model} writes the current date into every row"
        fix = "set data.date to a fixed day, so that the same rows come out tomorrow"
        raise DataError(Problem("date", what, fix, key="data.date"))
    return Setup(
        tokenizer=tokenizer.backend_tokenizer.to_str(),
        template=tokenizer.chat_template,
        special=special_of(tokenizer),
        control=control_tokens(tokenizer),
        stops=tuple(base.stop_token_ids),
        pad=base.pad_token_id,
        bos=tokenizer.bos_token_id,
        marks=base.template_marks,
        rules=Rules(data.learn_from, data.max_tokens, data.long),
        date=data.date,
        root=root,
    )


def prepare(recipe: Recipe, setup: Setup, folder: Path, workers: int | None = None) -> Prepared:
    """Reads, renders and labels every row; `folder` takes the tokens, and rows.parquet with the fate of every row.

    The result does not depend on the number of `workers` (processes; as many as there are cores when None, none for
    little data). Raises DataError, naming rows, when more than `data.max_bad_rows` are broken, when a row is too long
    and `data.long` is error, when a file is damaged, when a split ends up empty, or for prompts that cannot be asked.
    """
    section = recipe.data
    splits: list[tuple[Literal["train", "eval"], Source]] = [("train", s) for s in section.train]
    splits += [("eval", s) for s in section.eval]
    found = [SourceRows(source, split, files_of(source, setup.root), source.format or "") for split, source in splits]
    for _, asked in splits:
        if asked.map:
            rowmap.load(asked.map, setup.root)  # here, where what is wrong with it can be told
    evaluation = evaluated(_held_out(found, setup, section.seed), setup.root, recipe.evaluate.prompts)
    setup = replace(setup, known=evaluation.known if len(evaluation.known.hashes) else None)
    store = Store(folder)
    names = {(i, f): file.shown for i, source in enumerate(found) for f, file in enumerate(source.files)}
    with Fates(folder / "rows.parquet", names) as fates, ExitStack() as stack:
        carry_out = _hands(setup, found, workers, stack)
        progress = stack.enter_context(Progress())
        watch = Watch(section.findings, stack.enter_context(Repeats(folder)), evaluation, len(found))
        for i, source in enumerate(found):
            for piece, raw in carry_out(_pieces(source, section.seed)):
                made = watch.judge(i, source.split == "train", raw)
                _account(source, piece.file, made)
                source.reasons[NOT_SAMPLED] += len(piece.skipped)
                store.add(made, i, piece.file, piece.uses)
                fates.add(i, piece.file, made, piece.skipped)
                progress.add(len(made.lines), int(made.lengths.sum()))
            source.format = source.format or "unknown"
            source.reasons = +source.reasons  # without zeros
    prepared = Prepared(found, store.close(), watch.findings())
    _judge(prepared, section)
    return prepared


Work = Iterator[tuple[Piece, SourceRows, Chunk]]


def _hands(
    setup: Setup, sources: list[SourceRows], workers: int | None, stack: ExitStack
) -> Callable[[Work], Iterator[tuple[Piece, Made]]]:
    """What carries jobs out: this process, or others that are started now and ended with `stack`.

    Where others do, this one only reads rows until it knows their format, because every later row is read by it.
    """
    own = Maker(setup)
    size = sum(file.path.stat().st_size for source in sources for file in source.files)
    if workers is None:
        workers = machine.cores() if size >= ALONE_BYTES else 0
    others = stack.enter_context(pool(setup, workers)) if workers > 1 else None

    def alone(pieces: Work) -> Iterator[tuple[Piece, Made]]:
        for piece, source, chunk in pieces:
            made = own.make(_job(source, chunk))
            source.format = made.format
            yield piece, made

    def jobs(pieces: Work) -> Iterator[tuple[Piece, Job]]:
        for piece, source, chunk in pieces:
            job = _job(source, chunk)
            source.format = source.format or own.samples(job)[1]
            yield piece, job

    return alone if others is None else lambda pieces: others.carry_out(jobs(pieces))


def _job(source: SourceRows, chunk: Chunk) -> Job:
    return Job(chunk, source.format, source.source.map, source.split == "train", source.source.format is not None)


def _held_out(sources: list[SourceRows], setup: Setup, seed: int) -> Iterator[Sample]:
    """What the held-out rows say, read before the training rows that are compared with them."""
    maker = Maker(setup)
    for source in sources:
        if source.split == "eval":
            for _, _, chunk in _pieces(source, seed):
                yield from (s for _, s in maker.samples(_job(source, chunk))[0] if isinstance(s, Sample))


def _pieces(found: SourceRows, seed: int) -> Work:
    return ((piece, found, chunk) for piece, chunk in pieces(found.source, found.files, seed))


def _account(source: SourceRows, file: int, made: Made) -> None:
    """Counts what became of the rows of a chunk."""
    for leaf in made.row_leaves:
        source.rows_tree.add(leaf)
    fates = Counter(made.fates)
    source.kept_rows += fates.pop(KEPT, 0)
    source.reasons.update(fates)
    for broken in made.broken:
        if len(source.dropped) < MAX_NAMED:
            source.dropped.append(Dropped(file, broken))
        if broken.reason in FATAL or broken.reason == "too long":
            source.unbearable += [Dropped(file, broken)] * (len(source.unbearable) < MAX_SHOWN)
    source.marks_differ += [(file, line) for line in made.marks_differ]


def _judge(prepared: Prepared, section: Data) -> None:
    """Raises DataError for broken rows beyond what the recipe allows, and for what would make no sense to go on with."""
    bad = sum(source.faults() for source in prepared.sources)
    many = bad > section.max_bad_rows
    faults, unbearable = [], []
    for source in prepared.sources:
        faults += [_problem(source, d) for d in source.dropped if many and d.broken.reason not in ASKED_FOR | FATAL]
        unbearable += [
            _problem(source, d) for d in source.unbearable if d.broken.reason in FATAL or section.long == "error"
        ]
    shown = [*faults, *unbearable][:MAX_SHOWN]
    if shown:
        all_of_them = bad * many + sum(source.unbearable_rows(section.long) for source in prepared.sources)
        more = Problem("rows", f"and {all_of_them - len(shown)} more", "mend these first")
        raise DataError([*shown, *([more] if all_of_them > len(shown) else [])])
    for i, source in enumerate(prepared.sources):
        if not (prepared.examples.sources == i).any():
            _nothing_left(source)
        if source.marks_differ:
            what = f"the mask by prefixes and the template's own generation marks differ in {len(source.marks_differ)} rows"
            fix = (
                "the base's chat template marks something else than the assistant's words; correct its generation marks"
            )
            file, line = source.marks_differ[0]
            raise DataError(Problem("mask", what, fix, file=source.files[file].shown, line=line))


def _problem(source: SourceRows, one: Dropped) -> Problem:
    broken, file = one.broken, source.files[one.file].shown
    return Problem(broken.reason, broken.what, broken.fix, file=file, line=broken.line, row=broken.line, key=broken.key)


def _nothing_left(source: SourceRows) -> None:
    what = "no row is left to train on" if source.split == "train" else "no row is left to evaluate on"
    why = "; ".join(f"{n} {reason}" for reason, n in sorted(source.reasons.items()))
    fix = "give a file with rows"
    if source.reasons.keys() == {NOT_SAMPLED}:
        fix = "raise its rows or weight"
    elif source.dropped:
        fix = f"the first of them: {_problem(source, source.dropped[0])}"
    raise DataError(Problem("rows", f"{what} ({why or 'the file is empty'})", fix, file=source.source.shown))


def ledger_entry(prepared: Prepared, index: int, name: str, fresh: bool = False) -> SourceLedger:
    """The account of a source, under one of `Data.names`; it is asserted to close. `fresh` is as for `remembered_sha256`."""
    rows, found = prepared.sources[index], prepared.examples
    own = np.flatnonzero(found.sources == index)
    counts = RowCounts(loaded=rows.loaded, dropped=dict(sorted(rows.reasons.items())), kept=rows.kept_rows)
    assert counts.loaded == counts.kept + sum(counts.dropped.values())
    named = ((file.shown, file.path) for file in rows.files)
    files = tuple(FileDigest(name=n, bytes=p.stat().st_size, sha256=remembered_sha256(p, fresh)) for n, p in named)
    cut = own[found.cut[own] > 0]
    return SourceLedger(
        name=name,
        split=rows.split,
        path=rows.source.shown,
        hub=hub_rows(rows.source),
        sha256=files[0].sha256 if len(files) == 1 else digest(_of_several(files)),
        bytes=sum(f.bytes for f in files),
        files=files,
        format=rows.format,
        rows=counts,
        examples=len(own),
        tokens=TokenCounts(
            input=int(found.lengths[own].sum(dtype=np.int64)),
            loss=int(found.loss[own].sum(dtype=np.int64)),
            cut=int(found.cut[own].sum(dtype=np.int64)),
        ),
        cut_rows=len(set(zip(found.files[cut].tolist(), found.lines[cut].tolist(), strict=True))),
        dropped_rows=tuple(
            DroppedRow(file=rows.files[d.file].shown, line=d.broken.line, reason=d.broken.reason, what=d.broken.what)
            for d in rows.dropped
        ),
        rows_root=rows.rows_tree.root().hex(),
        examples_root=root_of(found, own),
    )


def _of_several(files: tuple[FileDigest, ...]) -> dict[str, str]:
    """Digests of files by their names below the folder that holds them all, wherever that lies."""
    above = os.path.commonpath([PurePosixPath(f.name).parent for f in files])
    return {PurePosixPath(f.name).relative_to(above).as_posix(): f.sha256 for f in files}


def root_of(found: Examples, rows: np.ndarray) -> str:
    """Root over the distinct examples among these, as `tune.receipt.examples_root` defines it."""
    return merkle_root(_ascending(found, rows)).hex()


def _ascending(found: Examples, rows: np.ndarray) -> Iterator[bytes]:
    """The distinct leaves of examples in order; sorted in parts, by their first byte, because all together are large."""
    first = found.first_bytes()[rows]
    for low in range(0, 256, 16):
        yield from whole_leaves(np.unique(found.leaves[rows[(first >= low) & (first < low + 16)]]))
