"""The closed form against what autograd really keeps and what the allocator really gives."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scripts.bench_plan import CASES, measured, predicted
from tune.plan.families import read
from tune.plan.memory import Setting, estimate, moments, peak

SMALL = {case.name: case for case in CASES}
LLAMA = SMALL["grouped queries"].config
SETTING = Setting(tokens=1024, rank=16)


@pytest.mark.filterwarnings(
    "ignore:The following (rank|alpha)_pattern keys:RuntimeWarning"
)  # in vain; see test_shapes.py
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["grouped queries", "checkpointed", "experts adapted", "latent attention, shared experts"]
)
def test_peak_is_that_of_real_allocations(name: str) -> None:
    """A real step on the CPU must peak within 5 % of the estimate, and no more than 1 % above it. The shapes are smaller
    than those of docs/plan.md, so that what is not counted (indices, masks) weighs more."""
    case = SMALL[name]
    case = replace(case, config={**case.config, "num_hidden_layers": 3}, tokens=256)
    assert -0.01 <= predicted(case) / measured(case) - 1 <= 0.05


def test_memory_is_affine_in_tokens() -> None:
    """On a GPU, where the loss head is more than one tile, equal additions must cost equal bytes as long as the same moment of
    the step is the largest."""
    model = read(LLAMA, "tiny")
    settings = [replace(SETTING, tokens=n) for n in (16_384, 32_768, 49_152)]
    peaks = [peak(estimate(model, asked), asked) for asked in settings]
    assert peaks[2] - peaks[1] == pytest.approx(peaks[1] - peaks[0], abs=2)


@pytest.mark.parametrize(
    ("change", "part", "factor"),
    [
        ({"quantize": "nf4", "double_quantization": False}, "base (nf4)", 4.5 / 4.126953125),
        ({"optimizer": "adamw_8bit"}, "optimizer", 0.25),
        ({"rank": 32}, "adapter", 2.0),
        ({"rank": 32}, "gradients", 2.0),
        ({"dtype": "float32"}, "base", 2.0),
    ],
)
def test_each_setting_changes_its_part(change: dict[str, object], part: str, factor: float) -> None:
    """What is set must change the bytes of its part by the known factor."""
    model = read(LLAMA, "tiny")
    before = replace(SETTING, quantize="nf4") if part == "base (nf4)" else SETTING
    assert estimate(model, replace(before, **change))[part] == pytest.approx(estimate(model, before)[part] * factor)


def test_the_peak_is_a_moment_not_a_sum() -> None:
    """The peak must be the largest moment and less than all parts together; evaluation counts when rows are held out."""
    model = read(LLAMA, "tiny")
    parts = estimate(model, SETTING)
    assert peak(parts, SETTING) == max(moments(parts, SETTING).values()) < sum(parts.values())
    asked = replace(SETTING, tokens=64, row_tokens=64)
    held_out = estimate(model, asked)
    assert max(moments(held_out, asked), key=moments(held_out, asked).get) == "evaluation"  # type: ignore[arg-type]
