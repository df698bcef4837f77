"""The Modelfile as Ollama would read it: a reader of its format and of the part of Go's template language that stands in
it, written from their documentation, is the oracle."""

from __future__ import annotations

import re
import unicodedata

import pytest
from conftest import POCKET
from hypothesis import example, given
from hypothesis import strategies as st
from transformers import AutoTokenizer

from tune.export.gguf import _text
from tune.export.ollama import Turns, modelfile


def instructions(text: str) -> list[tuple[str, str]]:
    """(instruction, argument) of a Modelfile. An argument is what stands between quotes, one or three on each side, or else
    the rest of its line; a line break ends it once its quotes are closed. There are no escapes, and characters that Go does
    not print are lost."""
    found, lines = [], text.split("\n")
    while lines:
        line = lines.pop(0)
        if not line.strip() or line.startswith("#"):
            continue
        name, argument = line.split(" ", 1)
        if name == "PARAMETER":
            name, argument = argument.split(" ", 1)
        while not closed(argument.strip()) and lines:
            argument += "\n" + lines.pop(0)
        argument = argument.strip()
        assert closed(argument), f"{name} never ends"
        width = next((n for n in (3, 1) if argument.startswith('"' * n)), 0)
        argument = argument[width : len(argument) - width]
        found.append((name, "".join(c for c in argument if printed(c))))
    return found


def closed(argument: str) -> bool:
    """Whether the quotes that an argument begins with are closed."""
    for quotes in ('"""', '"'):
        if argument.startswith(quotes):
            return len(argument) >= 2 * len(quotes) and argument.endswith(quotes)
    return True


def printed(character: str) -> bool:
    """As Go's strconv.IsPrint, and the white space that is kept."""
    return character in " \n\r\t" or unicodedata.category(character)[0] in "LMNPS"


def rendered(template: str, chat: list[tuple[str, str]]) -> str:
    """What a template of our form says: text, a range over messages with a chain of `if eq .Role`, `.Content`."""
    parts = re.split(r"\{\{ (.*?) \}\}", template)
    assert not any("{{" in part for part in parts[::2]), "text that Go takes for an action"
    first, last = parts.index("range .Messages"), len(parts) - 2
    assert parts[last] == "end"
    said = "".join(parts[:first])
    for role, content in chat:
        shown = False
        for action, text in zip(parts[first + 2 : last : 2], parts[first + 3 : last : 2], strict=True):
            if "if eq .Role" in action:
                shown = f'"{role}"' in action
            elif action == "end":
                shown = False
            said += (content if shown and action == ".Content" else "") + (text if shown else "")
    return said + parts[last + 1]


ODD = st.text(st.sampled_from('ab"\\{}\n\r\t <|>｜▁é\u00a0\u200d`$%[]/#'), max_size=6)
CHAT = [("system", "Be."), ("user", 'He said "no" {{ .x }} \\n'), ("assistant", "Yes."), ("user", "?")]


@given(ODD, ODD, st.tuples(*[st.tuples(ODD, ODD)] * 3), st.lists(ODD, max_size=3))
@example('"', '"', (('"', '"'),) * 3, ['"', '""', '"\n"', "\\", "a b ", '"""'])
@example("{", "", (("", ""),) * 3, ["\u00a0"])
def test_any_text_comes_through_or_is_left_out(
    begin: str, answer: str, around: tuple[tuple[str, str], ...], stops: list[str]
) -> None:
    """Quotes, backslashes, braces, line breaks and characters that Go does not print, in turns and stop tokens: what stands
    in the Modelfile is read as it was meant, and what cannot be said so is not said at all."""
    found = Turns(begin, dict(zip(("system", "user", "assistant"), around, strict=True)), answer)
    read = instructions(modelfile("a.gguf", "bot", found, "", stops))
    assert read[0] == ("FROM", "./a.gguf")
    said = [argument for name, argument in read if name == "TEMPLATE"]
    assert [rendered(template, CHAT) for template in said] in ([], [found.text(CHAT)])
    kept = [argument for name, argument in read if name == "stop"]
    sound = [stop for stop in stops if stop and all(map(printed, stop)) and '"""' not in stop]
    assert kept == sound
    assert {name for name, _ in read} <= {"FROM", "TEMPLATE", "stop"}


@pytest.mark.parametrize("quote", ['"', "\\", "'", "`", "{ }", "}}"])
def test_ordinary_oddities_are_said(quote: str) -> None:
    """One quote, a backslash, single braces: none of them is a reason to give no TEMPLATE."""
    found = Turns("", {"user": (f"<{quote}u>", f"</{quote}u>")}, f"<{quote}a>")
    (template,) = [a for name, a in instructions(modelfile("a.gguf", "bot", found, "", [])) if name == "TEMPLATE"]
    assert rendered(template, [("user", "x")]) == found.text([("user", "x")])


def test_the_text_of_a_stop_token() -> None:
    """An added token writes itself; another one what it stands for, and not how the vocabulary spells it; a token beyond the
    vocabulary nothing."""
    tokenizer = AutoTokenizer.from_pretrained(POCKET)
    assert _text(tokenizer, 2) == "<|end|>"
    assert _text(tokenizer, tokenizer.convert_tokens_to_ids("<0x41>")) == "A"
    assert _text(tokenizer, tokenizer.convert_tokens_to_ids("<0xE2>")) == ""  # a part of a character
    assert _text(tokenizer, 10**6) == ""
