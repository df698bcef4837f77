"""What a person sees while rows are prepared: a live line on a terminal, plain lines in a log, nothing when it is quick."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from tune.text import count

QUIET_SECONDS = 2.0
"""Nothing is shown before."""
LINE_SECONDS = 10.0
"""Least time between two lines in a log."""


def say(text: str) -> None:
    """Talk goes to stderr."""
    print(f"data: {text}", file=sys.stderr, flush=True)


class Progress:
    """Counts rows and tokens, and says how many a second."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.rows = self.tokens = 0
        self._live = sys.stderr.isatty()
        self._started = time.monotonic()
        self._next = self._started + QUIET_SECONDS
        self._shown = False

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leaves the line of a terminal."""
        if self._live and self._shown:
            print(file=sys.stderr, flush=True)

    def add(self, rows: int, tokens: int) -> None:
        """Some more are done."""
        self.rows += rows
        self.tokens += tokens
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (0.2 if self._live else LINE_SECONDS)
        self._shown = True
        speed = self.tokens / (now - self._started)
        line = f"{count(self.rows)} rows, {count(self.tokens)} tokens, {speed:,.0f} tokens/s"
        if self._live:
            print(f"\rdata: {line}\x1b[K", end="", file=sys.stderr, flush=True)
        else:
            say(line)
