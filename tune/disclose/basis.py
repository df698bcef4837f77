"""What a value of the manifest rests on: `{"value", "basis"}`, see docs/disclosure.md."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def measured(value: Any) -> Json:
    """Computed from the bytes."""
    return {"value": value, "basis": "measured"}


def derived(value: Any) -> Json:
    """Computed from measured values."""
    return {"value": value, "basis": "derived"}


def declared(value: Any) -> Json:
    """The user's words, or nothing known when they gave none."""
    return {"value": value, "basis": "declared"} if value is not None else unknown()


def unknown() -> Json:
    """Not measured and not declared."""
    return {"value": None, "basis": "not measured"}
