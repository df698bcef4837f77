"""What a person sees of training: a live bar on a terminal, plain lines in a log."""

from __future__ import annotations

import sys
import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from tune.text import duration

LINE_SECONDS = 10.0
"""Least time between two lines in a log."""


class TrainingProgress:
    """Shows loss, speed and time left after every step, on stderr."""

    def __init__(self, steps: int, first: int) -> None:
        """`steps` in the whole run, `first` already done."""
        self.steps, self.first, self.started, self.spoken = steps, first, time.monotonic(), 0.0
        self.console = Console(file=sys.stderr)
        self.bar: Progress | None = None
        if self.console.is_terminal:
            self.bar = Progress(
                TextColumn("train"), BarColumn(), TextColumn("{task.description}"), console=self.console, transient=True
            )
            self.task = self.bar.add_task("starting", total=steps, completed=first)
            self.bar.start()

    def __call__(self, row: dict[str, Any]) -> None:
        """Shows one row of metrics."""
        step = row["step"]
        now = time.monotonic()
        left = (now - self.started) / max(1, step - self.first) * (self.steps - step)
        held_out = f"  held-out {row['held_out_loss']:.3f}" if "held_out_loss" in row else ""
        text = f"step {step}/{self.steps}  loss {row['loss']:.3f}{held_out}  {row['tokens_per_second']:,.0f} tokens/s  {duration(left)} left"
        if self.bar is not None:
            self.bar.update(self.task, completed=step, description=text)
        elif now - self.spoken >= LINE_SECONDS or step == self.steps or held_out:
            self.spoken = now
            print(f"train: {text}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Takes the bar off the terminal."""
        if self.bar is not None:
            self.bar.stop()
