"""data/sample.html: rows as tokens, what the checks found, and how long the rows are, in one file that loads nothing.

No script, and a policy in the page that forbids the browser to load anything; every text of a row is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from tune.data.encode import Encoder, encoder_of
from tune.data.show import Piece, flagged, noticed, picks, pieces
from tune.data.view import Example, View
from tune.records import Ledger
from tune.text import count, share

FOLDED_OVER = 2000
"""Tokens of a row above which only its beginning and its end are shown, half of this each."""
PLAIN = ("first", "longest", "shortest", "random", "held out")
"""Reasons for showing a row that ask nobody to look twice."""

_STYLE = """
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --pale: #5c6570; --line: #d5dae0; --edge: #8b95a1;
  --learned: #c6f0d6; --mark: #1a7f45; --control: #7a34b8; --look: #8a4b00; --look-back: #ffe9c7; --bar: #6aa9e0 }
@media (prefers-color-scheme: dark) { :root { --page: #15181c; --text: #e8eaed; --pale: #a2abb6; --line: #343a42;
  --edge: #727d8a; --learned: #17492e; --mark: #4fc98a; --control: #d0b0ff; --look: #ffc46b; --look-back: #4a3310;
  --bar: #3f77ab } }
body { font: 15px/1.55 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 64rem;
  margin: 2rem auto 4rem; padding: 0 1rem }
h1 { font-size: 1.6rem; margin: 0 }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
h3 { font: 600 .9rem/1.4 system-ui, sans-serif; margin: 1.5rem 0 .35rem; display: flex; flex-wrap: wrap; gap: .45rem;
  align-items: baseline }
h3 small { font-weight: 400; color: var(--pale) }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .18rem .7rem .18rem 0; font-weight: 400 }
td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
.checks td { color: var(--pale); border-bottom: 1px solid var(--line) }
.checks th { border-bottom: 1px solid var(--line); white-space: nowrap }
.checks td:first-child { width: 3.6rem }
.lengths td:nth-child(2) { width: 100% }
.bar { background: var(--bar); height: 1rem; margin-top: .25rem; min-width: 1px; border-radius: 2px }
.chip { font-size: .8rem; font-weight: 600; padding: .05rem .5rem; border-radius: 1rem; border: 1px solid var(--line);
  color: var(--pale); white-space: nowrap }
.look { color: var(--look); background: var(--look-back); border-color: transparent }
.ok { color: var(--mark); border-color: transparent; padding-left: 0 }
pre, .legend .t { font: 13px/2 ui-monospace, "SF Mono", Menlo, Consolas, monospace }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.6rem; list-style: none; padding: 0; margin: 0; font-size: .88rem;
  color: var(--pale) }
pre { white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; border: 1px solid var(--line); border-radius: 6px;
  padding: .5rem .8rem; margin: 0; max-height: 30rem; overflow: auto }
.t { color: var(--pale); background: none; box-shadow: inset -1px 0 var(--edge); padding: .15em 1px }
mark.t { color: var(--text); background: var(--learned); border-bottom: 2px solid var(--mark) }
.c, mark.c { color: var(--control) }
i::before { content: "\\21b5"; font-style: normal; opacity: .7 }
.fold { display: block; text-align: center; color: var(--look); border: 1px dashed var(--edge); border-radius: 6px;
  margin: .4rem 0 }
@media (max-width: 40rem) { .checks th { white-space: normal } }
@media print { pre { max-height: none } }
"""

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>What the model learns</title><style>{style}</style></head><body>
<h1>What the model learns</h1>
<p>{summary}</p>
<h2>Checks</h2>
<table class="checks">
{checks}
</table>
<h2>Lengths</h2>
<table class="lengths">
{lengths}
</table>
<p>{sizes}</p>
<h2>Rows</h2>
{legend}
{rows}
</body></html>
"""

_LEGEND = """<ul class="legend">
<li><mark class="t">learned</mark> the model learns to write it</li>
<li><span class="t">read</span> it only reads it</li>
<li><span class="t c">control</span> a token of the tokenizer's own, not plain text</li>
<li><span class="t">\u27e8C3\u27e9</span> a part of a character</li>
<li><span class="t"><i></i></span> a line end</li>
<li>A thin line ends each token; its number shows under the pointer.</li>
</ul>"""


def sample_page(folder: Path, ledger: Ledger, tokenizer: Any) -> str:
    """The page of a finished data/: the checks, the lengths, then first, longest, shortest, random and flagged training
    rows, and flagged held-out rows."""
    encoder = encoder_of(tokenizer)
    total, packing = ledger.total("train"), ledger.packing
    sizes = ", ".join(f"{name} {count(tokens)}" for name, tokens in ledger.lengths.items())
    return _PAGE.format(
        style=_STYLE,
        summary=f"Loss on {share(total.loss, total.input)} of {count(total.input)} tokens in {_rows_in(ledger)}.",
        checks="\n".join(
            f'<tr><td><span class="chip {word}">{word}</span></td><th>{escape(name)}</th><td>{escape(what)}</td></tr>'
            for name, ok, what in _told(ledger)
            for word in ["ok" if ok else "look"]
        ),
        lengths="\n".join(_bars(ledger.histogram)),
        sizes=f"Tokens of an example: {sizes}. A sequence holds {count(packing.capacity_tokens)}.",
        legend=_LEGEND,
        rows="\n".join(_row(reasons, example, encoder) for reasons, example in _chosen(folder, ledger)),
    )


def _told(ledger: Ledger) -> Iterator[tuple[str, bool, str]]:
    """(name, whether it is ok, what was found) of the checks, then of what was looked for in the rows."""
    yield from ((check.name, check.ok, check.what) for check in ledger.checks)
    yield from ((found.name, not any(found.rows), found.what) for found in ledger.findings)


def _rows_in(ledger: Ledger) -> str:
    """How many rows are trained on, and how many examples they give when that is another number."""
    rows, examples = ledger.kept("train"), sum(s.examples for s in ledger.sources if s.split == "train")
    return f"{count(rows)} rows" + (f" ({count(examples)} examples)" if examples != rows else "")


def _chosen(folder: Path, ledger: Ledger) -> Iterator[tuple[list[str], Example]]:
    """The examples that the page shows, with the reasons why."""
    yield from picks(View(folder, ledger, "train"))
    if any(source.split == "eval" for source in ledger.sources):
        held_out = View(folder, ledger, "eval")
        for i in dict.fromkeys(flagged(held_out, np.arange(len(held_out)))):
            yield ["held out", *noticed(held_out[i])], held_out[i]


def _bars(histogram: dict[str, int]) -> Iterator[str]:
    """A table row for each length of the histogram, with a bar as wide as its part of the highest one."""
    highest, all_of_them = max(histogram.values()), sum(histogram.values())
    for (before, upto), number in zip(pairwise(["0", *histogram]), histogram.values(), strict=True):
        name = f"{count(int(before) + 1)} to {count(int(upto))}"
        bar = f'<div class="bar" style="width:{100 * number / highest:.1f}%"></div>' if number else ""
        yield (
            f'<tr><td class="n">{name}</td><td>{bar}</td>'
            f'<td class="n">{count(number)}</td><td class="n">{share(number, all_of_them)}</td></tr>'
        )


def _row(reasons: list[str], example: Example, encoder: Encoder) -> str:
    """One example: why it is shown, where it stands, and its tokens."""
    chips = "".join(
        f'<span class="chip{"" if reason in PLAIN else " look"}">{escape(reason)}</span>' for reason in reasons
    )
    size = f"{count(len(example.input_ids))} tokens, {count(example.loss_tokens)} with loss"
    return (
        f"<h3>{chips}{escape(example.place)} <small>{size}</small></h3>\n<pre>{_boxes(pieces(example, encoder))}</pre>"
    )


def _boxes(found: list[Piece]) -> str:
    """The tokens of an example, without the middle of a very long one."""
    if len(found) <= FOLDED_OVER:
        return "".join(map(_box, found))
    half = FOLDED_OVER // 2
    middle = found[half:-half]
    left_out = f"{count(len(middle))} tokens left out here, {count(sum(p.learned for p in middle))} of them with loss"
    return (
        "".join(map(_box, found[:half])) + f'<span class="fold">{left_out}</span>' + "".join(map(_box, found[-half:]))
    )


def _box(piece: Piece) -> str:
    """One token. A line end is also drawn, because a token of nothing else would not be seen."""
    tag, text = "mark" if piece.learned else "span", escape(piece.text).replace("\n", "<i></i>\n")
    return f'<{tag} class="t{" c" * piece.control}" title="{piece.token}">{text}</{tag}>'
