"""Seeing the tokens: which carry loss, in a self-contained page and in the terminal."""

from __future__ import annotations

import html
import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tune.data.formats import describe
from tune.data.prepare import Kept, Prepared, SourceRows
from tune.errors import DataError, Problem
from tune.receipt import IGNORED
from tune.text import count, share

RANDOM_ROWS = 6
MAX_FOUND = 10
"""Rows that a search shows."""

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


def sample_page(prepared: Prepared, tokenizer: Any, name: str) -> str:
    """The page data/sample.html: first, longest, shortest and some random rows of the training sources."""
    rows = prepared.rows("train")
    tokens, loss = sum(len(k.example.input_ids) for k in rows), sum(k.example.loss_tokens for k in rows)
    summary = f"Loss on {share(loss, tokens)} of {count(tokens)} tokens in {count(len(rows))} rows."
    parts = []
    for why, kept in picks(rows):
        head = f"{why}: {prepared.sources[kept.source].place(kept)} ({len(kept.example.input_ids)} tokens, {kept.example.loss_tokens} with loss)"
        boxes = "".join(
            f'<span class="{"l" if learned else "n"}" title="{token}">{html.escape(text)}</span>'
            for token, text, learned in pieces(kept, tokenizer)
        )
        parts.append(f"<h2>{html.escape(head)}</h2><pre>{boxes}</pre>")
    return _PAGE.format(
        title=html.escape(f"{name}: what the model learns"), summary=html.escape(summary), rows="\n".join(parts)
    )


def picks(rows: list[Kept]) -> Iterator[tuple[str, Kept]]:
    """Rows worth seeing, each once."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].example.input_ids))
    chosen = [("first", 0), ("longest", order[-1]), ("shortest", order[0])]
    chosen += [("random", i) for i in random.Random(0).sample(range(len(rows)), min(RANDOM_ROWS, len(rows)))]  # noqa: S311  # not for secrets
    seen: set[int] = set()
    for why, i in chosen:
        if i not in seen:
            seen.add(i)
            yield why, rows[i]


def pieces(kept: Kept, tokenizer: Any) -> list[tuple[int, str, bool]]:
    """(token id, its text, whether it carries loss) of a row. A token that is part of a character shows as its bytes."""
    found = []
    for token, label in zip(kept.example.input_ids, kept.example.labels, strict=True):
        text = tokenizer.convert_ids_to_tokens(token)
        text = text.replace("▁", " ").replace("Ġ", " ").replace("Ċ", "\n")
        found.append((token, text, label != IGNORED))
    return found


def print_rows(
    prepared: Prepared, tokenizer: Any, line: int | None, name: str | None = None, find: str | None = None
) -> None:
    """The same in the terminal, on stdout: learned tokens green, a dot between tokens. Plain text where it is no
    terminal, with learned stretches in [brackets].

    `name` picks a source (of either split) by its path or file name, the first without it; `line` a row of its files;
    `find` the rows whose text holds these words. Raises DataError when nothing that is used fits.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    for why, kept in _chosen(prepared, tokenizer, line, name, find):
        console.print(
            f"{why}: {prepared.sources[kept.source].place(kept)} ({len(kept.example.input_ids)} tokens, {kept.example.loss_tokens} with loss)",
            style="bold",
        )
        found = pieces(kept, tokenizer)
        if console.is_terminal:
            text = Text()
            for _, piece, learned in found:
                text.append(piece, style="green" if learned else "dim").append("\u00b7", style="dim")
            console.print(text)
        else:
            console.print(_bracketed(found))
        console.print()


def _chosen(
    prepared: Prepared, tokenizer: Any, line: int | None, name: str | None, find: str | None
) -> list[tuple[str, Kept]]:
    """(why, example) of what print_rows shows. Raises DataError."""
    source = _source(prepared, name)
    if line is not None:
        rows = [("row", kept) for kept in source.kept if kept.line == line]
        why = next((d.broken.what for d in source.dropped if d.broken.line == line), "there is no such line")
        fix = "give the line of a row that is used"
    elif find is not None:
        found = (kept for kept in source.kept if find in tokenizer.decode(kept.example.input_ids))
        rows = [("found", kept) for kept in islice(found, MAX_FOUND)]
        why, fix = f"no row that is used holds {find!r}", "check the spelling; upper and lower case differ"
    else:
        return list(picks(source.kept if name is not None else prepared.rows("train")))
    if not rows:
        raise DataError(Problem("rows", why, fix, file=source.source.shown, line=line))
    return rows


def _source(prepared: Prepared, name: str | None) -> SourceRows:
    """The source that is meant. Raises DataError when there is none of that name."""
    if name is None:
        return prepared.sources[0]
    for source in prepared.sources:
        if name in source.source.names:
            return source
    paths = ", ".join(source.source.shown for source in prepared.sources)
    raise DataError(Problem("rows", f"no source is named {name!r}", f"choose one of: {paths}"))


def formats(prepared: Prepared, tokenizer: Any, examples: int = 3) -> Iterator[str]:
    """What each source was read as, said aloud, with its first examples."""
    for source in prepared.sources:
        how = "as the recipe says" if source.source.format else "detected"
        files = f" in {count(len(source.files))} files" if len(source.files) > 1 else ""
        rows = len(source.row_leaves) + len(source.dropped) + source.not_sampled
        yield f"{source.source.shown}: {describe(source.format)} ({how}); {count(rows)} rows{files}, {count(len(source.row_leaves))} used"
        for reason, number in source.reasons().items():
            yield f"  left out: {count(number)} {reason}"
        for kept in source.kept[:examples]:
            yield f"  {kept.line}: {excerpt(kept, tokenizer)}"


def excerpt(kept: Kept, tokenizer: Any, characters: int = 300) -> str:
    """The end of an example in one line, learned stretches in [brackets]."""
    text = _bracketed(pieces(kept, tokenizer)).replace("\n", "\\n")
    return text if len(text) <= characters else "... " + text[-characters:]


def _bracketed(found: list[tuple[int, str, bool]]) -> str:
    """Plain text with the learned stretches in brackets."""
    text, inside = "", False
    for _, piece, learned in found:
        text += "[" if learned and not inside else "]" if inside and not learned else ""
        text, inside = text + piece, learned
    return text + ("]" if inside else "")
