"""YAML as a plain tree plus the line of every key; strict where YAML is treacherous."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tune.errors import Problem, RecipeError

Key = tuple[str | int, ...]

# PyYAML reads 1e-4 (no dot) as text; people mean a number.
_EXPONENT = re.compile(r"^[-+]?\d[\d_]*(\.\d*)?[eE][-+]?\d+$")
_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("null", "bool", "int", "float", "str", "map", "seq", "timestamp", "value", "merge")
}
MAX_BYTES = 1 << 20


@dataclass
class Place:
    """Where a value was written: a file and its 1-based line, or the command line (line None)."""

    file: str
    line: int | None


@dataclass
class Tree:
    """A parsed recipe: JSON-like `value`, and the place of every key by its path."""

    value: dict[str, Any]
    places: dict[Key, Place] = field(default_factory=dict)

    def place(self, key: Key) -> Place:
        """The place of a key, or of its nearest parent when the key is absent."""
        while key and key not in self.places:
            key = key[:-1]
        return self.places[key]


def read_tree(path: Path) -> Tree:
    """Parses a recipe file. Raises RecipeError with file and line for what is not plain YAML of maps, lists, scalars."""
    shown = str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise _error(
            shown, None, "no such file", "check the path; it is read from the folder where the command runs"
        ) from None
    except IsADirectoryError:
        raise _error(
            shown, None, "is a folder", "give a recipe file (YAML) or a run directory (it holds recipe.json)"
        ) from None
    except OSError as error:
        raise _error(shown, None, f"cannot be read: {error.strerror}", "check the file's permissions") from None
    if len(content) > MAX_BYTES:
        raise _error(shown, None, "is larger than 1 MiB", "a recipe is a page of text; was a data file given?")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _error(shown, line, "is not UTF-8 text", "save the file as UTF-8") from None
    return parse_tree(text, shown)


def parse_tree(text: str, shown: str) -> Tree:
    """Parses recipe text; `shown` is the file name in messages."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        aliases = [event for event in yaml.parse(text, Loader=yaml.SafeLoader) if isinstance(event, yaml.AliasEvent)]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = str(getattr(error, "problem", None) or "is not YAML").strip()
        raise _error(
            shown,
            mark.line + 1 if mark else None,
            f"not readable as YAML: {what}",
            "check indentation, colons and quotes",
        ) from None
    except RecursionError:
        raise _error(shown, None, "nested too deeply", "a recipe has at most five levels") from None
    if aliases:
        mark = aliases[0].start_mark
        line = mark.line + 1 if mark else None
        raise _error(shown, line, "YAML aliases (*name) are refused", "write the value out; `extends:` shares recipes")
    if not isinstance(node, yaml.MappingNode):
        what = "is empty" if node is None else "is not a list of `key: value` lines"
        raise _error(shown, 1, what, "start with `recipe: 1`; see docs/recipe.md")
    tree = Tree({}, {(): Place(shown, 1)})
    problems: list[Problem] = []
    value = _value(node, (), tree, shown, problems)
    if problems:
        raise RecipeError(problems)
    assert isinstance(value, dict)
    tree.value = value
    return tree


def _value(node: yaml.Node, key: Key, tree: Tree, shown: str, problems: list[Problem]) -> Any:
    """The JSON-like value of a YAML node; notes places and problems on the way."""
    line = node.start_mark.line + 1
    tree.places.setdefault(key, Place(shown, line))
    if node.tag not in _PLAIN_TAGS:
        problems.append(_problem(shown, line, f"YAML tag {node.tag} is refused", "write a plain value", key))
        return None
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for name_node, value_node in node.value:
            name = str(name_node.value)
            at = name_node.start_mark.line + 1
            if name in found:
                problems.append(_problem(shown, at, "the key is given twice", "keep one of the two", (*key, name)))
                continue
            tree.places[(*key, name)] = Place(shown, at)
            found[name] = _value(value_node, (*key, name), tree, shown, problems)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*key, i), tree, shown, problems) for i, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node)


def _scalar(node: yaml.ScalarNode) -> Any:
    """Text, number, true/false or nothing. Dates stay text: a recipe has no use for a date object."""
    kind = node.tag.rsplit(":", 1)[-1]
    if kind in ("str", "timestamp", "value", "merge"):
        if node.style is None and _EXPONENT.match(node.value):
            return float(node.value.replace("_", ""))
        return node.value
    return yaml.SafeLoader("").construct_object(node)


def parse_scalar(text: str) -> Any:
    """A value given on the command line, read as the same YAML: `--set train.seed=3`, `--set data.pack=false`."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return text
    if node is None:
        return None
    tree = Tree({}, {(): Place("--set", None)})
    problems: list[Problem] = []
    value = _value(node, (), tree, "--set", problems)
    if problems:
        raise RecipeError(problems)
    return value


def dotted(key: Key) -> str:
    """('data', 'train', 0, 'path') -> 'data.train[0].path'."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _problem(file: str, line: int | None, what: str, fix: str, key: Key = ()) -> Problem:
    return Problem("recipe", what, fix, file=file, line=line, key=dotted(key) or None)


def _error(file: str, line: int | None, what: str, fix: str) -> RecipeError:
    return RecipeError(_problem(file, line, what, fix))
