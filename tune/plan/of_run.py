"""What a plan is made from, read from the records of its run: shapes of the base, setting of a step, room for each process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tune.modelfiles import read_json
from tune.plan.families import known, read
from tune.plan.fit import setting
from tune.plan.memory import Setting
from tune.plan.shapes import Architecture
from tune.records import BaseRecord, Device, Ledger, Plan
from tune.run import Run


def architecture(base: BaseRecord) -> Architecture:
    """The shapes of a base, from its config.json; of a family that is not known, those of a Llama of its sizes."""
    folder, sizes = Path(base.folder), base.shapes
    config = read_json(folder, "config.json", base.model)
    if known(config):
        return read(config, base.model)
    like = {
        "model_type": "llama",
        "hidden_size": sizes.hidden_size,
        "intermediate_size": sizes.intermediate_size,
        "num_hidden_layers": sizes.layers,
        "num_attention_heads": sizes.heads,
        "num_key_value_heads": sizes.key_value_heads,
        "head_dim": sizes.head_dim,
        "vocab_size": sizes.vocabulary,
        "tie_word_embeddings": sizes.tied_embeddings,
    }
    return read(like, base.model)


def longest(ledger: Ledger) -> int:
    """Tokens of the longest sequence that is trained on: a full pack, or the longest row."""
    return ledger.packing.capacity_tokens if ledger.packing.packed else ledger.lengths["max"]


def planned(run: Run, record: Plan) -> Setting:
    """The setting that a plan of this run was made with."""
    one = longest(run.read(Ledger))
    return replace(
        setting(run.recipe, record.device.kind, record.device.bf16, one),
        tokens=record.micro_batch_sequences * one,
        checkpointing=record.activation_checkpointing,
        accumulates=record.accumulation > 1,
        shards=record.processes if record.strategy == "fsdp2" else 1,
    )


def room(device: Device, processes: int) -> int:
    """Bytes of memory for each of the processes: all of a machine share that of its CPU."""
    return device.memory_bytes // (processes // device.nodes if device.kind == "cpu" else 1)
