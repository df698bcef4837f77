"""The data stage: rows to tokens with exact labels, packed to Arrow, every row accounted for in data/ledger.json."""

from __future__ import annotations

import shutil
import time
from typing import Any

from tune.data.checks import lengths, run_checks
from tune.data.pack import best_fit_decreasing
from tune.data.prepare import Kept, Prepared, ledger_entry, prepare
from tune.data.show import sample_page
from tune.errors import BaseModelError, DataError, Problem
from tune.files import write_text
from tune.models import load_tokenizer
from tune.records import BaseRecord, Ledger, Packing
from tune.run import Run, borrow, data_files, deciding, made

__all__ = ["data", "inputs", "inspect"]


def inputs(run: Run) -> Any:
    """Everything that the tokens depend on."""
    base = run.read(BaseRecord)
    return {
        "data": deciding(run.recipe)["data"],
        "files": data_files(run.recipe, run.root),
        "tokenizer": base.tokenizer_sha256,
        "template": base.template_sha256,
        "stops": list(base.stop_token_ids),
        "pad": base.pad_token_id,
    }


def stands(run: Run) -> bool:
    """Whether the tables are where they were written."""
    return all(run.path(f"data/{split}/dataset_info.json").is_file() for split in ("train", "eval"))


def data(run: Run) -> Ledger:
    """Prepares all rows and writes data/. Raises DataError as `tune.data.prepare` says."""
    started = time.monotonic()
    base = run.read(BaseRecord)
    wanted = inputs(run)
    record = run.up_to_date(Ledger, wanted) or borrow(run, Ledger, wanted, folder="data")
    if record is not None and stands(run):
        return record
    prepared, tokenizer = inspect(run, base)
    rows = prepared.rows("train")
    capacity = run.recipe.data.max_tokens
    sizes = [len(k.example.input_ids) for k in rows]
    groups = best_fit_decreasing(sizes, capacity) if run.recipe.data.pack else [[i] for i in range(len(rows))]
    _save([[rows[i] for i in group] for group in groups], run, "data/train")
    _save([[k] for k in prepared.rows("eval")], run, "data/eval")
    write_text(run.path("data/sample.html"), sample_page(prepared, tokenizer, run.recipe.name))
    record = Ledger(
        made=made(wanted, started),
        sources=tuple(ledger_entry(source) for source in prepared.sources),
        learn_from=run.recipe.data.learn_from,
        template_sha256=base.template_sha256,
        tokenizer_sha256=base.tokenizer_sha256,
        lengths=lengths(prepared),
        packing=Packing(
            sequences=len(groups),
            capacity_tokens=capacity,
            packed=run.recipe.data.pack,
            fill=round(sum(sizes) / (len(groups) * capacity), 6),
        ),
        checks=run_checks(prepared, base, tokenizer.bos_token_id, run.recipe.data.learn_from),
    )
    run.write(record)
    return record


def inspect(run: Run, base: BaseRecord) -> tuple[Prepared, Any]:
    """Every row as tokens and labels, and the tokenizer; nothing is written. Raises DataError as the stage does."""
    tokenizer = load_tokenizer(base)
    if not tokenizer.is_fast:
        what = f"{base.model}: has only a slow tokenizer, which cannot say where in the text a token stands"
        raise BaseModelError(Problem("base", what, "use a base with tokenizer.json", key="base.model"))
    longest, reach = run.recipe.data.max_tokens, base.shapes.max_positions
    if reach is not None and longest > reach:
        what = f"{longest} is beyond the {reach} positions that {base.model} was made for"
        raise DataError(Problem("length", what, f"set data.max_tokens to at most {reach}", key="data.max_tokens"))
    return prepare(run.recipe, run.root, base, tokenizer), tokenizer


def _save(sequences: list[list[Kept]], run: Run, name: str) -> None:
    """Writes sequences to Arrow: input_ids and labels (int32), the lengths of the examples inside, and where their rows
    stand (index of the source, of the file in it, line)."""
    from datasets import Dataset, Features, Sequence, Value

    def integers() -> Any:
        return Sequence(Value("int32"))

    columns = {
        "input_ids": [[t for k in sequence for t in k.example.input_ids] for sequence in sequences],
        "labels": [[t for k in sequence for t in k.example.labels] for sequence in sequences],
        "seq_lengths": [[len(k.example.input_ids) for k in sequence] for sequence in sequences],
        "sources": [[k.source for k in sequence] for sequence in sequences],
        "files": [[k.file for k in sequence] for sequence in sequences],
        "lines": [[k.line for k in sequence] for sequence in sequences],
    }
    folder = run.path(name)
    shutil.rmtree(folder, ignore_errors=True)
    Dataset.from_dict(columns, features=Features({column: integers() for column in columns})).save_to_disk(str(folder))
