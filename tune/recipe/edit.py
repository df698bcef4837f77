"""One key written into the text of a recipe: comments, order, quotes and line ends stay as they are."""

from __future__ import annotations

import yaml

from tune.recipe.tree import Key, parse_scalar


def insert(text: str, section: Key, beside: str, name: str, value: str) -> str:
    """`text` with `name: value` in a section, right after the key `beside`; where `name` stands there without a value, it gets
    this one.

    The text is a recipe that `read_tree` accepts, and `section` a map in it that has `beside`, and `name` with nothing else.
    """
    shown = value if parse_scalar(value, ()) == value else f'"{value}"'  # 1e10 would be read as a number
    node = _section(text, section)
    there = _entry(node, name)
    if there is not None:
        start, end = there[1].start_mark.index, there[1].end_mark.index
        space = "" if text[start - 1 : start].isspace() else " "
        return f"{text[:start]}{space}{shown}{text[end:]}"
    found = _entry(node, beside)
    assert found is not None
    key, neighbour = found
    end = neighbour.end_mark.index
    if node.flow_style:
        return f"{text[:end]}, {name}: {shown}{text[end:]}"
    line = "\r\n" if "\r\n" in text else "\n"
    if text[end - 1] != "\n":  # a folded text ends where the next line begins, anything else before a comment
        after = text.find("\n", end) + 1
        text, end = (text, after) if after else (text + line, len(text + line))
    return f"{text[:end]}{' ' * key.start_mark.column}{name}: {shown}{line}{text[end:]}"


def _section(text: str, path: Key) -> yaml.MappingNode:
    """The map at a path of keys and numbers."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    for part in path:
        if isinstance(node, yaml.SequenceNode):
            assert isinstance(part, int)
            node = node.value[part]
        else:
            assert isinstance(node, yaml.MappingNode)
            found = _entry(node, str(part))
            assert found is not None
            node = found[1]
    assert isinstance(node, yaml.MappingNode)
    return node


def _entry(node: yaml.MappingNode, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Key and value of a map's entry; None when there is none."""
    return next(((key, value) for key, value in node.value if key.value == name), None)
