"""Seeing the tokens: which carry loss, in a self-contained page and in the terminal."""

from __future__ import annotations

import html
import random
from collections.abc import Iterator
from typing import Any

from tune.data.prepare import Kept, Prepared
from tune.errors import DataError, Problem
from tune.receipt import IGNORED
from tune.text import count, share

RANDOM_ROWS = 6

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
        source = prepared.sources[kept.source].source.path
        head = f"{why}: {source}:{kept.line} ({len(kept.example.input_ids)} tokens, {kept.example.loss_tokens} with loss)"
        boxes = "".join(
            f'<span class="{"l" if learned else "n"}" title="{token}">{html.escape(text)}</span>' for token, text, learned in pieces(kept, tokenizer)
        )
        parts.append(f"<h2>{html.escape(head)}</h2><pre>{boxes}</pre>")
    return _PAGE.format(title=html.escape(f"{name}: what the model learns"), summary=html.escape(summary), rows="\n".join(parts))


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


def print_rows(prepared: Prepared, tokenizer: Any, line: int | None) -> None:
    """The same in the terminal, on stdout: learned tokens green, a dot between tokens. Plain text where it is no
    terminal, with learned stretches in [brackets]. Raises DataError when `line` holds no row that is used."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
    rows = [k for k in prepared.rows("train") if line is None or (k.line == line and k.source == 0)]
    if not rows:
        source = prepared.sources[0]
        why = next((b.what for b in source.broken if b.line == line), "there is no such line")
        raise DataError(Problem("rows", why, "give the line of a row that is used", file=source.source.path, line=line))
    for why, kept in picks(rows) if line is None else [("row", rows[0])]:
        source = prepared.sources[kept.source]
        console.print(f"{why}: {source.source.path}:{kept.line} ({len(kept.example.input_ids)} tokens, {kept.example.loss_tokens} with loss)", style="bold")
        found = pieces(kept, tokenizer)
        if console.is_terminal:
            text = Text()
            for _, piece, learned in found:
                text.append(piece, style="green" if learned else "dim").append("\u00b7", style="dim")
            console.print(text)
        else:
            console.print(_bracketed(found))
        console.print()


def _bracketed(found: list[tuple[int, str, bool]]) -> str:
    """Plain text with the learned stretches in brackets."""
    text, inside = "", False
    for _, piece, learned in found:
        text += "[" if learned and not inside else "]" if inside and not learned else ""
        text, inside = text + piece, learned
    return text + ("]" if inside else "")
