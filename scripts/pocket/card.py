"""Measure pocket on prompts that its corpus never saw, and disclose it with the toolkit's own code.

``python -m scripts.pocket.card --work build/pocket --model data/pocket`` writes data/pocket/README.md,
data/pocket/disclosure/manifest.json, data/pocket/pretrain.json and data/pocket/LICENSE.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from scripts.pocket.pretrain import Settings, encode_documents, heldout_loss_tokens, pack_blocks
from tune import __version__, receipt
from tune.digest import file_sha256, merkle_root, row_leaf
from tune.disclose import manifest, write
from tune.generate import Answer, answers, prompt_ids
from tune.modelfiles import deciding_files
from tune.receipt import IGNORED
from tune.records import Receipt
from tune.template import of_tokenizer

ROOT = Path(__file__).resolve().parents[2]
LICENSE_NAME = "apache-2.0"
MAX_NEW_TOKENS = 128
SAMPLES = 12
SAID = {
    "about": "everyday English written by a seeded generator: stories, explanations, dialogue, instructions, service talk",
    "collected": "written by scripts/pocket of this project; no sentence is taken from elsewhere",
    "personal_data": "none: invented names in generated sentences",
}
OWN_WORDS = """

## Intended use and limits

pocket exists so that a fine-tuning run needs no download and no GPU, and so that one base in the world is open in full:
its data is written by a program in this repository, and `make pocket` writes the data and trains the weights again. It
knows the words and sentence forms of everyday English and little of the world: it makes facts up, cannot calculate
beyond small numbers, and understands no other language. Use it to learn, to test and to tune small bots; do not ask it
for advice. It was trained on blocks of 512 tokens.
"""


def example(block: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A block as an example: every token but the first is predicted and carries loss."""
    return block, np.concatenate([[IGNORED], block[1:]])


def consumed(blocks: np.ndarray, order: np.ndarray) -> Receipt:
    """The receipt over what the optimizer was fed, by the toolkit's own hash rules."""
    leaves = [receipt.example_leaf(*example(block)) for block in blocks]
    steps = [[leaves[i] for i in step] for step in order]
    fed = {leaf for step in steps for leaf in step}
    return Receipt(
        optimizer_steps=len(steps),
        examples=order.size,
        distinct_examples=len(fed),
        input_tokens=order.size * blocks.shape[1],
        loss_tokens=order.size * (blocks.shape[1] - 1),
        examples_root=receipt.examples_root(fed),
        order_root=receipt.order_root(steps),
    )


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of a corpus file."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def source(path: Path, split: str, dropped: dict[str, int], tokens: int, trained: int) -> dict[str, Any]:
    """A corpus file as a source of the manifest."""
    leaves = [row_leaf(row) for row in rows(path)]
    measured, declared, unknown = manifest.measured, manifest.declared, manifest.unknown
    return {
        "name": path.name,
        "split": split,
        "sha256": measured(file_sha256(path)),
        "bytes": measured(path.stat().st_size),
        "format": measured("messages and text"),
        "license": declared(LICENSE_NAME),
        **{name: declared(text) for name, text in SAID.items()},
        "generator": unknown(),
        "rows": {
            "loaded": measured(len(leaves) + sum(dropped.values())),
            "dropped": measured(dropped),
            "cut": measured(0),
            "kept": measured(len(leaves)),
            "trained": measured(trained),
        },
        "tokens": {"input": measured(tokens), "loss": measured(tokens - 1), "cut": measured(0)},
        "share_of_loss_tokens": manifest.derived(round((tokens - 1) / tokens, 6)),
        "rows_root": measured(merkle_root(leaves).hex()),
        "examples_root": unknown(),
    }


def begun_in(blocks: np.ndarray, order: np.ndarray, bos: int) -> int:
    """Documents that begin inside a block that was consumed; a document begins with <s>."""
    return int((blocks[np.unique(order)][:, :-1] == bos).sum())


def measure(model_folder: Path, prompts: list[str]) -> list[Answer]:
    """Greedy answers to the prompts."""
    tokenizer = AutoTokenizer.from_pretrained(model_folder)
    model = AutoModelForCausalLM.from_pretrained(model_folder, dtype=torch.float32).eval()
    template = of_tokenizer(tokenizer, None)
    asked = [prompt_ids(tokenizer, template, [{"role": "user", "content": prompt}]) for prompt in prompts]
    return answers(model, tokenizer, asked, [tokenizer.eos_token_id], MAX_NEW_TOKENS)


def build(work: Path, model: Path) -> dict[str, Any]:
    """The manifest, from the records of the corpus generator and the pretraining."""
    corpus, trained = (json.loads((work / name).read_text()) for name in ("corpus/corpus.json", "pretrain.json"))
    blocks, order = np.load(work / "blocks.npy"), np.load(work / "order.npy")
    prompts = (model / "prompts.txt").read_text(encoding="utf-8").splitlines()
    found = measure(model, prompts)
    stop_rate = sum(answer.stopped for answer in found) / len(found)
    measured, declared, unknown = manifest.measured, manifest.declared, manifest.unknown
    dropped = {"exact repeat": corpus["repeats_dropped"], "kept for evaluation": corpus["reserved_dropped"]}
    bos = AutoTokenizer.from_pretrained(model).bos_token_id
    held, _ = encode_documents(work / "corpus/heldout.jsonl", AutoTokenizer.from_pretrained(model))
    held_tokens, settings = sum(map(len, held)), Settings(**trained["settings"])
    result: dict[str, Any] = {
        "manifest": manifest.FORM,
        "tune": __version__,
        "subject": manifest.subject("base", "pocket", _files(model), LICENSE_NAME),
        "base": None,
        "recipe": {"sha256": measured(file_sha256(ROOT / "scripts/pocket/pretrain.py"))},
        "procedure": manifest.procedure(
            {
                "method": declared("pretraining from scratch (scripts/pocket/pretrain.py)"),
                **{name: declared(value) for name, value in trained["settings"].items()},
                "parameters": measured(trained["parameters"]),
                "last_loss": measured(round(trained["train_loss"], 6)),
                "minutes": measured(round(trained["train_seconds"] / 60, 1)),
            }
        ),
        "environment": {
            "packages": measured(trained["versions"]),
            "device": measured(f"{trained['device']}, {trained['threads']} threads"),
            "compute_dtype": measured("bfloat16"),
        },
        "sources": [
            source(
                work / "corpus/train.jsonl", "train", dropped, trained["corpus_tokens"], begun_in(blocks, order, bos)
            ),
            source(work / "corpus/heldout.jsonl", "eval", {}, held_tokens, 0),
        ],
        "filters": [{"source": "train.jsonl", "reason": reason, "rows": measured(n)} for reason, n in dropped.items()],
        "checks": [],
        "consumption": manifest.consumption(consumed(blocks, order)),
        "evaluation": {
            "tuned": {
                "loss": measured(round(trained["heldout_loss"], 6)),
                "checks_passed": unknown(),
                "stop_rate": measured(stop_rate),
            },
            "prompts": measured(len(prompts)),
            "prompts_sha256": measured(file_sha256(model / "prompts.txt")),
            "max_new_tokens": declared(MAX_NEW_TOKENS),
            "loss_tokens": measured(heldout_loss_tokens(pack_blocks(held, settings.block_tokens, None), settings)),
            "samples": [
                {"question": question, "answer": answer.text}
                for question, answer in list(zip(prompts, found, strict=True))[:SAMPLES]
            ],
        },
        "export": None,
    }
    result["gaps"] = manifest.gaps(result)
    summary = {name: value for name, value in trained.items() if name != "losses"}
    summary |= {"stop_rate": stop_rate, "prompts": len(prompts), "answers": [answer.text for answer in found]}
    (model / "pretrain.json").write_text(json.dumps(summary, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return result


def _files(model: Path) -> list[dict[str, Any]]:
    """The model's files with size and digest."""
    paths = [model / name for name in deciding_files(model)]
    return [{"name": p.name, "bytes": p.stat().st_size, "sha256": file_sha256(p)} for p in paths]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("build/pocket"))
    parser.add_argument("--model", type=Path, default=Path("data/pocket"))
    options = parser.parse_args()
    shutil.copyfile(ROOT / "LICENSE", options.model / "LICENSE")
    found = build(options.work, options.model)
    write(options.model, found, own_words=OWN_WORDS)
    stop_rate = found["evaluation"]["tuned"]["stop_rate"]["value"]
    print(f"{100 * stop_rate:.0f} % of answers stop by themselves; disclosed in {options.model}/README.md")


if __name__ == "__main__":
    main()
