"""From samples to tokens and labels, exact to the token, for any chat template.

Where an answer stands in the text is known from `tune.data.template`; here the text becomes tokens, the answers become
labels, each up to its stop token, and rows that are too long are dealt with as `data.long` says. No torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tune.data.formats import Sample
from tune.data.messages import Fault, Messages
from tune.data.template import Rendering, Template
from tune.jsonl import Broken
from tune.receipt import IGNORED

if TYPE_CHECKING:
    from tune.recipe.schema import Data


@dataclass(frozen=True)
class Example:
    """Tokens and their labels (-100: no loss), equally long. `cut` tokens of the row were removed by truncation."""

    input_ids: list[int]
    labels: list[int]
    cut: int = 0

    @property
    def loss_tokens(self) -> int:
        """Labels that carry loss."""
        return sum(label != IGNORED for label in self.labels)


class Renderer:
    """Turns samples into examples for one base."""

    def __init__(self, tokenizer: Any, template: Template | None, stops: Sequence[int], data: Data) -> None:
        """`tokenizer` is a `tokenizers.Tokenizer`, `template` None for a base without one, `stops` the base's stop token
        ids, `data` the recipe's section."""
        self.tokenizer = tokenizer
        self.template = template
        self.stops = set(stops)
        self.end = stops[0]
        self.learn_from, self.max_tokens, self.long = data.learn_from, data.max_tokens, data.long

    def examples(self, line: int, sample: Sample) -> list[Example] | Broken:
        """The examples of one row: one as a rule, several where the template or `data.long` wants it; or why none."""
        try:
            found = self._whole(sample)
            if any(len(example.input_ids) > self.max_tokens for example in found):
                found = self._too_long(sample, found)
        except Fault as fault:
            return Broken(line, fault.reason, fault.what, fault.fix, fault.key)
        found = [example for example in found if example.loss_tokens]
        if not found:
            return Broken(line, "nothing to learn", "no token of the row carries loss", "check the row and learn_from")
        return found

    def marks_agree(self, sample: Sample, examples: list[Example]) -> bool:
        """Whether the template's own generation marks give the same labels, where they can be compared: one example that
        learns every answer whole. Marks may end before or after white space behind a stop token."""
        if self.template is None or self.learn_from != "assistant" or sample.unlearned or sample.text is not None:
            return True
        text, spans = self.template.marked(sample.messages, sample.tools)
        encoding = self.tokenizer.encode(text, add_special_tokens=False)
        if len(examples) > 1 or examples[0].input_ids != encoding.ids:
            return True
        marked = set[int]()
        for start, end in spans:
            marked.update(t for t, (a, b) in enumerate(encoding.offsets) if b > start and a < end)
        after_stop = False
        for t, (token, label) in enumerate(zip(encoding.ids, examples[0].labels, strict=True)):
            learned = label != IGNORED
            if learned != (t in marked) and not (after_stop and not learned):
                return False
            after_stop = token in self.stops or (after_stop and not learned and t in marked)
        return True

    def _whole(self, sample: Sample) -> list[Example]:
        """The row without a limit."""
        if sample.text is not None:
            return [self._plain("", sample.text)]
        if self.template is None:
            return [self._pair(sample.messages)]
        return [self._example(rendering) for rendering in self.renderings(sample)]

    def renderings(self, sample: Sample) -> list[Rendering]:
        """The texts of a conversation and the answers in them. Raises Fault."""
        assert self.template is not None
        messages, tools = sample.messages, sample.tools
        turns = [i for i, m in enumerate(messages) if m["role"] == "assistant" and i not in sample.unlearned]
        if self.learn_from == "all":
            text = self.template.render(messages, tools)
            return [Rendering(text, ((0, len(text)),), len(messages))]
        if not turns:
            raise Fault(
                "nothing to learn", "every answer is marked as not learned", "check train: false in the row", "messages"
            )
        found = self.template.renderings(messages, tools, turns[-1:] if self.learn_from == "last" else turns)
        last = found[-1]
        self.template.nothing_lost(messages[: last.messages], tools, last.text)
        return found

    def _example(self, rendering: Rendering) -> Example:
        """Tokens and labels of a rendering: each span up to its stop token, where generation would end. Raises Fault."""
        encoding = self.tokenizer.encode(rendering.text, add_special_tokens=False)
        ids: list[int] = encoding.ids
        if self.learn_from == "all":
            return Example(ids, [IGNORED, *ids[1:]])
        labels = [IGNORED] * len(ids)
        for start, end in rendering.spans:
            first, last = self._border(encoding, start), self._border(encoding, end)
            stop = next((t for t in range(first, last) if ids[t] in self.stops), None)
            if stop is None:
                what = "the template ends the answer without a stop token, so the model would never learn to stop"
                fix = "set eos_token_id in the base's generation_config.json to the template's end of turn"
                raise Fault("stop token not learned", what, fix, None)
            behind = (t for t in range(stop + 1, last) if ids[t] not in self.stops)
            if any(rendering.text[slice(*encoding.offsets[t])].strip() for t in behind):
                what = "a stop token stands inside the answer, so the model would never say what follows it"
                raise Fault(
                    "stop token inside the answer", what, "correct eos_token_id in the base's generation_config.json"
                )
            labels[first : stop + 1] = ids[first : stop + 1]
        return Example(ids, labels)

    def _border(self, encoding: Any, at: int) -> int:
        """The index of the first token that begins at the character `at` or behind it. Raises Fault when a token lies
        across the border."""
        token = encoding.char_to_token(at)
        if token is None:  # the end of the text, or a character that the tokenizer leaves out
            return next((t for t, (a, b) in enumerate(encoding.offsets) if a >= at and b > at), len(encoding.ids))
        begin, _ = encoding.token_to_chars(token)
        if begin < at:
            what = f"token {token} lies across the border between question and answer"
            raise Fault(
                "mask not exact", what, "the tokenizer merges text over the template's border; use another base", None
            )
        found: int = token
        return found

    def _pair(self, messages: Messages) -> Example:
        """Prompt and completion one after the other, for a base without a chat template. Raises Fault."""
        if len(messages) != 2 or "tool_calls" in messages[1]:
            what = "the base has no chat template, so it cannot read conversations"
            raise Fault("no template", what, "use prompt and completion rows", None)
        return self._plain(messages[0]["content"], messages[1]["content"])

    def _plain(self, prompt: str, answer: str) -> Example:
        """A text as the tokenizer writes it by itself (with its beginning token), and a stop token behind it."""
        encoding = self.tokenizer.encode(prompt + answer, add_special_tokens=True)
        ids: list[int] = encoding.ids
        ids = ids if ids and ids[-1] in self.stops else [*ids, self.end]
        first = self._border(encoding, len(prompt)) if prompt and self.learn_from != "all" else 1
        return Example(ids, [IGNORED] * first + ids[first:])

    def _too_long(self, sample: Sample, whole: list[Example]) -> list[Example]:
        """Applies `data.long`. Raises Fault for a row that is to be left out."""
        length = max(len(example.input_ids) for example in whole)
        found: list[Example] = []
        if self.long == "truncate":
            found = self._truncated(sample, whole)
        if self.long == "split":
            found = self._split(sample, whole)
        if not found:
            what = f"{length} tokens, over max_tokens ({self.max_tokens})"
            fix = "raise data.max_tokens, or set data.long to drop, truncate or split"
            raise Fault("too long", what, fix, None)
        return found

    def _truncated(self, sample: Sample, whole: list[Example]) -> list[Example]:
        """As many whole turns from the start as fit; nothing when not even the first answer does."""
        if len(whole) > 1:  # every answer already has a rendering of its own: those that fit are kept
            kept = [example for example in whole if len(example.input_ids) <= self.max_tokens]
            cut = sum(len(example.input_ids) for example in whole if example not in kept)
            return [*kept[:-1], Example(kept[-1].input_ids, kept[-1].labels, cut)] if kept else []
        for end in _ends(sample.messages)[-2::-1]:
            shorter = self._whole(_part(sample, 0, 0, end))
            if all(len(example.input_ids) <= self.max_tokens for example in shorter):
                cut = len(whole[0].input_ids) - len(shorter[-1].input_ids)
                return [Example(shorter[-1].input_ids, shorter[-1].labels, cut)]
        return []

    def _split(self, sample: Sample, whole: list[Example]) -> list[Example]:
        """Several examples that learn every answer once. A later part begins with the system message and, where it fits,
        the exchange before it, which it only reads. Nothing when some exchange does not fit by itself."""
        if sample.text is not None:
            ids = whole[0].input_ids
            pieces = [ids[i : i + self.max_tokens] for i in range(0, len(ids), self.max_tokens)]
            return [Example(piece, [IGNORED, *piece[1:]]) for piece in pieces if len(piece) > 1]
        ends = [0, *_ends(sample.messages)]
        found: list[Example] = []
        done = 0
        while done < len(ends) - 1:
            part = next(
                (
                    (upto, examples)
                    for upto in range(len(ends) - 1, done, -1)
                    for context in dict.fromkeys((ends[max(done - 1, 0)], ends[done]))
                    if (examples := self._fitting(_part(sample, context, ends[done], ends[upto])))
                ),
                None,
            )
            if part is None:
                return []
            done = part[0]
            found += part[1]
        return found

    def _fitting(self, sample: Sample) -> list[Example]:
        """The examples of a part when all of them fit."""
        found = self._whole(sample)
        return found if all(len(example.input_ids) <= self.max_tokens for example in found) else []


def _ends(messages: Messages) -> list[int]:
    """Where exchanges end: behind every assistant message that a user message follows, and at the end."""
    found = [
        i + 1 for i, m in enumerate(messages[:-1]) if m["role"] == "assistant" and messages[i + 1]["role"] == "user"
    ]
    return [*found, len(messages)]


def _part(sample: Sample, begin: int, learned: int, end: int) -> Sample:
    """The messages from `begin` to `end` behind the system messages; answers before `learned` are only read."""
    lead = next(i for i, m in enumerate(sample.messages) if m["role"] not in ("system", "developer"))
    begin = max(begin, lead)
    kept = [*range(lead), *range(begin, end)]
    unlearned = {new for new, old in enumerate(kept) if old in sample.unlearned or old < learned}
    return Sample([sample.messages[i] for i in kept], sample.tools, frozenset(unlearned))
