"""YAML for people: lines of a script stand as lines."""

from __future__ import annotations

from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as a literal block."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _text)


def dump(*documents: dict[str, Any]) -> str:
    """The documents in one file, keys in the order they were written in."""
    return yaml.dump_all(documents, Dumper=_Dumper, sort_keys=False, width=1000)
