"""Devices that a plan can be made for without having them: memory, speed, and where the figures come from.

Speed is the dense bf16 rate of the matrix units as the maker states it, which no training reaches: see
`tune.plan.speed.REACHED`. A name may end in `xN`: N of them in one machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tune.errors import PlanError, Problem
from tune.text import did_you_mean


@dataclass(frozen=True)
class Spec:
    """One kind of device. `teraflops` is dense bf16; None where it is not known."""

    name: str
    kind: str
    memory_bytes: int
    teraflops: float | None
    source: str
    count: int = 1
    bf16: bool = True


def _gpu(name: str, gigabytes: int, teraflops: float, source: str) -> Spec:
    """A GPU of so many GB as it is sold, which is binary units less what the driver keeps: about 1 % less than GiB."""
    return Spec(name, "cuda", round(gigabytes * 0.985 * 2**30), teraflops, source)


ADA = "NVIDIA Ada GPU architecture whitepaper, appendix (bf16 with fp32 accumulation, dense)"
DEVICES = {
    "rtx3090": _gpu("RTX 3090", 24, 71, "NVIDIA GA102 whitepaper, appendix (dense)"),
    "rtx4090": _gpu("RTX 4090", 24, 165.2, ADA),
    "rtx5090": _gpu("RTX 5090", 32, 209.5, "NVIDIA RTX Blackwell whitepaper, appendix (dense)"),
    "l4": _gpu("L4", 24, 121, "NVIDIA L4 data sheet (half of the rate with sparsity)"),
    "a10g": _gpu("A10G", 24, 70, "Amazon EC2 G5 instances, product page"),
    "l40s": _gpu("L40S", 48, 362, "NVIDIA L40S data sheet (dense)"),
    "a100-40": _gpu("A100 40 GB", 40, 312, "NVIDIA A100 data sheet (dense)"),
    "a100": _gpu("A100 80 GB", 80, 312, "NVIDIA A100 data sheet (dense)"),
    "h100": _gpu("H100 SXM", 80, 989, "NVIDIA H100 data sheet (half of the rate with sparsity)"),
    "h200": _gpu("H200 SXM", 141, 989, "NVIDIA H200 data sheet (half of the rate with sparsity)"),
    "b200": _gpu("B200", 180, 2250, "NVIDIA DGX B200 data sheet (half of the rate with sparsity, an eighth of eight)"),
    "cpu": Spec("a CPU with 32 GB", "cpu", 32 << 30, None, "a size that is common, not a measurement"),
}


def find(text: str) -> Spec:
    """`h100`, `h200x8`, or a bare amount of memory such as `24GB`. Raises PlanError for anything else."""
    name, several = text.lower(), None
    if name not in DEVICES:
        several = re.fullmatch(r"(.+)x(\d+)", name)
    count = int(several[2]) if several else 1
    name = several[1] if several else name
    memory = re.fullmatch(r"(\d+(?:\.\d+)?)\s*g(?:i?b)?", name)
    if memory and float(memory[1]) > 0 and count > 0:
        size = round(float(memory[1]) * 2**30)
        return Spec(f"a card with {memory[1]} GB", "cuda", size, None, "as asked", count)
    if name not in DEVICES or count < 1 or (name == "cpu" and count > 1):
        guess = did_you_mean(text.lower(), DEVICES)
        fix = guess or f"known: {', '.join(DEVICES)}; or memory such as 24GB; several as h100x8"
        raise PlanError(Problem("plan", f"no device is called {text!r}", fix, key="--device"))
    spec = DEVICES[name]
    return Spec(spec.name, spec.kind, spec.memory_bytes, spec.teraflops, spec.source, count, spec.bf16)
