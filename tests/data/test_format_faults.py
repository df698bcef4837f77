"""Rows that are no samples: every fault of every format, to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from turns import CITY, TOOL, chat, said, says, talk

from tune.data.formats import to_sample
from tune.jsonl import Broken, Row

HI, YO = said("user", "Hi"), said("assistant", "Yo")
SYS, ASK, WELL, END = said("system", "Be brief."), said("user", "And?"), said("assistant", "Well."), said("user", "Bye")
LOST = "remove the field, or write what it says into the content"
WRITE = "write the text, or remove the row"
ROLE_NAMES = "use one of: system, developer, user, assistant, tool"
SPEAKER_NAMES = (
    "use one of: system, developer, user, assistant, tool, human, gpt, chatgpt, bing, bard, model, bot, "
    "function_call, observation, function, function_response"
)
CALL = 'write {"type": "function", "function": {"name": "...", "arguments": {...}}}'
TOOLS = 'write {"type": "function", "function": {"name": "...", "parameters": {...}}}'
BAD_TYPE = "write true for a good answer"
FOUND = "must be text, found"


def with_call(call: Any) -> dict[str, Any]:
    """A row with this tool call."""
    return chat(HI, said("assistant", None, tool_calls=[call]))


def with_tools(tools: Any) -> dict[str, Any]:
    """A row with these tools."""
    return chat(HI, YO, tools=tools)


def best(chosen: Any, rejected: Any, **more: Any) -> dict[str, Any]:
    """A preference row."""
    return {"chosen": chosen, "rejected": rejected, **more}


BAD: dict[str, list[tuple[Any, str]]] = {
    "messages": [
        (
            {"text": "Hi"},
            'wrong type | messages | must be a list of messages, found nothing | write [{"role": "user", "content": "..."}, ...]',
        ),
        (chat(), "no messages | messages | is an empty list | remove the row"),
        (
            {"messages": "Hi"},
            'wrong type | messages | must be a list of messages, found text | write [{"role": "user", "content": "..."}, ...]',
        ),
        (chat("Hi"), 'wrong type | messages[0] | must be an object, found text | write {"role": ..., "content": ...}'),
        (chat(HI, {"role": "assistant"}), 'missing key | messages[1] | has no "content" | add "content"'),
        (chat({"content": "Hi"}), 'missing key | messages[0] | has no "role" | add "role"'),
        (chat(says("human", "Hi"), {"from": "gpt"}), 'missing key | messages[1] | has no "value" | add "value"'),
        (chat(said("human")), f"wrong role | messages[0].role | unknown role 'human' | {ROLE_NAMES}"),
        (chat(says("narrator")), f"wrong role | messages[0].from | unknown role 'narrator' | {SPEAKER_NAMES}"),
        (chat(said(["user"])), f"wrong type | messages[0].role | {FOUND} a list | {ROLE_NAMES}"),
        (
            chat(HI, said("assistant", None)),
            f"wrong type | messages[1].content | {FOUND} nothing | write the content as one text",
        ),
        (
            chat(HI, said("assistant", {"a": 1})),
            f"wrong type | messages[1].content | {FOUND} an object | write the content as one text",
        ),
        (
            chat(HI, said("assistant", " \n")),
            f"empty answer | messages[1].content | the assistant says nothing | {WRITE}",
        ),
        (
            chat(HI, said("assistant", "", tool_calls=[])),
            f"empty answer | messages[1].content | the assistant says nothing | {WRITE}",
        ),
        (chat(said("user", "")), f"empty message | messages[0].content | the user says nothing | {WRITE}"),
        (chat(said("user", [])), f"empty message | messages[0].content | the user says nothing | {WRITE}"),
        (
            chat(said("user", ["Hi"])),
            'wrong type | messages[0].content[0] | must be an object, found text | write {"type": "text", "text": "..."}',
        ),
        (chat(said("user", [{"text": "Hi"}])), 'missing key | messages[0].content[0] | has no "type" | add "type"'),
        (chat(said("user", [{"type": "text"}])), 'missing key | messages[0].content[0] | has no "text" | add "text"'),
        (
            chat(said("user", [{"type": "text", "text": 3}])),
            f"wrong type | messages[0].content[0].text | {FOUND} a number | write it as one text",
        ),
        (
            chat(said("user", [{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {"url": "x"}}])),
            'not text | messages[0].content[1] | is of type "image_url", and only text can be read | remove the row, or write it as text',
        ),
        (
            chat(said("user", [{"type": "text", "text": "Hi", "cite": "x"}])),
            f'unknown field | messages[0].content[0].cite | has a field that would be lost: "cite" | {LOST}',
        ),
        (
            chat(HI, said("assistant", mood=0)),
            f'unknown field | messages[1].mood | has a field that would be lost: "mood" | {LOST}',
        ),
        (
            chat(HI, said("assistant", refusal="No.")),
            f'unknown field | messages[1].refusal | has a field that would be lost: "refusal" | {LOST}',
        ),
        (
            chat(said("user", tool_calls=[CITY])),
            f'unknown field | messages[0].tool_calls | has a field that would be lost: "tool_calls" | {LOST}',
        ),
        (
            chat(said("user", thinking="Hm.")),
            f'unknown field | messages[0].thinking | has a field that would be lost: "thinking" | {LOST}',
        ),
        (
            chat(HI, said("assistant", reasoning="A.", thinking="B.")),
            f'unknown field | messages[1].thinking | has a field that would be lost: "thinking" | {LOST}',
        ),
        (
            chat(HI, said("assistant", reasoning={"effort": 1})),
            f"wrong type | messages[1].reasoning | {FOUND} an object | write it as one text",
        ),
        (chat(said("user", name=3)), f"wrong type | messages[0].name | {FOUND} a number | write it as one text"),
        (
            chat(HI, said("assistant", weight=0.5)),
            "wrong type | messages[1].weight | must be true, false, 1 or 0, found 0.5 | write false for an answer that is not to be learned, or remove the field",
        ),
        (
            chat(said("user", train="no")),
            "wrong type | messages[0].train | must be true, false, 1 or 0, found text | write false for an answer that is not to be learned, or remove the field",
        ),
        (
            chat(HI, SYS, YO),
            "wrong role order | messages[1].role | a system message after the first | put the system message first",
        ),
        (
            chat(SYS, said("developer"), HI, YO),
            "wrong role order | messages[1].role | a developer message after a system message | join them",
        ),
        (
            chat(SYS, SYS, HI, YO),
            "wrong role order | messages[1].role | a system message after a system message | join them",
        ),
        (
            chat(HI, HI, YO),
            "wrong role order | messages[1].role | two user messages in a row | join them, or add what is missing between them",
        ),
        (
            chat(HI, YO, YO),
            "wrong role order | messages[2].role | two assistant messages in a row | join them, or add what is missing between them",
        ),
        (
            chat(YO, HI, YO),
            "wrong role order | messages[0].role | an assistant message before any user message | begin with a user message",
        ),
        (
            chat(HI, YO, said("tool")),
            "wrong role order | messages[2].role | a tool result without a tool call before it | put the assistant's tool call before it",
        ),
        (
            chat(HI),
            "no answer | messages | there is no answer to learn | end the conversation with an assistant message",
        ),
        (
            chat(SYS),
            "no answer | messages | there is no answer to learn | end the conversation with an assistant message",
        ),
        (
            chat(HI, said("assistant", train=False)),
            "no answer | messages | all answers are marked as not learned | remove the row, or the mark of an answer that is to be learned",
        ),
        (chat(HI, YO, system=["Be brief."]), f"wrong type | system | {FOUND} a list | write it as one text"),
        (
            chat(SYS, HI, YO, system="Be long."),
            "two system texts | system | is given beside messages[0].role, which says something else | keep one of them",
        ),
        (with_call("look"), f"wrong type | messages[1].tool_calls[0] | must be an object, found text | {CALL}"),
        (
            chat(HI, said("assistant", tool_calls={"a": 1})),
            f"wrong type | messages[1].tool_calls | must be a list of tool calls, found an object | {CALL} in a list",
        ),
        (
            with_call({"type": "custom", "name": "look"}),
            f'not a function | messages[1].tool_calls[0].type | is not of type "function" | {CALL}',
        ),
        (
            with_call({"function": "look"}),
            f"wrong type | messages[1].tool_calls[0].function | must be an object, found text | {CALL}",
        ),
        (with_call({"arguments": {}}), 'missing key | messages[1].tool_calls[0] | has no "name" | add "name"'),
        (
            with_call({"name": ""}),
            "no name | messages[1].tool_calls[0].name | is empty | write the name of the function",
        ),
        (
            with_call({"name": "look", "id": 3}),
            f"wrong type | messages[1].tool_calls[0].id | {FOUND} a number | write it as one text",
        ),
        (
            with_call({"function": {"name": "look", "arguments": "{'a': 1}"}}),
            (
                "not JSON | messages[1].tool_calls[0].function.arguments | not JSON: expecting property name enclosed in double quotes at "
                "column 2 of the text | write the text as JSON"
            ),
        ),
        (
            with_call({"name": "look", "arguments": '{"a":\n}'}),
            "not JSON | messages[1].tool_calls[0].arguments | not JSON: expecting value at line 2, column 1 of the text | write the text as JSON",
        ),
        (
            with_call({"name": "look", "arguments": '{"a": NaN}'}),
            "not JSON | messages[1].tool_calls[0].arguments | NaN is not JSON | write the text as JSON",
        ),
        (
            with_call({"name": "look", "arguments": "[1]"}),
            'wrong type | messages[1].tool_calls[0].arguments | must be an object, found a list | write {"name": value, ...}',
        ),
        (
            with_call({"name": "look", "arguments": {}, "index": 0}),
            f'unknown field | messages[1].tool_calls[0].index | has a field that would be lost: "index" | {LOST}',
        ),
        (
            with_call({"index": 0, "function": {"name": "look"}}),
            f'unknown field | messages[1].tool_calls[0].index | has a field that would be lost: "index" | {LOST}',
        ),
        (
            with_call({"function": {"name": "look", "when": "now"}}),
            f'unknown field | messages[1].tool_calls[0].function.when | has a field that would be lost: "when" | {LOST}',
        ),
        (
            chat(HI, said("assistant", function_call=CITY, tool_calls=[CITY])),
            f'unknown field | messages[1].tool_calls | has a field that would be lost: "tool_calls" | {LOST}',
        ),
        (
            with_tools({"name": "look"}),
            f"wrong type | tools | must be a list of tools, found an object | {TOOLS} in a list",
        ),
        (
            with_tools("look"),
            "not JSON | tools | not JSON: expecting value at column 1 of the text | write the text as JSON",
        ),
        (with_tools('"look"'), f"wrong type | tools | must be a list of tools, found text | {TOOLS} in a list"),
        (with_tools(["look"]), f"wrong type | tools[0] | must be an object, found text | {TOOLS}"),
        (
            with_tools([TOOL, {"type": "search"}]),
            f'not a function | tools[1].type | is not of type "function" | {TOOLS}',
        ),
        (with_tools([{"function": {}}]), 'missing key | tools[0].function | has no "name" | add "name"'),
        (
            with_tools([{"name": "look", "parameters": "{}"}]),
            "wrong type | tools[0].parameters | must be an object, found text | write a JSON schema",
        ),
        (
            chat(HI, YO, tools=[TOOL], functions=[TOOL]),
            "two lists of tools | functions | is given beside tools | keep one of them",
        ),
    ],
    "sharegpt": [
        (
            {},
            'wrong type | conversations | must be a list of messages, found nothing | write [{"from": "human", "value": "..."}, ...]',
        ),
        (
            talk(3),
            'wrong type | conversations[0] | must be an object, found a number | write {"from": ..., "value": ...}',
        ),
        (talk({"value": "Hi"}), 'missing key | conversations[0] | has no "from" | add "from"'),
        (talk({"from": "human"}), 'missing key | conversations[0] | has no "value" | add "value"'),
        (
            talk(says("human"), says("gpt", 3)),
            f"wrong type | conversations[1].value | {FOUND} a number | write the content as one text",
        ),
        (
            talk(says("human"), says("gpt", "")),
            f"empty answer | conversations[1].value | the assistant says nothing | {WRITE}",
        ),
        (talk(said("narrator")), f"wrong role | conversations[0].role | unknown role 'narrator' | {SPEAKER_NAMES}"),
        (
            talk(says("gpt")),
            "wrong role order | conversations[0].from | an assistant message before any user message | begin with a user message",
        ),
        (
            {"conversation": [says("human")]},
            "no answer | conversation | there is no answer to learn | end the conversation with an assistant message",
        ),
        (
            talk(says("human"), says("function_call", "look()")),
            "not JSON | conversations[1].value | not JSON: expecting value at column 1 of the text | write the text as JSON",
        ),
        (
            talk(says("human"), says("function_call", {"name": "look"})),
            f"wrong type | conversations[1].value | {FOUND} an object | write the call as JSON text",
        ),
        (
            talk(says("human"), says("function_call", "3")),
            f"wrong type | conversations[1].value | must be an object, found a number | {CALL}",
        ),
        (
            talk(says("human"), says("function_call", '[{"a": 1}]')),
            'missing key | conversations[1].value[0] | has no "name" | add "name"',
        ),
        (
            talk(says("human"), says("function_call", "[]")),
            "no tool call | conversations[1].value | is an empty list | write the call, or remove the message",
        ),
    ],
    "alpaca": [
        ({"output": "Yo"}, 'missing key | instruction | has no "instruction" | add "instruction"'),
        ({"instruction": "Hi"}, 'missing key | output | has no "output" | add "output"'),
        ({"instruction": "Hi", "response": " "}, f"empty answer | response | is empty | {WRITE}"),
        ({"instruction": " ", "input": "", "output": "Yo"}, f"empty message | instruction | is empty | {WRITE}"),
        (
            {"instruction": "Hi", "input": 3, "output": "Yo"},
            f"wrong type | input | {FOUND} a number | write it as one text",
        ),
        (
            {"instruction": "Hi", "output": "Yo", "history": "x"},
            'wrong type | history | must be a list, found text | write [["question", "answer"], ...]',
        ),
        (
            {"instruction": "Hi", "output": "Yo", "history": [["a", "b"], ["c"]]},
            'wrong type | history[1] | must be a question and its answer, found 1 values | write ["question", "answer"]',
        ),
        (
            {"instruction": "Hi", "output": "Yo", "history": ["ab"]},
            'wrong type | history[0] | must be a question and its answer, found text | write ["question", "answer"]',
        ),
        (
            {"instruction": "Hi", "output": "Yo", "history": [["a", ""]]},
            f"empty message | history[0][1] | is empty | {WRITE}",
        ),
    ],
    "prompt_completion": [
        ({"prompt": "Hi"}, 'missing key | completion | has no "completion" | add "completion"'),
        ({"question": "Hi"}, 'missing key | answer | has no "answer" | add "answer"'),
        ({}, 'missing key | prompt | has no "prompt" | add "prompt"'),
        ({"prompt": 3, "completion": "Yo"}, f"wrong type | prompt | {FOUND} a number | write it as one text"),
        ({"prompt": "", "completion": "Yo"}, f"empty message | prompt | is empty | {WRITE}"),
        ({"prompt": "Hi", "completion": ""}, f"empty answer | completion | is empty | {WRITE}"),
        ({"prompt": "Hi", "completion": None}, f"wrong type | completion | {FOUND} nothing | write it as one text"),
        (
            {"prompt": [HI], "completion": "Yo"},
            "wrong type | completion | is text where prompt is a list | write both as texts, or both as lists of messages",
        ),
        ({"prompt": [HI], "completion": []}, "no messages | completion | is an empty list | remove the row"),
        (
            {"prompt": [HI, YO], "completion": [WELL]},
            "wrong role order | completion[0].role | two assistant messages in a row | join them, or add what is missing between them",
        ),
        (
            {"prompt": [HI, YO], "completion": [ASK]},
            "no answer | completion | there is no answer to learn | end the conversation with an assistant message",
        ),
    ],
    "preference": [
        (best("Yo", "Yo", prompt="Hi"), "same answers | rejected | chosen and rejected are the same | remove the row"),
        ({"prompt": "Hi", "chosen": "Yo"}, 'missing key | rejected | has no "rejected" | add "rejected"'),
        (
            best("Yo", "Go."),
            'missing key | prompt | has no "prompt" | add "prompt", or write chosen and rejected as whole conversations in lists of messages',
        ),
        (best("Yo", " ", prompt="Hi"), f"empty answer | rejected | is empty | {WRITE}"),
        (
            best([YO], [says("gpt", 3)], prompt="Hi"),
            f"wrong type | rejected[0].value | {FOUND} a number | write the content as one text",
        ),
        (
            best([YO], [WELL], prompt=[HI, YO]),
            "wrong role order | rejected[0].role | two assistant messages in a row | join them, or add what is missing between them",
        ),
        (
            best([HI, YO], [WELL], prompt="Hi"),
            "wrong role order | chosen | begins with a user message, and the other answer does not | begin both with the assistant's answer",
        ),
        (
            best([HI, YO], [ASK, WELL]),
            "two prompts | chosen[0].role | the two conversations differ before the assistant answers | write both answers to the same prompt",
        ),
        (
            best([HI, YO], [HI, YO, ASK, WELL]),
            "no answer | chosen | is only the beginning of the other conversation | end both conversations with an answer to the same prompt",
        ),
        (
            best([HI, YO], [HI, WELL], prompt="Bye"),
            "two prompts | prompt | is not what chosen and rejected begin with | keep the prompt in one place",
        ),
        (
            best([HI, YO], [HI, WELL], prompt=[HI, YO]),
            "two prompts | prompt | is not what chosen and rejected begin with | keep the prompt in one place",
        ),
        (
            best(said("assistant", "Yo", train=False), "Go.", prompt="Hi"),
            "unlearned answer | chosen.role | is marked as not learned | remove the mark; answers that are compared are learned",
        ),
    ],
    "unpaired_preference": [
        (chat(HI, YO), 'missing key | label | has no "label" | add "label"'),
        (chat(HI, YO, label=2), f"wrong type | label | must be true, false, 1 or 0, found 2 | {BAD_TYPE}"),
        (chat(HI, YO, label="good"), f"wrong type | label | must be true, false, 1 or 0, found text | {BAD_TYPE}"),
        (
            chat(HI, YO, END, label=1),
            "no answer | messages[2].role | the last message is from user, so there is no answer to judge | end the conversation with an assistant message",
        ),
        (
            chat(HI, said("assistant", loss=False), label=1),
            "no answer | messages | all answers are marked as not learned | remove the row, or the mark of an answer that is to be learned",
        ),
        ({"prompt": "Hi", "label": 1}, 'missing key | completion | has no "completion" | add "completion"'),
    ],
    "prompt_only": [
        ({"id": 1}, 'missing key | prompt | has no "prompt" | add "prompt"'),
        ({"prompt": " "}, f"empty message | prompt | is empty | {WRITE}"),
        (
            {"prompt": [SYS]},
            "no question | prompt | there is no user message | begin the conversation with a user message",
        ),
        (
            {"prompt": [HI, YO]},
            "no question | prompt[1].role | the last message is from assistant, so there is no question to answer | end the prompt with a user message",
        ),
    ],
    "text": [
        ({"text": ""}, f"empty message | text | is empty | {WRITE}"),
        ({"text": ["Once."]}, f"wrong type | text | {FOUND} a list | write it as one text"),
        ({}, 'missing key | text | has no "text" | add "text"'),
    ],
}
FAULTS = [(shape, value, expected) for shape, cases in BAD.items() for value, expected in cases]


@pytest.mark.parametrize(("shape", "value", "expected"), FAULTS, ids=[f"{f[0]}: {f[2][:70]}" for f in FAULTS])
def test_faults(shape: str, value: dict[str, Any], expected: str) -> None:
    """Reason, key, what is wrong and what to do; and the line is the row's."""
    found = to_sample(Row(7, value), shape)
    assert isinstance(found, Broken)
    assert found.line == 7
    assert f"{found.reason} | {found.key} | {found.what} | {found.fix}" == expected
