"""The export stage: proof that the adapter loads anywhere, and, when asked, the merged model with proof that it is the same."""

from __future__ import annotations

import math
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tune import machine, models, sequences
from tune.digest import file_sha256
from tune.errors import TuneError
from tune.export import gguf, proof
from tune.export.folder import write_in_memory, write_merged
from tune.export.merge import Merged
from tune.export.names import read_names
from tune.export.proof import Subject
from tune.files import replacing, room_on_disk
from tune.modelfiles import ADAPTER_WEIGHTS, read_header, read_headers
from tune.recipe.schema import Export
from tune.records import AdapterProof, BaseRecord, ExportRecord, FileDigest, MergeProof, Plan, TrainRecord
from tune.run import Run, made

if TYPE_CHECKING:
    import torch

__all__ = ["agreement_in_words", "export", "subject_of", "write_and_prove"]

ROWS = 16
"""Held-out (else training) rows whose logits are compared."""
COMPARED = ("largest_logit_difference", "mean_kl", "top1_agreement")


def inputs(run: Run) -> Any:
    """Everything that the exported files depend on."""
    adapter = [f.model_dump() for f in run.read(TrainRecord).adapter]
    return {
        "base": run.read(BaseRecord).identity(),
        "adapter": adapter,
        "export": run.recipe.export.model_dump(mode="json"),
    }


def export(run: Run) -> ExportRecord:
    """Checks the adapter, merges when the recipe says so, and writes export.json.

    Raises TuneError when the files that were written do not behave as the live adapter.
    """
    started, wanted = time.monotonic(), inputs(run)
    record = run.up_to_date(ExportRecord, wanted)
    if record is not None and stands(run, record):
        return record
    section, subject, to = run.recipe.export, subject_of(run), run.path("export/merged")
    if section.merge or section.gguf is not None:
        with replacing(to) as staging:
            record = write_and_prove(subject, staging, section, wanted, started)
            if (to / "README.md").is_file():  # a person may have written on the card
                shutil.copyfile(to / "README.md", staging / "README.md")
    else:
        record = write_and_prove(subject, None, section, wanted, started)
    run.write(record)
    return record


def stands(run: Run, record: ExportRecord) -> bool:
    """Whether the merged files are where they were written, in their sizes."""
    files = (*(record.merged.files if record.merged else ()), *(record.gguf.files if record.gguf else ()))
    paths = [(run.path("export/merged") / f.name, f.bytes) for f in files]
    return all(path.is_file() and path.stat().st_size == size for path, size in paths)


def subject_of(run: Run) -> Subject:
    """A run's adapter, on its held-out (else training) rows."""
    for split in ("eval", "train"):
        rows = sequences.load(run.path("data"), split)
        if len(rows):
            first = zip(rows[:ROWS]["input_ids"], rows[:ROWS]["seq_lengths"], strict=True)
            base = run.read(BaseRecord)
            longest = proof.most_tokens(base.shapes.vocabulary, ROWS)
            ids = [ids[: min(length, longest)] for ids, (length, *_) in first]
            device, recipe = run.read(Plan).device, run.recipe
            return Subject(base, run.path("adapter"), ids, device, recipe.name, recipe.data.date)
    raise TuneError("there are no rows to compare on")


def write_and_prove(subject: Subject, to: Path | None, section: Export, wanted: Any, started: float) -> ExportRecord:
    """Writes the merged model, and a GGUF file where one is wanted, into the empty folder `to`, and proves adapter and model.
    One model is held at a time, in fp32, and none without `export.prove`.

    Raises TuneError when what was written does not behave as the live adapter, UserError when llama.cpp's tools are missing
    or memory does not suffice, OSError when the disk does not.
    """
    if section.gguf is not None:
        gguf.needed(section.gguf)
    if section.prove or (section.in_memory and to is not None):
        proof.room(subject, section)
    with TemporaryDirectory(prefix="tune-") as scratch:
        job = Job(subject, section, Path(scratch))
        if to is None:
            return ExportRecord(made=made(wanted, started), adapter=_adapter(job, _live(job)), merged=None, gguf=None)
        room_on_disk(to, _weights_bytes(subject), "the merged model")
        written = _write(job, to)
        live = _live(job, written, to)
        adapter = _adapter(job, live)
        merged, found = _merged(job, to, written, live)
        in_gguf = gguf.write_and_prove(subject, to, section.gguf, found) if section.gguf is not None else None
    return ExportRecord(made=made(wanted, started), adapter=adapter, merged=merged, gguf=in_gguf)


def _weights_bytes(subject: Subject) -> int:
    return sum(file.bytes for file in subject.base.files if file.name.endswith(".safetensors"))


@dataclass(frozen=True)
class Job:
    """What is exported, how, and a folder for what the processes tell one another."""

    subject: Subject
    section: Export
    scratch: Path


@dataclass(frozen=True)
class Live:
    """What the live adapter gave before it was let go; nothing without `export.prove`."""

    logits: list[torch.Tensor] | None = None
    tensors: int = 0
    """Merged tensors that were compared with PEFT's merge of it."""
    largest: float | None = None
    """The largest difference among them."""


def _write(job: Job, to: Path) -> Merged | None:
    """Writes the merged model. PEFT's merge in memory does not say what it changed."""
    if job.section.in_memory:
        write_in_memory(job.subject, to)
        return None
    return write_merged(job.subject, to, job.section.merge_into)


def _live(job: Job, written: Merged | None = None, to: Path | None = None) -> Live:
    """Loads the live adapter, asks it, and lets it go: what comes next needs its memory."""
    if not job.section.prove:
        return Live()
    model, logits = proof.live(job.subject)
    compared: tuple[int, float | None] = (0, None)
    if written is not None and to is not None and job.section.merge_into == "base":
        base = job.subject.base
        names = read_names(Path(base.folder), read_headers(Path(base.folder), base.model), base.model)
        compared = proof.tensors_against_peft(model, names, written, to)
    del model
    machine.give_back()
    return Live(logits, *compared)


def _adapter(job: Job, live: Live) -> AdapterProof:
    """The adapter as anybody loads it; without logits to compare with, its size alone."""
    if live.logits is not None:
        return proof.adapter_proof(job.subject, live.logits, job.scratch)
    tensors = read_header(job.subject.adapter / ADAPTER_WEIGHTS).values()
    parameters = sum(math.prod(tensor.shape) for tensor in tensors)
    return AdapterProof(tensors=len(tensors), parameters=parameters, largest_logit_difference=None)


def _merged(job: Job, to: Path, written: Merged | None, live: Live) -> tuple[MergeProof, list[torch.Tensor] | None]:
    """The model in `to`, loaded afresh, beside the adapter. Gives its logits too."""
    subject, found = job.subject, None
    figures: dict[str, Any] = dict.fromkeys((*COMPARED, "nf4_mean_kl", "nf4_top1_agreement"))
    if live.logits is not None:
        quantized = proof.live(subject, "nf4")[1] if subject.base.quantize == "nf4" else None
        machine.give_back()
        found, _ = proof.fresh(to, subject.rows, job.scratch)
        figures["largest_logit_difference"] = proof.largest_difference(live.logits, found)
        figures["mean_kl"], figures["top1_agreement"] = proof.agreement(live.logits, found)
        if quantized is not None:
            figures["nf4_mean_kl"], figures["nf4_top1_agreement"] = proof.agreement(quantized, found)
    files = sorted(to.iterdir())
    merged = MergeProof(
        files=tuple(FileDigest(name=p.name, bytes=p.stat().st_size, sha256=file_sha256(p)) for p in files),
        rows=len(subject.rows) if found is not None else 0,
        golden_token_ids_equal=_golden(subject, to) == _golden(subject, None),
        base_dtype=subject.base.dtype,
        into=job.section.merge_into,
        how="in memory" if written is None else "tensor by tensor",
        tensors=written.tensors if written is not None else None,
        changed_tensors=len(written.changed) if written is not None else None,
        untied=written.unties if written is not None else False,
        tensors_compared=live.tensors,
        largest_tensor_difference=live.largest,
        **figures,
    )
    _same_model(merged)
    return merged, found


def _golden(subject: Subject, folder: Path | None) -> list[list[int]]:
    return proof.golden_ids(models.load_tokenizer(subject.base, folder), subject.day)


def _same_model(found: MergeProof) -> None:
    """Raises TuneError when the merged model is another one than the adapter, on the base that it was merged into."""
    if not found.golden_token_ids_equal:
        raise TuneError("the tokenizer or template of the merged model gives other token ids than the base's")
    kl, top1 = found.mean_kl, found.top1_agreement
    if found.into == "nf4":
        kl, top1 = found.nf4_mean_kl, found.nf4_top1_agreement
    if kl is None or top1 is None:  # not compared
        return
    if not kl <= proof.LARGEST_MERGE_KL or top1 < proof.LEAST_TOP1:
        raise TuneError(f"the merged model is not the adapter's: mean KL {kl:.2g}, top-1 agreement {top1:.3f}")


def agreement_in_words(found: MergeProof) -> str:
    """How near the merged model is to the adapter, if it was measured."""
    if found.mean_kl is None or found.top1_agreement is None:
        return "not compared with the adapter"
    return f"mean KL {found.mean_kl:.1e} nats, top-1 agreement {100 * found.top1_agreement:.1f} % against the adapter"
