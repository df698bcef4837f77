"""A training step followed storage by storage, without weights and without the device: `tune plan --trace`.

The model of transformers is built from its config on the meta device, gets PEFT's adapter, and then goes through two
optimizer steps of fake tensors, which have shapes and no memory (torch's FakeTensorMode); the optimizer has its state
before them. `Liveness` counts what stands at each moment. The steps have two lengths: memory is affine in tokens as long as
attention keeps no scores, so they tell what a token costs.

What stands in for the device, because fake tensors are a CPU's:

    attention   on a GPU, the flash kernel: query, keys, values and output, and 4 bytes a head; no square mask
    loss        on a GPU, the buffers of TRL's fused head (trl/kernels/chunked_logprob.py), every token carrying loss
    dropout     on a GPU, a mask of a byte an element
    nf4         bitsandbytes' own products; the weights that they unpack within themselves are added
    optimizer   AdamW runs, all tensors at once on a GPU; of the others the state stands and no update is seen

Not seen: libraries and context, what the allocator holds beyond what is asked, communication, workspaces within kernels.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from tune.errors import PlanError, Problem
from tune.hub import quiet_libraries
from tune.modelfiles import read_json
from tune.models import new_adapter, recompute, torch_dtype
from tune.operations import in_experts
from tune.plan.fit import USABLE
from tune.plan.liveness import Liveness
from tune.plan.memory import OPTIMIZER_BYTES, SLACK, Setting, moments
from tune.plan.of_run import planned, room
from tune.plan.standins import FusedHead, MaskOfBytes, attend_as, beside, packed, quantize, unpacked
from tune.recipe.schema import Adapter
from tune.records import BaseRecord, Plan
from tune.run import Run
from tune.text import count, duration, size, table


@dataclass(frozen=True)
class Traced:
    """Bytes of a step on one device that holds everything, libraries and slack left out."""

    tokens: int
    base_bytes: int
    """Of the frozen weights and buffers, as they are loaded."""
    moments: dict[str, int]
    """The most at any instant of forward, backward and optimizer."""

    @property
    def peak_bytes(self) -> int:
        """At the worst instant."""
        return max(self.moments.values())


@dataclass(frozen=True)
class Affine:
    """A trace at two lengths."""

    longer: Traced
    shorter: Traced
    seconds: float
    """That tracing took."""

    def bytes_per_token(self, moment: str) -> float:
        """What one more token costs at a moment."""
        more = self.longer.moments[moment] - self.shorter.moments[moment]
        return more / (self.longer.tokens - self.shorter.tokens)


def moments_on(found: Traced, parts: dict[str, int], setting: Setting) -> dict[str, int]:
    """Bytes at each moment on one of `setting.shards` devices, in the terms of `tune.plan.memory.moments`: with libraries
    and slack, the base divided as the closed form divides it. What comes after a step is the closed form's."""
    held = found.base_bytes
    if setting.shards > 1:
        held = sum(parts.get(name, 0) for name in ("base", "base (nf4)", "gathered layers"))
    whole = 1 + SLACK[setting.device]
    traced = {
        name: round((most - found.base_bytes + held) * whole) + parts["runtime"] for name, most in found.moments.items()
    }
    return {**moments(parts, setting), **traced}


def of_run(run: Run, record: Plan) -> dict[str, Any]:
    """The step of a run as it is planned for this machine, traced; see `of_setting`."""
    config = read_json(Path(run.read(BaseRecord).folder), "config.json", run.recipe.base.model)
    return of_setting(config, planned(run, record), record.bytes, room(record.device, record.processes))


def of_setting(config: dict[str, Any], setting: Setting, parts: dict[str, int], memory_bytes: int) -> dict[str, Any]:
    """A trace beside the closed form's `parts`, as docs/interface.md describes it. `config` is what config.json holds,
    `memory_bytes` the memory of the device."""
    found = affine(config, setting)
    traced = moments_on(found.longer, parts, setting)
    return {
        "tokens": found.longer.tokens,
        "moments": {
            name: {"closed_form_bytes": most, "traced_bytes": traced[name]}
            for name, most in moments(parts, setting).items()
        },
        "peak_bytes": max(traced.values()),
        "fits": max(traced.values()) <= USABLE * memory_bytes,
        "bytes_per_token": {name: round(found.bytes_per_token(name), 1) for name in found.longer.moments},
        "seconds": round(found.seconds, 1),
    }


def describe(found: dict[str, Any]) -> str:
    """What `of_setting` gives, for people."""
    rows = [
        [
            name,
            size(entry["closed_form_bytes"]),
            size(entry["traced_bytes"]) if name in found["bytes_per_token"] else "not traced",
            size(found["bytes_per_token"][name]) if name in found["bytes_per_token"] else "",
        ]
        for name, entry in found["moments"].items()
    ]
    peak = max(entry["closed_form_bytes"] for entry in found["moments"].values())
    rows.append(["peak", size(peak), size(found["peak_bytes"]), ""])
    fits = "fits" if found["fits"] else "does not fit"
    return (
        table(rows, ["moment", "closed form", "traced", "a token more"])
        + f"\n\nTraced in {duration(found['seconds'])}, {count(found['tokens'])} tokens at once: {fits}."
    )


def affine(config: dict[str, Any], setting: Setting) -> Affine:
    """Traces a step at `setting.tokens` and at half of that. `config` is what config.json holds."""
    started = time.monotonic()
    longer, shorter = trace(config, setting, (setting.tokens, max(1, setting.tokens // 2)))
    return Affine(longer, shorter, time.monotonic() - started)


def trace(config: dict[str, Any], setting: Setting, lengths: Sequence[int]) -> list[Traced]:
    """A step of a model that is only a config, for each number of tokens. `setting.shards` is not heeded."""
    model = _on_meta(config, setting)
    from peft.helpers import disable_input_dtype_casting

    with FakeTensorMode():
        _fake(model)
        live = Liveness(unpacked)
        live.hold([t for t in (*model.parameters(), *model.buffers()) if not t.requires_grad])
        live.hold(beside(model))
        base_bytes = live.now
        trained = [p for p in model.parameters() if p.requires_grad]
        live.hold(trained)
        in_vain = setting.dtype == "bfloat16" and not setting.dropout  # as in tune/train/build.py
        with disable_input_dtype_casting(model, active=in_vain), live:
            update = _optimizer(trained, setting)
            _gradients(trained)
            update()  # gives the optimizer its state
            return [Traced(n, base_bytes, _step(model, trained, n, setting, live, update)) for n in lengths]


def _gradients(trained: list[Any]) -> None:
    """Gradients as a micro-batch before leaves them."""
    for p in trained:
        p.grad = torch.empty_like(p)


def _step(
    model: Any, trained: list[Any], tokens: int, setting: Setting, live: Liveness, update: Callable[[], None]
) -> dict[str, int]:
    """Bytes by moment of one step, its last micro-batch that is."""
    ids = torch.zeros((1, tokens), dtype=torch.long)
    found = {}
    if setting.accumulates:
        _gradients(trained)
    live.from_here()
    loss = _forward(model, ids, setting)
    found["forward"] = live.most
    live.from_here()
    loss.backward()
    found["backward"] = live.most
    del loss
    live.from_here()
    update()
    found["optimizer"] = live.most
    return found


def _on_meta(config: dict[str, Any], setting: Setting) -> Any:
    """The adapted model as `tune.models` makes it, on the meta device, ready to train."""
    quiet_libraries()
    from transformers import AutoModelForCausalLM
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    sizes = {name: value for name, value in config.items() if name != "model_type"}
    section = Adapter(rank=setting.rank, dropout=setting.dropout, targets=setting.targets)
    with torch.device("meta"):
        found = CONFIG_MAPPING[config["model_type"]].from_dict(sizes)
        model: Any = AutoModelForCausalLM.from_config(found, dtype=torch_dtype(setting.dtype))
        if setting.quantize == "nf4":
            quantize(model, setting)
        attend_as(setting.device, model)
        _can_be_followed(model, setting)
        model.requires_grad_(False)
        adapted: Any = new_adapter(model, section, SimpleNamespace(repo=None, commit=None), 0)  # type: ignore[arg-type]
    recompute(adapted, setting.checkpointing)
    if setting.device != "cpu" and setting.dropout:
        for name, module in list(adapted.named_modules()):
            if isinstance(module, torch.nn.Dropout) and module.p:
                adapted.set_submodule(name, MaskOfBytes(module.p))
    return adapted.train()


def _can_be_followed(model: Any, setting: Setting) -> None:
    """torch (2.13) knows the shape of grouped products, with which experts are computed, in bf16 only. Raises PlanError."""
    if setting.dtype != "bfloat16" and any(in_experts(name) for name, _ in model.named_parameters()):
        what = "a step of a mixture of experts is traced in bf16 only, and this device computes in fp32"
        raise PlanError(Problem("plan", what, "leave --trace out, or plan for a device with bf16", key="--trace"))


def _fake(model: Any) -> None:
    """Gives every weight and buffer a fake tensor of a CPU in place of its meta tensor; shared ones stay shared."""
    made: dict[int, Any] = {}

    def instead(old: Any, module: Any) -> Any:
        if id(old) not in made:
            if type(old).__name__ == "Params4bit":
                made[id(old)] = packed(module)
            elif isinstance(old, torch.nn.Parameter):
                made[id(old)] = torch.nn.Parameter(torch.empty(old.shape, dtype=old.dtype), old.requires_grad)
            else:
                made[id(old)] = torch.empty(old.shape, dtype=old.dtype)
        return made[id(old)]

    for module in model.modules():
        for held in (module._parameters, module._buffers):  # noqa: SLF001  # the only way to put a tensor of another device
            for name, old in held.items():
                if old is not None:
                    held[name] = instead(old, module)


def _forward(model: Any, ids: Any, setting: Setting) -> Any:
    """The loss, as training computes it on the device."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=setting.dtype == "bfloat16"):
        if setting.device == "cpu":
            return model(input_ids=ids, labels=ids, use_cache=False).loss
        base = model.get_base_model()
        hidden = base.base_model(input_ids=ids, use_cache=False).last_hidden_state
        rows = hidden.reshape(-1, hidden.shape[-1])[torch.arange(ids.numel())]
        return FusedHead.apply(rows, torch_dtype(setting.dtype))


def _optimizer(trained: list[Any], setting: Setting) -> Any:
    """A function that updates the adapter and drops its gradients."""
    if setting.optimizer == "adamw":
        made = torch.optim.AdamW(trained, foreach=setting.device != "cpu")

        def step() -> None:
            made.step()
            made.zero_grad()

        return step
    size = OPTIMIZER_BYTES[setting.optimizer]
    state = [torch.empty(size * p.numel(), dtype=torch.uint8) for p in trained]

    def drop() -> None:
        assert state
        for p in trained:
            p.grad = None

    return drop
