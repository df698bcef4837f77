"""The export stage: proof that the adapter loads anywhere, and, when asked, the merged model with proof that it is the same."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tune import models, sequences
from tune.digest import file_sha256
from tune.errors import TuneError
from tune.export import gguf, proof
from tune.export.folder import write_in_memory, write_merged
from tune.export.names import read_names
from tune.export.proof import Subject
from tune.files import replacing
from tune.modelfiles import read_headers
from tune.recipe.schema import Export
from tune.records import BaseRecord, ExportRecord, FileDigest, MergeProof, Plan, TrainRecord
from tune.run import Run, made

if TYPE_CHECKING:
    import torch

__all__ = ["export", "subject_of", "write_and_prove"]

ROWS = 16
"""Held-out (else training) rows whose logits are compared."""


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
    section = run.recipe.export
    to = run.path("export/merged") if section.merge or section.gguf is not None else None
    record = write_and_prove(subject_of(run), to, section, wanted, started)
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
            ids = [ids[:length] for ids, (length, *_) in first]
            return Subject(run.read(BaseRecord), run.path("adapter"), ids, run.read(Plan).device, run.recipe.name)
    raise TuneError("there are no rows to compare on")


def write_and_prove(subject: Subject, to: Path | None, section: Export, wanted: Any, started: float) -> ExportRecord:
    """Proves the adapter, writes the merged model, and a GGUF file where one is wanted, into the folder `to`, and proves
    both before the folder takes that name.

    Raises TuneError when what was written does not behave as the live adapter, UserError when llama.cpp's tools are missing.
    """
    if section.gguf is not None:
        gguf.needed(section.gguf)
    with TemporaryDirectory(prefix="tune-") as scratch:
        model, reference = proof.live(subject)
        adapter = proof.adapter_proof(subject, reference, Path(scratch))
        merged = in_gguf = None
        if to is not None:
            with replacing(to) as staging:
                merged, found = _merge(subject, staging, section, (model, reference), Path(scratch))
                del model
                if section.gguf is not None:
                    in_gguf = gguf.write_and_prove(subject, staging, section.gguf, found)
                if (to / "README.md").is_file():  # a person may have written on the card
                    shutil.copyfile(to / "README.md", staging / "README.md")
    return ExportRecord(made=made(wanted, started), adapter=adapter, merged=merged, gguf=in_gguf)


def _merge(
    subject: Subject, to: Path, section: Export, live: tuple[Any, list[torch.Tensor]], scratch: Path
) -> tuple[MergeProof, list[torch.Tensor]]:
    """Writes the merged model and compares it, loaded afresh, with the adapter. Gives its logits too."""
    model, reference = live
    compared: dict[str, Any] = {"how": "in memory", "tensors": None, "changed_tensors": None, "untied": False}
    compared |= {"tensors_compared": 0, "largest_tensor_difference": None}
    if section.in_memory:
        del model
        write_in_memory(subject, to)
    else:
        written = write_merged(subject, to, section.merge_into)
        compared |= {"how": "tensor by tensor", "tensors": written.tensors, "untied": written.unties}
        compared["changed_tensors"] = len(written.changed)
        if section.merge_into == "base":
            base = Path(subject.base.folder)
            names = read_names(base, read_headers(base, subject.base.model), subject.base.model)
            number, largest = proof.tensors_against_peft(model, names, written, to)
            compared |= {"tensors_compared": number, "largest_tensor_difference": largest}
        del model
    quantized = proof.live(subject, "nf4")[1] if subject.base.quantize == "nf4" else None
    found, _ = proof.fresh(to, subject.rows, scratch)
    against_nf4 = proof.agreement(quantized, found) if quantized is not None else (None, None)
    kl, top1 = proof.agreement(reference, found)
    merged = MergeProof(
        files=tuple(
            FileDigest(name=p.name, bytes=p.stat().st_size, sha256=file_sha256(p)) for p in sorted(to.iterdir())
        ),
        rows=len(subject.rows),
        largest_logit_difference=proof.largest_difference(reference, found),
        mean_kl=kl,
        top1_agreement=top1,
        nf4_mean_kl=against_nf4[0],
        nf4_top1_agreement=against_nf4[1],
        golden_token_ids_equal=_golden(subject, to) == _golden(subject, None),
        base_dtype=subject.base.dtype,
        into=section.merge_into,
        **compared,
    )
    _same_model(merged)
    return merged, found


def _golden(subject: Subject, folder: Path | None) -> list[list[int]]:
    return proof.golden_ids(models.load_tokenizer(subject.base, folder))


def _same_model(found: MergeProof) -> None:
    """Raises TuneError when the merged model is another one than the adapter, on the base that it was merged into."""
    kl, top1 = found.mean_kl, found.top1_agreement
    if found.into == "nf4":
        assert found.nf4_mean_kl is not None
        assert found.nf4_top1_agreement is not None
        kl, top1 = found.nf4_mean_kl, found.nf4_top1_agreement
    if not found.golden_token_ids_equal:
        raise TuneError("the tokenizer or template of the merged model gives other token ids than the base's")
    if not kl <= proof.LARGEST_MERGE_KL or top1 < proof.LEAST_TOP1:
        raise TuneError(f"the merged model is not the adapter's: mean KL {kl:.2g}, top-1 agreement {top1:.3f}")
