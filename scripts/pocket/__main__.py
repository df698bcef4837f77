"""``make pocket``: write the corpus, train the tokenizer and the model, measure and disclose them."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

CORPUS_CHARACTERS = "50_000_000"
SEED = "1"
SHOP = Path("data/support-bot")


def steps(work: Path, model: Path, extra: list[str]) -> list[list[str]]:
    """The commands in order. What evaluates pocket or the support bot is kept out of the corpus."""
    reserved = [
        model / "prompts.txt",
        SHOP / "eval.jsonl",
        SHOP / "dev-prompts.jsonl",
        SHOP / "prompts.jsonl",
        *sorted((SHOP / "source").glob("*.yaml")),
    ]
    corpus = work / "corpus"
    return [
        [
            "corpus",
            "--out",
            str(corpus),
            "--characters",
            CORPUS_CHARACTERS,
            "--seed",
            SEED,
            "--reserve",
            *map(str, reserved),
        ],
        ["tokenizer", "--corpus", str(corpus / "train.jsonl"), "--out", str(model)],
        ["pretrain", "--corpus", str(corpus), "--out", str(model), "--work", str(work), *extra],
        ["card", "--work", str(work), "--model", str(model)],
    ]


def main() -> int:
    """Runs the steps; further arguments go to the pretraining, e.g. ``--tokens 100_000``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/pocket"))
    parser.add_argument("--model", type=Path, default=Path("data/pocket"))
    options, extra = parser.parse_known_args()
    began = time.monotonic()
    for name, *arguments in steps(options.work, options.model, extra):
        print(f"pocket: {name}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"scripts.pocket.{name}", *arguments])
        if done.returncode != 0:
            return done.returncode
    print(f"pocket: done in {(time.monotonic() - began) / 60:.1f} minutes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
