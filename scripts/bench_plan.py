"""The plan's memory, in closed form and traced, against real allocations: `python -m scripts.bench_plan`.

Small models are built here, and one optimizer step (the second, so that the optimizer has its state) is profiled on the
CPU; every allocation and release of torch's allocator is counted. Libraries and allocator slack are left out on both
sides. The 8B rows are figures of others. Of the closed form, what is kept of a layer was read off with the cases of FITTED
at hand; those of HELD_OUT were written afterwards, and nothing was changed for them but those of latent attention, which a
CPU computes in fp32, scores and all. The trace has nothing that was fitted.
The last line of stdout is JSON; `--write` renews the table in docs/plan.md.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tune.plan.families import read
from tune.plan.memory import Setting, estimate, peak
from tune.recipe.schema import Checkpointing
from tune.text import count, markdown_table

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "plan.md"
LLAMA_8B = {
    "model_type": "llama",
    "vocab_size": 128256,
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
}
ELSEWHERE: dict[Checkpointing, dict[int, int]] = {
    "none": {4096: 46_995, 8192: 78_883},
    "selective": {8192: 22_845},
    "full": {4096: 18_279, 8192: 20_830},
}
"""By checkpointing and tokens, MiB at the peak of the second step: TRL's defaults, rank 16, dropout 0.05, bf16."""


@dataclass(frozen=True)
class Case:
    """One small model and how it is trained."""

    name: str
    config: dict[str, Any]
    tokens: int = 512
    quantize: str = "none"
    targets: Any = "all-linear"
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def setting(self) -> Setting:
        """What the plan is asked."""
        fields = {"dropout": 0.0, "dtype": "bfloat16", **self.options}
        return Setting(
            tokens=self.tokens,
            rank=16,
            targets=self.targets,
            quantize=self.quantize,  # type: ignore[arg-type]
            device="cpu",
            accumulates=False,
            **fields,
        )


def _config(kind: str, **sizes: int | bool) -> dict[str, Any]:
    plain = {
        "vocab_size": 2048,
        "hidden_size": 256,
        "intermediate_size": 768,
        "num_hidden_layers": 6,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 64,
        "tie_word_embeddings": False,
    }
    return {"model_type": kind, **plain, **sizes}


EXPERTS = {"num_local_experts": 8, "num_experts_per_tok": 2, "intermediate_size": 256}
FULL = {"dtype": "float32", "checkpointing": "full"}
ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
EVERYTHING = ("all-linear", "experts")
FITTED = [
    Case("dense", _config("llama", num_key_value_heads=4)),
    Case("grouped queries", _config("llama")),
    Case("grouped queries, 1,024 tokens", _config("llama"), tokens=1024),
    Case("tied, normalized queries", _config("qwen3", tie_word_embeddings=True)),
    Case("checkpointed", _config("llama"), options={"checkpointing": "full"}),
    Case("selectively checkpointed", _config("llama"), options={"checkpointing": "selective"}),
    Case("dropout", _config("llama"), options={"dropout": 0.05}),
    Case("fp32", _config("llama"), options={"dtype": "float32"}),
    Case("nf4", _config("llama"), quantize="nf4"),
    Case("nf4, checkpointed", _config("llama"), quantize="nf4", options={"checkpointing": "full"}),
    Case("biases", _config("qwen2")),
    Case("fused matrices", _config("phi3", pad_token_id=0)),
    Case("four norms", _config("gemma3_text")),
    Case("experts, attention adapted", _config("mixtral", **EXPERTS), targets=ATTENTION),
    Case("experts adapted", _config("mixtral", **EXPERTS), targets=EVERYTHING),
    Case(
        "experts adapted, checkpointed",
        _config("mixtral", **EXPERTS),
        targets=EVERYTHING,
        options={"checkpointing": "full"},
    ),
    Case("wide vocabulary", _config("llama", vocab_size=16_384, num_hidden_layers=2)),
]
LATENT = {
    "q_lora_rank": 96,
    "kv_lora_rank": 64,
    "qk_nope_head_dim": 32,
    "qk_rope_head_dim": 16,
    "v_head_dim": 32,
    "head_dim": 16,
}
DEEPSEEK = _config(
    "deepseek_v3",
    num_key_value_heads=4,
    n_routed_experts=8,
    num_experts_per_tok=2,
    n_shared_experts=1,
    moe_intermediate_size=128,
    first_k_dense_replace=1,
    n_group=2,
    topk_group=1,
    **LATENT,
)
SINKS = _config("gpt_oss", attention_bias=True, sliding_window=128, **EXPERTS)
HELD_OUT = [
    Case("deep and narrow, 2,048 tokens", _config("llama", num_hidden_layers=16, hidden_size=128), tokens=2048),
    Case("norms over all heads", _config("olmo2", num_key_value_heads=4)),
    Case("scaled residuals, tied", _config("granite", tie_word_embeddings=True), tokens=768),
    Case("normalized queries, nf4, dropout", _config("qwen3"), quantize="nf4", options={"dropout": 0.1}),
    Case(
        "small experts",
        _config("qwen3_moe", num_experts=16, num_experts_per_tok=4, moe_intermediate_size=128),
        targets=EVERYTHING,
    ),
    Case(
        "small experts, nf4, attention adapted, checkpointed",
        _config("qwen3_moe", num_experts=16, num_experts_per_tok=4, moe_intermediate_size=128),
        quantize="nf4",
        targets=ATTENTION,
        options={"checkpointing": "full"},
    ),
    Case("latent attention, shared experts", DEEPSEEK),
    Case("latent attention, shared experts, nf4", DEEPSEEK, quantize="nf4"),
    Case("latent attention, shared experts, checkpointed", DEEPSEEK, options={"checkpointing": "full"}),
    Case("sinks, windows, attention adapted", SINKS, targets=ATTENTION),
    Case("two matrices adapted, fp32, checkpointed", _config("qwen2"), targets=("q_proj", "v_proj"), options=FULL),
]
CASES = FITTED + HELD_OUT


def predicted(case: Case) -> int:
    """Bytes at the peak by the closed form, libraries left out."""
    parts = {**estimate(read(case.config, case.name), case.setting), "runtime": 0, "slack": 0}
    return peak(parts, case.setting)


def traced(case: Case) -> int:
    """Bytes at the peak of a step of fake tensors."""
    from tune.plan.trace import trace

    return trace(case.config, case.setting, [case.tokens])[0].peak_bytes


def build(case: Case) -> Any:
    """The adapted model, as tune loads and adapts it, with random weights."""
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    from tune.models import new_adapter, recompute, torch_dtype
    from tune.recipe.schema import Adapter

    sizes = {name: value for name, value in case.config.items() if name != "model_type"}
    config = CONFIG_MAPPING[case.config["model_type"]](**sizes)
    dtype = torch_dtype(case.setting.dtype)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    if case.quantize == "nf4":
        _convert(model, dtype)
    model.requires_grad_(False)
    section = Adapter(rank=16, dropout=case.setting.dropout, targets=case.targets)
    adapted = new_adapter(model, section, type("Base", (), {"repo": None, "commit": None})(), 0)
    recompute(adapted, case.setting.checkpointing)
    return adapted.train()


def _convert(model: Any, dtype: Any) -> None:
    """What `load_in_4bit` does to the linear layers of a model that is loaded."""
    import bitsandbytes
    import torch

    for name, module in list(model.named_modules()):
        if type(module) is torch.nn.Linear and name != "lm_head":
            made = bitsandbytes.nn.Linear4bit(
                module.in_features, module.out_features, module.bias is not None, dtype, quant_type="nf4"
            )
            made.weight = bitsandbytes.nn.Params4bit(
                module.weight.data, requires_grad=False, quant_type="nf4", compress_statistics=True
            )
            model.set_submodule(name, made.to("cpu"))
    model.is_loaded_in_4bit = True


def measured(case: Case) -> int:
    """Bytes at the peak of a real step on the CPU: what stands before it, and what the allocator then gives."""
    import torch
    from peft.helpers import disable_input_dtype_casting

    model = build(case)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, foreach=False)
    ids = torch.randint(0, case.config["vocab_size"], (1, case.tokens))
    bf16 = case.setting.dtype == "bfloat16"
    in_vain = bf16 and not case.setting.dropout

    def uncast() -> Any:
        return disable_input_dtype_casting(model, active=in_vain)

    def step() -> None:
        with uncast():  # what is computed again in the backward pass must be what was computed
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
                loss = model(input_ids=ids, labels=ids, use_cache=False).loss
            loss.backward()
        optimizer.step()
        optimizer.zero_grad()

    step()
    held = {s.data_ptr(): s.nbytes() for s in _storages(model)}
    held |= {
        t.untyped_storage().data_ptr(): t.untyped_storage().nbytes()
        for state in optimizer.state.values()
        for t in state.values()
    }
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as profile:
        step()
    events = [e for e in profile.profiler.kineto_results.events() if e.name() == "[memory]"]
    now = most = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return sum(held.values()) + most


def _storages(model: Any) -> list[Any]:
    """Storages of weights and buffers, and of what bitsandbytes keeps beside its weights."""
    found = [t.untyped_storage() for t in (*model.parameters(), *model.buffers())]
    for parameter in model.parameters():
        state = getattr(parameter, "quant_state", None)
        for part in (state, getattr(state, "state2", None)):
            if part is not None:
                found += [t.untyped_storage() for t in (part.absmax, part.code) if t is not None]
    return found


@dataclass(frozen=True)
class Row:
    """One line of the table, in bytes."""

    name: str
    real: int
    closed: int
    traced: int
    held_out: bool = False

    @property
    def errors(self) -> tuple[float, float]:
        """Of the closed form and of the trace, as a share of what is real."""
        return self.closed / self.real - 1, self.traced / self.real - 1

    @property
    def cells(self) -> list[str]:
        """As the table shows it."""
        closed, traced = (f"{100 * error:+.1f} %" for error in self.errors)
        return [self.name, f"{self.real / 2**20:.1f}", closed, traced, "yes" if self.held_out else ""]


def rows() -> list[Row]:
    """Every case; each is said on stderr as it comes."""
    found = []
    for case in CASES:
        row = Row(case.name, measured(case), predicted(case), traced(case), case in HELD_OUT)
        print(*row.cells, sep="; ", file=sys.stderr, flush=True)
        found.append(row)
    from tune.plan.trace import trace

    model = read(LLAMA_8B, "8B")
    named = {"none": "", "selective": ", selectively checkpointed", "full": ", checkpointed"}
    for checkpointing, given in ELSEWHERE.items():
        asked = Setting(tokens=0, rank=16, dropout=0.05, checkpointing=checkpointing, accumulates=False)
        for step in trace(LLAMA_8B, asked, list(given)):
            one = replace(asked, tokens=step.tokens)
            parts = {**estimate(model, one), "runtime": 0, "slack": 0}
            name = f"8B on a GPU, {count(step.tokens)} tokens{named[checkpointing]}"
            found.append(Row(name, given[step.tokens] << 20, peak(parts, one), step.peak_bytes))
    return found


def summary(found: list[Row], held_out: bool = False) -> dict[str, float]:
    """Median error, and how far the worst lies under what is real, of the closed form and of the trace."""
    chosen = [row for row in found if row.held_out or not held_out]
    closed, followed = zip(*(row.errors for row in chosen), strict=True)
    return {
        "median_error": round(statistics.median(map(abs, closed)), 4),
        "worst_under": round(max(0.0, *(-error for error in closed)), 4),
        "cases": len(chosen),
        "traced_median_error": round(statistics.median(map(abs, followed)), 4),
        "traced_worst_under": round(max(0.0, *(-error for error in followed)), 4),
    }


def main(arguments: list[str] | None = None) -> int:
    """Prints the table, then JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew the table in docs/plan.md")
    parsed = parser.parse_args(arguments)
    found = rows()
    header = ["case", "real, MiB", "closed form", "traced", "held out"]
    shown = markdown_table([row.cells for row in found], header)
    print(shown)
    if parsed.write:
        from scripts.docs import between

        PAGE.write_text(between(PAGE.read_text(encoding="utf-8"), "memory", shown + "\n"), encoding="utf-8")
    print(json.dumps({**summary(found), "held_out": summary(found, held_out=True)}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
