"""Numbers and tables for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def count(number: float) -> str:
    """1234567 -> '1,234,567'."""
    return f"{number:,.0f}"


def short(number: float) -> str:
    """4_123_000 -> '4.1 M', 8_030_000_000 -> '8.0 B': for parameters and tokens."""
    for limit, unit in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(number) >= limit:
            return f"{number / limit:.1f} {unit}"
    return f"{number:.0f}"


def size(number_bytes: float) -> str:
    """Bytes in binary units: 20_971_520 -> '20.0 MiB'."""
    for limit, unit in ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if abs(number_bytes) >= limit:
            return f"{number_bytes / limit:.1f} {unit}"
    return f"{number_bytes:.0f} B"


def share(part: float, whole: float) -> str:
    """A percentage, or 'none' when there is nothing to take a share of."""
    return f"{100 * part / whole:.1f} %" if whole else "none"


def duration(seconds: float) -> str:
    """75 -> '1 min 15 s'."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    return f"{seconds // 3600:.0f} h {seconds % 3600 / 60:.0f} min"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'did you mean "epochs"?', or an empty string when nothing is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


def table(rows: Sequence[Sequence[str]], header: Sequence[str], left: Sequence[int] = (0,)) -> str:
    """Plain columns; those named in `left` are left-aligned, the others right-aligned."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = []
    for row in [header, *rows]:
        cells = [row[i].ljust(width) if i in left else row[i].rjust(width) for i, width in enumerate(widths)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def markdown_table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    """A GitHub table; pipes and line breaks inside cells are made harmless."""
    clean = [[str(cell).replace("|", "\\|").replace("\n", " ") for cell in row] for row in [header, *rows]]
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in [clean[0], rule, *clean[1:]])
