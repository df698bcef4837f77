"""Answers found in every chat template that TRL ships: as text, against hand-written expectations and against the marks of
TRL's own training templates."""

from __future__ import annotations

import importlib.util
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from transformers.utils.chat_template_utils import render_jinja_template

from tune.data.messages import Fault, Messages
from tune.data.spans import nothing_lost, renderings
from tune.template import Template, TemplateRefused, styled

SPEC = importlib.util.find_spec("trl")
assert SPEC is not None
assert SPEC.submodule_search_locations is not None
FOLDER = Path(SPEC.submodule_search_locations[0]) / "chat_templates"
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
DAY = date(2026, 11, 1)
PICTURES = {"idefics3", "smolvlm", "llava_next"}  # these take content as a list of parts only
TEXT_TEMPLATES = sorted(
    path.stem
    for path in FOLDER.glob("*.jinja")
    if not path.stem.endswith(("_training", "vl", "llava_next")) and path.stem not in PICTURES
)


class Calendar(datetime):
    """transformers' clock, stopped."""

    @classmethod
    def now(cls) -> Calendar:  # type: ignore[override]
        """DAY at midnight."""
        return cls(DAY.year, DAY.month, DAY.day)


def user(content: str) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(content: str, **fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": content, **fields}


CALL = {"type": "function", "id": "call00001", "function": {"name": "look_up", "arguments": {"word": "boots"}}}
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "look_up",
            "description": "Looks a word up.",
            "parameters": {"type": "object", "properties": {"word": {"type": "string", "description": "The word."}}},
        },
    }
]
PLAIN: Messages = [user("Question one?"), assistant("Answer one."), user("Question two?"), assistant("Answer two.")]
THOUGHT: Messages = [
    user("Question one?"),
    assistant("Answer one.", reasoning_content="Thought one."),
    user("Question two?"),
    assistant("Answer two.", reasoning_content="Thought two."),
]
CALLING: Messages = [
    user("Question?"),
    assistant("", tool_calls=[CALL]),
    {"role": "tool", "content": "Result.", "name": "look_up", "tool_call_id": "call00001"},
    assistant("Answer."),
]


def template(name: str) -> Template:
    """A template of TRL by its file name."""
    return Template((FOLDER / f"{name}.jinja").read_text(), SPECIAL, DAY)


def answers(name: str, messages: Messages, tools: Any = None) -> list[str]:
    """What is learned of a conversation, answer by answer. Raises Fault."""
    turns = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
    found = renderings(template(name), messages, tools, turns)
    return [rendering.text[start:end] for rendering in found for start, end in rendering.spans]


def fault(name: str, messages: Messages, tools: Any = None) -> str:
    """Why a conversation is refused."""
    with pytest.raises(Fault) as caught:
        answers(name, messages, tools)
    return caught.value.what


@pytest.mark.parametrize("name", TEXT_TEMPLATES)
def test_every_answer_is_found_once(name: str) -> None:
    """In every template each answer stands in exactly one span, and no question in any."""
    found = answers(name, PLAIN)
    assert len(found) == 2
    for span, own, other in zip(found, ("Answer one.", "Answer two."), ("Answer two.", "Answer one."), strict=True):
        assert own in span
        assert other not in span
        assert "Question" not in span


@pytest.mark.parametrize("name", TEXT_TEMPLATES)
def test_context_is_what_the_model_sees(name: str) -> None:
    """What stands before an answer is the conversation so far with the generation prompt, to the letter."""
    chat = template(name)
    for rendering in renderings(chat, PLAIN, None, [1, 3]):
        for start, _ in rendering.spans:
            prompts = [chat.render(PLAIN[:i], prompt=True) for i in (1, 3)]
            assert rendering.text[:start] in prompts


@pytest.mark.parametrize("name", TEXT_TEMPLATES)
def test_reasoning_and_tool_calls_are_learned_or_named(name: str) -> None:
    """Thoughts, names and arguments stand in what is learned, or the row is refused with the words that would be lost."""
    for messages, tools, parts in (
        (THOUGHT, None, [("Thought one.", "Answer one."), ("Thought two.", "Answer two.")]),
        (CALLING, TOOLS, [("look_up", "boots"), ("Answer.",)]),
    ):
        try:
            found = answers(name, messages, tools)
        except Fault as error:
            refused = error.what
        else:
            refused = None
        if refused is not None:
            assert refused.startswith(
                ("the template drops part of the", "the template opens an answer", "the chat template refuses")
            )
            continue
        for span, words in zip(found, parts, strict=True):
            assert all(word in span for word in words)


TRL_DIFFERS = {
    "deepseek_r1_distill": "TRL's template leaves out the thinking block that the generation prompt opens",
    "deepseekv3": "as above",
    **dict.fromkeys(
        ("nemotron_3_nano", "nemotron_3_super", "nemotron_3_ultra", "nemotron_3_5_lightning"),
        "an empty thinking block has no line break in TRL's template, and the generation prompt opens it with one",
    ),
    "glm4moe": "TRL's template adds the next speaker's tag, which is the stop token there",
}
"""Families whose training template marks something else than what the model would write, and why."""


@pytest.mark.parametrize("name", [n for n in TEXT_TEMPLATES if (FOLDER / f"{n}_training.jinja").exists()])
def test_agrees_with_trl(name: str) -> None:
    """Where a conversation has one answer, it is what TRL's training template of the family marks. Some of those mark
    words of the generation prompt too, and white space behind the end differs."""
    question = PLAIN[:2]
    text, marks = template(f"{name}_training").marked(question, None)
    marked = "".join(text[start:end] for start, end in marks).strip()
    (answer,) = answers(name, question)
    ours = template(name).render(question[:1], prompt=True) + answer
    assert marked.endswith("Answer one." + answer.partition("Answer one.")[2].strip()) == (name != "glm4moe")
    assert ours.strip().endswith(marked) == (name not in TRL_DIFFERS)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("llama3", ["Answer one.<|eot_id|>", "Answer two.<|eot_id|>"]),
        ("llama3_2", ["Answer one.<|eot_id|>", "Answer two.<|eot_id|>"]),
        ("qwen2_5", ["Answer one.<|im_end|>\n", "Answer two.<|im_end|>\n"]),
        ("qwen3", ["<think>\n\n</think>\n\nAnswer one.<|im_end|>\n", "<think>\n\n</think>\n\nAnswer two.<|im_end|>\n"]),
        ("gemma3", ["Answer one.<end_of_turn>\n", "Answer two.<end_of_turn>\n"]),
        ("phi3", ["Answer one.<|end|>\n</s>", "Answer two.<|end|>\n</s>"]),
        (
            "gptoss",
            [
                "<|channel|>final<|message|>Answer one.<|return|>",
                "<|channel|>final<|message|>Answer two.<|return|>",
            ],
        ),
        (
            "deepseek_r1_distill",
            [
                "\n</think>\n\nAnswer one.<｜end▁of▁sentence｜>",
                "\n</think>\n\nAnswer two.<｜end▁of▁sentence｜>",
            ],
        ),
    ],
)
def test_known_families(name: str, expected: list[str]) -> None:
    """Written by hand: what a model of the family writes after its generation prompt."""
    assert answers(name, PLAIN) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("qwen3", "<think>\nThought one.\n</think>\n\nAnswer one.<|im_end|>\n"),
        ("deepseek_r1_distill", "Thought one.\n</think>\n\nAnswer one.<｜end▁of▁sentence｜>"),
        (
            "gptoss",
            "<|channel|>analysis<|message|>Thought one.<|end|><|start|>assistant<|channel|>final<|message|>Answer one.<|return|>",
        ),
    ],
)
def test_reasoning_of_an_earlier_turn(name: str, expected: str) -> None:
    """Templates drop earlier thoughts from the history; the answer that held them is learned whole all the same."""
    assert answers(name, THOUGHT)[0] == expected


def test_reasoning_inside_content() -> None:
    """Thoughts written into the content are the same as thoughts in a field of their own."""
    inside = [user("Question one?"), assistant("<think>\nThought one.\n</think>\n\nAnswer one.")]
    for name in ("qwen3", "deepseek_r1_distill"):
        assert answers(name, inside) == answers(name, THOUGHT[:2])


def test_history_is_rewritten_in_few_renderings() -> None:
    """A template that keeps its history needs one rendering, one that rewrites it one an answer."""
    assert len(renderings(template("llama3"), PLAIN, None, [1, 3])) == 1
    assert len(renderings(template("qwen3"), PLAIN, None, [1, 3])) == 2


@pytest.mark.parametrize(
    ("name", "messages", "tools", "expected"),
    [
        ("llama3", THOUGHT, None, "the template drops part of the reasoning: 'Thought one.'"),
        ("llama3", CALLING, TOOLS, "the template drops part of the tool call: 'look_up'"),
        ("lfm2", CALLING, TOOLS, "the template drops part of the tool call: 'look_up'"),
        (
            "gemma",
            [{"role": "system", "content": "Be brief."}, *PLAIN],
            None,
            "the chat template refuses it: System role not supported",
        ),
    ],
)
def test_refusals(name: str, messages: Messages, tools: Any, expected: str) -> None:
    """What a family cannot say is refused with the words that would be lost."""
    assert fault(name, messages, tools) == expected


def test_tools_that_are_left_out() -> None:
    """Tool definitions that a template does not write are noticed."""
    chat = template("llama3")
    with pytest.raises(Fault, match="the template leaves out the tool 'look_up'"):
        nothing_lost(PLAIN, TOOLS, chat.render(PLAIN, TOOLS))


def test_the_day_is_the_recipe_s() -> None:
    """Templates that write the current date get the day that is given, in their own form."""
    assert "01 Nov 2026" in template("llama3_2").render(PLAIN)
    assert "2026-11-01" in template("gptoss").render(PLAIN)
    assert template("gptoss").needs_date
    assert not template("llama3").needs_date


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{% set form = '%d.%m.%Y' %}{{ strftime_now(form) }}", "01.11.2026"),
        ("{% macro day(f) %}{{ strftime_now(f) }}{% endmacro %}{{ day('%' ~ 'j') }}", "305"),
        ("{% set now = strftime_now %}{{ now('%Y') }}", "2026"),
        ("{{ strftime_now('%H:%M') if strftime_now is defined }}", "00:00"),
    ],
)
def test_the_clock_is_never_read(text: str, written: str) -> None:
    """Wherever a template has its format from, it gets the day that is given, at midnight; without one it is known to need
    one, and refuses."""
    assert Template(text, {}, DAY).render(PLAIN) == written
    assert Template(text, {}).needs_date
    with pytest.raises(TemplateRefused, match="no day is given"):
        Template(text, {}).render(PLAIN)
    assert not Template("{# strftime_now('%Y') #}strftime_now", {}).needs_date


def test_a_template_that_is_none() -> None:
    """Broken templates are refused in words."""
    with pytest.raises(TemplateRefused, match="Expected an expression"):
        Template("{% if %}", SPECIAL).render(PLAIN)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.jinja")))
def test_rendering_is_that_of_transformers(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every template of TRL, training templates too: the same text, the same marks, and the same refusals, on the same
    day."""
    monkeypatch.setattr("transformers.utils.chat_template_utils.datetime", Calendar)
    text = (FOLDER / f"{name}.jinja").read_text()
    own = Template(text, SPECIAL, DAY)
    for messages, tools, prompt in (
        (PLAIN, None, False),
        (PLAIN[:3], None, True),
        ([{"role": "system", "content": "Be <brief> & kind."}, *PLAIN], None, False),
        (THOUGHT, None, False),
        (CALLING, TOOLS, False),
        (CALLING[:3], TOOLS, True),
    ):
        said = styled(messages, *own.call_style) if tools else messages
        try:
            (expected,), (marks,) = (
                render_jinja_template(
                    [said],
                    tools,
                    chat_template=own.text,
                    add_generation_prompt=prompt,
                    return_assistant_tokens_mask=own.has_marks,
                    **SPECIAL,
                )
                if own.has_marks
                else (
                    render_jinja_template(
                        [said], tools, chat_template=own.text, add_generation_prompt=prompt, **SPECIAL
                    )[0],
                    [[]],
                )
            )
        except Exception:  # noqa: BLE001  # whatever it is: both must refuse
            with pytest.raises(TemplateRefused):
                own.render(messages, tools, prompt=prompt)
            continue
        assert own.render(messages, tools, prompt=prompt) == expected
        if own.has_marks and not prompt:
            assert own.marked(messages, tools) == (expected, tuple(marks))


SAYS = "{% generation %}\n{{ m.content }}\n{% endgeneration %}"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("{% for m in messages %}{% if m.role == 'assistant' %}" + SAYS + "{% endif %}{% endfor %}", True),
        ("{% macro say(m) %}" + SAYS + "{% endmacro %}{% for m in messages %}{{ say(m) | trim }}{% endfor %}", False),
        ("{% for m in messages %}{% set it %}" + SAYS + "{% endset %}{{ it | trim }}{% endfor %}", False),
        ("{% for m in messages %}{% filter trim %}" + SAYS + "{% endfilter %}{% endfor %}", False),
        ("{% for m in messages recursive %}" + SAYS + "{% endfor %}", False),
        ("{# {% generation %} #}{{ messages[0].content }}", False),
        ("{% generation %", False),
    ],
)
def test_marks_where_what_they_enclose_is_written(text: str, places: bool) -> None:
    """Marks inside what a template collects first, and may cut, tell nothing; its text is what it is without them."""
    assert Template(text, {}).has_marks == places
    if places:
        found, spans = Template(text, {}).marked(PLAIN, None)
        assert [found[start:end].strip() for start, end in spans] == ["Answer one.", "Answer two."]


@pytest.mark.parametrize(
    "attack",
    [
        "{{ messages.__class__ }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ messages[0].content.format.__globals__ }}",
        "{{ '{0.__class__}'.format(messages) }}",
        "{{ messages.append(1) }}",
        "{{ messages[0].update({'role': 'x'}) }}",
        "{{ dict.__init__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ raise_exception.__globals__ }}",
        "{{ strftime_now.__closure__ }}",
        "{{ strftime_now.__wrapped__ }}",
        "{% set ns = namespace(_x=1) %}",
        "{% set ns = namespace() %}{% set ns._x = 1 %}",
    ],
)
def test_templates_reach_nothing(attack: str) -> None:
    """What would lead out of the sandbox, or change a row, gives nothing or is refused; the rows stay as they are."""
    messages = [user("Question?")]
    try:
        found = Template(attack, {}).render(messages)
    except TemplateRefused:
        found = ""
    assert "class" not in found
    assert "function" not in found
    assert messages == [user("Question?")]
