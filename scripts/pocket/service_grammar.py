"""A small text grammar: templates with alternatives and slots, and the typing noise put on customers' messages.

Template syntax: ``(a|b|)`` picks one alternative (nesting is allowed), ``<name>`` draws from a named synonym
list, ``{name}`` copies a value from the document's context.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

Context = Mapping[str, str]
# A compiled template: a tuple of literals (str), alternatives (list of templates) and slots (("slot", name)).
Node = tuple[object, ...]


class Slot:
    """A reference to a context value."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Grammar:
    """Compiles and expands templates over one shared set of synonym lists.

    ``synonyms`` maps a name to a template text; a synonym may use other synonyms. Unknown names raise KeyError
    when the template is compiled, unbalanced brackets raise ValueError.
    """

    def __init__(self, synonyms: Mapping[str, str]) -> None:
        self._source = dict(synonyms)
        self._compiled: dict[str, Node] = {}

    def compile(self, text: str) -> Node:
        """Return the compiled form of ``text``."""
        node, end = self._sequence(text, 0)
        if end != len(text):
            raise ValueError(f"unbalanced bracket in template: {text!r}")
        return node

    def _synonym(self, name: str) -> Node:
        if name not in self._compiled:
            self._compiled[name] = self.compile("(" + self._source[name] + ")")
        return self._compiled[name]

    def _sequence(self, text: str, start: int) -> tuple[Node, int]:
        parts: list[object] = []
        literal = ""
        i = start
        while i < len(text) and text[i] not in "|)":
            char = text[i]
            if char in "(<{":
                if literal:
                    parts.append(literal)
                    literal = ""
                if char == "(":
                    part, i = self._alternatives(text, i + 1)
                    parts.append(part)
                else:
                    end = text.index(">" if char == "<" else "}", i)
                    name = text[i + 1 : end]
                    parts.extend(self._synonym(name) if char == "<" else (Slot(name),))
                    i = end + 1
                continue
            literal += char
            i += 1
        if literal:
            parts.append(literal)
        return tuple(parts), i

    def _alternatives(self, text: str, start: int) -> tuple[list[Node], int]:
        options: list[Node] = []
        i = start
        while True:
            node, i = self._sequence(text, i)
            options.append(node)
            if i >= len(text):
                raise ValueError(f"unbalanced bracket in template: {text!r}")
            if text[i] == ")":
                return options, i + 1
            i += 1


def expand(node: Node, draw: Callable[[], float], context: Context) -> str:
    """Return one expansion of ``node``; ``draw`` gives floats in [0, 1). A missing context value raises KeyError."""
    out: list[str] = []
    _expand(node, draw, context, out)
    return "".join(out)


def _expand(node: Node, draw: Callable[[], float], context: Context, out: list[str]) -> None:
    for part in node:
        if part.__class__ is str:
            out.append(part)  # type: ignore[arg-type]
        elif part.__class__ is list:
            _expand(part[int(draw() * len(part))], draw, context, out)  # type: ignore[index,arg-type]
        else:
            out.append(context[part.name])  # type: ignore[attr-defined]


def count(node: Node) -> int:
    """Return how many expansions ``node`` has, context slots counted once and duplicates not removed."""
    total = 1
    for part in node:
        if isinstance(part, list):
            total *= sum(count(option) for option in part)
    return total


_SPACES = re.compile(r" {2,}")
_SPACE_MARK = re.compile(r" ([,.?!])")
_SENTENCE = re.compile(r"([.?!] )([a-z])")


_PROPER = re.compile(
    r"\b(?:saturdays?|sundays?|christmas|easter|paypal|vat|po box(?:es)?|europe|french|german|america)\b"
)
_SPECIAL = {"paypal": "PayPal", "vat": "VAT", "po box": "PO box", "po boxes": "PO boxes"}


def _proper(match: re.Match[str]) -> str:
    word = match.group(0)
    return _SPECIAL.get(word) or word.capitalize()


def tidy(text: str) -> str:
    """Return ``text`` with single spaces, no space before a mark, and a capital at the start of each sentence."""
    text = text.strip()
    if "  " in text:
        text = _SPACES.sub(" ", text)
    text = _SPACE_MARK.sub(r"\1", text)
    text = _PROPER.sub(_proper, text[:1].upper() + text[1:])
    return _SENTENCE.sub(_capital, text)


def _capital(match: re.Match[str]) -> str:
    return match.group(1) + match.group(2).upper()


_CONTRACTIONS = (
    ("do not", "don't"),
    ("does not", "doesn't"),
    ("did not", "didn't"),
    ("cannot", "can't"),
    ("can not", "can't"),
    ("will not", "won't"),
    ("is not", "isn't"),
    ("has not", "hasn't"),
    ("have not", "haven't"),
    ("was not", "wasn't"),
    ("are not", "aren't"),
    ("I am ", "I'm "),
    ("I will ", "I'll "),
    ("I would ", "I'd "),
    ("what is the", "what's the"),
    ("What is the", "What's the"),
    ("What is your", "What's your"),
    ("where is ", "where's "),
    ("Where is ", "Where's "),
    ("it is ", "it's "),
    ("It is ", "It's "),
    ("there is ", "there's "),
    ("I have been", "I've been"),
    ("I have just", "I've just"),
    ("I have lost", "I've lost"),
    ("I have forgotten", "I've forgotten"),
)


def contract(text: str) -> str:
    """Return ``text`` with the usual spoken contractions."""
    for full, short in _CONTRACTIONS:
        if full in text:
            text = text.replace(full, short)
    return text


def typo(rng: random.Random, text: str) -> str:
    """Return ``text`` with one small typing slip in one longer word."""
    words = text.split(" ")
    long_words = [i for i, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if not long_words:
        return text
    index = long_words[int(rng.random() * len(long_words))]
    word = words[index]
    spot = 1 + int(rng.random() * (len(word) - 2))
    slip = rng.random()
    if slip < 0.4:
        word = word[:spot] + word[spot + 1] + word[spot] + word[spot + 2 :]
    elif slip < 0.75:
        word = word[:spot] + word[spot + 1 :]
    else:
        word = word[:spot] + word[spot] + word[spot:]
    words[index] = word
    return " ".join(words)


_CHAT_WORDS = (
    (" you ", " u "),
    (" please", " pls"),
    (" your ", " ur "),
    (" are you ", " are u "),
    (" thanks", " thx"),
    (" and ", " & "),
    (" because ", " cos "),
    (" tomorrow", " tmrw"),
)


def chat_style(text: str) -> str:
    """Return ``text`` with texting abbreviations."""
    for full, short in _CHAT_WORDS:
        if full in text:
            text = text.replace(full, short)
    return text
