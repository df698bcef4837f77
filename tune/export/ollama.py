"""An Ollama Modelfile beside a GGUF file. Ollama does not render the Jinja template in the file: its own templates are
written in Go's language, so the turns of the chat template are found by rendering, and written that way where they say
the same (https://docs.ollama.com/modelfile, https://docs.ollama.com/template).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

FIRST, SECOND, THIRD, SYSTEM = "Aprobe1a", "Bprobe2b", "Cprobe3c", "Sprobe4s"
"""Contents that no template has words like."""
Chat = Sequence[tuple[str, str]]
"""(role, content) of each message."""


@dataclass(frozen=True)
class Turns:
    """A chat template whose text is a beginning, then each message between two fixed pieces, then how an answer begins."""

    begin: str
    around: dict[str, tuple[str, str]]
    """What stands before and after a message, by its role."""
    answer: str

    def text(self, chat: Chat) -> str:
        """A chat up to where the assistant begins to speak."""
        return self.begin + "".join(content.join(self.around[role]) for role, content in chat) + self.answer


def turns(render: Callable[[Chat, bool], str]) -> Turns | None:
    """The turns of a chat template; None when it does more than to put messages between fixed pieces.

    `render` gives the text of a chat; its second argument says whether the assistant is about to speak.
    """
    try:
        found = _turns(render)
        system = [("system", SYSTEM), ("user", FIRST)]
        chats: list[Chat] = [
            [("user", "Hello!")],
            [("user", "Hello!"), ("assistant", "Hi."), ("user", "And now?")],
            *(
                [[*system[:1], ("user", "Hello!"), ("assistant", "Hi."), ("user", "?")]]
                if "system" in found.around
                else ()
            ),
        ]
        return found if all(found.text(chat) == render(chat, True) for chat in chats) else None
    except ValueError:
        return None


def _turns(render: Callable[[Chat, bool], str]) -> Turns:
    """Raises ValueError where the pieces do not fit together."""
    asked = [("user", FIRST)]
    answered = [*asked, ("assistant", SECOND)]
    _, after_user = _split(render(asked, False), FIRST)
    _, _, after_answer = _split(render(answered, False), FIRST, SECOND)
    start, between, again, end = _split(render([*answered, ("user", THIRD)], True), FIRST, SECOND, THIRD)
    before_user = _without(again, after_answer)
    before_answer, answer = _without(between, after_user), _without(end, after_user)
    if not start.endswith(before_user):
        raise ValueError("the first message is begun otherwise")
    begin = start.removesuffix(before_user)
    around = {"user": (before_user, after_user), "assistant": (before_answer, after_answer)}
    try:
        with_system = render([("system", SYSTEM), *asked], True)
    except ValueError:
        return Turns(begin, around, answer)  # a template without system messages
    first, second, _ = _split(with_system, SYSTEM, FIRST)
    if not second.endswith(before_user):
        raise ValueError("a system message becomes part of another one")
    around["system"] = (_without(first, begin), second.removesuffix(before_user))
    return Turns(begin, around, answer)


def _split(text: str, *marks: str) -> list[str]:
    """The pieces between marks that stand in this order, each once. Raises ValueError otherwise."""
    pieces = []
    for mark in marks:
        piece, found, text = text.partition(mark)
        if not found or mark in text:
            raise ValueError("a message is left out or repeated")
        pieces.append(piece)
    return [*pieces, text]


def _without(text: str, prefix: str) -> str:
    if not text.startswith(prefix):
        raise ValueError("a message is ended otherwise in the middle of a chat")
    return text.removeprefix(prefix)


def modelfile(gguf: str, name: str, found: Turns | None, begins_itself: str, stops: Sequence[str]) -> str:
    """The Modelfile. `begins_itself` is the text of the token that the file's tokenizer adds at the beginning by itself,
    so that the template must not."""
    lines = [f"# ollama create {name} -f Modelfile", f"FROM ./{gguf}"]
    template = _go(found, begins_itself) if found is not None else None
    if template is None:
        lines.append(
            "# The chat template could not be said in Ollama's language: Ollama takes the one in the file if it knows it."
        )
    else:
        if found is not None and "system" not in found.around:
            lines.append("# The chat template knows no system messages: one that is given here is left out.")
        lines.append(f'TEMPLATE """{template}"""')
    for stop in stops:
        if stop and _kept(stop):
            quotes = '"""' if '"' in stop or "\n" in stop else '"'
            lines.append(f"PARAMETER stop {quotes}{stop}{quotes}")
        else:
            lines.append(f"# The stop token {stop!a} has no text that can stand here; the file itself names it.")
    return "\n".join(lines) + "\n"


def _kept(text: str) -> bool:
    """Whether Ollama reads a text between three quotes as it is. It knows no escapes, ends at three quotes that end a line,
    and leaves out characters that Go does not print: all spaces but the plain one, and what joins or directs others.
    Source: parser/parser.go of Ollama, read 2026-11-26."""
    return '"""' not in text and all(character.isprintable() or character in "\n\r\t" for character in text)


def _go(found: Turns, begins_itself: str) -> str | None:
    """The turns as a Go template; None where their text would be read as something else."""
    pieces = [found.begin, found.answer, *(piece for pair in found.around.values() for piece in pair)]
    if any("{{" in piece or piece.endswith("{") or not _kept(piece) for piece in pieces):
        return None
    begin = found.begin.removeprefix(begins_itself)
    cases = "{{ else ".join(
        f'if eq .Role "{role}" }}}}{before}{{{{ .Content }}}}{after}' for role, (before, after) in found.around.items()
    )
    return f"{begin}{{{{ range .Messages }}}}{{{{ {cases}{{{{ end }}}}{{{{ end }}}}{found.answer}"
