"""Rows that are wrong: every message, to the letter, with file, line and field; and what the policies make of them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from conftest import chat_row, write_rows
from light_base import Bench, make_base

from tune.errors import DataError
from tune.recipe import Recipe

GOOD = chat_row("When are you open?", "From nine to five.")


def said(role: str, content: Any = "Hello.", **more: Any) -> dict[str, Any]:
    """A message."""
    return {"role": role, "content": content, **more}


def chat(*messages: Any, **more: Any) -> dict[str, Any]:
    """A row of messages."""
    return {"messages": list(messages), **more}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Pocket's tokenizer and template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "pocket"))


CASES: dict[str, tuple[Any, str]] = {
    # Lines that are no JSON object.
    "cut off": (
        '{"messages": [',
        "train.jsonl:2: not JSON: expecting value at column 15. write one JSON object a line; check quotes and commas",
    ),
    "single quotes": (
        "{'messages': []}",
        (
            "train.jsonl:2: not JSON: expecting property name enclosed in double quotes at column 2. "
            "write one JSON object a line; check quotes and commas"
        ),
    ),
    "two objects": (
        json.dumps(GOOD) + json.dumps(GOOD),
        (
            f"train.jsonl:2: not JSON: extra data at column {len(json.dumps(GOOD)) + 1}. "
            "write one JSON object a line; check quotes and commas"
        ),
    ),
    "Latin-1": (
        b'{"prompt": "caf\xe9", "completion": "yes"}',
        "train.jsonl:2: byte 0xe9 at column 16 is not UTF-8. save the file as UTF-8",
    ),
    "list": (
        [said("user"), said("assistant")],
        (
            "train.jsonl:2: a list where an object was expected. "
            'write {"messages": [...]} or {"prompt": ..., "completion": ...}'
        ),
    ),
    "text": (
        '"Hello."',
        (
            "train.jsonl:2: a text where an object was expected. "
            'write {"messages": [...]} or {"prompt": ..., "completion": ...}'
        ),
    ),
    "null": (
        "null",
        (
            "train.jsonl:2: null where an object was expected. "
            'write {"messages": [...]} or {"prompt": ..., "completion": ...}'
        ),
    ),
    "NaN": ('{"messages": [], "label": NaN}', "train.jsonl:2: NaN is not JSON. mend the object"),
    "infinity": ('{"messages": [], "label": -Infinity}', "train.jsonl:2: -Infinity is not JSON. mend the object"),
    "key twice": (
        '{"messages": [{"role": "user", "content": "a", "content": "b"}]}',
        'train.jsonl:2: the key "content" is given twice. mend the object',
    ),
    "half a surrogate pair": (
        '{"messages": [{"role": "user", "content": "\\ud83d"}]}',
        "train.jsonl:2: half of a surrogate pair (\\ud800 to \\udfff) without its other half. write the character itself",
    ),
    "blank line": ("", "train.jsonl:2: a blank line between rows. remove the line"),
    "blanks only": (" \t", "train.jsonl:2: a blank line between rows. remove the line"),
    # Objects that are no conversation.
    "messages missing": (
        {"text": "Hello."},
        (
            "train.jsonl:2: messages: must be a list of messages, found nothing. "
            'write [{"role": "user", "content": "..."}, ...]'
        ),
    ),
    "messages a text": (
        {"messages": "Hello."},
        (
            "train.jsonl:2: messages: must be a list of messages, found text. "
            'write [{"role": "user", "content": "..."}, ...]'
        ),
    ),
    "no messages": (chat(), "train.jsonl:2: messages: is an empty list. remove the row"),
    "tools that the template leaves out": (
        chat(said("user"), said("assistant"), tools=[{"name": "look"}]),
        (
            "train.jsonl:2: tools: the template leaves out the tool 'look'. "
            "use a base whose template knows tools, or write them into the system message"
        ),
    ),
    "message a text": (
        chat("Hello."),
        'train.jsonl:2: messages[0]: must be an object, found text. write {"role": ..., "content": ...}',
    ),
    "only a question in ShareGPT's form": (
        chat({"from": "human", "value": "Hello."}),
        ("train.jsonl:2: messages: there is no answer to learn. end the conversation with an assistant message"),
    ),
    "no content": (
        chat(said("user"), {"role": "assistant"}),
        'train.jsonl:2: messages[1]: has no "content". add "content"',
    ),
    "tool calls that the template leaves out": (
        chat(said("user"), said("assistant", tool_calls=[{"name": "look"}])),
        (
            "train.jsonl:2: messages[1].tool_calls[0].function.name: the template drops part of the tool call: 'look'. "
            "change the row or the base"
        ),
    ),
    "unknown role": (
        chat(said("human"), said("assistant")),
        "train.jsonl:2: messages[0].role: unknown role 'human'. use one of: system, developer, user, assistant, tool",
    ),
    "a picture": (
        chat(said("user", [{"type": "image_url"}]), said("assistant")),
        (
            'train.jsonl:2: messages[0].content[0]: is of type "image_url", and only text can be read. '
            "remove the row, or write it as text"
        ),
    ),
    "content nothing": (
        chat(said("user"), said("assistant", None)),
        "train.jsonl:2: messages[1].content: must be text, found nothing. write the content as one text",
    ),
    "empty answer": (
        chat(said("user"), said("assistant", " \n")),
        "train.jsonl:2: messages[1].content: the assistant says nothing. write the text, or remove the row",
    ),
    "empty question": (
        chat(said("user", ""), said("assistant")),
        "train.jsonl:2: messages[0].content: the user says nothing. write the text, or remove the row",
    ),
    "system late": (
        chat(said("user"), said("system"), said("assistant")),
        "train.jsonl:2: messages[1].role: a system message after the first. put the system message first",
    ),
    "two systems": (
        chat(said("system"), said("system"), said("user"), said("assistant")),
        "train.jsonl:2: messages[1].role: a system message after a system message. join them",
    ),
    "two users in a row": (
        chat(said("user"), said("user"), said("assistant")),
        "train.jsonl:2: messages[1].role: two user messages in a row. join them, or add what is missing between them",
    ),
    "two assistants in a row": (
        chat(said("user"), said("assistant"), said("assistant")),
        (
            "train.jsonl:2: messages[2].role: two assistant messages in a row. "
            "join them, or add what is missing between them"
        ),
    ),
    "answer before any question": (
        chat(said("assistant"), said("user"), said("assistant")),
        "train.jsonl:2: messages[0].role: an assistant message before any user message. begin with a user message",
    ),
    "no answer": (
        chat(said("user")),
        "train.jsonl:2: messages: there is no answer to learn. end the conversation with an assistant message",
    ),
    "control token": (
        chat(said("user", "What is <|end|>?"), said("assistant")),
        (
            'train.jsonl:2: messages[0].content: contains the control token "<|end|>". '
            "remove it: the template writes these tokens"
        ),
    ),
    "control token in a tool definition": (
        chat(said("user"), said("assistant"), tools=[{"name": "f", "description": "d<|end|>", "parameters": {}}]),
        (
            'train.jsonl:2: tools[0].function.description: contains the control token "<|end|>". '
            "remove it: the template writes these tokens"
        ),
    ),
    "control token in the name of a parameter": (
        chat(said("user"), said("assistant"), tools=[{"name": "f", "parameters": {"a<|end|>\nb": {}}}]),
        (
            'train.jsonl:2: tools[0].function.parameters: contains the control token "<|end|>". '
            "remove it: the template writes these tokens"
        ),
    ),
    "control token in the name of an argument": (
        chat(said("user"), said("assistant", "", tool_calls=[{"name": "f", "arguments": {"<|end|>": 1}}])),
        (
            'train.jsonl:2: messages[1].tool_calls[0].arguments: contains the control token "<|end|>". '
            "remove it: the template writes these tokens"
        ),
    ),
    "control token in the name of a function": (
        chat(said("user"), said("assistant", "", tool_calls=[{"name": "f<|end|>", "arguments": {}}])),
        (
            'train.jsonl:2: messages[1].tool_calls[0].name: contains the control token "<|end|>". '
            "remove it: the template writes these tokens"
        ),
    ),
    "too long": (
        chat(said("user", "Hello."), said("assistant", "word " * 600)),
        "train.jsonl:2: 607 tokens, over max_tokens (512). raise data.max_tokens, or set data.long to drop, truncate or split",
    ),
}


@pytest.mark.parametrize(("row", "expected"), CASES.values(), ids=CASES.keys())
def test_bad_row(bench: Bench, tmp_path: Path, row: Any, expected: str) -> None:
    """The second of three rows is wrong: one message, exactly this."""
    assert bench.complaints(tmp_path, [GOOD, row, GOOD]) == [expected]


PAIRS: dict[str, tuple[Any, str]] = {
    "no completion": ({"prompt": "Hello."}, 'train.jsonl:2: completion: has no "completion". add "completion"'),
    "prompt a number": (
        {"prompt": 3, "completion": "Hello."},
        "train.jsonl:2: prompt: must be text, found a number. write it as one text",
    ),
    "empty completion": (
        {"prompt": "Hello.", "completion": ""},
        "train.jsonl:2: completion: is empty. write the text, or remove the row",
    ),
    "control token": (
        {"prompt": "Hello.", "completion": "Bye.<|end|>"},
        'train.jsonl:2: messages[1].content: contains the control token "<|end|>". remove it: the template writes these tokens',
    ),
}


@pytest.mark.parametrize(("row", "expected"), PAIRS.values(), ids=PAIRS.keys())
def test_bad_pair(bench: Bench, tmp_path: Path, row: Any, expected: str) -> None:
    """The same for prompt and completion."""
    good = {"prompt": "When?", "completion": "At nine."}
    assert bench.complaints(tmp_path, [good, row, good]) == [expected]


PAIR = {"prompt": "When?", "completion": "At nine."}
ASKED = {"instruction": "Translate.", "input": "Oui.", "output": "Yes."}
OVERLOOKED: dict[str, tuple[Any, Any, str]] = {
    "a label that the first row has not": (
        {**PAIR, "label": None},
        {**PAIR, "label": False},
        (
            "looks like unpaired_preference, and the rows before it are read as prompt_completion. "
            "set format: unpaired_preference or prompt_completion on the source, or split the file"
        ),
    ),
    "a label of LLaMA-Factory": (
        chat(said("user"), said("assistant")),
        chat(said("user"), said("assistant"), kto_tag=True),
        (
            "looks like unpaired_preference, and the rows before it are read as messages. "
            "set format: unpaired_preference or messages on the source, or split the file"
        ),
    ),
    "an instruction that the first row has not": (
        {**ASKED, "instruction": None},
        ASKED,
        (
            "looks like alpaca, and the rows before it are read as prompt_completion. "
            "set format: alpaca or prompt_completion on the source, or split the file"
        ),
    ),
    "an instruction beside a question": (
        {**PAIR, "instruction": ""},
        {**PAIR, "instruction": "Be brief."},
        (
            "instruction: says something that prompt_completion does not read. "
            "rename or join the columns with map:, or set format: prompt_completion on the source to leave it out"
        ),
    ),
    "a history beside messages": (
        {**chat(said("user"), said("assistant")), "history": []},
        {**chat(said("user"), said("assistant")), "history": [["And?", "Well."]]},
        (
            "history: says something that messages does not read. "
            "rename or join the columns with map:, or set format: messages on the source to leave it out"
        ),
    ),
}


@pytest.mark.parametrize(("first", "row", "expected"), OVERLOOKED.values(), ids=OVERLOOKED.keys())
def test_overlooked(bench: Bench, tmp_path: Path, first: Any, row: Any, expected: str) -> None:
    """A row that the detected format would read in another way than it is meant is told; where the recipe gives the format,
    that is how it is meant."""
    assert bench.complaints(tmp_path, [first, row, first]) == [f"train.jsonl:2: {expected}"]


def test_a_forced_format_overlooks(bench: Bench, tmp_path: Path) -> None:
    """With a format in the recipe a label beside prompt and completion is another column; and an instruction that the
    prompt holds is not lost."""
    rows = [{**PAIR, "label": None}, {**PAIR, "label": True}]
    write_rows(tmp_path / "train.jsonl", rows)
    sources = {"train": [{"path": "train.jsonl", "format": "prompt_completion"}]}
    asked = {"recipe": 1, "name": "x", "base": {"model": "m"}, "data": sources}
    assert len(bench.prepared(Recipe.model_validate_json(json.dumps(asked)), tmp_path).rows("train")) == 2
    assert len(bench.prepare(tmp_path, [{**PAIR, "instruction": "When?"}]).rows("train")) == 1


def test_unknown_shape_names_the_keys(bench: Bench, tmp_path: Path) -> None:
    """A file of another format is recognized as such, by the keys of its rows."""
    assert bench.complaints(tmp_path, [{"title": "Say hello.", "body": "Hello."}]) == [
        (
            "train.jsonl:1: no known shape; its keys are: body, title. "
            'rows need "messages", "conversations", "instruction" and "output", "prompt" and "completion", '
            '"prompt", "chosen" and "rejected", "prompt", "completion" and "label", "prompt" alone, or "text"; '
            "map: gives columns of other names these names"
        )
    ]


@pytest.mark.parametrize("content", ["", "\n", "\n \n\n"], ids=["no byte", "one blank line", "blank lines"])
def test_empty_file(bench: Bench, tmp_path: Path, content: str) -> None:
    """A file without rows is an error, not a run over nothing."""
    rows = content.split("\n")[:-1]
    assert bench.complaints(tmp_path, rows) == [
        "train.jsonl: no row is left to train on (the file is empty). give a file with rows"
    ]
    assert bench.complaints(tmp_path, [GOOD], held_out=rows) == [
        "eval.jsonl: no row is left to evaluate on (the file is empty). give a file with rows"
    ]


def test_nothing_left_after_dropping(bench: Bench, tmp_path: Path) -> None:
    """When every row is dropped the message says where they went."""
    long = "16 tokens, over max_tokens (8). raise data.max_tokens, or set data.long to drop, truncate or split"
    assert bench.complaints(tmp_path, [GOOD, "{", GOOD], long="drop", max_tokens=8, max_bad_rows=1) == [
        f"train.jsonl: no row is left to train on (1 not JSON; 2 too long). the first of them: train.jsonl:1: {long}"
    ]


@pytest.mark.parametrize("name", ["rows.json", "rows.jsonl.gz"])
def test_a_sample_of_a_damaged_file(bench: Bench, tmp_path: Path, name: str) -> None:
    """However few rows are drawn, a file that breaks off is told: the sample never leaves that out."""
    rows = [chat_row(f"Question {i}?", "So.") for i in range(400)]
    if name == "rows.json":
        (tmp_path / name).write_text(json.dumps(rows)[:-30])
    else:
        lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        (tmp_path / name).write_bytes(gzip.compress(lines)[:-300])
    for seed in range(5):
        data = {"train": [{"path": name, "rows": 3}], "max_tokens": 512, "seed": seed, "max_bad_rows": 9}
        content = {"recipe": 1, "name": "x", "base": {"model": "m"}, "data": data}
        with pytest.raises(DataError, match=r"nothing after (it|this place) is read"):
            bench.prepared(Recipe.model_validate_json(json.dumps(content)), tmp_path)


def test_all_faults_at_once(bench: Bench, tmp_path: Path) -> None:
    """Every fault of every source in one go, in the order of the sources and the lines."""
    assert bench.complaints(tmp_path, ["{", GOOD, chat()], held_out=[[]]) == [
        (
            "train.jsonl:1: not JSON: expecting property name enclosed in double quotes at column 2. "
            "write one JSON object a line; check quotes and commas"
        ),
        "train.jsonl:3: messages: is an empty list. remove the row",
        (
            "eval.jsonl:1: a list where an object was expected. "
            'write {"messages": [...]} or {"prompt": ..., "completion": ...}'
        ),
    ]


def test_many_faults_are_cut_to_fifty(bench: Bench, tmp_path: Path) -> None:
    """A file of another kind does not fill the screen: fifty faults and the number of the others."""
    lines = bench.complaints(tmp_path, [GOOD, *["{"] * 60])
    assert len(lines) == 51
    assert lines[49].startswith("train.jsonl:51: ")
    assert lines[50] == "and 10 more. mend these first"


def test_max_bad_rows(bench: Bench, tmp_path: Path) -> None:
    """As many broken rows as allowed are left out and counted; one more stops the run with all of them."""
    rows = [GOOD, "{", chat(), GOOD]
    assert len(bench.complaints(tmp_path, rows, max_bad_rows=1)) == 2
    prepared = bench.prepare(tmp_path, rows, max_bad_rows=2)
    assert [kept.line for kept in prepared.rows("train")] == [1, 4]
    assert [(broken.line, broken.reason) for broken in (one.broken for one in prepared.sources[0].dropped)] == [
        (2, "not JSON"),
        (3, "no messages"),
    ]


def test_max_bad_rows_counts_all_sources(bench: Bench, tmp_path: Path) -> None:
    """The allowance is one for the whole recipe."""
    assert len(bench.complaints(tmp_path, [GOOD, "{"], held_out=[GOOD, "{"], max_bad_rows=1)) == 2
    assert len(bench.prepare(tmp_path, [GOOD, "{"], held_out=[GOOD, "{"], max_bad_rows=2).rows("eval")) == 1


def test_long_rows_are_no_bad_rows(bench: Bench, tmp_path: Path) -> None:
    """`max_bad_rows` never hides a row that is too long: that takes a decision about `long`."""
    long = chat(said("user", "Hello."), said("assistant", "word " * 600))
    expected = "train.jsonl:1: 607 tokens, over max_tokens (512). raise data.max_tokens, or set data.long to drop, truncate or split"
    assert bench.complaints(tmp_path, [long, "{", GOOD], max_bad_rows=5) == [expected]


def test_byte_order_mark_and_windows_line_ends(bench: Bench, tmp_path: Path) -> None:
    """What Windows editors add changes no row."""
    plain = bench.prepare(tmp_path, [GOOD, GOOD]).rows("train")
    other = bench.prepare(
        tmp_path, [b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\r", json.dumps(GOOD) + "\r", "\r"]
    )
    assert [kept.example for kept in other.rows("train")] == [kept.example for kept in plain]


def test_fields_beside_the_messages_are_ignored(bench: Bench, tmp_path: Path) -> None:
    """Fields of a row that are not read (ids, scores, empty tools) do not disturb; null fields of a message neither."""
    row = {**GOOD, "id": 7, "score": 0.5, "tools": [], "tags": {"a": [None]}}
    plain, other = bench.prepare(tmp_path, [GOOD, row]).rows("train")
    assert other.example == plain.example
    row = chat(said("user", "When?", name=None), said("assistant", "At nine.", tool_calls=None))
    assert len(bench.prepare(tmp_path, [row]).rows("train")) == 1


@pytest.mark.parametrize(
    "value",
    [
        "12345678901234567890",
        "-9007199254740993",
        "1e400",
        "1" * 5000,
        "[" * 900 + "]" * 900,
        "[" * 100_000 + "]" * 100_000,
    ]
    + ['{"a":' * depth + "1" + "}" * depth for depth in (100, 300, 600, *range(880, 1000, 10))],
    ids=lambda value: f"{value[:12]} ({len(value)})",
)
def test_values_that_cannot_be_hashed_are_no_crash(bench: Bench, tmp_path: Path, value: str) -> None:
    """A field that canonical JSON cannot say (an id over 2**53, a number beyond all floats, a tower of brackets) leaves
    the row out with a reason, or does no harm; it never ends the run with a traceback."""
    row = json.dumps(GOOD)[:-1] + f', "id": {value}}}'
    prepared = bench.prepare(tmp_path, [GOOD, row], max_bad_rows=1)
    assert len(prepared.rows("train")) + len(prepared.sources[0].dropped) == 2
