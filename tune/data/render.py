"""From a conversation to tokens and labels, exact to the token, for any chat template.

The template is rendered for prefixes of the conversation: what it adds between `messages[:i]` with the generation
prompt and `messages[:i + 1]` is what the assistant said in turn i, its end of turn included. No marks in the template
are needed; where it has them (`{% generation %}`), both ways must agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tune.jsonl import Broken
from tune.data.rows import Messages
from tune.receipt import IGNORED
from tune.records import BaseRecord

Span = tuple[int, int]


@dataclass(frozen=True)
class Example:
    """Tokens of a row and their labels (-100: no loss), equally long. `cut` tokens were removed by truncation."""

    input_ids: list[int]
    labels: list[int]
    cut: int = 0

    @property
    def loss_tokens(self) -> int:
        """Labels that carry loss."""
        return sum(label != IGNORED for label in self.labels)


class Renderer:
    """Turns conversations into examples for one base."""

    def __init__(self, tokenizer: Any, base: BaseRecord, learn_from: str, max_tokens: int, long: str) -> None:
        """`tokenizer` is the base's fast tokenizer; the other settings are those of the recipe's data section."""
        self.tokenizer = tokenizer
        self.base = base
        self.learn_from = learn_from
        self.max_tokens = max_tokens
        self.long = long
        self.stops = set(base.stop_token_ids)

    def example(self, line: int, messages: Messages) -> Example | Broken:
        """The example of one row, or why it cannot be trained on."""
        found = self._labelled(line, messages)
        if isinstance(found, Broken):
            return found
        if len(found.input_ids) > self.max_tokens:
            found = self._too_long(line, messages, found)
        if isinstance(found, Example) and found.loss_tokens == 0:
            return Broken(line, "nothing to learn", "no token of the row carries loss", "check the row and learn_from")
        return found

    def _too_long(self, line: int, messages: Messages, whole: Example) -> Example | Broken:
        """Applies `data.long`."""
        length = len(whole.input_ids)
        if self.long == "truncate":
            ends = [i + 1 for i, m in enumerate(messages[:-1]) if m["role"] == "assistant"]
            for end in reversed(ends):
                shorter = self._labelled(line, messages[:end])
                if isinstance(shorter, Broken):
                    return shorter
                if len(shorter.input_ids) <= self.max_tokens:
                    return Example(shorter.input_ids, shorter.labels, cut=length - len(shorter.input_ids))
        what = f"{length} tokens, over max_tokens ({self.max_tokens})"
        return Broken(line, "too long", what, "raise data.max_tokens, or set data.long to drop or truncate")

    def _labelled(self, line: int, messages: Messages) -> Example | Broken:
        """Tokens and labels of a whole conversation."""
        rendered = self._plain(line, messages) if self.tokenizer.chat_template is None else self._templated(line, messages)
        if isinstance(rendered, Broken):
            return rendered
        text, spans, special = rendered
        encoded = self.tokenizer(text, add_special_tokens=special, return_offsets_mapping=True)
        ids, offsets = list(encoded["input_ids"]), list(encoded["offset_mapping"])
        if special and (not ids or ids[-1] not in self.stops):
            ids, offsets = [*ids, self.base.stop_token_ids[0]], [*offsets, (len(text), len(text))]
        return self._label(line, ids, offsets, spans)

    def _plain(self, line: int, messages: Messages) -> tuple[str, list[Span], bool] | Broken:
        """Prompt and completion one after the other, for a base without a chat template."""
        if len(messages) != 2:
            return Broken(line, "no template", "the base has no chat template, so it cannot read conversations", "use prompt and completion rows")
        text = messages[0]["content"] + messages[1]["content"]
        # One past the end, where the stop token will be put that no text stands for.
        return text, [(len(messages[0]["content"]), len(text) + 1)], True

    def _templated(self, line: int, messages: Messages) -> tuple[str, list[Span], bool] | Broken:
        """The rendered conversation and the span of every turn to learn from."""
        full = self.render(messages)
        turns = [i for i, m in enumerate(messages) if m["role"] == "assistant"]
        spans: list[Span] = []
        for i in turns[-1:] if self.learn_from == "last" else turns:
            before, after = self.render(messages[:i], prompt=True), self.render(messages[: i + 1])
            if not after.startswith(before) or not full.startswith(after):
                what = f"the template writes turn {i + 1} differently once more turns follow, so what to learn is not defined"
                return Broken(line, "template not prefix-stable", what, "set data.learn_from to last, or use a base whose template keeps earlier turns")
            content = messages[i]["content"].strip()
            if content not in after[len(before) :]:
                return Broken(line, "text eaten by the template", f"the template drops part of the answer: {content[:60]!r}", "change the row or the base", f"messages[{i}].content")
            spans.append((len(before), len(after)))
        return full, spans, False

    def render(self, messages: Sequence[dict[str, str]], prompt: bool = False) -> str:
        """The template's text; `prompt` adds what comes before an answer."""
        text: str = self.tokenizer.apply_chat_template(list(messages), add_generation_prompt=prompt, tokenize=False)
        return text

    def _label(self, line: int, ids: list[int], offsets: list[tuple[int, int]], spans: list[Span]) -> Example | Broken:
        """Labels the tokens inside the spans, each up to its last stop token."""
        if self.learn_from == "all":
            return Example(ids, [IGNORED, *ids[1:]])
        labels = [IGNORED] * len(ids)
        for start, end in spans:
            inside = [t for t, (a, b) in enumerate(offsets) if a >= start and b <= end and (b > a or a == end - 1)]
            straddling = [t for t, (a, b) in enumerate(offsets) if a < start < b or a < end < b]
            if straddling:
                what = f"token {straddling[0]} lies across the border between question and answer"
                return Broken(line, "mask not exact", what, "the tokenizer merges text over the template's border; use another base")
            stops = [t for t in inside if ids[t] in self.stops]
            if not stops:
                what = "the template ends the answer without a stop token, so the model would never learn to stop"
                return Broken(line, "stop token not learned", what, "set eos_token_id in the base's generation_config.json to the template's end of turn")
            for t in inside:
                if t <= stops[-1]:
                    labels[t] = ids[t]
        if labels:
            labels[0] = IGNORED  # nothing stands before the first token to predict it from
        return Example(ids, labels)

    def marked(self, messages: Messages) -> list[int] | None:
        """Labels by the template's own generation marks, up to each stop token; None where it has none."""
        if not self.base.template_marks:
            return None
        found = self.tokenizer.apply_chat_template(list(messages), return_dict=True, return_assistant_tokens_mask=True)
        return [token if mask else IGNORED for token, mask in zip(found["input_ids"], found["assistant_masks"], strict=True)]
