"""One trial step on the device, in a process of its own: `python -m tune.probe RUN MICRO_BATCH` prints JSON.

A process of its own, so that running out of memory, even by the system's hand, costs nothing but the trial.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

from tune import score, sequences
from tune.models import is_out_of_memory, load_base, new_adapter, recompute
from tune.records import BaseRecord, Ledger, Plan
from tune.run import Run, open_run
from tune.text import kind_and_line


def step(run: Run, micro_batch: int) -> dict[str, Any]:
    """Seconds of one forward, backward and optimizer move on the longest sequences (the second of two: the first warms
    caches up), and the peak of allocated bytes where the device tells it; the largest batch of held-out rows comes after it.
    With `error` and `moment` instead when memory runs out in that."""
    import torch

    from tune.attention import keep_apart

    plan, base = run.read(Plan), run.read(BaseRecord)
    torch.set_num_threads(plan.threads)
    rows = sequences.load(run.path("data"), "train")
    lengths = [sum(parts) for parts in rows["seq_lengths"]]
    longest = max(range(len(lengths)), key=lambda i: lengths[i])
    model = new_adapter(
        load_base(base, plan.device, plan.compute_dtype), run.recipe.train.adapter, base, run.recipe.train.seed
    )
    recompute(model, plan.activation_checkpointing)
    batch = {
        name: torch.tensor([rows[longest][name]] * micro_batch, device=model.device) for name in ("input_ids", "labels")
    }
    if run.read(Ledger).packing.packed:
        batch = score.end_to_end(batch, rows[longest]["seq_lengths"] * micro_batch)
        keep_apart(model.get_base_model())
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad])
    seconds = 0.0
    for _ in range(2):
        started = time.monotonic()
        with torch.autocast(model.device.type, dtype=torch.bfloat16, enabled=plan.compute_dtype == "bfloat16"):
            loss = model.train()(**batch, use_cache=False).loss
        loss.backward()
        seconds = time.monotonic() - started
        optimizer.step()
        optimizer.zero_grad()
        float(loss.detach())
    try:
        _evaluate(model, run, base)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        return {"error": kind_and_line(error), "out_of_memory": True, "moment": "evaluation"}
    peak = torch.cuda.max_memory_allocated() if model.device.type == "cuda" else None
    return {"seconds": seconds, "peak_bytes": peak}


def _evaluate(model: Any, run: Run, base: BaseRecord) -> None:
    """Measures the batch of held-out rows with the most tokens, padding counted, as training and evaluation do."""
    if not run.read(Ledger).kept("eval"):
        return
    rows = sequences.load(run.path("data"), "eval")
    lengths = [len(ids) for ids in rows["input_ids"]]
    largest = max(score.batches(lengths), key=lambda group: len(group) * lengths[group[-1]])
    score.loss_sums(
        model, [rows["input_ids"][i] for i in largest], [rows["labels"][i] for i in largest], base.pad_token_id
    )


def main() -> int:
    """Prints the result, or {"error", "out_of_memory"}."""
    run = open_run(Path(sys.argv[1]))
    try:
        found = step(run, int(sys.argv[2]))
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        found = {"error": kind_and_line(error), "out_of_memory": True}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
