"""From a row in any of the usual formats to one common form, or the reason why it is no sample.

The formats are those that people publish data in: lists of messages (OpenAI, TRL), ShareGPT and alpaca (LLaMA-Factory,
Axolotl), prompt and completion, preference and unpaired preference (TRL), prompts alone, plain text. Columns that a
format does not name (ids, scores, sources) are not read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

from tune.data.messages import (
    Fault,
    Messages,
    Turn,
    check_order,
    is_empty,
    kind,
    read_tools,
    read_turn,
    read_turns,
    text,
)
from tune.jsonl import Broken, Row
from tune.text import listed

PAIRS = (
    ("prompt", "completion"),
    ("prompt", "response"),
    ("question", "answer"),
    ("query", "response"),
    ("input", "output"),
    ("question", "response"),
)
"""Names of a question and its answer; the first pair that a row has counts."""
ANSWERS = ("completion", "response", "answer", "output", "chosen")
"""A row with one of these is more than a prompt."""
OUTPUTS = ("output", "response")
"""Names of the answer beside an instruction."""
SHAREGPT = ("conversations", "conversation")
SYSTEM = ("system", "system_prompt")
JUDGED = ("label", "kto_tag")
"""Names of whether an answer is a good one; `kto_tag` is LLaMA-Factory's."""
Values = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """One row in the common form.

    `messages` are what chat templates take, see `tune.data.messages`; empty for plain text. `unlearned` are the
    indexes of assistant messages that carry no loss: marked so in the file, or part of a prompt. In preference rows
    `messages` is the prompt with the better answer and `rejected` the worse answer alone; the answer begins at the
    first assistant message that is not in `unlearned`, in unpaired preference rows too.
    """

    messages: Messages = field(default_factory=list)
    tools: list[dict[str, Any]] | None = None
    unlearned: frozenset[int] = frozenset()
    text: str | None = None
    rejected: Messages | None = None
    label: bool | None = None


def detect(row: Row) -> str | Broken:
    """The format of a row, one of FORMATS, by its keys. A key whose value is null counts as absent.

    Only whether there is such a format is decided here, so the value under a key may still be wrong.
    """
    value = row.value
    has = frozenset(name for name in value if value[name] is not None)
    if found := _detected(has, any(_is_label(value.get(name)) for name in JUDGED)):
        return found
    fix = (
        'rows need "messages", "conversations", "instruction" and "output", "prompt" and "completion", '
        '"prompt", "chosen" and "rejected", "prompt", "completion" and "label", "prompt" alone, or "text"; '
        "map: gives columns of other names these names"
    )
    what = f"no known shape; its keys are: {listed(sorted(value), 20) or 'none'}"
    return Broken(row.line, "unknown shape", what, fix)


@lru_cache(maxsize=4096)  # rows of a file have few sets of columns, and every row is asked
def _detected(has: frozenset[str], judged: bool) -> str | None:
    """The format by the columns that have a value, and by whether one of them judges the answer."""
    talks = "messages" in has or not has.isdisjoint(SHAREGPT)
    instructed = "instruction" in has and not has.isdisjoint(OUTPUTS)
    paired = any(has.issuperset(pair) for pair in PAIRS)
    if has.issuperset(("chosen", "rejected")):
        return "preference"
    if judged and (talks or instructed or paired):
        return "unpaired_preference"
    if talks:
        return "messages" if "messages" in has else "sharegpt"
    if instructed:
        return "alpaca"
    if paired:
        return "prompt_completion"
    if not has.isdisjoint(("prompt", "question")) and has.isdisjoint(ANSWERS):
        return "prompt_only"
    return "text" if "text" in has else None


def describe(format: str) -> str:  # noqa: A002  the recipe's own word for it
    """One short line for people about one of FORMATS: the columns that it reads."""
    return f"{format}: {_FORMATS[format].says}"


def to_sample(row: Row, format: str) -> Sample | Broken:  # noqa: A002  as above
    """The row in the common form, read as one of FORMATS, or why it cannot be. Raises nothing."""
    try:
        return _FORMATS[format].read(row.value)
    except Fault as fault:
        return Broken(row.line, fault.reason, fault.what, fault.fix, fault.key)


def unread(row: Row, format: str) -> list[str]:  # noqa: A002  as above
    """The columns of a row that say something and have no place in one of FORMATS, by name."""
    known = _FORMATS[format].columns
    return sorted(name for name, value in row.value.items() if name not in known and not is_empty(value))


def _messages(row: Values) -> Sample:
    """OpenAI's and TRL's conversations."""
    return _sample(row, [], read_turns(row.get("messages"), "messages"), "messages")


def _sharegpt(row: Values) -> Sample:
    """Conversations in ShareGPT's words."""
    key = _first(row, SHAREGPT)
    return _sample(row, [], read_turns(row.get(key), key, sharegpt=True), key)


def _alpaca(row: Values) -> Sample:
    """Instruction, input and output."""
    question, answer, key = _instructed(row)
    return _sample(row, [], [*question, *answer], key)


def _prompt_completion(row: Values) -> Sample:
    """A question and its answer."""
    return _sample(row, *_pair(row))


def _preference(row: Values) -> Sample:
    """The prompt is a column of its own, or what both conversations begin with."""
    chosen, rejected = _side(row, "chosen", "assistant"), _side(row, "rejected", "assistant")
    if [turn.message for turn in chosen] == [turn.message for turn in rejected]:
        raise Fault("same answers", "chosen and rejected are the same", "remove the row", "rejected")
    key = _first(row, ("prompt", "question", "instruction", *SHAREGPT, "messages"))
    if chosen[0].role == "assistant" or rejected[0].role == "assistant":
        if row.get(key) is None:
            fix = 'add "prompt", or write chosen and rejected as whole conversations in lists of messages'
            raise Fault("missing key", 'has no "prompt"', fix, "prompt")
        prompt = _question(row, key)
        for turns, name in ((chosen, "chosen"), (rejected, "rejected")):
            if turns[0].role != "assistant":
                what = f"begins with a {turns[0].role} message, and the other answer does not"
                raise Fault("wrong role order", what, "begin both with the assistant's answer", name)
    else:
        prompt, chosen, rejected = _split(chosen, rejected)
        if not is_empty(row.get(key)):
            _must_agree(_question(row, key), prompt, key)
    for turn in (*chosen, *rejected):
        if not turn.learned:
            fix = "remove the mark; answers that are compared are learned"
            raise Fault("unlearned answer", "is marked as not learned", fix, turn.place)
    worse = _sample(row, prompt, rejected, "rejected")
    return replace(_sample(row, prompt, chosen, "chosen"), rejected=worse.messages[-len(rejected) :])


def _split(chosen: list[Turn], rejected: list[Turn]) -> tuple[list[Turn], list[Turn], list[Turn]]:
    """The common beginning of two conversations, and what is left of each."""
    pairs = zip(chosen, rejected, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a.message != b.message), min(len(chosen), len(rejected)))
    for turns, name in ((chosen, "chosen"), (rejected, "rejected")):
        if same == len(turns):
            what = "is only the beginning of the other conversation"
            raise Fault("no answer", what, "end both conversations with an answer to the same prompt", name)
        if turns[same].role != "assistant":
            what = "the two conversations differ before the assistant answers"
            raise Fault("two prompts", what, "write both answers to the same prompt", turns[same].place)
    return chosen[:same], chosen[same:], rejected[same:]


def _must_agree(given: list[Turn], found: list[Turn], key: str) -> None:
    """A prompt beside two whole conversations must be what they begin with, or one of their questions (as text)."""
    asked = [turn.message["content"].strip() for turn in found if turn.role == "user"]
    begins = [turn.message for turn in given] == [turn.message for turn in found[: len(given)]]
    if not begins and not (len(given) == 1 and given[0].message["content"].strip() in asked):
        what = "is not what chosen and rejected begin with"
        raise Fault("two prompts", what, "keep the prompt in one place", key)


def _unpaired(row: Values) -> Sample:
    """One answer and whether it is a good one; of a conversation the last message is judged."""
    key = next((name for name in JUDGED if _is_label(row.get(name))), _first(row, JUDGED))
    label = _given(row, key)
    if not _is_label(label):
        shown = label if isinstance(label, int | float) else kind(label)
        raise Fault("wrong type", f"must be true, false, 1 or 0, found {shown}", "write true for a good answer", key)
    name = _first(row, ("messages", *SHAREGPT))
    if row.get(name) is None:
        prompt, answer, name = _pair(row) if row.get("instruction") is None else _instructed(row)
    else:
        turns = read_turns(row[name], name, sharegpt=name in SHAREGPT)
        prompt, answer = turns[:-1], turns[-1:]
        if answer[0].role != "assistant":
            what = f"the last message is from {answer[0].role}, so there is no answer to judge"
            raise Fault("no answer", what, "end the conversation with an assistant message", answer[0].place)
    return replace(_sample(row, prompt, answer, name), label=bool(label))


def _prompt_only(row: Values) -> Sample:
    """A question that the model is to answer itself."""
    key = _first(row, ("prompt", "question"))
    turns = _with_system(row, _side(row, key, "user"))
    check_order(turns)
    if all(turn.role != "user" for turn in turns):
        raise Fault("no question", "there is no user message", "begin the conversation with a user message", key)
    if turns[-1].role != "user":
        what = f"the last message is from {turns[-1].role}, so there is no question to answer"
        raise Fault("no question", what, "end the prompt with a user message", turns[-1].place)
    unlearned = frozenset(i for i, turn in enumerate(turns) if turn.role == "assistant")
    return Sample([turn.message for turn in turns], read_tools(row.get("tools"), "tools"), unlearned)


def _text(row: Values) -> Sample:
    """A document."""
    return Sample(text=_filled(_given(row, "text"), "text"))


_ALWAYS = {"tools", *SYSTEM}
_LISTED = {"messages", "functions", *SHAREGPT}
_PAIRED = {"history", *(name for pair in PAIRS for name in pair)}
_INSTRUCTED = {"instruction", "input", "context", "history", *OUTPUTS}
_COMPARED = _LISTED | {"chosen", "rejected", "prompt", "question", "instruction", "input", "context", "history"}
_JUDGED = _LISTED | _INSTRUCTED | _PAIRED | {*JUDGED}
_A_PAIR = "prompt and completion, or question and answer: texts or lists of messages; history, system"
_TWO = "prompt, chosen, rejected; or chosen and rejected as whole conversations"
_ASKED = "prompt or question: text or a list of messages"


class _Format(NamedTuple):
    says: str  # for people
    read: Callable[[Values], Sample]
    columns: set[str]  # all that it reads where they are there


_FORMATS = {
    "messages": _Format("messages (role, content); tools, system", _messages, {"messages", "functions", *_ALWAYS}),
    "sharegpt": _Format("conversations (from, value); tools, system", _sharegpt, {*SHAREGPT, *_ALWAYS}),
    "alpaca": _Format("instruction, input, output; history, system", _alpaca, _INSTRUCTED | _ALWAYS),
    "prompt_completion": _Format(_A_PAIR, _prompt_completion, _PAIRED | _ALWAYS),
    "preference": _Format(_TWO, _preference, _COMPARED | _ALWAYS),
    "unpaired_preference": _Format("prompt, completion, label; or messages, label", _unpaired, _JUDGED | _ALWAYS),
    "prompt_only": _Format(_ASKED, _prompt_only, {"prompt", "question", "history", *_ALWAYS}),
    "text": _Format("text, read as it is", _text, {"text"}),
}
FORMATS = tuple(_FORMATS)


def _sample(row: Values, prompt: list[Turn], answer: list[Turn], key: str) -> Sample:
    """The common form of a prompt (no assistant message of it is learned) and an answer that stands under `key`."""
    turns = _with_system(row, [*prompt, *answer])
    check_order(turns)
    spoken = [i for i, turn in enumerate(turns) if turn.role == "assistant"]
    start = len(turns) - len(answer)
    learned = {i for i in spoken if i >= start and turns[i].learned}
    if not spoken or spoken[-1] < start:
        raise Fault("no answer", "there is no answer to learn", "end the conversation with an assistant message", key)
    if not learned:
        fix = "remove the row, or the mark of an answer that is to be learned"
        raise Fault("no answer", "all answers are marked as not learned", fix, key)
    return Sample([turn.message for turn in turns], _tools(row), frozenset(spoken) - learned)


def _tools(row: Values) -> list[dict[str, Any]] | None:
    """Tool definitions; `functions` is the name that OpenAI gave them first."""
    tools, functions = row.get("tools"), row.get("functions") if "messages" in row else None
    if not is_empty(tools) and not is_empty(functions):
        raise Fault("two lists of tools", "is given beside tools", "keep one of them", "functions")
    return read_tools(functions, "functions") if is_empty(tools) else read_tools(tools, "tools")


def _with_system(row: Values, turns: list[Turn]) -> list[Turn]:
    """The turns, begun with the system text that stands in a column of its own if there is one."""
    for key in SYSTEM:
        if row.get(key) is None or not text(row[key], key).strip():
            continue
        if turns[0].role not in ("system", "developer"):
            turns = [Turn({"role": "system", "content": row[key]}, key), *turns]
        elif turns[0].message["content"] != row[key]:
            what = f"is given beside {turns[0].place}, which says something else"
            raise Fault("two system texts", what, "keep one of them", key)
    return turns


def _history(row: Values) -> list[Turn]:
    """What was said before the question: a list of questions with their answers."""
    said = []
    for i, pair in enumerate(_list(row.get("history"), "history")):
        if not isinstance(pair, list) or len(pair) != 2:
            found = f"{len(pair)} values" if isinstance(pair, list) else kind(pair)
            what = f"must be a question and its answer, found {found}"
            raise Fault("wrong type", what, 'write ["question", "answer"]', f"history[{i}]")
        for j, role in enumerate(("user", "assistant")):
            place = f"history[{i}][{j}]"
            said.append(Turn({"role": role, "content": _filled(pair[j], place)}, place))
    return said


def _instruction(row: Values) -> list[Turn]:
    """An alpaca question with what was said before. Instruction and input are joined by a line break, as LLaMA-Factory
    joins them; a Dolly row calls the input "context"."""
    said = _history(row)
    more = _first(row, ("input", "context"))
    parts = [text(_given(row, "instruction"), "instruction")]
    parts += [] if row.get(more) is None else [text(row[more], more)]
    question = "\n".join(part for part in parts if part.strip())
    return [*said, Turn({"role": "user", "content": _filled(question, "instruction")}, "instruction")]


def _instructed(row: Values) -> tuple[list[Turn], list[Turn], str]:
    """An alpaca question, its answer, and the key of the answer."""
    key = _first(row, OUTPUTS)
    return _instruction(row), [_said(row, key, "assistant")], key


def _list(value: Any, key: str) -> list[Any]:
    """A list, or null for none."""
    if is_empty(value):
        return []
    if not isinstance(value, list):
        raise Fault("wrong type", f"must be a list, found {kind(value)}", 'write [["question", "answer"], ...]', key)
    return value


def _question(row: Values, key: str) -> list[Turn]:
    """The prompt under a key, which may be the instruction of an alpaca row, with what was said before a text."""
    if key == "instruction":
        return _instruction(row)
    return [*(_history(row) if isinstance(row.get(key), str) else []), *_side(row, key, "user")]


def _pair(row: Values) -> tuple[list[Turn], list[Turn], str]:
    """Prompt, completion and the key of the completion: both texts or both messages."""
    has = {name for name in row if row[name] is not None}
    # A row that has no whole pair is judged by the pair whose question it has.
    found = [pair for pair in PAIRS if has.issuperset(pair)] or [pair for pair in PAIRS if pair[0] in row] or PAIRS
    asked, answered = found[0]
    prompt, completion = _question(row, asked), _side(row, answered, "assistant")
    if isinstance(row[asked], str) != isinstance(row[answered], str):
        what = f"is {kind(row[answered])} where {asked} is {kind(row[asked])}"
        raise Fault("wrong type", what, "write both as texts, or both as lists of messages", answered)
    return prompt, completion, answered


def _side(row: Values, key: str, role: str) -> list[Turn]:
    """Question or answer: a text said by `role`, a message, or a list of messages."""
    value = _given(row, key)
    if isinstance(value, list):
        return read_turns(value, key, sharegpt=key in SHAREGPT)
    if isinstance(value, dict):
        return [read_turn(value, key, sharegpt=key in SHAREGPT)]
    return [_said(row, key, role)]


def _said(row: Values, key: str, role: str) -> Turn:
    """A turn that stands as a text under a key."""
    reason = "empty answer" if role == "assistant" else "empty message"
    return Turn({"role": role, "content": _filled(_given(row, key), key, reason)}, key)


def _filled(value: Any, key: str, reason: str = "empty message") -> str:
    """The value, which must be text that says something."""
    if not text(value, key).strip():
        raise Fault(reason, "is empty", "write the text, or remove the row", key)
    return str(value)


def _given(row: Values, key: str) -> Any:
    """The value of a key that must be there."""
    if key not in row:
        raise Fault("missing key", f'has no "{key}"', f'add "{key}"', key)
    return row[key]


def _first(row: Values, names: tuple[str, ...]) -> str:
    """The first of these keys that has a value; the first of all when none has."""
    return next((name for name in names if row.get(name) is not None), names[0])


def _is_label(value: Any) -> bool:
    """Whether a value judges an answer."""
    return isinstance(value, bool | int | float) and value in (0, 1)
