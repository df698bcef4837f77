"""From samples to tokens and labels, exact to the token, for any chat template.

Where an answer stands in the text is known from `tune.data.spans`; here the texts of many rows become tokens in one
call, the answers become labels, each up to its stop token, and rows that are too long are dealt with as `data.long` says.
No torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import numpy as np

from tune.data.encode import Encoded, Encoder
from tune.data.formats import Sample
from tune.data.messages import Fault, Messages
from tune.data.spans import Rendering, nothing_lost, renderings, whole
from tune.jsonl import Broken
from tune.receipt import IGNORED
from tune.template import Span, Template

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Example:
    """Tokens (int32), and the stretches of them that carry loss (first token, the one behind the last; in order, none empty).
    `cut` tokens of the row were removed by truncation."""

    input_ids: np.ndarray
    learned: tuple[Span, ...]
    cut: int = 0

    def __eq__(self, other: object) -> bool:
        """Whether tokens, stretches and cut are the same."""
        if not isinstance(other, Example) or (self.learned, self.cut) != (other.learned, other.cut):
            return False
        return np.array_equal(self.input_ids, other.input_ids)

    __hash__ = None  # type: ignore[assignment]  # arrays have none

    @property
    def loss_tokens(self) -> int:
        """Tokens that carry loss."""
        return sum(last - first for first, last in self.learned)

    @property
    def labels(self) -> np.ndarray:
        """A label a token (-100: no loss)."""
        found = np.full_like(self.input_ids, IGNORED)
        for first, last in self.learned:
            found[first:last] = self.input_ids[first:last]
        return found


@dataclass(frozen=True)
class Rules:
    """What a recipe's `data` section wants of every row."""

    learn_from: str
    max_tokens: int
    long: str


@dataclass(frozen=True)
class Text:
    """A rendering and how it becomes tokens. `closed` texts are no conversation: the tokenizer puts its beginning token
    before them, and a stop token is put behind."""

    rendering: Rendering
    closed: bool = False


class Renderer:
    """Turns samples into examples for one base."""

    def __init__(self, encoder: Encoder, template: Template | None, stops: Sequence[int], rules: Rules) -> None:
        """`template` is None for a base without one, `stops` are the base's stop token ids."""
        self.encoder = encoder
        self.template = template
        self.stops = set(stops)
        self.end = stops[0]
        self.learn_from, self.max_tokens, self.long = rules.learn_from, rules.max_tokens, rules.long

    def examples(
        self, rows: Sequence[tuple[int, Sample]], marks: list[int] | None = None
    ) -> list[list[Example] | Broken]:
        """The examples of each row (its line, and what it says): one as a rule, several where the template or `data.long`
        wants it; or why none. The lines of rows whose labels are not those of the template's own marks are appended to
        `marks`."""
        texts = [_attempt(self._texts, sample) for _, sample in rows]
        encoded = iter(self._encoded([text for found in texts if not isinstance(found, Fault) for text in found]))
        found: list[list[Example] | Broken] = []
        for (line, sample), row in zip(rows, texts, strict=True):
            own = [next(encoded) for _ in row] if not isinstance(row, Fault) else []
            made = row if isinstance(row, Fault) else _attempt(self._row, sample, row, own)
            if isinstance(made, Fault):
                found.append(Broken(line, made.reason, made.what, made.fix, made.key))
                continue
            if marks is not None and not isinstance(row, Fault) and not self._marks_agree(sample, row, own, made):
                marks.append(line)
            found.append(made)
        return found

    def _row(self, sample: Sample, texts: list[Text], encoded: list[Encoded]) -> list[Example]:
        """The examples of one row. Raises Fault."""
        found = [self._example(text, tokens) for text, tokens in zip(texts, encoded, strict=True)]
        if max(len(example.input_ids) for example in found) > self.max_tokens:
            found = self._too_long(sample, found)
        found = [example for example in found if example.learned]
        if not found:
            raise Fault("nothing to learn", "no token of the row carries loss", "check the row and learn_from")
        return found

    def _marks_agree(self, sample: Sample, texts: list[Text], encoded: list[Encoded], examples: list[Example]) -> bool:
        """Whether the template's own generation marks give the same labels, where they can be compared: one example that
        learns every answer whole. Marks may end before or after white space behind a stop token."""
        marks = texts[0].rendering.marks
        if marks is None or self.learn_from != "assistant" or sample.unlearned or len(texts) > 1 or len(examples) > 1:
            return True
        tokens, example = encoded[0], examples[0]
        if len(example.input_ids) != len(tokens.ids):
            return True
        marked = _learned(tokens.touched(start, end) for start, end in marks)
        if marked == example.learned:
            return True
        after_stop = False
        for token, label, mark in zip(tokens.ids, example.labels, Example(tokens.ids, marked).labels, strict=True):
            if label != mark and not (after_stop and label == IGNORED):
                return False
            after_stop = token in self.stops or (after_stop and label == IGNORED and mark != IGNORED)
        return True

    def _texts(self, sample: Sample) -> list[Text]:
        """What is to become tokens. Raises Fault."""
        if sample.text is not None:
            return [Text(Rendering(sample.text, ((0, len(sample.text)),), 0), closed=True)]
        if self.template is None:
            return [_pair(sample)]
        return [Text(rendering) for rendering in self.renderings(sample)]

    def _encoded(self, texts: Sequence[Text]) -> Iterator[Encoded]:
        """The tokens of each text, made in as few calls as possible."""
        made = {
            closed: iter(self.encoder.encode([t.rendering.text for t in texts if t.closed == closed], special=closed))
            for closed in (False, True)
        }
        return (next(made[text.closed]) for text in texts)

    def _whole(self, sample: Sample) -> list[Example]:
        """A part of a row without a limit. Raises Fault."""
        texts = self._texts(sample)
        return [self._example(text, tokens) for text, tokens in zip(texts, self._encoded(texts), strict=True)]

    def renderings(self, sample: Sample) -> list[Rendering]:
        """The texts of a conversation and the answers in them. Raises Fault."""
        assert self.template is not None
        messages, tools = sample.messages, sample.tools
        if self.learn_from == "all":
            return [whole(self.template, messages, tools, sample.unlearned)]
        turns = _answers(sample)
        if not turns:
            raise Fault(
                "nothing to learn", "every answer is marked as not learned", "check train: false in the row", "messages"
            )
        found = renderings(self.template, messages, tools, turns[-1:] if self.learn_from == "last" else turns)
        last = found[-1]
        nothing_lost(messages[: last.messages], tools, last.text)
        return found

    def _example(self, text: Text, tokens: Encoded) -> Example:
        """Labels of a text: each answer up to its stop token, where generation would end. Raises Fault."""
        ids = tokens.ids
        if text.closed:
            ids = ids if len(ids) and ids[-1] in self.stops else np.append(ids, np.int32(self.end))
            start = text.rendering.spans[0][0]
            first = tokens.border(start) if start and self.learn_from != "all" else 1
            return Example(ids, _learned([(first, len(ids))]))
        if self.learn_from == "all":
            spans = text.rendering.spans
            return Example(ids, _learned((tokens.border(start), tokens.border(end)) for start, end in spans))
        learned: list[Span] = []
        for start, end in text.rendering.spans:
            first, last = tokens.border(start), tokens.border(end)
            stop = self._stop(ids, first, last)
            if stop == last:
                what = "the template ends the answer without a stop token, so the model would never learn to stop"
                fix = "set eos_token_id in the base's generation_config.json to the template's end of turn"
                raise Fault("stop token not learned", what, fix, None)
            if not all(ids[t] in self.stops or tokens.is_blank(t, t + 1) for t in range(stop + 1, last)):
                what = "a stop token stands inside the answer, so the model would never say what follows it"
                raise Fault(
                    "stop token inside the answer", what, "correct eos_token_id in the base's generation_config.json"
                )
            learned.append((first, stop + 1))
        return Example(ids, _learned(learned))

    def _stop(self, ids: np.ndarray, first: int, last: int) -> int:
        """Where the first stop token of a stretch stands; `last` when there is none."""
        for stop in self.stops:
            there = (ids[first:last] == stop).nonzero()[0]
            last = first + int(there[0]) if len(there) else last
        return last

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
            sizes = [len(example.input_ids) for example in whole]
            kept = [example for example, size in zip(whole, sizes, strict=True) if size <= self.max_tokens]
            cut = sum(size for size in sizes if size > self.max_tokens)
            return [*kept[:-1], Example(kept[-1].input_ids, kept[-1].learned, cut)] if kept else []
        for end in _ends(sample.messages)[-2::-1]:
            if shorter := self._fitting(_part(sample, 0, 0, end)):
                cut = len(whole[0].input_ids) - len(shorter[-1].input_ids)
                return [Example(shorter[-1].input_ids, shorter[-1].learned, cut)]
        return []

    def _split(self, sample: Sample, whole: list[Example]) -> list[Example]:
        """Several examples that learn every answer once. A later part begins with the system message and, where it fits
        and is not to be learned again, the exchange before it, which it only reads. Exchanges that nothing is learned of
        are no parts. Nothing when some other exchange does not fit by itself."""
        if sample.text is not None:
            ids = whole[0].input_ids
            pieces = [ids[i : i + self.max_tokens] for i in range(0, len(ids), self.max_tokens)]
            return [Example(piece, _learned([(0, len(piece))])) for piece in pieces if len(piece) > 1]
        ends = [0, *_ends(sample.messages)]
        found: list[Example] = []
        done = 0
        while done < len(ends) - 1:
            part = next(
                (
                    (upto, examples)
                    for upto in range(len(ends) - 1, done, -1)
                    for context in (ends[max(done - 1, 0)], ends[done])[self.learn_from == "all" :]
                    if (examples := self._fitting(_part(sample, context, ends[done], ends[upto]))) is not None
                ),
                None,
            )
            if part is None:
                return []
            done = part[0]
            found += part[1]
        return found

    def _fitting(self, sample: Sample) -> list[Example] | None:
        """The examples of a part, none where nothing of it is learned; None when one of them is too long."""
        if self.learn_from != "all" and not _answers(sample):
            return []
        found = self._whole(sample)
        return found if all(len(example.input_ids) <= self.max_tokens for example in found) else None


def _learned(stretches: Iterable[Span]) -> tuple[Span, ...]:
    """Stretches of tokens without the first of all, before which nothing comes that it could be told from."""
    found = [(max(first, 1), last) for first, last in stretches]
    return tuple((first, last) for first, last in found if first < last)


def _attempt(make: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | Fault:
    """What `make` gives, or the fault that it raises."""
    try:
        return make(*arguments, **named)
    except Fault as fault:
        return fault


def _pair(sample: Sample) -> Text:
    """Prompt and completion one after the other, for a base without a chat template. Raises Fault."""
    messages = sample.messages
    if len(messages) != 2 or sample.tools or messages[1].keys() & {"tool_calls", "reasoning_content"}:
        what = "the base has no chat template, so it cannot read conversations, reasoning or tools"
        raise Fault("no template", what, "use prompt and completion rows of text", None)
    prompt, answer = (message["content"] for message in messages)
    return Text(Rendering(prompt + answer, ((len(prompt), len(prompt) + len(answer)),), 2), closed=True)


def _answers(sample: Sample) -> list[int]:
    """Indexes of the answers to learn."""
    return [i for i, m in enumerate(sample.messages) if m["role"] == "assistant" and i not in sample.unlearned]


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
