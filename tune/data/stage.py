"""The data stage: rows to tokens with exact labels, packed to Arrow, every row accounted for in data/ledger.json."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tune import sequences
from tune.errors import BaseModelError, DataError, Problem
from tune.recipe.schema import Data
from tune.records import BaseRecord, Ledger, Packing
from tune.run import Run, data_files, deciding, made, prompts_sha256

if TYPE_CHECKING:
    from tune.data.prepare import Prepared

AT_ONCE = 256
"""Sequences that are written together."""


def inputs(run: Run) -> Any:
    """Everything that the tokens depend on."""
    base = run.read(BaseRecord)
    return {
        "data": deciding(run.recipe)["data"],
        "files": data_files(run.recipe, run.root, run.fresh),
        "tokenizer": base.tokenizer_sha256,
        "template": base.template_sha256,
        "stops": list(base.stop_token_ids),
        "pad": base.pad_token_id,
        "prompts": prompts_sha256(run.recipe, run.root),
    }


def stands(run: Run) -> bool:
    """Whether the sequences that the ledger counts are there: a disk or a copy may have lost some of them."""
    ledger = run.find(Ledger)
    return ledger is not None and all(
        sequences.counts(run.path("data"), split) == _counted(ledger, split) for split in sequences.SPLITS
    )


def _counted(ledger: Ledger, split: str) -> tuple[int, int, int, int]:
    """(sequences, examples, tokens, loss tokens) that a split must hold; a held-out example is a sequence of its own."""
    if split == "train":
        found = ledger.packing
        return found.sequences, found.examples, found.input_tokens, found.loss_tokens
    examples, tokens = sum(s.examples for s in ledger.sources if s.split == split), ledger.total(split)
    return examples, examples, tokens.input, tokens.loss


def data(run: Run) -> Ledger:
    """Prepares all rows and writes data/, or takes it from the cache. Raises DataError as `tune.data.prepare` says."""
    from tune.data import cache
    from tune.data.progress import say

    wanted = inputs(run)
    record = run.up_to_date(Ledger, wanted)
    if record is not None and stands(run):
        return record
    if record is not None:
        say(f"{run.path('data')} does not hold what its ledger counts; the rows are prepared again")
    folder = run.path("data")
    name = cache.key(wanted)
    with cache.alone(name, lambda: say("another process is preparing these rows; waiting for it")):
        shutil.rmtree(folder, ignore_errors=True)
        if not run.fresh and cache.take(name, folder):
            taken = run.up_to_date(Ledger, wanted)
            if taken is not None and stands(run):
                say(f"prepared before ({taken.made.at}), taken from the cache")
                return taken
            say("what the cache holds of these rows is damaged; they are prepared again")
            cache.drop(name)
            shutil.rmtree(folder, ignore_errors=True)
        beside = run.path("data.tmp")
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        try:
            found = _build(run, wanted, beside)
            beside.rename(folder)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        cache.offer(name, folder)
    return found


def _build(run: Run, wanted: Any, folder: Path) -> Ledger:
    """Everything of data/ in `folder`, the ledger last."""
    from tune.data.checks import histogram, lengths, run_checks
    from tune.data.languages import languages
    from tune.data.page import sample_page
    from tune.data.prepare import ledger_entry, make_setup, prepare, root_of
    from tune.files import write_json, write_text
    from tune.models import load_tokenizer

    started = time.monotonic()
    base, section = run.read(BaseRecord), run.recipe.data
    tokenizer = load_tokenizer(base)
    _fit(run, base, tokenizer)
    prepared = prepare(run.recipe, make_setup(tokenizer, base, section, run.root), folder)
    spoken = languages(prepared, tokenizer)
    checks = run_checks(prepared, section.learn_from, spoken)
    packing = save(prepared, run.recipe.data, folder)
    ledger = Ledger(
        made=made(wanted, started),
        sources=tuple(ledger_entry(prepared, i, name, run.fresh) for i, name in enumerate(section.names)),
        learn_from=section.learn_from,
        template_sha256=base.template_sha256,
        tokenizer_sha256=base.tokenizer_sha256,
        lengths=lengths(prepared),
        histogram=histogram(prepared),
        examples_root=root_of(prepared.examples, prepared.of("train")),
        packing=packing,
        languages=spoken.shares,
        checks=checks,
        findings=prepared.findings,
    )
    prepared.examples.remove()
    del prepared  # and the memory that it holds
    write_text(folder / "sample.html", sample_page(folder, ledger, tokenizer))
    write_json(folder / "ledger.json", ledger.model_dump(mode="json"))
    return ledger


def _fit(run: Run, base: BaseRecord, tokenizer: Any) -> None:
    """Raises BaseModelError or DataError where base and recipe cannot go together, whatever the rows."""
    if not tokenizer.is_fast:
        what = f"{base.model}: has only a slow tokenizer, which cannot say where in the text a token stands"
        raise BaseModelError(Problem("base", what, "use a base with tokenizer.json", key="base.model"))
    longest, reach = run.recipe.data.max_tokens, base.shapes.max_positions
    if reach is not None and longest > reach:
        what = f"{longest} is beyond the {reach} positions that {base.model} was made for"
        raise DataError(Problem("length", what, f"set data.max_tokens to at most {reach}", key="data.max_tokens"))


def save(prepared: Prepared, section: Data, folder: Path) -> Packing:
    """Writes the sequences of both splits."""
    import numpy as np

    from tune.data.pack import pack

    found = prepared.examples
    for split in sequences.SPLITS:
        members = prepared.of(split)
        members = np.repeat(members, found.uses[members])
        sizes = found.lengths[members]
        if split == "train" and section.pack:
            order, starts = pack(sizes, section.max_tokens)
        else:
            order = starts = np.arange(len(members))
        borders = np.append(starts, len(members))
        with sequences.writer(sequences.file(folder, split)) as append:
            for i in range(0, len(starts), AT_ONCE):
                these = borders[i : i + AT_ONCE + 1]
                append(found.joined(members[order[these[0] : these[-1]]]), np.diff(these))
                found.let_go()
        if split == "train":
            tokens = int(sizes.sum(dtype=np.int64))
            packing = Packing(
                sequences=len(starts),
                capacity_tokens=section.max_tokens,
                packed=section.pack,
                fill=round(tokens / (len(starts) * section.max_tokens), 6),
                examples=len(members),
                input_tokens=tokens,
                loss_tokens=int(found.loss[members].sum(dtype=np.int64)),
            )
    return packing
