"""YAML as a plain tree plus the line of every key; strict where YAML is treacherous."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tune.errors import Problem, RecipeError

Key = tuple[str | int, ...]

# Decimal numbers as people write them. YAML 1.1 would read 010 as 8, 1:30 as 90 and 1e-4 as text.
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9_]{0,30})")
_REAL = re.compile(
    r"[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|\.[0-9]+([eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+)"
)
_BOOLEANS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
# NUL ends every path and half a surrogate pair cannot be written; YAML can escape both.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_PLAIN_TAGS = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("null", "bool", "int", "float", "str", "map", "seq", "timestamp", "value", "merge")
}
MAX_BYTES = 1 << 20
MAX_DEPTH = 20
SET = "--set"
"""What stands for the file name of a value from the command line."""


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
        node = _composed(text, shown)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise _error(
            shown,
            mark.line + 1 if mark else None,
            f"not readable as YAML: {_yaml_fault(error)}",
            "check indentation, colons and quotes",
        ) from None
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


def _composed(text: str, shown: str) -> yaml.Node | None:
    """The nodes of a text. Depth and aliases are looked at first: the composer recurses, and an alias may point at what
    it stands in."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark and shown != SET else None
        if isinstance(event, yaml.AliasEvent):
            fix = "write the value out; `extends:` shares recipes"
            raise _error(shown, line, "YAML aliases (*name) are refused", fix)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _error(shown, line, "nested too deeply", "a recipe has at most five levels")
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _yaml_fault(error: yaml.YAMLError) -> str:
    """What PyYAML says, in one piece."""
    if isinstance(error, yaml.reader.ReaderError):
        return f"a control character, number {error.position + 1} of the text"
    context, problem = getattr(error, "context", None), getattr(error, "problem", None)
    return (
        f"{context}, {problem}"
        if context and str(problem).startswith("but ")
        else str(problem or "is not YAML").strip()
    )


def _value(node: yaml.Node, key: Key, tree: Tree, shown: str, problems: list[Problem]) -> Any:
    """The JSON-like value of a YAML node; notes places and problems on the way."""
    line = node.start_mark.line + 1 if shown != SET else None
    tree.places.setdefault(key, Place(shown, line))
    if node.tag not in _PLAIN_TAGS:
        problems.append(_problem(shown, line, f"YAML tag {node.tag} is refused", "write a plain value", key))
        return None
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node, yaml.ScalarNode) or _UNWRITABLE.search(name_node.value):
                problems.append(_problem(shown, line, "a key is no plain word", "write the key as a word", key))
                continue
            name = name_node.value
            at = name_node.start_mark.line + 1 if shown != SET else None
            if name in found:
                problems.append(_problem(shown, at, "the key is given twice", "keep one of the two", (*key, name)))
                continue
            tree.places[(*key, name)] = Place(shown, at)
            found[name] = _value(value_node, (*key, name), tree, shown, problems)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*key, i), tree, shown, problems) for i, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)
    if _UNWRITABLE.search(node.value):
        problems.append(_problem(shown, line, "holds a character that no text can hold", "remove it", key))
        return None
    return _scalar(node)


def _scalar(node: yaml.ScalarNode) -> Any:
    """Text, number, true/false or nothing. Dates stay text: a recipe has no use for a date object."""
    kind, text = node.tag.rsplit(":", 1)[-1], node.value
    if kind == "null":
        return None
    if kind == "bool":
        return _BOOLEANS.get(text.lower(), text)
    if node.style is None and _WHOLE.fullmatch(text):
        return int(text.replace("_", ""))
    if node.style is None and _REAL.fullmatch(text):
        return float(text.replace("_", ""))
    return text


def parse_scalar(text: str, key: Key) -> Any:
    """A value given on the command line, read as the same YAML: `--set train.seed=3`, `--set data.pack=false`."""
    try:
        node = _composed(text, SET)
    except yaml.reader.ReaderError:
        problem = _problem(SET, None, "holds a character that no text can hold", "remove it", key)
        raise RecipeError(problem) from None
    except yaml.YAMLError:
        return text
    if node is None:
        return None
    tree = Tree({}, {(): Place(SET, None)})
    problems: list[Problem] = []
    value = _value(node, key, tree, SET, problems)
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
