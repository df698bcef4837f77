"""Write the pocket corpus: seeded documents of all kinds as train.jsonl, heldout.jsonl and corpus.json.

``python -m scripts.pocket.corpus --out build/pocket/corpus --characters 50_000_000 --seed 1``
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import importlib.util
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from . import dialogue, explanations, instructions, stories

Writer = Callable[[random.Random], dict]
# Share of characters, not of documents. Service language carries the support bot that is tuned on this base.
SHARES = {"service": 0.45, "explanations": 0.18, "dialogue": 0.15, "instructions": 0.14, "stories": 0.08}
HELDOUT_PER_MILLE = 5
GRAM, SHORT = 8, 5  # words in a row that make a repeat; texts below SHORT words are compared as whole turns
PROBE_DOCUMENTS = 3000  # documents written to learn the mean length of a kind


def writers() -> dict[str, Writer]:
    """Every kind's writer; "service" is left out when scripts/pocket/service.py is not there."""
    found: dict[str, Writer] = {
        "explanations": explanations.write,
        "dialogue": dialogue.write,
        "instructions": instructions.write,
        "stories": stories.write,
    }
    if importlib.util.find_spec("scripts.pocket.service") is not None:
        found["service"] = importlib.import_module("scripts.pocket.service").write
    return found


def plain(document: dict) -> str:
    """The text of a document: its contents joined by line breaks."""
    return document["text"] if "text" in document else "\n".join(m["content"] for m in document["messages"])


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case without punctuation: what is compared."""
    return tuple(re.sub(r"[^a-z0-9 ]", "", text.lower().replace("-", " ")).split())


class Reserved:
    """Texts that are kept for evaluation, and may not stand in the corpus.

    A document is refused when it holds eight words in a row of such a text; of a text of five to seven words, all of
    them in a row; of a shorter one, when a whole turn is that text.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Cuts the texts into what is looked for."""
        self.grams: dict[int, set[tuple[str, ...]]] = {}
        self.turns: set[tuple[str, ...]] = set()
        for found in map(words, texts):
            if len(found) < SHORT:
                self.turns.add(found)
                continue
            size = min(GRAM, len(found))
            self.grams.setdefault(size, set()).update(found[i : i + size] for i in range(len(found) - size + 1))

    def holds(self, document: dict) -> bool:
        """Whether the document repeats a reserved text."""
        for content in [document["text"]] if "text" in document else [m["content"] for m in document["messages"]]:
            found = words(content)
            if found in self.turns:
                return True
            for size, grams in self.grams.items():
                if any(found[i : i + size] in grams for i in range(len(found) - size + 1)):
                    return True
        return False


def reserved_texts(path: Path) -> list[str]:
    """Texts of a file: its lines (.txt), the user turns of its rows (.jsonl), or every `fact` in it (.yaml)."""
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".jsonl":
        rows = [json.loads(line) for line in content.splitlines()]
        return [m["content"] for row in rows for m in row["messages"] if m["role"] == "user"]
    if path.suffix == ".yaml":
        return [intent["fact"] for intent in yaml.safe_load(content)["intents"]]
    return [line for line in content.splitlines() if line.strip()]


@dataclass
class Tally:
    """What was written and what was not, by kind of document."""

    drawn: int = 0
    withheld: int = 0
    characters: int = 0
    parts: Counter[str] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)
    chats: Counter[str] = field(default_factory=Counter)
    repeats: Counter[str] = field(default_factory=Counter)

    def keep(self, kind: str, part: str, document: dict, text: str) -> None:
        """Counts a document that was written."""
        self.parts[part] += 1
        self.documents[kind] += 1
        self.sizes[kind] += len(text)
        self.chats[kind] += "messages" in document
        self.characters += len(text)

    def report(self, seed: int, files: list[Path]) -> dict:
        """What corpus.json holds: counts by kind, sizes, hashes of the files."""
        return {
            "seed": seed,
            "documents": dict(sorted(self.parts.items())),
            "characters": self.characters,
            "documents_drawn": self.drawn,
            "repeats_dropped": sum(self.repeats.values()),
            "reserved_dropped": self.withheld,
            "kinds": {
                kind: {
                    "documents": self.documents[kind],
                    "characters": self.sizes[kind],
                    "chats": self.chats[kind],
                    "repeats_dropped": self.repeats[kind],
                }
                for kind in sorted(self.documents)
            },
            "sha256": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files},
        }


def _weights(found: dict[str, Writer], seed: int) -> dict[str, float]:
    """Document weights that give SHARES in characters, from a probe of each kind."""
    out = {}
    for kind in sorted(found):
        rng = random.Random(f"probe {kind} {seed}")
        mean = sum(len(plain(found[kind](rng))) for _ in range(PROBE_DOCUMENTS)) / PROBE_DOCUMENTS
        out[kind] = SHARES[kind] / mean
    return out


def build(out: Path, characters: int, seed: int, reserved: Reserved) -> dict:
    """Write the corpus files under ``out`` and return what corpus.json holds.

    ``characters`` counts the kept documents' contents. Raises RuntimeError when nearly every new document is a repeat.
    """
    out.mkdir(parents=True, exist_ok=True)
    found = writers()
    weights = _weights(found, seed)
    kinds = sorted(weights)
    rng = random.Random(f"pick {seed}")
    streams = {kind: random.Random(f"write {kind} {seed}") for kind in kinds}
    seen: set[bytes] = set()
    tally = Tally()
    files = {name: (out / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n") for name in ("train", "heldout")}
    while tally.characters < characters:
        for kind in rng.choices(kinds, [weights[k] for k in kinds], k=1000):
            document = found[kind](streams[kind])
            text = plain(document)
            tally.drawn += 1
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if digest in seen:
                tally.repeats[kind] += 1
                continue
            if reserved.holds(document):
                tally.withheld += 1
                continue
            seen.add(digest)
            part = "heldout" if int.from_bytes(digest[:4], "big") % 1000 < HELDOUT_PER_MILLE else "train"
            files[part].write(json.dumps(document, ensure_ascii=False) + "\n")
            tally.keep(kind, part, document, text)
            if tally.characters >= characters:
                break
        if tally.drawn > 10_000 and len(seen) < 0.05 * tally.drawn:
            raise RuntimeError("nearly every new document repeats an old one; ask for fewer characters")
    for handle in files.values():
        handle.close()
    report = tally.report(seed, [out / "train.jsonl", out / "heldout.jsonl"])
    (out / "corpus.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return report


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--characters", type=int, default=50_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--reserve",
        type=Path,
        nargs="*",
        default=[],
        help="files of texts (.txt, .jsonl, .yaml) kept out of the corpus",
    )
    args = parser.parse_args()
    reserved = Reserved(text for path in args.reserve for text in reserved_texts(path))
    report = build(args.out, args.characters, args.seed, reserved)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
