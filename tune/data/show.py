"""Seeing the tokens: which rows are worth it, what each token says, and which carry loss; in the terminal."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tune.data.encode import Encoder, encoder_of
from tune.data.formats import describe, unread
from tune.data.view import Example, View
from tune.errors import DataError, Problem
from tune.jsonl import Row
from tune.receipt import IGNORED
from tune.recipe.schema import Source
from tune.records import Ledger, SourceLedger
from tune.rowfiles import files_of
from tune.run import Run
from tune.sequences import Flag
from tune.sources import chunks, parse
from tune.text import count, listed

RANDOM_ROWS = 6
PER_FLAG = 2
"""Rows that are shown for each thing that a check noticed."""
EXAMPLES = 3
"""Rows that are shown of each source to say how it was read."""
MOST_NAMES = 20
"""Columns that are named."""
MAX_FOUND = 10
"""Rows that a search shows."""

NOTICED = {
    Flag.NO_STOP: "learns no stop token",
    Flag.PAD: "learns the pad token",
    Flag.TWO_BEGINNINGS: "begins twice",
    Flag.CUT: "was cut",
    Flag.REPEAT: "repeats another",
    Flag.LEAKED: "is also trained on",
    Flag.COSTLY: "is over a tenth of all tokens",
    Flag.NEAR: "nearly repeats another",
    Flag.PERSONAL: "may hold personal data",
    Flag.SECRET: "may hold a secret",
    Flag.HIDDEN: "holds hidden characters",
    Flag.CONTAMINATED: "shares words with the evaluation",
}

WRITTEN = "\n\t\u200c\u200d"
"""Characters that nobody sees and that belong to writing: line ends, tabs, joiners of Persian or of an emoji."""

_NO_CHARACTER = re.compile("[\udc80-\udcff]")


def picks(view: View, source: int | None = None) -> Iterator[tuple[list[str], Example]]:
    """Examples worth seeing, each once, with the reasons why; of one source, or of all."""
    among = np.arange(len(view)) if source is None else np.flatnonzero(view.sources == source)
    by_length = among[np.argsort(view.lengths[among], kind="stable")]
    drawn = random.Random(0).sample(range(len(among)), min(RANDOM_ROWS, len(among)))  # noqa: S311  # not for secrets
    chosen = [("first", among[0]), ("longest", by_length[-1]), ("shortest", by_length[0])]
    chosen += [("random", among[i]) for i in drawn]
    chosen += [("", i) for i in flagged(view, among)]
    found: dict[Any, tuple[list[str], Example]] = {}
    for why, i in chosen:
        example = view[int(i)]
        reasons, _ = found.setdefault(_said(example), ([], example))
        if why and why not in reasons:
            reasons.append(why)
    for reasons, example in found.values():
        told = [*reasons, *noticed(example)]
        # What was picked for a reason was not picked by chance.
        yield (told if told == ["random"] else [why for why in told if why != "random"]), example


def flagged(view: View, among: np.ndarray) -> list[int]:
    """Up to PER_FLAG of these examples for each thing that a check noticed."""
    return [i for flag in NOTICED for i in among[(view.flags[among] & flag) > 0][:PER_FLAG].tolist()]


def noticed(example: Example) -> list[str]:
    """What checks noticed about an example, in words."""
    return [words for flag, words in NOTICED.items() if example.flags & flag]


class Piece(NamedTuple):
    """One token of an example, to be shown."""

    token: int
    said: bytes
    """What it says: whole characters, or a part of one."""
    learned: bool
    """Whether it carries loss."""
    control: bool
    """Whether it is one of the tokenizer's added tokens, not plain text."""

    @property
    def text(self) -> str:
        """What it says, for people."""
        return readable(self.said)


def pieces(example: Example, encoder: Encoder) -> list[Piece]:
    """The tokens of an example."""
    return [
        Piece(token, encoder.said(token), label != IGNORED, token in encoder.special)
        for token, label in zip(example.input_ids, example.labels, strict=True)
    ]


def readable(said: bytes) -> str:
    """Text as it is, bytes of no whole character as ⟨C3⟩, and characters that would not be seen, or would steer a
    terminal or turn the order of a line around, as ⟨U+202E⟩."""
    text = _NO_CHARACTER.sub(lambda byte: f"⟨{ord(byte[0]) - 0xDC00:02X}⟩", said.decode(errors="surrogateescape"))
    return text if text.isprintable() else "".join(map(_seen, text))


def _seen(character: str) -> str:
    hidden = unicodedata.category(character) in ("Cc", "Cf") and character not in WRITTEN
    return f"⟨U+{ord(character):04X}⟩" if hidden else character


@dataclass(frozen=True)
class Wanted:
    """Which rows a person wants to see: of a source (by path or file name), a line of its files, or those that hold
    a text. All None: a selection of the training rows."""

    source: str | None = None
    line: int | None = None
    text: str | None = None


def print_rows(folder: Path, ledger: Ledger, tokenizer: Any, wanted: Wanted) -> None:
    """Rows in the terminal, on stdout: learned tokens green, a dot between tokens. Plain text where it is no terminal,
    with learned stretches in [brackets]. Raises DataError when nothing that is used fits."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    encoder = encoder_of(tokenizer)
    for reasons, example in _chosen(folder, ledger, tokenizer, wanted):
        size = f"{count(len(example.input_ids))} tokens, {count(example.loss_tokens)} with loss"
        console.print(f"{', '.join(reasons)}: {example.place} ({size})", style="bold")
        found = pieces(example, encoder)
        if console.is_terminal:
            text = Text()
            for piece in found:
                text.append(piece.text, style="green" if piece.learned else "dim").append("\u00b7", style="dim")
            console.print(text)
        else:
            console.print(_bracketed(found))
        console.print()


def _chosen(folder: Path, ledger: Ledger, tokenizer: Any, wanted: Wanted) -> Iterator[tuple[list[str], Example]]:
    """(reasons, example) of what print_rows shows. Raises DataError."""
    index = _source(ledger, wanted.source)
    source = ledger.sources[index]
    view = View(folder, ledger, source.split)
    own = np.flatnonzero(view.sources == index)
    line, text = wanted.line, wanted.text
    if line is None and text is None:
        yield from picks(view, index if wanted.source is not None else None)
        return
    own = own if line is None else own[view.lines[own] == line]
    if line is not None and not len(own):
        why, fix = _fate(folder, index, source, line), "give the line of a row that is used"
    else:
        why, fix = f"no row that is used holds {text!r}", "check the spelling; upper and lower case differ"
    examples = _distinct(view[i] for i in own.tolist())
    if text is not None:
        examples = islice((e for e in examples if text in tokenizer.decode(e.input_ids)), MAX_FOUND)
    found = [(["row" if text is None else "found", *noticed(example)], example) for example in examples]
    if not found:
        raise DataError(Problem("rows", why, fix, file=source.path, line=wanted.line))
    yield from found


def _fate(folder: Path, index: int, source: SourceLedger, line: int) -> str:
    """Why a line is not used, in words where the ledger has them."""
    import pyarrow.parquet as pq

    rows = pq.read_table(folder / "rows.parquet", filters=[("source", "==", index), ("line", "==", line)]).to_pylist()
    fates = {row["file"]: row["fate"] for row in rows}
    fates |= {row.file: row.what for row in source.dropped_rows if row.line == line}
    said = [f"{file}: {fate}" if len(source.files) > 1 else fate for file, fate in fates.items()]
    return "; ".join(said) or "there is no such line"


def _distinct(examples: Iterable[Example]) -> Iterator[Example]:
    """Each example once."""
    shown = set[Any]()
    for example in examples:
        if _said(example) not in shown:
            shown.add(_said(example))
            yield example


def _said(example: Example) -> tuple[Any, ...]:
    """What makes two examples the same to whoever looks: a row with a weight stands there several times."""
    return (example.place, *example.input_ids, *example.labels)


def _source(ledger: Ledger, name: str | None) -> int:
    """The index of the source that is meant, the first without a name. Raises DataError when there is none of it."""
    if name is None:
        return 0
    whole = [i for i, source in enumerate(ledger.sources) if name in (source.path, source.name)]
    parts = [(s.hub.repo,) if s.hub else (Path(s.path).name, Path(s.path).stem) for s in ledger.sources]
    found = whole or [i for i, part in enumerate(parts) if name in part]
    if len(found) == 1:
        return found[0]
    paths = ", ".join(source.path for source in ledger.sources)
    what = f"{len(found)} sources are named {name!r}" if found else f"no source is named {name!r}"
    raise DataError(Problem("rows", what, f"choose one of: {paths}"))


def formats(run: Run, ledger: Ledger, tokenizer: Any) -> Iterator[str]:
    """What each source was read as, said aloud, with its first examples and the columns that were not read."""
    folder, data = run.path("data"), run.recipe.data
    encoder = encoder_of(tokenizer)
    views = {split: View(folder, ledger, split) for split in {source.split for source in ledger.sources}}
    for i, (source, asked) in enumerate(zip(ledger.sources, (*data.train, *data.eval), strict=True)):
        how = "as the recipe says" if asked.format else "detected"
        files = f" in {count(len(source.files))} files" if len(source.files) > 1 else ""
        rows = source.rows
        yield f"{source.path}: {describe(source.format)} ({how}); {count(rows.loaded)} rows{files}, {count(rows.kept)} used"
        for reason, number in rows.dropped.items():
            yield f"  left out: {count(number)} {reason}"
        if names := [readable(name.encode()).replace("\n", "\\n") for name in _unread(asked, source.format, run.root)]:
            yield f"  columns that are not read: {listed(names, MOST_NAMES)}"
        view = views[source.split]
        for at in np.flatnonzero(view.sources == i)[:EXAMPLES].tolist():
            example = view[at]
            yield f"  {example.line}: {excerpt(example, encoder)}"


def _unread(source: Source, format: str, root: Path) -> list[str]:  # noqa: A002  # the recipe's own word
    """The columns in the first chunk of a source that say something and have no place in its format: names and scores as a
    rule, and now and then what the model should learn. None where a row function has chosen what is read."""
    first = [] if source.map else islice(chunks(files_of(source, root)[0]), 1)
    rows = [row for chunk in first for row in parse(chunk) if isinstance(row, Row)]
    return sorted({name for row in rows for name in unread(row, format)})


def excerpt(example: Example, encoder: Encoder, characters: int = 300) -> str:
    """The end of an example in one line, learned stretches in [brackets]."""
    text = _bracketed(pieces(example, encoder)).replace("\n", "\\n")
    return text if len(text) <= characters else "... " + text[-characters:]


def _bracketed(found: list[Piece]) -> str:
    """Plain text with the learned stretches in brackets. Tokens that together are a character show as that character."""
    stretches = groupby(found, key=lambda piece: piece.learned)
    texts = ((learned, readable(b"".join(piece.said for piece in inside))) for learned, inside in stretches)
    return "".join(f"[{text}]" if learned else text for learned, text in texts)
