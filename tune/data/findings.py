"""What was found in all rows, row by row as they come back from the processes: which are counted, and which are left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from tune.data.contamination import LONGEST, MOST, SHORTEST, Evaluation
from tune.data.formats import Sample
from tune.data.identifiers import COUNTRIES
from tune.data.near import SIMILAR, Repeats
from tune.data.patterns import Kind
from tune.data.shingles import BANDS, MINIMA, SHINGLE
from tune.data.work import KEPT, Made
from tune.jsonl import Broken
from tune.prompts import read_prompts
from tune.recipe.schema import Findings
from tune.records import Compared, Finding
from tune.sequences import Flag

MOST_TEXTS = 200_000
"""Evaluation texts that are compared; of more, the first ones."""


@dataclass(frozen=True)
class Sought:
    """One thing that is looked for."""

    reason: str
    """By which the ledger counts the rows that are left out for it."""
    kinds: dict[Kind, str]
    flag: Flag
    method: str
    version: int
    """Counted up when the method changes, so that figures of two versions are not compared."""
    limits: str

    @cached_property
    def bits(self) -> int:
        """All its kinds together."""
        return int(sum(self.kinds))


SOUGHT = {
    "personal_data": Sought(
        "personal data",
        {
            Kind.EMAIL: "e-mail address",
            Kind.PHONE: "phone number",
            Kind.IBAN: "IBAN",
            Kind.CARD: "card number",
            Kind.IP: "IP address",
            Kind.NATIONAL: "national identity number",
        },
        Flag.PERSONAL,
        "patterns over every text of a row, its tools included, with validators: country's length and ISO 7064 for IBANs, issuer and Luhn for cards, "
        "country code or North American plan for phone numbers, public range for IP addresses, check digits for national "
        f"numbers ({COUNTRIES})",
        2,
        "pattern matches, not confirmed personal data; names, addresses and dates of birth are not looked for, nor phone numbers "
        "without country code elsewhere, nor other national numbers; reserved names, numbers and ranges are not counted",
    ),
    "secrets": Sought(
        "secret",
        {
            Kind.KNOWN_KEY: "key of a known form",
            Kind.PRIVATE_KEY: "private key",
            Kind.PASSWORD: "password in an address",
            Kind.RANDOM: "random value under a telling name",
        },
        Flag.SECRET,
        "patterns over every text of a row, its tools included: prefixes and lengths of the keys of common services, PEM blocks, "
        "user:password@host, and tokens of 20 characters and more with high entropy behind words such as password or api_key",
        2,
        "pattern matches: a key may be an invented or a revoked one; short passwords, and keys of other services that stand alone, "
        "are missed; placeholders are not counted",
    ),
    "hidden_text": Sought(
        "hidden text",
        {
            Kind.ZERO_WIDTH: "zero width",
            Kind.BIDIRECTIONAL: "bidirectional control",
            Kind.TAGS: "tag or variation selector",
        },
        Flag.HIDDEN,
        "code points over every text of a row, its tools included: U+200B, 2060 to 2064, 180E, FEFF; joiners (200C, 200D) beside ASCII letters and digits; "
        "202A to 202E and 2066 to 2069; tags (E0000 to E007F) and supplementary variation selectors",
        2,
        "joiners of emoji and of scripts that need them, flags of regions, and selectors behind ideographs are not counted; white "
        "text, lookalike letters and soft hyphens are not looked for",
    ),
    "contamination": Sought(
        "contamination",
        {Kind.PROMPT: "prompt", Kind.QUESTION: "held-out question", Kind.ANSWER: "held-out answer"},
        Flag.CONTAMINATED,
        f"sequences of {LONGEST} words that a training row shares with an evaluation text, without regard to case and "
        f"punctuation; of texts of {SHORTEST} to {LONGEST - 1} words the whole (the rule of GPT-3, arXiv:2005.14165, appendix C)",
        1,
        "the declared evaluation sets only, no public benchmark; texts in other words, or of fewer words, are missed; common phrases "
        f"count too; of more than {MOST_TEXTS:,} texts or {MOST:,} sequences only a part is compared",
    ),
    "duplicates": Sought(
        "duplicate",
        {Kind.DUPLICATE: "duplicate"},
        Flag.REPEAT,
        "training rows whose tokens and labels are those of an earlier row, by hash",
        1,
        "one other character makes another row: see near duplicates",
    ),
    "near_duplicates": Sought(
        "near duplicate",
        {Kind.NEAR_DUPLICATE: "near duplicate"},
        Flag.NEAR,
        f"Jaccard similarity of at least {SIMILAR} between the sets of all {SHINGLE}-word sequences of two training rows, "
        f"instructions left out; candidates by MinHash with {BANDS} bands of {MINIMA}",
        1,
        "rows in other words or another language are not alike; a pair at the threshold is missed in about one of a hundred "
        "cases, among hundreds of rows of one template, which all resemble one another, in up to one of four",
    ),
}
"""Everything that is looked for by its recipe key, in the order in which a row is judged."""

LABELS = {kind: label for one in SOUGHT.values() for kind, label in one.kinds.items()}


def words_of(found: int) -> str:
    """The bits of `Kind` in words."""
    return ", ".join(label for kind, label in LABELS.items() if found & kind)


class Watch:
    """Judges the rows of all sources in their order."""

    def __init__(self, section: Findings, repeats: Repeats, evaluation: Evaluation, sources: int) -> None:
        """`evaluation` are the texts that training rows are compared with."""
        self._drop = {name: SOUGHT[name] for name in SOUGHT if name in section.dropped()}
        self._actions = section.model_dump()
        self._repeats, self._evaluation = repeats, evaluation
        self._rows = {name: [0] * sources for name in SOUGHT}
        self._kinds: Counter[Kind] = Counter()

    def judge(self, source: int, train: bool, made: Made) -> Made:
        """The rows of a chunk without those that the recipe wants left out; what was found about each is noted in them."""
        scanned = made.scanned
        assert scanned is not None
        self._evaluation.hit(scanned.hits)
        found = scanned.found.copy()
        if train and len(found):
            found[self._repeats.exact(_keys(made), self._stays(found))] |= Kind.DUPLICATE
            assert scanned.shingles is not None
            among = self._stays(found) & (found & Kind.DUPLICATE == 0)
            found[self._repeats.near(scanned.shingles, among)] |= Kind.NEAR_DUPLICATE
        self._count(source, found)
        at = np.flatnonzero(np.array(made.fates) == KEPT)
        made.found = np.zeros(len(made.fates), np.int32)
        made.found[at] = found
        for sought in SOUGHT.values():
            marked = made.found & sought.bits > 0
            made.flags[np.repeat(marked, made.counts)] |= sought.flag * (sought.flag != Flag.REPEAT)
        out = {int(i): broken for i in at[~self._stays(found)] if (broken := self._left_out(made, int(i)))}
        return _without(made, out) if out else made

    def _stays(self, found: np.ndarray) -> np.ndarray:
        stays: np.ndarray = found & sum(sought.bits for sought in self._drop.values()) == 0
        return stays

    def _left_out(self, made: Made, i: int) -> Broken | None:
        """The reason that is counted: the first that holds."""
        for name, sought in self._drop.items():
            kinds = int(made.found[i]) & sought.bits
            if kinds:
                what = f"found in the row: {words_of(kinds)}"
                return Broken(made.lines[i], sought.reason, what, f"data.findings.{name}: count keeps such rows")
        return None

    def _count(self, source: int, found: np.ndarray) -> None:
        for name, sought in SOUGHT.items():
            self._rows[name][source] += int((found & sought.bits > 0).sum())
            for kind in sought.kinds:
                self._kinds[kind] += int((found & kind > 0).sum())

    def findings(self) -> tuple[Finding, ...]:
        """The account of everything that was looked for, once all rows are judged."""
        evaluation = self._evaluation
        compared = {
            LABELS[kind]: Compared(texts=texts, compared=evaluation.compared[kind], found=evaluation.found[kind])
            for kind, texts in sorted(evaluation.total.items())
        }
        return tuple(
            Finding(
                name=name.replace("_", " "),
                action=self._actions[name],
                rows=tuple(self._rows[name]),
                kinds={label: self._kinds[k] for k, label in sought.kinds.items() if len(sought.kinds) > 1},
                evaluation=compared if name == "contamination" else {},
                method=sought.method,
                version=sought.version,
                limits=sought.limits,
            )
            for name, sought in SOUGHT.items()
        )


def _keys(made: Made) -> np.ndarray:
    """64 bits for each kept row, from the leaves of its examples."""
    leaves = np.frombuffer(b"".join(made.leaves), np.uint64).reshape(-1, 4)[:, 0]
    counts = np.array([n for n in made.counts if n])
    return np.add.reduceat(leaves, np.cumsum(counts) - counts)


def _without(made: Made, out: dict[int, Broken]) -> Made:
    """A chunk in which some kept rows (by index) are left out after all, for the reasons given."""
    stays = np.array([i not in out for i in range(len(made.lines))])
    kept = np.array(made.fates) == KEPT
    examples = np.repeat(stays, made.counts)
    tokens = np.repeat(examples, made.lengths)
    columns: dict[str, Any] = {name: getattr(made, name)[examples] for name in ("lengths", "loss", "cut", "flags")}
    for name in ("ids", "labels"):
        columns[name] = np.frombuffer(getattr(made, name), np.int32)[tokens].tobytes()
    return replace(
        made,
        fates=[out[i].reason if i in out else fate for i, fate in enumerate(made.fates)],
        counts=[0 if i in out else number for i, number in enumerate(made.counts)],
        broken=sorted([*made.broken, *out.values()], key=lambda broken: broken.line),
        row_leaves=[leaf for leaf, one in zip(made.row_leaves, stays[kept], strict=True) if one],
        leaves=[leaf for leaf, one in zip(made.leaves, examples, strict=True) if one],
        **columns,
    )


def evaluated(samples: Iterable[Sample], root: Path, shown: str | None) -> Evaluation:
    """The texts that training rows are compared with: questions and answers of held-out rows, and what the prompts in the
    file `shown` (below `root`) ask, where it is: a reader of a manifest may lack it. Raises DataError for faulty prompts."""
    prompts = read_prompts(root / shown, shown) if shown is not None and (root / shown).is_file() else []
    asked = ((Kind.PROMPT, m["content"]) for prompt in prompts for m in prompt.messages if m["role"] == "user")
    texts: list[tuple[Kind, str]] = []
    beyond: Counter[Kind] = Counter()
    for kind, text in (*_held_out(samples), *asked):
        if len(texts) < MOST_TEXTS:
            texts.append((kind, text))
        else:
            beyond[kind] += 1
    found = Evaluation(texts)
    found.total.update(beyond)
    return found


def _held_out(samples: Iterable[Sample]) -> Iterator[tuple[Kind, str]]:
    roles = {"user": Kind.QUESTION, "assistant": Kind.ANSWER}
    for sample in samples:
        if sample.text is not None:
            yield Kind.ANSWER, sample.text
        for message in sample.messages:
            if message["role"] in roles and message.get("content"):
                yield roles[message["role"]], message["content"]
