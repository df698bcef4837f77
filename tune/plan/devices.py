"""Devices that a plan can be made for without having them: memory, speed, and where the figures come from.

Speed is the dense bf16 rate of the matrix units (fp32, where there is no bf16) as the maker states it, which no training reaches: see
`tune.plan.speed.REACHED`. A name may end in `xN`: N of them in one machine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tune.errors import PlanError, Problem
from tune.text import did_you_mean


@dataclass(frozen=True)
class Spec:
    """One kind of device. `teraflops` is dense bf16, or fp32 where there is no bf16; None where it is not known."""

    name: str
    kind: str
    memory_bytes: int
    teraflops: float | None
    source: str
    count: int = 1
    bf16: bool = True


def _gpu(name: str, gigabytes: int, teraflops: float | None, source: str, *, bf16: bool = True) -> Spec:
    """A GPU of so many GB as it is sold, which is binary units less what the driver keeps: about 1 % less than GiB."""
    return Spec(name, "cuda", round(gigabytes * 0.985 * 2**30), teraflops, source, bf16=bf16)


READ = "read 2026-11-26"
NVIDIA = "https://www.nvidia.com/content/dam/en-zz/Solutions/Data-Center"
TITAN = f"pytorch/torchtitan, torchtitan/tools/utils.py at commit 02581674d9db, {READ}, which cites"
LIGHTNING = f"Lightning-AI/pytorch-lightning, throughput.py at commit 1526f8408e1f, {READ}, which cites"
ADA = "https://images.nvidia.com/aem-dam/Solutions/Data-Center/l4/nvidia-ada-gpu-architecture-whitepaper-v2.1.pdf"
GA102 = "https://www.nvidia.com/content/PDF/nvidia-ampere-ga-102-gpu-architecture-whitepaper-v2.pdf"
A100 = f"{LIGHTNING} {NVIDIA}/a100/pdf/nvidia-a100-datasheet-us-nvidia-1758950-r4-web.pdf"
DEVICES = {
    "t4": _gpu("T4", 16, 8.1, f"{LIGHTNING} {NVIDIA}/tesla-t4/t4-tensor-core-datasheet-951643.pdf", bf16=False),
    "rtx3090": _gpu(
        "RTX 3090", 24, 71.2, f"twice its fp32 rate, as on the 3090 Ti (hmc-tech.com); fp32: {LIGHTNING} {GA102}"
    ),
    "rtx4090": _gpu(
        "RTX 4090", 24, 165.2, f"https://waredb.com/processor/nvidia-geforce-rtx-4090, {READ}; NVIDIA: {ADA}"
    ),
    "rtx5090": _gpu("RTX 5090", 32, 210, f"lamonoai/gpumap, nvidia/GPU.md at commit 8d5e174f6f25, {READ}"),
    "l4": _gpu("L4", 24, 121, f"{LIGHTNING} {ADA}"),
    "a10": _gpu("A10", 24, 125, f"{LIGHTNING} {NVIDIA}/a10/pdf/a10-datasheet.pdf"),
    "a10g": _gpu("A10G", 24, None, f"memory: Amazon's list of EC2 instances (g5), {READ}; no source of its rate"),
    "l40s": _gpu("L40S", 48, 362, f"{TITAN} https://resources.nvidia.com/en-us-l40s/l40s-datasheet-28413"),
    "a100-40gb": _gpu("A100 40 GB", 40, 312, A100),
    "a100-80gb": _gpu("A100 80 GB", 80, 312, A100),
    "h100-pcie": _gpu("H100 PCIe", 80, 756, f"{TITAN} https://www.nvidia.com/en-us/data-center/h100/"),
    "h100": _gpu("H100 SXM", 80, 989, f"{TITAN} https://www.nvidia.com/en-us/data-center/h100/"),
    "h200": _gpu("H200 SXM", 141, 989, f"{TITAN} https://www.nvidia.com/en-us/data-center/h200/"),
    "b200": _gpu("B200", 180, 2250, f"{TITAN} https://nvdam.widen.net/s/wwnsxrhm2w/blackwell-datasheet-3384703"),
    "mi300x": _gpu(
        "MI300X", 192, 1300, f"{TITAN} https://www.amd.com/en/products/accelerators/instinct/mi300/mi300x.html"
    ),
    "cpu": Spec("a CPU with 32 GB", "cpu", 32 << 30, None, "a size that is common, not a measurement"),
}
"""The makers' own pages could not be opened when this was written; where they were read and who cites them stands with each.
None of the rates was measured here."""


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
        kinds = [known for known in DEVICES if known.startswith(f"{name}-")]  # a100 was sold in two sizes
        guess = f"say which: {' or '.join(kinds)}" if kinds else did_you_mean(text.lower(), DEVICES)
        fix = guess or f"known: {', '.join(DEVICES)}; or memory such as 24GB; several as h100x8"
        raise PlanError(Problem("plan", f"no device is called {text!r}", fix, key="--device"))
    spec = DEVICES[name]
    return Spec(spec.name, spec.kind, spec.memory_bytes, spec.teraflops, spec.source, count, spec.bf16)
