"""The export stage: proof that the adapter loads anywhere, and, when asked, the merged model with proof that it is the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tune import models, sequences
from tune.digest import file_sha256
from tune.errors import TuneError
from tune.files import readable
from tune.generate import prompt_ids
from tune.modelfiles import TOKENIZER
from tune.records import AdapterProof, BaseRecord, ExportRecord, FileDigest, MergeProof, Plan, TrainRecord
from tune.run import Run, made

if TYPE_CHECKING:
    import torch

__all__ = ["export"]

ROWS = 16
"""Held-out (else training) rows whose logits are compared."""
LARGEST_ADAPTER_DIFFERENCE = 1e-3
"""Of fp32 logits of the same weights in two processes, as a share of the largest logit. Mostly 0; 1e-4 was seen, since
math libraries choose the order of additions by where in memory a matrix happens to lie."""
LARGEST_MERGE_KL, LEAST_TOP1 = 1e-2, 0.97
"""Merged weights are rounded to the base's storage type once; beyond this the merge is not the same model."""


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
    started = time.monotonic()
    base, wanted = run.read(BaseRecord), inputs(run)
    record = run.up_to_date(ExportRecord, wanted)
    if record is not None and stands(run, record):
        return record
    rows = _rows(run)
    live, chats = _live_logits(run, base, rows)
    with TemporaryDirectory(prefix="tune-") as scratch:
        adapter = _adapter_proof(run, base, rows, live, Path(scratch))
        merged = _merge(run, base, rows, live, chats, Path(scratch)) if run.recipe.export.merge else None
    record = ExportRecord(made=made(wanted, started), adapter=adapter, merged=merged)
    run.write(record)
    return record


def stands(run: Run, record: ExportRecord) -> bool:
    """Whether the merged files are where they were written, in their sizes."""
    files = record.merged.files if record.merged else ()
    paths = [(run.path("export/merged") / f.name, f.bytes) for f in files]
    return all(path.is_file() and path.stat().st_size == size for path, size in paths)


def _rows(run: Run) -> list[list[int]]:
    """Token ids of the rows to compare on."""
    for split in ("eval", "train"):
        rows = sequences.load(run.path("data"), split)
        if len(rows):
            return [
                ids[:length]
                for ids, (length, *_) in zip(rows[:ROWS]["input_ids"], rows[:ROWS]["seq_lengths"], strict=True)
            ]
    raise TuneError("there are no rows to compare on")


def _live_logits(run: Run, base: BaseRecord, rows: list[list[int]]) -> tuple[list[torch.Tensor], list[list[int]]]:
    """fp32 logits of the adapter on the unquantized base in this process, and token ids of golden chats."""
    import torch

    device = run.read(Plan).device.model_copy(update={"kind": "cpu"})
    torch.set_num_threads(device.threads)
    model = models.load_adapter(models.load_base(base, device, "float32", quantize="none"), run.path("adapter"), base)
    with torch.no_grad():
        found = [model(input_ids=torch.tensor([row])).logits[0] for row in rows]
    return found, golden_ids(models.load_tokenizer(base))


GOLDEN = (
    "Hello! How are you today?",
    "Prices: 4.50 € (each), 100 % cotton, naïve café, 東京, 🙂\n\tnew line",
    "?",
)


def golden_ids(tokenizer: Any) -> list[list[int]]:
    """Token ids of fixed chats: an exported tokenizer and template must give the same."""
    return [prompt_ids(tokenizer, [{"role": "user", "content": text}]) for text in GOLDEN]


def _fresh(
    place: str, rows: list[list[int]], scratch: Path, adapter: Path | None = None
) -> tuple[list[torch.Tensor], dict[str, int]]:
    """Logits and counts from a fresh process."""
    from safetensors.torch import load_file

    rows_file, out = scratch / "rows.json", scratch / "logits.safetensors"
    rows_file.write_text(json.dumps(rows))
    command = [
        sys.executable,
        "-m",
        "tune.export.reload",
        place,
        str(rows_file),
        str(out),
        *([str(adapter)] if adapter else []),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise TuneError(f"what was written does not load in a fresh process with plain transformers and PEFT: {last}")
    logits = load_file(str(out))
    counts: dict[str, int] = json.loads(done.stdout.strip().splitlines()[-1])
    return [logits[str(i)] for i in range(len(rows))], counts


def _adapter_proof(
    run: Run, base: BaseRecord, rows: list[list[int]], live: list[torch.Tensor], scratch: Path
) -> AdapterProof:
    fresh, counts = _fresh(base.folder, rows, scratch, run.path("adapter").resolve())
    largest = max(float((a - b).abs().max()) for a, b in zip(live, fresh, strict=True))
    if largest > LARGEST_ADAPTER_DIFFERENCE * max(float(logits.abs().max()) for logits in live):
        raise TuneError(
            f"the adapter gives other logits in a fresh process (off by {largest:.2g}); do not publish it, report this"
        )
    return AdapterProof(tensors=counts["tensors"], parameters=counts["parameters"], largest_logit_difference=largest)


def _merge(
    run: Run, base: BaseRecord, rows: list[list[int]], live: list[torch.Tensor], chats: list[list[int]], scratch: Path
) -> MergeProof:
    """Writes export/merged/ in the base's storage type and compares it, loaded afresh, with the adapter."""
    import torch

    dtype = "bfloat16" if base.dtype == "BF16" else "float32"
    device = run.read(Plan).device.model_copy(update={"kind": "cpu"})
    model = models.load_adapter(models.load_base(base, device, dtype, quantize="none"), run.path("adapter"), base)
    whole: Any = model.merge_and_unload(safe_merge=True)
    staging, final = run.path("export/merged.tmp"), run.path("export/merged")
    shutil.rmtree(staging, ignore_errors=True)
    whole.save_pretrained(str(staging))
    for name in (*TOKENIZER, "generation_config.json"):
        if (Path(base.folder) / name).is_file():
            shutil.copyfile(Path(base.folder) / name, staging / name)
    _without_paths(staging / "config.json", base)
    readable(staging)
    fresh, _ = _fresh(str(staging.resolve()), rows, scratch)
    pairs = [(torch.log_softmax(a, -1), torch.log_softmax(b, -1)) for a, b in zip(live, fresh, strict=True)]
    kl = torch.cat([(a.exp() * (a - b)).sum(-1) for a, b in pairs])
    same = torch.cat([a.argmax(-1) == b.argmax(-1) for a, b in pairs])
    proof = MergeProof(
        files=tuple(
            FileDigest(name=p.name, bytes=p.stat().st_size, sha256=file_sha256(p)) for p in sorted(staging.iterdir())
        ),
        rows=len(rows),
        largest_logit_difference=max(float((a - b).abs().max()) for a, b in zip(live, fresh, strict=True)),
        mean_kl=float(kl.mean()),
        top1_agreement=float(same.float().mean()),
        golden_token_ids_equal=golden_ids(models.load_tokenizer(base, staging)) == chats,
        base_dtype=base.dtype,
    )
    if proof.mean_kl > LARGEST_MERGE_KL or proof.top1_agreement < LEAST_TOP1 or not proof.golden_token_ids_equal:
        raise TuneError(
            f"the merged model is not the adapter's: mean KL {proof.mean_kl:.2g}, top-1 agreement {proof.top1_agreement:.3f}"
        )
    shutil.rmtree(final, ignore_errors=True)
    staging.rename(final)
    return proof


def _without_paths(config: Path, base: BaseRecord) -> None:
    """transformers may write where the base was loaded from; only what is published may stand there."""
    content = json.loads(config.read_text())
    content.pop("_name_or_path", None)
    if base.repo:
        content["_name_or_path"] = base.repo
    config.write_text(json.dumps(content, indent=2) + "\n")
