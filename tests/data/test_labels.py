"""Which tokens carry loss, against two ways that know nothing of the code: prefixes of token ids, and the template's own
marks."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, chat_row
from hypothesis import example, given, settings
from hypothesis import strategies as st
from light_base import QWEN, Bench, make_base

from tune.data.formats import Sample
from tune.data.messages import Messages
from tune.data.render import Example
from tune.jsonl import Broken
from tune.receipt import IGNORED

CHAT: Messages = [
    {"role": "system", "content": "You are the shop."},
    {"role": "user", "content": "When are you open?"},
    {"role": "assistant", "content": "From nine to five."},
    {"role": "user", "content": "And on Sunday?"},
    {"role": "assistant", "content": "We are closed."},
]

characters = st.sampled_from(
    [
        *list("ab Z9.,:;!?'\"{}[]<>|\\/\n\t\r"),
        "é",
        "ß",
        "漢",
        "🙂",
        "👩\u200d👩\u200d👧",
        "\u200b",
        "́",
        "ﷺ",
        "  ",
        "\n\n",
        "▁",
        "Ġ",
    ]
)
texts = st.lists(characters, min_size=1, max_size=20).map("".join).filter(lambda text: text.strip() != "")


@st.composite
def conversations(draw: st.DrawFn, max_turns: int = 3) -> Messages:
    """Sound conversations: perhaps a system message, then questions and answers in turn."""
    messages = [{"role": "system", "content": draw(texts)}] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, max_turns))):
        messages += [{"role": "user", "content": draw(texts)}, {"role": "assistant", "content": draw(texts)}]
    return messages


@pytest.fixture(scope="module")
def pocket(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Pocket's tokenizer and its template, which has generation marks."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "pocket"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The same tokenizer without a chat template."""
    return Bench(make_base(tmp_path_factory.mktemp("base") / "plain", template=False))


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Qwen3's tokenizer and template, which has no marks and writes a thinking block before the last answer."""
    if not QWEN.is_dir():
        pytest.skip("the Qwen3 tokenizer is not here")
    return Bench(make_base(tmp_path_factory.mktemp("base") / "qwen", QWEN, stops=[151645, 151643]))


def labelled(bench: Bench, messages: Messages, learn_from: str = "assistant") -> Example:
    """The example of a conversation, which must be one."""
    found = bench.example(messages, learn_from)
    assert isinstance(found, Example), found
    return found


def learned(bench: Bench, found: Example) -> list[str]:
    """The stretches that carry loss, decoded."""
    stretches: list[list[int]] = []
    for before, label in zip([IGNORED, *found.labels], found.labels, strict=False):
        if label != IGNORED and before == IGNORED:
            stretches.append([])
        if label != IGNORED:
            stretches[-1].append(label)
    return [bench.tokenizer.decode(stretch) for stretch in stretches]


@pytest.mark.parametrize(
    ("learn_from", "expected"),
    [
        ("assistant", ["From nine to five.<|end|>", "We are closed.<|end|>"]),
        ("last", ["We are closed.<|end|>"]),
        (
            "all",
            [
                (
                    "<|system|> You are the shop.<|end|><|user|> When are you open?<|end|><|assistant|> From nine to five.<|end|>"
                    "<|user|> And on Sunday?<|end|><|assistant|> We are closed.<|end|>"
                )
            ],
        ),
    ],
)
def test_what_is_learned(pocket: Bench, learn_from: str, expected: list[str]) -> None:
    """Every answer with its end, only the last one, or everything but the first token."""
    assert learned(pocket, labelled(pocket, CHAT, learn_from)) == expected


@settings(max_examples=150, deadline=None)
@given(conversations(), st.sampled_from(["assistant", "last", "all"]))
@example([{"role": "user", "content": "a"}, {"role": "assistant", "content": "🙂"}], "assistant")
def test_labels_by_token_prefixes(pocket: Bench, messages: Messages, learn_from: str) -> None:
    """On any conversation the tokens are those of transformers, and the labels those of the token-level oracle."""
    found = labelled(pocket, messages, learn_from)
    assert found.input_ids.tolist() == pocket.ids(messages)
    assert found.labels.tolist() == pocket.expected_labels(messages, learn_from)


@settings(max_examples=100, deadline=None)
@given(conversations())
def test_labels_by_the_marks_of_the_template(pocket: Bench, messages: Messages) -> None:
    """The template's own generation marks give the same labels."""
    found = pocket.tokenizer.apply_chat_template(messages, return_dict=True, return_assistant_tokens_mask=True)
    marked = [
        token if mask else IGNORED for token, mask in zip(found["input_ids"], found["assistant_masks"], strict=True)
    ]
    assert labelled(pocket, messages).labels.tolist() == marked


@settings(max_examples=100, deadline=None)
@given(conversations(), st.sampled_from(["assistant", "last", "all"]))
def test_every_answer_teaches_to_stop(pocket: Bench, messages: Messages, learn_from: str) -> None:
    """Each learned answer ends with a learned stop token; the first token of a row is never learned."""
    found = labelled(pocket, messages, learn_from)
    answers = 1 if learn_from == "last" else sum(message["role"] == "assistant" for message in messages)
    stops = sum(label in pocket.base.stop_token_ids for label in found.labels)
    assert stops == (len(messages) if learn_from == "all" else answers)
    assert found.labels[0] == IGNORED
    assert found.labels[-1] in pocket.base.stop_token_ids
    assert all(label in (IGNORED, token) for token, label in zip(found.input_ids, found.labels, strict=True))


def test_shipped_rows_by_token_prefixes(pocket: Bench) -> None:
    """The rows that the project trains its own example on, every twentieth of them."""
    import json

    lines = (ROOT / "data" / "support-bot" / "train.jsonl").read_text().splitlines()
    for line in lines[::20]:
        messages = json.loads(line)["messages"]
        assert labelled(pocket, messages).labels.tolist() == pocket.expected_labels(messages, "assistant")


@settings(max_examples=100, deadline=None)
@given(conversations(max_turns=1), st.sampled_from(["assistant", "last", "all"]))
def test_qwen_single_turn(qwen: Bench, messages: Messages, learn_from: str) -> None:
    """On a tokenizer and a template from outside, without marks, the labels are those of the oracle too."""
    found = labelled(qwen, messages, learn_from)
    assert found.input_ids.tolist() == qwen.ids(messages)
    assert found.labels.tolist() == qwen.expected_labels(messages, learn_from)


@settings(max_examples=50, deadline=None)
@given(conversations())
def test_qwen_last_turn_of_many(qwen: Bench, messages: Messages) -> None:
    """The last answer of a longer conversation can be learned there whatever came before."""
    assert labelled(qwen, messages, "last").labels.tolist() == qwen.expected_labels(messages, "last")


def test_qwen_learns_the_empty_thinking_block(qwen: Bench) -> None:
    """Qwen3's template opens the last answer with an empty thinking block, which is part of what the model must write."""
    found = labelled(qwen, CHAT[:3])
    assert learned(qwen, found) == ["<think>\n\n</think>\n\nFrom nine to five.<|im_end|>"]
    assert found.input_ids[-1] == qwen.tokenizer.convert_tokens_to_ids("Ċ"), (
        "the line break after the end is not learned"
    )


def test_qwen_learns_each_answer_in_a_rendering_of_its_own(qwen: Bench) -> None:
    """Earlier answers lose their thinking block once another question follows, so each answer is learned as the model
    would have written it at its time: two examples, exactly those of the conversation so far and of the whole."""
    (found,) = qwen.renderer().examples([(7, Sample(CHAT))])
    assert isinstance(found, list)
    assert [learned(qwen, example) for example in found] == [
        ["<think>\n\n</think>\n\nFrom nine to five.<|im_end|>"],
        ["<think>\n\n</think>\n\nWe are closed.<|im_end|>"],
    ]
    assert [example.input_ids.tolist() for example in found] == [qwen.ids(CHAT[:3]), qwen.ids(CHAT)]


@settings(max_examples=60, deadline=None)
@given(conversations())
def test_qwen_every_turn(qwen: Bench, messages: Messages) -> None:
    """Over all examples of a conversation every answer is learned once, as the last turn of the conversation so far."""
    (found,) = qwen.renderer().examples([(1, Sample(messages))])
    assert isinstance(found, list)
    ends = [i + 1 for i, message in enumerate(messages) if message["role"] == "assistant"]
    alone = [labelled(qwen, messages[:end], "last") for end in ends]
    assert [text for example in found for text in learned(qwen, example)] == [
        text for example in alone for text in learned(qwen, example)
    ]


@settings(max_examples=100, deadline=None)
@given(texts, texts)
def test_pairs_without_a_template(plain: Bench, prompt: str, completion: str) -> None:
    """Without a template prompt and completion are read one after the other, and the completion and a stop are learned.
    Where the tokenizer merges over the border, the row is refused rather than learned inexactly."""
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": completion}]
    found = plain.example(messages)
    alone = plain.tokenizer(prompt)["input_ids"]
    both = plain.tokenizer(prompt + completion)["input_ids"]
    if isinstance(found, Broken):
        assert found.reason == "mask not exact"
        assert both[: len(alone)] != alone
        return
    assert found.input_ids.tolist() == [*both, 2]
    assert found.labels.tolist() == [IGNORED] * len(alone) + both[len(alone) :] + [2]


def test_pair_on_a_base_with_a_template(pocket: Bench, tmp_path: Path) -> None:
    """A pair is a question and its answer: the same tokens as the same two messages."""
    pair = pocket.prepare(tmp_path, [{"prompt": "When?", "completion": "At nine."}])
    chat = pocket.prepare(tmp_path, [chat_row("When?", "At nine.")])
    assert pair.rows("train")[0].example == chat.rows("train")[0].example
    assert (pair.sources[0].format, chat.sources[0].format) == ("prompt_completion", "messages")


def test_conversation_without_a_template(plain: Bench, tmp_path: Path) -> None:
    """More than one question and answer needs a template."""
    row = {"messages": CHAT}
    assert plain.complaints(tmp_path, [row]) == [
        (
            "train.jsonl:1: the base has no chat template, so it cannot read conversations, reasoning or tools. use prompt and "
            "completion rows of text"
        )
    ]


def test_template_that_ends_without_a_stop(tmp_path: Path) -> None:
    """A template that ends an answer in plain words would give a model that never stops: refused, with the row."""
    folder = make_base(tmp_path / "endless")
    template = (folder / "chat_template.jinja").read_text()
    endless = template.replace(
        "{{- message['content'] | trim + '<|end|>' -}}", "{{- message['content'] | trim + '.' -}}", 1
    )
    assert endless != template
    (folder / "chat_template.jinja").write_text(endless)
    assert Bench(folder).complaints(tmp_path, [chat_row("When?", "At nine.")]) == [
        (
            "train.jsonl:1: the template ends the answer without a stop token, so the model would never learn to stop. "
            "set eos_token_id in the base's generation_config.json to the template's end of turn"
        )
    ]


def test_template_that_eats_an_answer(tmp_path: Path) -> None:
    """A template that drops part of the answer is noticed: what the row says would not be learned."""
    folder = make_base(tmp_path / "hungry")
    template = (folder / "chat_template.jinja").read_text()
    (folder / "chat_template.jinja").write_text(template.replace("message['content'] | trim", "message['content'][:5]"))
    assert Bench(folder).complaints(tmp_path, [chat_row("When?", "At nine o'clock.")]) == [
        (
            'train.jsonl:1: messages[1].content: the template drops part of the answer: "At nine o\'clock.". '
            "change the row or the base"
        )
    ]


def test_marks_that_differ_from_the_answer(tmp_path: Path) -> None:
    """Where the template marks something else than the assistant's words, both cannot be right: refused."""
    folder = make_base(tmp_path / "marked")
    template = (folder / "chat_template.jinja").read_text()
    wrong = template.replace("{{- message['content'] | trim + '<|end|>' -}}", "{{- message['content'] | trim -}}", 1)
    wrong = wrong.replace("{%- endgeneration -%}", "{%- endgeneration -%}{{- '<|end|>' -}}")
    assert wrong != template
    (folder / "chat_template.jinja").write_text(wrong)
    assert Bench(folder).complaints(tmp_path, [chat_row("When?", "At nine.")]) == [
        (
            "train.jsonl:1: the mask by prefixes and the template's own generation marks differ in 1 rows. "
            "the base's chat template marks something else than the assistant's words; correct its generation marks"
        )
    ]
