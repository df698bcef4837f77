"""Seeing the tokens: which carry loss, in a self-contained page and in the terminal."""

from __future__ import annotations

import html
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from tune.data.formats import describe
from tune.data.view import Example, View
from tune.errors import DataError, Problem
from tune.receipt import IGNORED
from tune.records import Ledger, SourceLedger
from tune.sequences import Flag
from tune.text import count, share

RANDOM_ROWS = 6
PER_FLAG = 2
"""Rows that are shown for each thing that a check noticed."""
EXAMPLES = 3
"""Rows that are shown of each source to say how it was read."""
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
}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 15px/1.6 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }}
pre {{ font: 13px/1.9 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid #8884; border-radius: 6px; padding: .8rem }}
span {{ border-right: 1px solid #8886; padding: 1px 0 }}
.l {{ background: #2a9d5c44 }} .n {{ opacity: .6 }}
h2 {{ font-size: 1rem; margin: 1.6rem 0 .3rem }}
</style></head><body><h1>{title}</h1>
<p>Each box is a token. <span class="l">Green tokens carry loss</span>: the model learns to write them.
<span class="n">Pale tokens</span> are only read. {summary}</p>
{rows}
</body></html>
"""


def sample_page(folder: Path, ledger: Ledger, tokenizer: Any) -> str:
    """The page data/sample.html of a finished data/: first, longest, shortest, random and flagged training rows."""
    view, total = View(folder, ledger, "train"), ledger.total("train")
    summary = f"Loss on {share(total.loss, total.input)} of {count(total.input)} tokens in {count(len(view))} rows."
    parts = []
    for why, example in picks(view):
        boxes = "".join(
            f'<span class="{"l" if learned else "n"}" title="{token}">{html.escape(text)}</span>'
            for token, text, learned in pieces(example, tokenizer)
        )
        parts.append(f"<h2>{html.escape(_head(why, example))}</h2><pre>{boxes}</pre>")
    return _PAGE.format(title="What the model learns", summary=html.escape(summary), rows="\n".join(parts))


def _head(why: str, example: Example) -> str:
    """One line above an example."""
    return f"{why}: {example.place} ({len(example.input_ids)} tokens, {example.loss_tokens} with loss)"


def picks(view: View, source: int | None = None) -> Iterator[tuple[str, Example]]:
    """Examples worth seeing, each once; of one source, or of all."""
    among = np.arange(len(view)) if source is None else np.flatnonzero(view.sources == source)
    by_length = among[np.argsort(view.lengths[among], kind="stable")]
    drawn = random.Random(0).sample(range(len(among)), min(RANDOM_ROWS, len(among)))  # noqa: S311  # not for secrets
    chosen = [("first", among[0]), ("longest", by_length[-1]), ("shortest", by_length[0])]
    chosen += [("random", among[i]) for i in drawn]
    for flag, why in NOTICED.items():
        chosen += [(why, i) for i in among[(view.flags[among] & flag) > 0][:PER_FLAG]]
    whys: dict[int, list[str]] = {}
    for why, i in chosen:
        own = whys.setdefault(int(i), [])
        if why != "random" or not own:  # what was picked for a reason was not picked by chance
            own.append(why)
    for i, reasons in whys.items():
        yield ", ".join(dict.fromkeys(reasons)), view[i]


def pieces(example: Example, tokenizer: Any) -> list[tuple[int, str, bool]]:
    """(token id, its text, whether it carries loss) of a row. A token that is part of a character shows as its bytes."""
    found = []
    for token, label in zip(example.input_ids, example.labels, strict=True):
        text = tokenizer.convert_ids_to_tokens(token)
        text = text.replace("▁", " ").replace("Ġ", " ").replace("Ċ", "\n")
        found.append((token, text, label != IGNORED))
    return found


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
    for why, example in _chosen(folder, ledger, tokenizer, wanted):
        console.print(_head(why, example), style="bold")
        found = pieces(example, tokenizer)
        if console.is_terminal:
            text = Text()
            for _, piece, learned in found:
                text.append(piece, style="green" if learned else "dim").append("\u00b7", style="dim")
            console.print(text)
        else:
            console.print(_bracketed(found))
        console.print()


def _chosen(folder: Path, ledger: Ledger, tokenizer: Any, wanted: Wanted) -> Iterator[tuple[str, Example]]:
    """(why, example) of what print_rows shows. Raises DataError."""
    index = _source(ledger, wanted.source)
    source = ledger.sources[index]
    view = View(folder, ledger, source.split)
    own = np.flatnonzero(view.sources == index)
    if wanted.line is not None:
        found = [("row", view[i]) for i in own[view.lines[own] == wanted.line].tolist()]
        why, fix = _fate(folder, index, source, wanted.line), "give the line of a row that is used"
    elif wanted.text is not None:
        text = wanted.text
        holding = (e for e in (view[i] for i in own.tolist()) if text in tokenizer.decode(e.input_ids))
        found = [("found", example) for example in islice(holding, MAX_FOUND)]
        why, fix = f"no row that is used holds {text!r}", "check the spelling; upper and lower case differ"
    else:
        yield from picks(view, index if wanted.source is not None else None)
        return
    if not found:
        raise DataError(Problem("rows", why, fix, file=source.path, line=wanted.line))
    yield from found


def _fate(folder: Path, index: int, source: SourceLedger, line: int) -> str:
    """Why a line is not used, in words where the ledger has them."""
    import pyarrow.parquet as pq

    told = next((row.what for row in source.dropped_rows if row.line == line), None)
    if told is not None:
        return told
    fates = pq.read_table(folder / "rows.parquet", filters=[("source", "==", index), ("line", "==", line)])
    return str(fates["fate"][0]) if len(fates) else "there is no such line"


def _source(ledger: Ledger, name: str | None) -> int:
    """The index of the source that is meant, the first without a name. Raises DataError when there is none of it."""
    if name is None:
        return 0
    for i, source in enumerate(ledger.sources):
        dataset = source.hub.repo if source.hub else None
        if name in (source.path, dataset, Path(source.path).name, Path(source.path).stem):
            return i
    paths = ", ".join(source.path for source in ledger.sources)
    raise DataError(Problem("rows", f"no source is named {name!r}", f"choose one of: {paths}"))


def formats(folder: Path, ledger: Ledger, declared: Sequence[str | None], tokenizer: Any) -> Iterator[str]:
    """What each source was read as, said aloud, with its first examples. `declared` are the formats that the recipe
    forces, a source each."""
    views = {split: View(folder, ledger, split) for split in {source.split for source in ledger.sources}}
    for i, (source, forced) in enumerate(zip(ledger.sources, declared, strict=True)):
        how = "as the recipe says" if forced else "detected"
        files = f" in {count(len(source.files))} files" if len(source.files) > 1 else ""
        rows = source.rows
        yield f"{source.path}: {describe(source.format)} ({how}); {count(rows.loaded)} rows{files}, {count(rows.kept)} used"
        for reason, number in rows.dropped.items():
            yield f"  left out: {count(number)} {reason}"
        view = views[source.split]
        for at in np.flatnonzero(view.sources == i)[:EXAMPLES].tolist():
            example = view[at]
            yield f"  {example.line}: {excerpt(example, tokenizer)}"


def excerpt(example: Example, tokenizer: Any, characters: int = 300) -> str:
    """The end of an example in one line, learned stretches in [brackets]."""
    text = _bracketed(pieces(example, tokenizer)).replace("\n", "\\n")
    return text if len(text) <= characters else "... " + text[-characters:]


def _bracketed(found: list[tuple[int, str, bool]]) -> str:
    """Plain text with the learned stretches in brackets."""
    text, inside = "", False
    for _, piece, learned in found:
        text += "[" if learned and not inside else "]" if inside and not learned else ""
        text, inside = text + piece, learned
    return text + ("]" if inside else "")
