"""Numbers and tables for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import PurePath


def count(number: float) -> str:
    """1234567 -> '1,234,567'."""
    return f"{number:,.0f}"


def short(number: float) -> str:
    """4_123_000 -> '4.1 M', 8_030_000_000 -> '8.0 B': for parameters and tokens."""
    return _in_units(number, 1000, ("", "k", "M", "B", "T"))


def size(number_bytes: float) -> str:
    """Bytes in binary units: 20_971_520 -> '20.0 MiB'."""
    return _in_units(number_bytes, 1024, ("B", "KiB", "MiB", "GiB", "TiB"))


def _in_units(number: float, step: int, units: Sequence[str]) -> str:
    """The number in the unit that leaves less than a whole step of it once rounded."""
    for i, unit in enumerate(units):
        shown = f"{number / step**i:.{1 if i else 0}f}"
        if abs(float(shown)) < step or i == len(units) - 1:
            return f"{shown} {unit}".rstrip()
    raise AssertionError("no units")


def share(part: float, whole: float) -> str:
    """A percentage, or 'none' when there is nothing to take a share of."""
    return f"{100 * part / whole:.1f} %" if whole else "none"


def duration(seconds: float) -> str:
    """75 -> '1 min 15 s'."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min"


def listed(names: Sequence[str], most: int, between: str = ", ") -> str:
    """The first of some names, and how many more there are: `a, b and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return between.join(names[:most]) + more


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'did you mean "epochs"?', or an empty string when nothing is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'did you mean "{near[0]}"?' if near else ""


def endings(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """As much of each path (given as its parts), from its end, as none of the others ends with: `a/x`, `b/y` -> `x`, `y`;
    `a/x`, `b/x` -> `a/x`, `b/x`. The whole of one that another ends with: `x`, `b/x` -> `x`, `b/x`. Those of different
    paths are different, and stay as they are when they are shortened again."""

    def shortest(i: int) -> PurePath:
        own, others = paths[i], [path for j, path in enumerate(paths) if j != i]
        fits = (n for n in range(1, len(own)) if all(path[-n:] != own[-n:] for path in others))
        return PurePath(*own[-next(fits, len(own)) :])

    return tuple(shortest(i).as_posix() for i in range(len(paths)))


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


SHORT = 300
"""Characters of a library's own words that stand in one of our sentences."""


def first_line(error: BaseException) -> str:
    """The first line of what an error of a library says, short; its kind where it says nothing."""
    lines = str(error).strip().splitlines()
    return lines[0][:SHORT] if lines else type(error).__name__


def kind_and_line(error: BaseException) -> str:
    """An error of a library, short: its kind and the first line of what it says."""
    kind, said = type(error).__name__, first_line(error)
    return kind if said == kind else f"{kind}: {said}"
