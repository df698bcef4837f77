"""A base in nf4 divided among processes by FSDP2, the adapter whole in each.

transformers divides an unquantized base while it loads it (`tune.models.load_base`). In nf4 it cannot: bitsandbytes
quantizes a whole matrix. So every process has the whole base in the CPU's memory first, and keeps its part of it.

Either way the base's parameters are gathered layer by layer when they are needed, and the adapter, which is small, is a
plain tensor in every process: it is saved, loaded and compared as with one process.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import fully_shard
from torch.distributed.tensor import DTensor
from transformers.distributed import DistributedConfig

from tune.errors import TrainingFailed
from tune.models import torch_device
from tune.records import Device


def divide(model: Any, device: Device, size: int) -> None:
    """Divides the frozen parameters of a PEFT model with an nf4 base among `size` processes, layer by layer; what is
    trained stays whole and goes to the device."""
    base = model.get_base_model()
    for module in base.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            # On some CPUs bitsandbytes rearranges the weights in place when it only evaluates; a part cannot be.
            module.support_avx512bf16_for_cpu = False
    trained = {p for p in model.parameters() if p.requires_grad}
    mesh = init_device_mesh(device.kind, (size,))
    for layer in _layers(base):
        fully_shard(layer, mesh=mesh, ignored_params=trained)
    fully_shard(base, mesh=mesh, ignored_params=trained)
    for parameter in trained:
        parameter.data = parameter.data.to(torch_device(device))
    base.hf_device_map = {"": torch_device(device)}  # accelerate looks here whether the base is where it trains
    # As transformers marks what it has divided itself, so that its Trainer leaves the model as it is.
    base.config.distributed_config = DistributedConfig(fsdp_size=size)
    base._is_distributed_loading_by_transformers = base._is_fsdp_managed_module = True  # noqa: SLF001


def _layers(base: Any) -> list[torch.nn.Module]:
    """The blocks that the model repeats: the longest list of modules in it."""
    lists = [m for m in base.modules() if isinstance(m, torch.nn.ModuleList)]
    return list(max(lists, key=len, default=[]))


def adapter_state(model: Any) -> dict[str, torch.Tensor]:
    """What is trained, by its name in the model. Asked for everything, PEFT would gather the whole base first."""
    return {name: p.detach() for name, p in model.named_parameters() if p.requires_grad}


def base_bytes(model: Any) -> tuple[int, int]:
    """(bytes of the base that this process holds, bytes of the whole base)."""
    held = whole = 0
    for parameter in model.parameters():
        if not parameter.requires_grad:
            mine = parameter.to_local() if isinstance(parameter, DTensor) else parameter
            held += mine.numel() * mine.element_size()
            whole += parameter.numel() * parameter.element_size()
    return held, whole


UNEVEN = 1.25
"""How much more than an equal share a process may hold: parts are whole rows of a matrix, and small ones do not divide."""


def truly_divided(model: Any, size: int) -> None:
    """Raises TrainingFailed unless this process holds about its share of the base."""
    held, whole = base_bytes(model)
    if held > UNEVEN * whole / size:
        raise TrainingFailed(
            f"the base is not divided: this process holds {held:,} of {whole:,} bytes, and {size} share it. "
            "This is a fault of tune or of a library; please report it, and take launch.strategy: ddp."
        )
