"""License identifiers, what is known of each license, and what a license file says. Not legal advice.

The table beside this file holds every identifier of the Hub and some licenses of model families that the Hub has no
identifier for; each term with its clause, each license with its source. What nobody sourced is unknown.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

APACHE_TEXT = Path(__file__).with_name("apache-2.0.txt")
_TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("table.json").read_text(encoding="utf-8"))

HUB_LICENSES = frozenset(_TABLE["hub"])
"""https://huggingface.co/docs/hub/repositories-licenses, read on the day that the table names."""
FAMILY_LICENSES = frozenset(_TABLE["families"])
"""Licenses that the Hub knows as `other` with a name."""


@dataclass(frozen=True)
class License:
    """One entry of the table."""

    identifier: str
    name: str
    spdx: str | None
    source: str
    """Where its text stands."""
    terms: dict[str, dict[str, str]]
    """What it asks for (`attribution`, `share_alike`, ...), each with its `clause` and, where a wording or a page is
    asked for, `text` or `url`."""
    unknown: str | None
    """Why what it permits is not known; None when it is."""
    open: str | None
    """Who lists it as open: OSI, Open Definition, FSF, Linux Foundation; None when nobody does."""
    also_under: tuple[str, ...]
    """Licenses that a derivative may carry instead of the same one, because this one names them."""
    not_under: tuple[str, ...]
    """Licenses that it is known not to be compatible with."""
    weak_attribution: bool
    """It asks for notices in source form only, so that it does not keep another license's attribution alive."""

    def cite(self, term: str) -> str:
        """`Name, clause (source)` for one of its terms."""
        return f"{self.name}, {self.terms[term]['clause']} ({self.source})"


@cache
def lookup(identifier: str) -> License | None:
    """The entry of an identifier, upper and lower case alike; None for a name that the table does not have."""
    key = identifier.strip().lower()
    entry = _TABLE["hub"].get(key) or _TABLE["families"].get(key)
    if entry is None:
        return None
    return License(
        key,
        entry["name"],
        entry.get("spdx"),
        entry["source"],
        entry["terms"],
        entry.get("unknown"),
        entry.get("open"),
        tuple(entry.get("also_under", ())),
        tuple(entry.get("not_under", ())),
        entry.get("weak_attribution", False),
    )


def recognize(text: str) -> str | None:
    """The identifier of a license text, or None when it is none that we know by its own words."""
    plain = re.sub(r"[\s,]+", " ", text.lower())
    return next((identifier for identifier, sign in _TABLE["signs"] if sign in plain), None)


def family(names: tuple[str | None, ...], architecture: str) -> str | None:
    """The license that the owner of a model family gives it, by the names of a base (`org/name`, or a folder's) or by
    an architecture that only one family has; None for all others."""
    for name in filter(None, names):
        for pattern, identifier in _TABLE["bases"]:
            if re.search(pattern, name.lower()):
                return str(identifier)
    fitting = (i for pattern, i in _TABLE["architectures"] if re.search(pattern, architecture.lower()))
    return next(fitting, None)
