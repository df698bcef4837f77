"""Every format and dialect against samples written by hand; random rows; published files."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from turns import CITY, TOOL, chat, said, says, talk

from tune.data.formats import FORMATS, Sample, describe, detect, to_sample, unread
from tune.data.messages import ROLES
from tune.data.said import texts
from tune.jsonl import Broken, Row

REAL = ROOT.parent / "shared" / "data" / "rows"


def called(*calls: dict[str, Any], content: str = "", **more: Any) -> dict[str, Any]:
    """An assistant message of the common form that calls tools."""
    return said("assistant", content, tool_calls=list(calls or (CITY,)), **more)


HI, YO = said("user", "Hi"), said("assistant", "Yo")
SYS, ASK, WELL, END = said("system", "Be brief."), said("user", "And?"), said("assistant", "Well."), said("user", "Bye")
GONE = frozenset({1})

GOOD: dict[str, tuple[str, dict[str, Any], Sample]] = {
    "messages": ("messages", chat(HI, YO), Sample([HI, YO])),
    "messages beside other columns": ("messages", chat(HI, YO, id=7, tags={"a": [None]}, tools=[]), Sample([HI, YO])),
    "messages in ShareGPT's words": ("messages", chat(says("human", "Hi"), says("gpt", "Yo")), Sample([HI, YO])),
    "system first": ("messages", chat(SYS, HI, YO), Sample([SYS, HI, YO])),
    "developer first": (
        "messages",
        chat(said("developer"), HI, YO),
        Sample([said("developer"), HI, YO]),
    ),
    "system column": ("messages", chat(HI, YO, system="Be brief."), Sample([SYS, HI, YO])),
    "system column says the same": ("messages", chat(SYS, HI, YO, system="Be brief."), Sample([SYS, HI, YO])),
    "blank system column": ("messages", chat(HI, YO, system=" ", system_prompt=None), Sample([HI, YO])),
    "user at the end": ("messages", chat(HI, YO, END), Sample([HI, YO, END])),
    "fields that say nothing": (
        "messages",
        chat(
            said("user", "Hi", name=None, tool_calls=[]), said("assistant", "Yo", audio={}, refusal=None, reasoning="")
        ),
        Sample([HI, YO]),
    ),
    "content in parts": (
        "messages",
        chat(said("user", [{"type": "text", "text": "H"}, {"type": "text", "text": "i", "image_url": None}]), YO),
        Sample([HI, YO]),
    ),
    "names": (
        "messages",
        chat(said("user", "Hi", name="Ann"), YO),
        Sample([said("user", "Hi", name="Ann"), YO]),
    ),
    "reasoning_content": (
        "messages",
        chat(HI, said("assistant", "Yo", reasoning_content="Hm.", reasoning="Hm.")),
        Sample([HI, said("assistant", "Yo", reasoning_content="Hm.")]),
    ),
    "thinking": (
        "messages",
        chat(HI, said("assistant", "Yo", thinking="Hm.")),
        Sample([HI, said("assistant", "Yo", reasoning_content="Hm.")]),
    ),
    "marks": (
        "messages",
        chat(
            HI,
            said("assistant", "Yo", train=False),
            said("user", "And?", weight=0),
            said("assistant", "Well.", weight=1),
        ),
        Sample([HI, YO, ASK, WELL], unlearned=GONE),
    ),
    "tool calls": (
        "messages",
        chat(
            HI,
            said("assistant", None, tool_calls=[{**CITY, "id": "c1"}]),
            said("tool", "", tool_call_id="c1", name="weather"),
            YO,
            tools=[TOOL],
        ),
        Sample([HI, called({**CITY, "id": "c1"}), said("tool", "", tool_call_id="c1", name="weather"), YO], [TOOL]),
    ),
    "arguments as JSON text, tools as JSON text": (
        "messages",
        chat(
            HI,
            {
                "role": "assistant",
                "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": '{"city": "Oslo"}'}}],
            },
            tools=json.dumps([TOOL["function"]]),
        ),
        Sample([HI, called()], [TOOL]),
    ),
    "a tool that says nothing": (
        "messages",
        chat(HI, said("assistant", None, tool_calls=[CITY]), said("tool", None), {"role": "tool"}, YO),
        Sample([HI, called(), said("tool", ""), said("tool", ""), YO]),
    ),
    "calls with words, two tools, then the user": (
        "messages",
        chat(
            HI,
            said("assistant", "Let me look.", tool_calls=[CITY, {"name": "time", "arguments": None}]),
            said("tool", "Rain."),
            said("tool", "Noon."),
            ASK,
        ),
        Sample(
            [
                HI,
                called(
                    CITY, {"type": "function", "function": {"name": "time", "arguments": {}}}, content="Let me look."
                ),
                said("tool", "Rain."),
                said("tool", "Noon."),
                ASK,
            ]
        ),
    ),
    "call without a result": ("messages", chat(HI, called(), ASK, WELL), Sample([HI, called(), ASK, WELL])),
    "functions": (
        "messages",
        chat(
            HI,
            said("assistant", None, function_call={"name": "weather", "arguments": '{"city": "Oslo"}'}),
            said("function", "Rain.", name="weather"),
            YO,
            functions=[TOOL["function"]],
        ),
        Sample([HI, called(), said("tool", "Rain.", name="weather"), YO], [TOOL]),
    ),
    "sharegpt": ("sharegpt", talk(says("human", "Hi"), says("gpt", "Yo"), id="x"), Sample([HI, YO])),
    "sharegpt under conversation": (
        "sharegpt",
        {"conversation": [says("user", "Hi"), says("chatgpt", "Yo")]},
        Sample([HI, YO]),
    ),
    "sharegpt with role and content": ("sharegpt", talk(said("human", "Hi"), said("model", "Yo")), Sample([HI, YO])),
    "sharegpt weights": (
        "sharegpt",
        talk(
            says("system", "Be brief.", weight=None),
            says("human", "Hi", weight=0),
            says("bot", "Yo", weight=0.0),
            says("human", "And?"),
            says("bing", "Well.", loss=True),
        ),
        Sample([SYS, HI, YO, ASK, WELL], unlearned=frozenset({2})),
    ),
    "sharegpt tools": (
        "sharegpt",
        talk(
            says("human", "Hi"),
            says("function_call", '{"name": "weather", "arguments": {"city": "Oslo"}}'),
            says("observation", "Rain."),
            says("gpt", "Yo"),
            system="Be brief.",
            tools=json.dumps([TOOL["function"]]),
        ),
        Sample([SYS, HI, called(), said("tool", "Rain."), YO], [TOOL]),
    ),
    "sharegpt calls in a list": (
        "sharegpt",
        talk(
            says("human", "Hi"),
            says("function_call", json.dumps([CITY, CITY])),
            says("tool"),
            says("function_response"),
        ),
        Sample([HI, called(CITY, CITY), said("tool"), said("tool")]),
    ),
    "alpaca": ("alpaca", {"instruction": "Hi", "input": "", "output": "Yo"}, Sample([HI, YO])),
    "alpaca with input": (
        "alpaca",
        {"instruction": "Add.", "input": "1, 2", "output": "3"},
        Sample([said("user", "Add.\n1, 2"), said("assistant", "3")]),
    ),
    "alpaca with history and system": (
        "alpaca",
        {"instruction": "And?", "output": "Well.", "history": [["Hi", "Yo"]], "system": "Be brief.", "text": "Hi Yo"},
        Sample([SYS, HI, YO, ASK, WELL]),
    ),
    "Dolly": (
        "alpaca",
        {"instruction": "Add.", "context": "1, 2", "response": "3", "category": "sums"},
        Sample([said("user", "Add.\n1, 2"), said("assistant", "3")]),
    ),
    "input alone": ("alpaca", {"instruction": "", "input": "Hi", "output": "Yo"}, Sample([HI, YO])),
    **{
        f"{asked} and {answered}": ("prompt_completion", {asked: "Hi", answered: "Yo", "id": 1}, Sample([HI, YO]))
        for asked, answered in (
            ("prompt", "completion"),
            ("prompt", "response"),
            ("question", "answer"),
            ("query", "response"),
            ("input", "output"),
            ("question", "response"),
        )
    },
    "Orca": (
        "prompt_completion",
        {"system_prompt": "Be brief.", "question": "Hi", "response": "Yo"},
        Sample([SYS, HI, YO]),
    ),
    "prompt and completion as messages": (
        "prompt_completion",
        {"prompt": [HI, YO, ASK], "completion": [WELL], "tools": [TOOL]},
        Sample([HI, YO, ASK, WELL], [TOOL], GONE),
    ),
    "preference": (
        "preference",
        {"prompt": "Hi", "chosen": "Yo", "rejected": "Go."},
        Sample([HI, YO], rejected=[said("assistant", "Go.")]),
    ),
    "preference with system and question": (
        "preference",
        {"system": "Be brief.", "question": "Hi", "chosen": "Yo", "rejected": "Go."},
        Sample([SYS, HI, YO], rejected=[said("assistant", "Go.")]),
    ),
    "preference, alpaca": (
        "preference",
        {"instruction": "Hi", "input": "there", "chosen": "Yo", "rejected": "Go."},
        Sample([said("user", "Hi\nthere"), YO], rejected=[said("assistant", "Go.")]),
    ),
    "preference, ShareGPT": (
        "preference",
        talk(
            says("human", "Hi"),
            says("gpt", "Yo"),
            says("human", "And?"),
            chosen=says("gpt", "Well."),
            rejected=says("gpt", "Go."),
        ),
        Sample([HI, YO, ASK, WELL], unlearned=GONE, rejected=[said("assistant", "Go.")]),
    ),
    "preference, messages and texts": (
        "preference",
        chat(HI, chosen="Yo", rejected=[WELL]),
        Sample([HI, YO], rejected=[WELL]),
    ),
    "preference, whole conversations": (
        "preference",
        {"chosen": [HI, YO, ASK, WELL], "rejected": [HI, YO, ASK, said("assistant", "Go."), END]},
        Sample([HI, YO, ASK, WELL], unlearned=GONE, rejected=[said("assistant", "Go."), END]),
    ),
    "preference, whole conversations with their prompt": (
        "preference",
        {"prompt": "Hi", "chosen": [HI, YO], "rejected": [HI, WELL], "messages": [HI, YO], "system": "Be brief."},
        Sample([SYS, HI, YO], rejected=[WELL]),
    ),
    "preference, whole conversations with their prompt as messages": (
        "preference",
        {"prompt": [SYS, HI], "chosen": [SYS, HI, YO], "rejected": [SYS, HI, WELL]},
        Sample([SYS, HI, YO], rejected=[WELL]),
    ),
    "unpaired preference": (
        "unpaired_preference",
        {"prompt": "Hi", "completion": "Yo", "label": 0},
        Sample([HI, YO], label=False),
    ),
    "unpaired preference, messages": (
        "unpaired_preference",
        chat(HI, YO, ASK, WELL, label=True),
        Sample([HI, YO, ASK, WELL], unlearned=GONE, label=True),
    ),
    "unpaired preference, ShareGPT": (
        "unpaired_preference",
        talk(says("human", "Hi"), says("gpt", "Yo"), label=1),
        Sample([HI, YO], label=True),
    ),
    "unpaired preference, alpaca": (
        "unpaired_preference",
        {"instruction": "Hi", "input": "there", "output": "Yo", "label": True},
        Sample([said("user", "Hi\nthere"), YO], label=True),
    ),
    "prompt only": ("prompt_only", {"prompt": "Hi", "reward": 3}, Sample([HI])),
    "question only": ("prompt_only", {"question": "Hi"}, Sample([HI])),
    "prompt only, messages": (
        "prompt_only",
        {"prompt": [HI, YO, ASK], "system": "Be brief.", "tools": [TOOL]},
        Sample([SYS, HI, YO, ASK], [TOOL], frozenset({2})),
    ),
    "text": ("text", {"text": "Once.", "label": "x", "messages": None}, Sample(text="Once.")),
}


@pytest.mark.parametrize(("shape", "value", "expected"), GOOD.values(), ids=GOOD.keys())
def test_dialects(shape: str, value: dict[str, Any], expected: Sample) -> None:
    """The format is recognized by the keys, and the sample is this one; the row is left as it was."""
    before = json.dumps(value)
    assert detect(Row(1, value)) == shape
    assert to_sample(Row(1, value), shape) == expected
    assert json.dumps(value) == before


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"prompt": "Hi", "answer": "Yo"}, "answer, prompt"),
        ({"instruction": "Hi"}, "instruction"),
        ({"messages": None}, "messages"),
        ({}, "none"),
        ({f"k{i:02}": 1 for i in range(23)}, ", ".join(f"k{i:02}" for i in range(20)) + " and 3 more"),
    ],
    ids=["answer of no pair", "no output", "null", "nothing", "many"],
)
def test_unknown_shape(value: dict[str, Any], shown: str) -> None:
    """A row of no format names its keys and all that would do."""
    fix = (
        'rows need "messages", "conversations", "instruction" and "output", "prompt" and "completion", "prompt", "chosen" '
        'and "rejected", "prompt", "completion" and "label", "prompt" alone, or "text"; map: gives columns of other names '
        "these names"
    )
    assert detect(Row(3, value)) == Broken(3, "unknown shape", f"no known shape; its keys are: {shown}", fix)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"prompt": "Hi", "chosen": "a", "rejected": "b", "completion": "c", "label": True}, "preference"),
        (chat(HI, YO, label="good"), "messages"),
        (chat(HI, YO, label=2), "messages"),
        ({"text": "Once.", "label": 1}, "text"),
        ({"prompt": "Hi", "text": "Once."}, "prompt_only"),
        ({"instruction": "Hi", "input": "", "output": "Yo", "prompt": "Hi"}, "alpaca"),
        ({"messages": "Hi", "text": "Once."}, "messages"),
    ],
)
def test_which_format_counts(value: dict[str, Any], expected: str) -> None:
    """A row that could be several is the one that says most; labels that are no judgement are other columns."""
    assert detect(Row(1, value)) == expected


def test_kto_tag_is_a_label() -> None:
    """LLaMA-Factory's name of a label judges as `label` does; a label that is none, a class for instance, does not."""
    for value in (chat(HI, YO, kto_tag=True), {"prompt": "Hi", "completion": "Yo", "label": "greeting", "kto_tag": 1}):
        row = Row(1, value)
        assert detect(row) == "unpaired_preference"
        assert to_sample(row, "unpaired_preference") == Sample([HI, YO], label=True)


def test_history_before_a_pair() -> None:
    """What was said before a question is read for every question that is a text, and not learned."""
    row = {"query": "And?", "response": "Well.", "history": [["Hi", "Yo"]]}
    assert to_sample(Row(1, row), "prompt_completion") == Sample([HI, YO, ASK, WELL], None, GONE)
    better = {"prompt": "And?", "chosen": "Well.", "rejected": "No.", "history": [["Hi", "Yo"]]}
    assert to_sample(Row(1, better), "preference") == Sample(
        [HI, YO, ASK, WELL], None, GONE, rejected=[said("assistant", "No.")]
    )


def test_every_format_has_a_line() -> None:
    """What people read about each format names its columns."""
    expected = (
        *("messages", "sharegpt", "alpaca", "prompt_completion", "preference", "unpaired_preference", "prompt_only"),
        "text",
    )
    assert expected == FORMATS
    assert describe("alpaca") == "alpaca: instruction, input, output; history, system"
    assert all(describe(shape).startswith(f"{shape}: ") for shape in FORMATS)


OTHERS = {name for _, value, _ in GOOD.values() for name in value} | {"reasoning", "id"}
"""Columns of all formats, and two of none."""


@pytest.mark.parametrize("case", GOOD)
def test_what_is_not_read_changes_nothing(case: str) -> None:
    """Whatever text stands in a column that is said not to be read, the sample is the same."""
    form, value, expected = GOOD[case]
    for name in sorted(OTHERS - value.keys()):
        row = Row(1, {**value, name: "Some text."})
        if name in unread(row, form):
            assert to_sample(row, form) == expected, name


@pytest.mark.parametrize("case", GOOD)
def test_what_is_read_is_not_called_unread(case: str) -> None:
    """A column without which the sample is another one is never said not to be read; empty ones are not named."""
    form, value, expected = GOOD[case]
    named = unread(Row(1, value), form)
    for name in value:
        changed = to_sample(Row(1, {key: value[key] for key in value if key != name}), form) != expected
        assert not (changed and name in named), name
        assert value[name] or name not in named
    assert unread(Row(1, {**value, "reasoning": "Because.", "score": None}), form) == sorted([*named, "reasoning"])


def test_texts_names_every_place() -> None:
    """Contents, reasoning, tool calls and tool definitions, each with its place; empty texts are left out. A name that is
    no identifier is in no place."""
    arguments = {"a": ["x", 1, {"b": "y"}], "c": "", "d e": 5, "f": {"g h": "z"}, "on": True, "": "w", "no": None}
    call = {"type": "function", "id": "c1", "function": {"name": "f", "arguments": arguments}}
    tool = {"type": "function", "function": {"name": "f", "parameters": {"maximum": 2, "required": ["a"]}}}
    sample = Sample([HI, called(call, reasoning_content="Hm."), said("tool", "Cold.", name="n", tool_call_id="c1")])
    place = "messages[1].tool_calls[0]"
    assert [(one.place, one.text) for one in texts(sample) if one.compared] == [
        ("messages[0].content", "Hi"),
        ("messages[1].reasoning_content", "Hm."),
        (f"{place}.arguments.a[0]", "x"),
        (f"{place}.arguments.a[2].b", "y"),
        (f"{place}.arguments.f", "z"),
        (f"{place}.arguments", "w"),
        ("messages[2].content", "Cold."),
    ]
    assert [(one.place, one.text) for one in texts(sample) if not one.compared] == [
        (f"{place}.name", "f"),
        (f"{place}.id", "c1"),
        (f"{place}.arguments.a[1]", "1"),
        (f"{place}.arguments.a[2].b", "b: y"),
        (f"{place}.arguments.a", "a"),
        (f"{place}.arguments.c", "c"),
        (f"{place}.arguments", "d e: 5"),
        (f"{place}.arguments.f", "g h: z"),
        (f"{place}.arguments.f", "f"),
        (f"{place}.arguments.on", "on"),
        (f"{place}.arguments", ": w"),
        (f"{place}.arguments.no", "no"),
        ("messages[2].name", "n"),
        ("messages[2].tool_call_id", "c1"),
    ]
    assert [tuple(one) for one in texts(Sample(tools=[tool], rejected=[YO], text="Once."))] == [
        ("text", "Once.", True),
        ("rejected[0].content", "Yo", True),
        ("tools[0].type", "type: function", False),
        ("tools[0].function.name", "name: f", False),
        ("tools[0].function.parameters.maximum", "maximum: 2", False),
        ("tools[0].function.parameters.required[0]", "a", False),
        ("tools[0].function.parameters.required", "required", False),
        ("tools[0].function.parameters", "parameters", False),
        ("tools[0].function", "function", False),
    ]


def conversation_holds(sample: Sample) -> None:
    """What every sample with messages keeps."""
    roles = [message["role"] for message in sample.messages]
    assert set(roles) <= set(ROLES)
    assert "user" in roles
    assert all(role not in ("system", "developer") for role in roles[1:])
    assert all(a != b or a == "tool" for a, b in pairwise(roles))
    assert all(roles[i] == "assistant" for i in sample.unlearned)
    for message in [*sample.messages, *(sample.rejected or [])]:
        assert isinstance(message["content"], str)
        assert message["content"].strip() or message["role"] == "tool" or message["tool_calls"]
        known = {"role", "content", "reasoning_content", "tool_calls", "tool_call_id", "name"}
        assert set(message) <= known
        for call in message.get("tool_calls", ()):
            assert isinstance(call["function"]["arguments"], dict)


def holds(shape: str, sample: Sample) -> None:
    """What every sample of a format keeps."""
    assert (sample.text is not None) == (shape == "text")
    assert (sample.rejected is not None) == (shape == "preference")
    assert (sample.label is not None) == (shape == "unpaired_preference")
    if shape == "text":
        assert sample == Sample(text=sample.text)
        return
    conversation_holds(sample)
    answers = [i for i, m in enumerate(sample.messages) if m["role"] == "assistant" and i not in sample.unlearned]
    assert bool(answers) == (shape != "prompt_only")
    if sample.rejected is not None:
        assert sample.rejected[0]["role"] == "assistant"
        assert sample.rejected != sample.messages[answers[0] :]


LEAVES = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, 2, 0.5])
    | st.sampled_from(["", " ", "Hi", "Yo", "{}", "[]", '{"name": "f"}'])
)
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "name", "arguments", "function", "role", "from"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
CALLS = st.fixed_dictionaries(
    {"name": st.just("f")}, optional={"arguments": JSON, "id": st.just("c"), "type": st.just("function")}
)
TURNS = st.fixed_dictionaries(
    {
        "role": st.sampled_from([*ROLES, "user", "assistant", "user", "assistant"]),
        "content": st.sampled_from(["Hi", "Yo", "", None]),
    },
    optional={"tool_calls": st.lists(CALLS, max_size=2) | JSON, "weight": LEAVES, "reasoning": LEAVES, "name": LEAVES},
) | st.fixed_dictionaries({"from": st.sampled_from(["human", "gpt", "function_call", "observation"]), "value": LEAVES})
EVEN = st.lists(st.sampled_from(["Hi", "Yo", "Go."]), min_size=1, max_size=5).map(
    lambda words: [said(("user", "assistant")[i % 2], word) for i, word in enumerate(words)]
)
WORDS = st.sampled_from(["Hi", "Yo", "Go."])
ANSWERS = st.lists(
    WORDS.map(lambda word: [said("assistant", word)])
    | st.tuples(CALLS, WORDS).map(lambda made: [said("assistant", None, tool_calls=[made[0]]), said("tool", made[1])])
    | WORDS.map(lambda word: [says("human", word)]),
    min_size=1,
    max_size=3,
).map(lambda answers: [turn for answer in answers for turn in (said("user", "And?"), *answer)])
CHATS = EVEN | ANSWERS | ANSWERS.map(lambda turns: turns[:-1]) | st.lists(TURNS, max_size=5)
SIDES = WORDS | CHATS
SOUND = st.one_of(
    st.fixed_dictionaries({"messages": CHATS}, optional={"label": st.booleans()}),
    st.fixed_dictionaries({"conversations": CHATS}, optional={"label": st.booleans()}),
    st.fixed_dictionaries({"instruction": WORDS, "output": WORDS}, optional={"input": WORDS, "label": st.booleans()}),
    st.fixed_dictionaries({"prompt": SIDES, "completion": SIDES}, optional={"label": st.booleans()}),
    st.fixed_dictionaries({"chosen": SIDES, "rejected": SIDES}, optional={"prompt": SIDES}),
    st.fixed_dictionaries({"prompt": SIDES, "chosen": WORDS, "rejected": WORDS}),
    st.builds(lambda begun, a, b: {"chosen": [*begun, a], "rejected": [*begun, b]}, CHATS, TURNS, TURNS),
    st.fixed_dictionaries({"prompt": SIDES}),
    st.fixed_dictionaries({"text": WORDS}),
    st.just({}),
)
KEYS = (
    *("messages", "conversations", "chosen", "rejected", "prompt", "completion", "question", "answer", "instruction"),
    *("input", "output", "history", "label", "system", "tools", "functions", "text"),
)
SPOILED = st.dictionaries(st.sampled_from(KEYS), CHATS | LEAVES | TURNS | JSON | st.lists(CALLS), max_size=2)
ROWS = st.builds(lambda sound, spoiled: {**sound, **spoiled}, SOUND, SPOILED)


@settings(max_examples=600, deadline=None)
@given(ROWS)
def test_any_row_is_a_sample_or_has_a_reason(value: dict[str, Any]) -> None:
    """Rows of known keys with anything under them: no format ends in a traceback or in a sample out of form."""
    row = Row(5, value)
    found = detect(row)
    assert found in FORMATS or (isinstance(found, Broken) and found.what and found.fix)
    for shape in FORMATS:
        sample = to_sample(row, shape)
        if isinstance(sample, Broken):
            assert sample.line == 5
            assert sample.what
            assert sample.fix
            assert sample.key
        else:
            holds(shape, sample)
            assert all(isinstance(text, str) and text for _, text, _ in texts(sample))


@settings(max_examples=200, deadline=None)
@given(EVEN, st.sampled_from(["user", "assistant"]))
def test_dialects_agree(messages: list[dict[str, Any]], extra: str) -> None:
    """One conversation in OpenAI's and in ShareGPT's words is one sample, or is broken for one reason."""
    messages = [*messages, said(extra, "Bye")]
    speakers = {"user": "human", "assistant": "gpt"}
    turns = [says(speakers[message["role"]], message["content"]) for message in messages]
    one, other = to_sample(Row(1, chat(*messages)), "messages"), to_sample(Row(1, talk(*turns)), "sharegpt")
    if isinstance(one, Broken):
        assert isinstance(other, Broken)
        assert (one.reason, one.what, one.fix) == (other.reason, other.what, other.fix)
    else:
        assert one == other


@settings(max_examples=200, deadline=None)
@given(EVEN, st.sampled_from(["a", "b"]), st.sampled_from(["c", "d"]))
def test_preference_prompts_agree(prompt: list[dict[str, Any]], good: str, bad: str) -> None:
    """A prompt apart and a prompt at the beginning of both conversations give one sample."""
    prompt = prompt if prompt[-1]["role"] == "user" else prompt[:-1]
    chosen, rejected = [said("assistant", good)], [said("assistant", bad)]
    apart = {"prompt": prompt, "chosen": chosen, "rejected": rejected}
    whole = {"chosen": [*prompt, *chosen], "rejected": [*prompt, *rejected]}
    expected = Sample(
        [*prompt, *chosen],
        unlearned=frozenset(i for i, message in enumerate(prompt) if message["role"] == "assistant"),
        rejected=rejected,
    )
    assert to_sample(Row(1, apart), "preference") == to_sample(Row(1, whole), "preference") == expected


def real(name: str) -> list[Row]:
    """The rows of a published file."""
    path = REAL / name
    if not path.exists():
        pytest.skip(f"no {path}")
    content = path.read_text(encoding="utf-8")
    values = json.loads(content) if path.suffix == ".json" else [json.loads(line) for line in content.splitlines()]
    return [Row(i, value) for i, value in enumerate(values, start=1)]


DEMO = "llamafactory-demo"
KTO_QUESTION = "What is the result of 660-549695? Only respond with math and no words."
DPO_QUESTION = "Obtain the result by calculating 6778576-84834150134. Only respond with math and no words."
AGE = {
    "type": "function",
    "function": {"name": "calculate_age", "arguments": {"birthdate": "1990-05-15"}},
}
AGE_TOOL = {
    "type": "function",
    "function": {
        "name": "calculate_age",
        "description": "Calculate the age based on birthdate",
        "parameters": {
            "type": "object",
            "properties": {"birthdate": {"type": "string", "description": "The birthdate in YYYY-MM-DD format"}},
            "required": ["birthdate"],
        },
    },
}
FILES = [
    (
        f"{DEMO}/alpaca_en_demo.json",
        "alpaca",
        999,
        Sample([said("user", "Sum up the numbers.\n3, 2, 5"), said("assistant", "The sum of the numbers is 10.")]),
    ),
    (
        f"{DEMO}/glaive_toolcall_en_demo.json",
        "sharegpt",
        300,
        Sample(
            [
                said("user", "Hi, I was born on 1990-05-15. Can you tell me how old I am today?"),
                called(AGE),
                said("tool", '{"age": 31}'),
                said("assistant", "Based on the birthdate you provided, you are 31 years old today."),
            ],
            [AGE_TOOL],
        ),
    ),
    (
        f"{DEMO}/dpo_en_demo.json",
        "preference",
        299,
        Sample(
            [said("user", DPO_QUESTION), said("assistant", "6778576 - 84834150134 = -84827371558")],
            rejected=[said("assistant", "84834150134 - 6778576 = -16666579378")],
        ),
    ),
    (
        f"{DEMO}/kto_en_demo.json",
        "unpaired_preference",
        300,
        Sample([said("user", KTO_QUESTION), said("assistant", "660 - 549695 = -549035")], label=True),
    ),
    (
        "gsm8k/train.jsonl",
        "prompt_completion",
        7473,
        Sample(
            [
                said(
                    "user",
                    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. "
                    "How many clips did Natalia sell altogether in April and May?",
                ),
                said(
                    "assistant",
                    "Natalia sold 48/2 = <<48/2=24>>24 clips in May.\n"
                    "Natalia sold 48+24 = <<48+24=72>>72 clips altogether in April and May.\n#### 72",
                ),
            ]
        ),
    ),
]


@pytest.mark.parametrize(("name", "shape", "number", "golden"), FILES, ids=[file[0] for file in FILES])
def test_published_files(name: str, shape: str, number: int, golden: Sample) -> None:
    """Every row of these files is recognized and gives a sample in form; one of them is known to the letter."""
    rows = real(name)
    assert len(rows) == number
    assert {detect(row) for row in rows} == {shape}
    samples = []
    for row in rows:
        sample = to_sample(row, shape)
        assert isinstance(sample, Sample), (row.line, sample)
        holds(shape, sample)
        assert (sample.tools is not None) == bool(json.loads(row.value.get("tools", "[]")))
        samples.append(sample)
    assert samples.count(golden) == 1


def test_published_tool_conversations() -> None:
    """Conversations of a tool agent as OpenAI's interface wrote them: calls, results, and the user at the end."""
    rows = [Row(row.line, {"messages": row.value["traj"]}) for row in real("tau-bench/gpt-4o-airline.json")]
    for row in rows:
        sample = to_sample(row, "messages")
        assert isinstance(sample, Sample), (row.line, sample)
        holds("messages", sample)
        assert len(sample.messages) == len(row.value["messages"])
        assert sum("tool_calls" in message for message in sample.messages) == sum(
            bool(message.get("tool_calls")) for message in row.value["messages"]
        )
