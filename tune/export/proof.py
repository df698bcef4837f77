"""Proof that what was written is the same model: logits of a fresh process, tensors beside PEFT's, token ids.

The reference is the live adapter, loaded by PEFT on the unquantized base in fp32 on the CPU.
"""

from __future__ import annotations

import json
import math
import signal
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tune import machine, models
from tune.errors import Problem, TuneError, UserError
from tune.export.merge import Merged, read_tensor
from tune.export.names import Names
from tune.generate import prompt_ids
from tune.modelfiles import read_headers
from tune.recipe.schema import Export
from tune.records import AdapterProof, BaseRecord, Device
from tune.template import NoTemplate, TemplateRefused, of_tokenizer
from tune.text import size

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

LOGIT_BYTES = 1 << 30
"""At most, of all rows in fp32. Of longer rows the beginning is compared: with 150,000 words to choose from, 16 rows of
2,048 tokens would give 20 GB."""
LIBRARIES_BYTES = 1 << 30
"""torch and transformers in two processes."""
UNPROVEN = (
    "free some memory or take a machine with more, or merge without comparing: export.prove: false, or tune export "
    "--no-proof; the card then says that it was not measured"
)
STREAMED = "leave export.in_memory (--in-memory) out: merging tensor by tensor holds a few tensors"

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
    day: date | None = None
    """What a chat template that writes the current date writes: the day of the training rows, where they are known."""


def golden_ids(tokenizer: Any, day: date | None) -> list[list[int]]:
    """Token ids of fixed chats on a `day`: an exported tokenizer and template must give the same. Of plain text where there
    is no template, or where it refuses such a chat. Raises TuneError for a template that is none."""
    found, template = [], of_tokenizer(tokenizer, day)
    for text in GOLDEN:
        try:
            found.append(prompt_ids(tokenizer, template, [{"role": "user", "content": text}]))
        except NoTemplate as error:
            what = f"the base's chat template is damaged: {error}. Download or copy the base again"
            raise TuneError(what) from None
        except TemplateRefused:
            found.append(list(tokenizer(text)["input_ids"]))
    return found


def most_tokens(vocabulary: int, rows: int) -> int:
    """How many tokens of each row are compared."""
    return max(1, LOGIT_BYTES // (4 * vocabulary * rows))


def needed_bytes(subject: Subject, bytes_each: int) -> int:
    """Main memory that it takes to load the base once with `bytes_each` a parameter, and to compare logits.

    Beside the weights stand, for a moment, the largest tensor or layer as it was stored and as it becomes; beside the
    logits of adapter and 4-bit base, those of the merged model.
    """
    base, tokens = subject.base, sum(map(len, subject.rows))
    stored = read_headers(Path(base.folder), base.model).values()
    largest = max(base.parameters // max(1, base.shapes.layers), *(math.prod(tensor.shape) for tensor in stored))
    logits = 4 * base.shapes.vocabulary * tokens * (3 if base.quantize == "none" else 4)
    return bytes_each * (base.parameters + 2 * largest) + logits + LIBRARIES_BYTES


def room(subject: Subject, section: Export) -> None:
    """Raises UserError when memory does not suffice, before the system kills the process without a word."""
    each = 4 if section.prove or subject.base.dtype != "BF16" else 2
    needed, free = needed_bytes(subject, each), machine.free_bytes()
    if needed > free:
        doing, key = ("the comparison", "export.prove") if section.prove else ("PEFT's merge", "export.in_memory")
        what = f"{doing} holds the whole model in {'fp32' if each == 4 else 'bf16'}: {size(needed)}, and {size(free)} of memory are free"
        raise UserError(Problem("export", what, UNPROVEN if section.prove else STREAMED, key=key))


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
    files = [place.resolve(), rows_file, out, *([adapter.resolve()] if adapter else [])]
    done = machine.run_module("tune.export.reload", *files)
    if done.returncode == -signal.SIGKILL:
        raise TuneError(
            f"the process that loads what was written was killed, most likely for lack of memory. {UNPROVEN}"
        )
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
    if not all(bool(logits.isfinite().all()) for logits in (*reference, *found)):
        raise TuneError("the adapter on its base gives logits that are not finite: one of the two is broken")
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

    kl, same = [], []
    for one, other in zip(reference, found, strict=True):  # one row at a time: each makes several copies of its logits
        a, b = torch.log_softmax(one, -1), torch.log_softmax(other, -1)
        kl.append((a.exp() * (a - b)).sum(-1))
        same.append(a.argmax(-1) == b.argmax(-1))
    return float(torch.cat(kl).mean()), float(torch.cat(same).float().mean())


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
