"""Proof that what was written is the same model: logits of a fresh process, tensors beside PEFT's, token ids.

The reference is the live adapter, loaded by PEFT on the unquantized base in fp32 on the CPU.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tune import models
from tune.errors import TuneError
from tune.export.merge import Merged, read_tensor
from tune.export.names import Names
from tune.generate import prompt_ids
from tune.modelfiles import read_headers
from tune.records import AdapterProof, BaseRecord, Device

if TYPE_CHECKING:
    import torch

LARGEST_ADAPTER_DIFFERENCE = 1e-3
"""Of fp32 logits of the same weights in two processes, as a share of the largest logit. Mostly 0; 1e-4 was seen, since
math libraries choose the order of additions by where in memory a matrix happens to lie."""
LARGEST_MERGE_KL, LEAST_TOP1 = 1e-2, 0.97
"""Merged weights are rounded to the base's storage type once; beyond this the merge is not the same model."""
TENSORS = 32
"""Changed tensors that are compared with PEFT's merge, spread over the model."""
LARGEST_TENSOR_DIFFERENCE = {"F32": 1e-6, "BF16": 2**-7, "F16": 2**-10}
"""Against PEFT's merge in fp32, as a share of the largest weight of the tensor: two roundings to the storage type."""

GOLDEN = (
    "Hello! How are you today?",
    "Prices: 4.50 € (each), 100 % cotton, naïve café, 東京, 🙂\n\tnew line",
    "?",
)


@dataclass(frozen=True)
class Subject:
    """What is proved: an adapter on a base, on some rows."""

    base: BaseRecord
    adapter: Path
    rows: list[list[int]]
    """Token ids of the rows whose logits are compared."""
    device: Device
    name: str
    """What a file is named after."""


def golden_ids(tokenizer: Any) -> list[list[int]]:
    """Token ids of fixed chats: an exported tokenizer and template must give the same. Empty without a template."""
    if tokenizer.chat_template is None:
        return [tokenizer(text)["input_ids"] for text in GOLDEN]
    return [prompt_ids(tokenizer, [{"role": "user", "content": text}]) for text in GOLDEN]


def live(subject: Subject, quantize: str = "none") -> tuple[Any, list[torch.Tensor]]:
    """The live adapter in this process, and its fp32 logits of every row."""
    import torch

    device = subject.device.model_copy(update={"kind": "cpu"})
    torch.set_num_threads(device.threads)
    base = models.load_base(subject.base, device, "float32", quantize=quantize)
    model = models.load_adapter(base, subject.adapter, subject.base)
    model.eval()
    with torch.no_grad():
        return model, [model(input_ids=torch.tensor([row])).logits[0].float() for row in subject.rows]


def fresh(
    place: Path, rows: list[list[int]], scratch: Path, adapter: Path | None = None
) -> tuple[list[torch.Tensor], dict[str, int]]:
    """Logits and counts from a fresh process with plain transformers and PEFT. Raises TuneError when it fails."""
    from safetensors.torch import load_file

    rows_file, out = scratch / "rows.json", scratch / "logits.safetensors"
    rows_file.write_text(json.dumps(rows))
    command = [sys.executable, "-m", "tune.export.reload", str(place.resolve()), str(rows_file), str(out)]
    command += [str(adapter.resolve())] if adapter else []
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise TuneError(f"what was written does not load in a fresh process with plain transformers and PEFT: {last}")
    logits = load_file(str(out))
    counts: dict[str, int] = json.loads(done.stdout.strip().splitlines()[-1])
    return [logits[str(i)] for i in range(len(rows))], counts


def adapter_proof(subject: Subject, reference: list[torch.Tensor], scratch: Path) -> AdapterProof:
    """The adapter in a fresh process beside the live one. Raises TuneError when they differ."""
    found, counts = fresh(Path(subject.base.folder), subject.rows, scratch, subject.adapter)
    largest = largest_difference(reference, found)
    if largest > LARGEST_ADAPTER_DIFFERENCE * max(float(logits.abs().max()) for logits in reference):
        raise TuneError(
            f"the adapter gives other logits in a fresh process (off by {largest:.2g}); do not publish it, report this"
        )
    return AdapterProof(tensors=counts["tensors"], parameters=counts["parameters"], largest_logit_difference=largest)


def largest_difference(reference: list[torch.Tensor], found: list[torch.Tensor]) -> float:
    """Largest absolute difference of logits."""
    return max(float((a - b).abs().max()) for a, b in zip(reference, found, strict=True))


def agreement(reference: list[torch.Tensor], found: list[torch.Tensor]) -> tuple[float, float]:
    """(mean KL divergence in nats of reference against found, share of positions with the same first token)."""
    import torch

    pairs = [(torch.log_softmax(a, -1), torch.log_softmax(b, -1)) for a, b in zip(reference, found, strict=True)]
    kl = torch.cat([(a.exp() * (a - b)).sum(-1) for a, b in pairs])
    same = torch.cat([a.argmax(-1) == b.argmax(-1) for a, b in pairs])
    return float(kl.mean()), float(same.float().mean())


def tensors_against_peft(model: Any, names: Names, written: Merged, folder: Path) -> tuple[int, float]:
    """(tensors compared, largest difference) of merged tensors in `folder` beside PEFT's merge of the live model in fp32.

    The model is used up. The difference is a share of the largest weight of its tensor. Left out is an embedding that was
    untied from the output head, because PEFT's merge in memory changes both. Raises TuneError beyond the tolerance.
    """
    weights: dict[str, torch.Tensor] = dict(model.merge_and_unload().named_parameters(remove_duplicate=False))
    left_out = {name for pair in names.tied.items() for name in pair} if written.unties else set()
    places = [
        (parameter, piece)
        for parameter, pieces in names.pieces.items()
        for piece in pieces
        if piece.tensor in written.changed and parameter not in left_out
    ]
    headers, largest = read_headers(folder, folder.name), 0.0
    places = places[:: -(-len(places) // TENSORS)] if places else []
    for parameter, piece in places:
        stored = headers[piece.tensor]
        with (folder / stored.file).open("rb", buffering=0) as file:
            found = read_tensor(file, stored).float()
        wanted = weights[parameter].detach()
        wanted = wanted if piece.expert is None else wanted[piece.expert, piece.rows[0] : piece.rows[1]]
        difference = float((found - wanted).abs().max() / wanted.abs().max().clamp_min(1e-12))
        if difference > LARGEST_TENSOR_DIFFERENCE[stored.dtype]:
            raise TuneError(f"{piece.tensor} is not what PEFT's merge gives (off by {difference:.2g}); report this")
        largest = max(largest, difference)
    return len(places), largest
