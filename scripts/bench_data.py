"""How fast rows become tokens, beside the bare tokenizer and beside TRL's own preparation, on the same rows and cores.

    python -m scripts.bench_data                                  60,000 chat rows, a byte-level vocabulary made of them
    python -m scripts.bench_data --tokenizer DIR --rows FILE      another tokenizer (with its chat template) and other rows

Some minutes. With fewer rows (`--number`) the start of tune's processes weighs more, a third of a second.

Three ways, one after the other, and all again as often as `--repeat` says. A ratio is the median of the rounds' ratios,
because the speed of a machine that others use drifts from minute to minute:

  tokenizer  `encode_batch_fast` of `tokenizers` on the rendered texts, on all cores, in a process that has loaded nothing
             else (in one that has, it is slower by a third): no rows are read, nothing is labelled. All texts in one call,
             which the ratio is of; and, as far as the tokenizer goes, in calls of 256, whose tokens are dropped at once
  tune       from the file to labelled, packed sequences on disk, worker processes started and ended in that time
  trl        from the file too: `load_dataset`, and what SFTTrainer does with the rows before training (`packing`,
             `assistant_only_loss`), in one process as it does by default, and in as many as there are cores

Then the examples of tune and TRL are compared one by one. The last line is JSON:
{"ratio_to_tokenizer", "ratio_to_trl", "fill", "rows", "differences"}.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import re
import statistics
import struct
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tune import hub

hub.quiet_libraries()

from scripts.pocket import explanations, stories  # noqa: E402  # telemetry must be off before any library starts
from scripts.pocket.corpus import plain  # noqa: E402
from tune import base as base_stage  # noqa: E402
from tune.data.prepare import Prepared, make_setup, prepare  # noqa: E402
from tune.data.stage import save  # noqa: E402
from tune.machine import cores  # noqa: E402
from tune.models import load_tokenizer  # noqa: E402
from tune.receipt import IGNORED  # noqa: E402
from tune.recipe import Recipe  # noqa: E402
from tune.records import BaseRecord, Made, Packing  # noqa: E402

VOCABULARY = 32_000
MAX_TOKENS = 2048
BATCH = 256
SPECIAL = {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>", "pad_token": "<|pad|>"}
STRUCTURE = ["<|start_header_id|>", "<|end_header_id|>"]


def write_rows(path: Path, number: int) -> None:
    """Chat rows of some 215 tokens: a question and an answer, from a few words to some pages. Lengths are log-normal, as
    those of real chats are; like those, no two rows are parts of one text."""
    draw = random.Random(1)
    texts = [plain(writer.write(draw)) for _ in range(4000) for writer in (explanations, stories)]
    sentences = [sentence for text in texts for sentence in re.split(r"(?<=[.!?])\s+", text)]

    def some(characters: int) -> str:
        found = draw.choice(sentences)
        while len(found) < characters:
            found += draw.choice((" ", " ", " ", "\n\n")) + draw.choice(sentences)
        return found[:characters].strip()

    with path.open("w", encoding="utf-8") as file:
        for _ in range(number):
            messages = [
                {"role": "user", "content": some(draw.randint(30, 240)) or "Well?"},
                {"role": "assistant", "content": some(int(draw.lognormvariate(6.3, 0.9)) + 8) or "Yes."},
            ]
            file.write(json.dumps({"messages": messages}, ensure_ascii=False) + "\n")


def make_tokenizer(folder: Path, rows: Path) -> None:
    """A byte-level vocabulary as Llama 3's is made, learned from the rows, with TRL's Llama 3 template."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[*SPECIAL.values(), *STRUCTURE],
        show_progress=False,
    )
    made.train_from_iterator((m["content"] for m in _messages(rows)), trainer)
    PreTrainedTokenizerFast(tokenizer_object=made, **SPECIAL).save_pretrained(str(folder))
    (folder / "chat_template.jinja").write_text((_trl_templates() / "llama3_training.jinja").read_text())


def _trl_templates() -> Path:
    import importlib.util

    spec = importlib.util.find_spec("trl")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "chat_templates"


def _messages(rows: Path) -> Iterator[dict[str, str]]:
    for line in rows.open(encoding="utf-8"):
        yield from json.loads(line)["messages"]


def make_base(folder: Path, tokenizer: Path | None, rows: Path) -> BaseRecord:
    """A base folder without weights worth loading: the data code reads tokenizer, template and stop tokens of it."""
    import shutil

    folder.mkdir()
    if tokenizer is None:
        make_tokenizer(folder, rows)
    else:
        for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
            shutil.copyfile(tokenizer / name, folder / name)
    eos = json.loads((folder / "tokenizer_config.json").read_text())["eos_token"]
    eos = eos["content"] if isinstance(eos, dict) else eos
    vocabulary = json.loads((folder / "tokenizer.json").read_text())
    stop = next(t["id"] for t in vocabulary["added_tokens"] if t["content"] == eos)
    config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8, "intermediate_size": 16}
    config |= {"num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 200_000, "eos_token_id": stop}
    (folder / "config.json").write_text(json.dumps(config))
    header = json.dumps({"model.norm.weight": {"dtype": "F32", "shape": [8], "data_offsets": [0, 32]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(32))
    made = Made(inputs="0" * 64, tune="0", at="", seconds=0.0)
    found = base_stage.inspect(folder, folder.name)
    return BaseRecord(made=made, kind="folder", model=folder.name, repo=None, commit=None, quantize="none", **found)


def run_bare(tokenizer: str, texts: list[str]) -> tuple[int, float, float]:
    """(tokens, seconds in one call, seconds in calls of BATCH texts) of the tokenizer alone; called in a process of its own."""
    os.environ["TOKENIZERS_PARALLELISM"] = "true"
    from tokenizers import Tokenizer

    bare = Tokenizer.from_str(tokenizer)

    def count(number: int) -> int:
        calls = (texts[i : i + number] for i in range(0, len(texts), number))
        return sum(len(one) for call in calls for one in bare.encode_batch_fast(call, add_special_tokens=False))

    count(BATCH)  # the first calls are slower than any later ones
    (tokens, at_once), (_, in_batches) = timed(lambda: count(len(texts))), timed(lambda: count(BATCH))
    return tokens, at_once, in_batches


def run_tune(rows: Path, base: BaseRecord, tokenizer: Any) -> tuple[Prepared, Packing]:
    """The work of the data stage, without the page and the ledger."""
    data = {"train": [{"path": rows.name}], "max_tokens": MAX_TOKENS, "long": "drop"}
    recipe = Recipe.model_validate_json(
        json.dumps({"recipe": 1, "name": "bench", "base": {"model": "base"}, "data": data})
    )
    with tempfile.TemporaryDirectory(dir=rows.parent) as folder:
        setup = make_setup(tokenizer, base, recipe.data, rows.parent)
        prepared = prepare(recipe, setup, Path(folder), cores())
        return prepared, save(prepared, recipe.data, Path(folder))


def run_trl(rows: Path, tokenizer: Any, workers: int | None) -> tuple[Any, float]:
    """(the prepared data set, seconds from the file to it) of SFTTrainer on a model of a few thousand parameters."""
    from datasets import load_dataset
    from transformers import LlamaConfig, LlamaForCausalLM
    from trl import SFTConfig, SFTTrainer

    class Timed(SFTTrainer):
        """Times its own preparation and nothing else."""

        def _prepare_dataset(self, *args: Any, **kwargs: Any) -> Any:
            nonlocal seconds
            started = time.perf_counter()
            found = super()._prepare_dataset(*args, **kwargs)
            seconds += time.perf_counter() - started
            return found

    with tempfile.TemporaryDirectory(dir=rows.parent) as folder:
        dataset, seconds = timed(lambda: load_dataset("json", data_files=str(rows), split="train", cache_dir=folder))
        settings = SFTConfig(
            output_dir=folder,
            packing=True,
            assistant_only_loss=True,
            max_length=MAX_TOKENS,
            dataset_num_proc=workers,
            use_cpu=True,
            report_to="none",
        )
        tiny = LlamaConfig(
            vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1
        )
        model = LlamaForCausalLM(tiny)
        try:
            trainer = Timed(model=model, args=settings, train_dataset=dataset, processing_class=tokenizer)
        except ValueError as refusal:
            fix = "put one of its own (trl/chat_templates/*_training.jinja) into the folder as chat_template.jinja"
            raise SystemExit(f"TRL does not take this chat template: {refusal} {fix}") from None
        prepared = trainer.train_dataset
        columns = {name: prepared[name][:] for name in ("input_ids", "labels", "seq_lengths")}
    return columns, seconds


def compare(mine: Prepared, theirs: dict[str, Any], stops: set[int]) -> dict[str, int]:
    """In how many examples tune and TRL differ, by what differs."""
    found: dict[tuple[int, ...], list[tuple[bool, ...]]] = {}
    for ids, labels, lengths in zip(*(theirs[n] for n in ("input_ids", "labels", "seq_lengths")), strict=True):
        start = 0
        for length in lengths:
            part = slice(start, start + length)
            found.setdefault(tuple(ids[part]), []).append(tuple(label != IGNORED for label in labels[part]))
            start += length
    differences: Counter[str] = Counter()
    for kept in mine.rows("train"):
        example = kept.example
        others = found.get(tuple(example.input_ids))
        if not others:
            differences["other tokens"] += 1
            continue
        learned = tuple(label != IGNORED for label in example.labels)
        other = others.pop()
        if learned == other:
            continue
        behind = [i for i, (a, b) in enumerate(zip(learned, other, strict=True)) if a != b]
        after_stop = all(not learned[i] and example.input_ids[i - 1] in stops for i in behind)
        differences["learned behind the stop token" if after_stop else "other labels"] += 1
    for ids, others in found.items():
        cut = len(ids) == MAX_TOKENS  # tune leaves rows out that are longer, as the recipe asks; TRL cuts them
        differences["too long: left out by tune, cut by TRL" if cut else "only in TRL"] += len(others)
    return {name: number for name, number in sorted(differences.items()) if number}


def timed(what: Callable[[], Any]) -> tuple[Any, float]:
    """A result, and the seconds that it took."""
    started = time.perf_counter()
    found = what()
    return found, time.perf_counter() - started


def _ratio(mine: list[float], others: list[float]) -> float:
    return statistics.median(a / b for a, b in zip(mine, others, strict=True))


def main() -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tokenizer", type=Path, help="folder with tokenizer.json and chat_template.jinja")
    parser.add_argument("--rows", type=Path, help="JSONL with messages")
    parser.add_argument("--number", type=int, default=60_000, help="rows that are made without --rows")
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = folder / "rows.jsonl"
        if asked.rows:
            rows.write_bytes(asked.rows.read_bytes())
        else:
            write_rows(rows, asked.number)
        base = make_base(folder / "base", asked.tokenizer, rows)
        tokenizer = load_tokenizer(base)
        texts = [
            tokenizer.apply_chat_template(json.loads(line)["messages"], tokenize=False)
            for line in rows.open(encoding="utf-8")
        ]
        speeds: dict[str, list[float]] = {}
        for _ in range(asked.repeat):
            with multiprocessing.get_context("spawn").Pool(1) as own_process:
                tokens, *alone = own_process.apply(run_bare, (tokenizer.backend_tokenizer.to_str(), texts))
            for what, seconds in zip(("one call", f"calls of {BATCH}"), alone, strict=True):
                speeds.setdefault(f"tokenizer alone, {what}", []).append(tokens / seconds)
            (prepared, packing), own = timed(lambda: run_tune(rows, base, tokenizer))
            speeds.setdefault("tune", []).append(int(prepared.examples.lengths.sum()) / own)
            theirs, seconds = run_trl(rows, tokenizer, None)
            speeds.setdefault("TRL, as it is by default", []).append(tokens / seconds)
            _, seconds = run_trl(rows, tokenizer, cores())
            speeds.setdefault(f"TRL, {cores()} processes", []).append(tokens / seconds)
        for what, found in speeds.items():
            all_rounds = " ".join(f"{speed / 1000:7,.0f}" for speed in found)
            print(f"{what:32}{all_rounds} thousand tokens/s", file=sys.stderr)
        result = {
            "ratio_to_tokenizer": round(_ratio(speeds["tune"], speeds["tokenizer alone, one call"]), 3),
            "ratio_to_trl": round(_ratio(speeds["tune"], speeds["TRL, as it is by default"]), 2),
            "fill": packing.fill,
            "rows": len(texts),
            "differences": compare(prepared, theirs, set(base.stop_token_ids)),
        }
        print(json.dumps(result))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
