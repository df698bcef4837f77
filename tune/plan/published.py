"""Shapes of record: the sizes of published models, which travel with tune, each with its source and the day it was read.

They stand in published.json beside this file. A plan for a Hub id that is there asks no network and looks into no cache; a run
reads the config.json of the very commit that it trains, as ever.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("published.json")


@dataclass(frozen=True)
class Published:
    """One model: the keys of its config.json that shapes are read from, and where they were seen."""

    config: dict[str, Any]
    source: str
    read: str
    """Day, YYYY-MM-DD."""
    parameters: int
    """Of the whole model, as somebody else counted them."""
    counted: str
    """Who did."""

    @property
    def citation(self) -> str:
        """Source and day, for people."""
        return f"{self.source}, read {self.read}"


@cache
def records() -> dict[str, Published]:
    """By Hub id."""
    return {name: Published(**entry) for name, entry in json.loads(_FILE.read_text(encoding="utf-8"))["models"].items()}


def find(model: str) -> Published | None:
    """The record of a Hub id; None when there is none."""
    return records().get(model)
