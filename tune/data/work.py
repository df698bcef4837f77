"""One chunk of rows to tokens: what every process does while data is prepared. Imports neither torch nor transformers'
models, so that a process starts in a moment and is small."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np

from tune.data import rowmap
from tune.data.contamination import Known
from tune.data.encode import Encoder
from tune.data.formats import Sample, detect, to_sample
from tune.data.render import Example, Renderer, Rules
from tune.data.said import texts
from tune.data.scan import Scanned, scan
from tune.data.unread import overlooked
from tune.digest import leaf_hash, row_leaf
from tune.jsonl import Broken, Row
from tune.receipt import IGNORED
from tune.sequences import Flag
from tune.sources import Chunk, parse
from tune.template import Template

KEPT = "kept"
"""The fate of a row that is used."""


@dataclass(frozen=True)
class Setup:
    """Everything that turns rows into tokens; can be sent to another process."""

    tokenizer: str
    """A `tokenizers.Tokenizer` as JSON."""
    template: str | None
    special: dict[str, str]
    """The tokenizer's named special tokens."""
    control: tuple[str, ...]
    """Tokens that mean structure and may not stand in a text."""
    stops: tuple[int, ...]
    pad: int
    bos: int | None
    marks: bool
    """Whether the template marks what the assistant says."""
    rules: Rules
    date: date | None
    """The day that the template is told."""
    root: Path
    """The folder that row functions are read from."""
    known: Known | None = None
    """Word sequences of what the model is evaluated on."""


@dataclass(frozen=True)
class Job:
    """Some rows of one source. `format` is empty where it is still to be detected, `map` the user's row function, `train`
    whether they are trained on, `forced` whether the recipe gives the format."""

    chunk: Chunk
    format: str
    map: str | None
    train: bool = True
    forced: bool = False


@dataclass
class Made:
    """What became of a chunk. Arrays have an entry a row, or an entry an example (in the order of the rows)."""

    format: str
    lines: list[int] = field(default_factory=list)
    fates: list[str] = field(default_factory=list)
    """KEPT, or the reason why the row is left out."""
    counts: list[int] = field(default_factory=list)
    """Examples that the row gives."""
    broken: list[Broken] = field(default_factory=list)
    row_leaves: list[bytes] = field(default_factory=list)
    marks_differ: list[int] = field(default_factory=list)
    ids: bytes = b""
    """int32 tokens of all examples, one after the other; `labels` likewise."""
    labels: bytes = b""
    lengths: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    loss: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    cut: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    flags: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    leaves: list[bytes] = field(default_factory=list)
    scanned: Scanned | None = None
    """What was found in the kept rows."""
    found: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    """The same for every row (bits of `patterns.Kind`), with what only shows beside the others."""


class Maker:
    """Carries out jobs."""

    def __init__(self, setup: Setup) -> None:
        """For jobs of one base."""
        self.setup = setup
        self._functions: dict[str, rowmap.RowFunction] = {}

    @cached_property
    def renderer(self) -> Renderer:
        """Tokenizer and template, built once, and not where rows are only read: a large vocabulary takes most of a second."""
        setup = self.setup
        template = None if setup.template is None else Template(setup.template, setup.special, setup.date)
        return Renderer(_encoder(setup.tokenizer), template, setup.stops, setup.rules)

    @cached_property
    def _control(self) -> re.Pattern[str] | None:
        tokens = sorted(self.setup.control, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, tokens))) if tokens else None

    def make(self, job: Job) -> Made:
        """The rows of a job as tokens and labels, or why not. Raises DataError for a row function that does not load."""
        found, form = self.samples(job)
        made = Made(form)
        usable = [(item.line, sample) for item, sample in found if isinstance(sample, Sample)]
        marks = made.marks_differ if self.setup.marks else None
        examples = iter(self.renderer.examples(usable, marks))
        kept: list[Example] = []
        said: list[Sample] = []
        for item, sample in found:
            result = sample if isinstance(sample, Broken) else next(examples)
            made.lines.append(item.line)
            if isinstance(result, Broken):
                made.fates.append(result.reason)
                made.counts.append(0)
                made.broken.append(result)
            else:
                assert isinstance(item, Row)
                assert isinstance(sample, Sample)
                said.append(sample)
                made.fates.append(KEPT)
                made.counts.append(len(result))
                made.row_leaves.append(row_leaf(item.value))
                kept += result
        self._fill(made, kept)
        made.scanned = scan(said, self.setup.known, job.train)
        return made

    def samples(self, job: Job) -> tuple[list[tuple[Row | Broken, Sample | Broken]], str]:
        """Each row of a job with what it says, or why it is of no use; and the format that they were read by."""
        found: list[tuple[Row | Broken, Sample | Broken]] = []
        form = job.format
        for item in parse(job.chunk):
            row = rowmap.apply(self._function(job.map), item) if job.map and isinstance(item, Row) else item
            if isinstance(row, Row) and not form:
                detected = detect(row)
                row, form = (detected, "") if isinstance(detected, Broken) else (row, detected)
            found.append((item, row if isinstance(row, Broken) else self._sample(row, form, job.forced)))
        return found, form

    def _fill(self, made: Made, examples: list[Example]) -> None:
        """The columns of the examples, and what is to be noticed about each."""
        if not examples:
            return
        bounds = list(accumulate((len(e.input_ids) for e in examples), initial=0))
        ids = np.concatenate([e.input_ids for e in examples])
        labels = np.full_like(ids, IGNORED)
        for start, example in zip(bounds, examples, strict=False):
            for first, last in example.learned:
                labels[start + first : start + last] = ids[start + first : start + last]
        starts = np.array(bounds[:-1])
        made.lengths = np.diff(bounds).astype(np.int32)
        made.loss = np.array([e.loss_tokens for e in examples], np.int32)
        made.cut = np.array([e.cut for e in examples], np.int32)
        made.ids, made.labels = ids.tobytes(), labels.tobytes()
        made.leaves = list(_leaves(made.ids, made.labels, made.lengths))
        taught = np.add.reduceat(np.isin(labels, self.setup.stops), starts) > 0
        padded = np.add.reduceat(labels == self.setup.pad, starts) > 0
        doubled = np.zeros(len(examples), bool)
        if self.setup.bos is not None:
            second = np.minimum(starts + 1, len(ids) - 1)
            doubled = (ids[starts] == self.setup.bos) & (ids[second] == self.setup.bos) & (made.lengths > 1)
        made.flags = (
            ~taught * Flag.NO_STOP + padded * Flag.PAD + doubled * Flag.TWO_BEGINNINGS + (made.cut > 0) * Flag.CUT
        ).astype(np.int32)

    def _function(self, name: str) -> rowmap.RowFunction:
        if name not in self._functions:
            self._functions[name] = rowmap.load(name, self.setup.root)
        return self._functions[name]

    def _sample(self, row: Row, format: str, forced: bool) -> Sample | Broken:  # noqa: A002  # the recipe's own word
        """What a row says, if it is of use."""
        sample = to_sample(row, format)
        if isinstance(sample, Broken):
            return sample
        if not forced and (broken := overlooked(row, format, sample)):
            return broken
        return _unfit(row.line, format, sample) or self._controlled(row.line, sample) or sample

    def _controlled(self, line: int, sample: Sample) -> Broken | None:
        """A row whose text holds a control token: it would be read as structure, not as text."""
        if self._control is None:
            return None
        for key, text, _ in texts(sample):
            found = self._control.search(text)
            if found:
                what, fix = (
                    f'contains the control token "{found.group()}"',
                    "remove it: the template writes these tokens",
                )
                return Broken(line, "control token in content", what, fix, key)
        return None


@lru_cache(maxsize=1)
def _encoder(tokenizer: str) -> Encoder:
    """A tokenizer from JSON. Reading a large vocabulary takes half a second, so the last one is kept."""
    from tokenizers import Tokenizer

    return Encoder(Tokenizer.from_str(tokenizer))


def _leaves(ids: bytes, labels: bytes, lengths: np.ndarray) -> Iterator[bytes]:
    """The leaf of each example, as `tune.receipt.example_leaf` defines it."""
    start = 0
    for length in lengths.tolist():
        end = start + 4 * length
        yield leaf_hash(struct.pack("<I", length) + ids[start:end] + labels[start:end])
        start = end


def _unfit(line: int, format: str, sample: Sample) -> Broken | None:  # noqa: A002  # the recipe's own word
    """A row of a format that has nothing to imitate."""
    if format == "prompt_only":
        return Broken(line, "no answer", "only a prompt: there is no answer to learn", "give rows with answers")
    if sample.label is False:
        return Broken(line, "labelled as bad", "the answer is labelled as a bad one", "imitating it would teach it")
    return None


def control_tokens(tokenizer: Any) -> tuple[str, ...]:
    """The tokenizer's control tokens: those that are special. Others that were added, such as <think>, are ordinary words
    of the model."""
    special = {str(token) for token in tokenizer.added_tokens_decoder.values() if token.special}
    return tuple(sorted(special | set(tokenizer.all_special_tokens)))
