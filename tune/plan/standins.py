"""What stands in for a device while a step is traced with fake tensors, which are a CPU's; see `tune.plan.trace`."""

from __future__ import annotations

from typing import Any

import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from tune.models import torch_dtype
from tune.plan.memory import TILE_TOKENS, TILE_VOCABULARY, Setting

NF4_BLOCK, ABSMAX_BLOCK = 64, 256
"""Weights that share an absmax, and absmax values that share one of their own (QLoRA, arXiv:2305.14314, section 3)."""


def attend_as(kind: str, model: Any) -> None:
    """Lets a model with sdpa attend as it does on a device of a kind. transformers, seeing a fake tensor, would make a
    square mask and repeat keys and values, as for a compiler; other implementations stay."""
    if model.config._attn_implementation == "sdpa":  # noqa: SLF001  # there is no other way to ask
        model.set_attn_implementation(f"traced_{kind}")


def _mask(*args: Any, **options: Any) -> Any:
    """sdpa's mask where it is needed: for a window that is shorter than the sequence."""
    window = options.get("local_size")
    return None if window is None or options["kv_length"] < window else sdpa_mask(*args, **options)


def _on_cpu(
    module: torch.nn.Module, query: Any, key: Any, value: Any, attention_mask: Any, **options: Any
) -> tuple[Any, None]:
    """The fused kernel where sdpa takes it on a CPU: without dropout, and values as wide as keys."""
    if query.shape[-1] != value.shape[-1] or options.get("dropout"):
        found: tuple[Any, None] = sdpa_attention_forward(module, query, key, value, attention_mask, **options)
        return found
    flash = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu  # noqa: SLF001
    bias = None if attention_mask is None else torch.zeros(attention_mask.shape, dtype=query.dtype)
    if bias is not None:
        key, value = (repeat_kv(x, query.shape[1] // x.shape[1]) for x in (key, value))
    out = flash(query, key, value, 0.0, bias is None, attn_mask=bias, scale=options.get("scaling"))[0]
    return out.transpose(1, 2).contiguous(), None


def _on_gpu(
    module: torch.nn.Module, query: Any, key: Any, value: Any, attention_mask: Any, **options: Any
) -> tuple[Any, None]:
    """The flash kernel without a mask, the memory-efficient one with it: it keeps keys and values for every head, and a
    mask of numbers for every layer."""
    if attention_mask is None and query.shape[-1] == value.shape[-1]:
        return _on_cpu(module, query, key, value, None, scaling=options.get("scaling"))
    key, value = (repeat_kv(x, query.shape[1] // x.shape[1]) for x in (key, value))
    bias = None
    if attention_mask is not None:
        bias = torch.zeros(attention_mask.shape, dtype=query.dtype).expand(-1, query.shape[1], -1, -1)
    kernel = torch.ops.aten._scaled_dot_product_efficient_attention  # noqa: SLF001
    out = kernel(query, key, value, bias, True, 0.0, bias is None, scale=options.get("scaling"))[0]
    return out.transpose(1, 2).contiguous(), None


for _name, _forward in (("traced_cpu", _on_cpu), ("traced_cuda", _on_gpu), ("traced_mps", _on_gpu)):
    AttentionInterface.register(_name, _forward)
    AttentionMaskInterface.register(_name, _mask)


def quantize(model: Any, setting: Setting) -> None:
    """Puts bitsandbytes' 4-bit layers where `load_in_4bit` puts them: each torch.nn.Linear but the output head."""
    import bitsandbytes

    dtype = torch_dtype(setting.dtype)
    head = model.get_output_embeddings()
    for name, module in list(model.named_modules()):
        if type(module) is torch.nn.Linear and module is not head:
            bias = module.bias is not None
            made = bitsandbytes.nn.Linear4bit(
                module.in_features, module.out_features, bias, dtype, quant_type="nf4", device="meta"
            )
            if bias:
                made.bias.data = made.bias.data.to(dtype)
            model.set_submodule(name, made)
    model.is_loaded_in_4bit = True  # PEFT takes its 4-bit layers by this


def packed(module: Any) -> Any:
    """Weights in nf4 as bitsandbytes holds them: two in a byte, and the state with double quantization beside them."""
    from bitsandbytes.functional import QuantState

    number = module.in_features * module.out_features
    blocks = -(-number // NF4_BLOCK)
    weight = torch.nn.Parameter(torch.empty(((number + 1) // 2, 1), dtype=torch.uint8), requires_grad=False)
    outer = QuantState(
        torch.empty(-(-blocks // ABSMAX_BLOCK)), code=torch.empty(256), blocksize=ABSMAX_BLOCK, dtype=torch.float32
    )
    shape = torch.Size((module.out_features, module.in_features))
    absmax = torch.empty(blocks, dtype=torch.uint8)
    kept: Any = weight
    kept.quant_state = QuantState(
        absmax, shape, torch.empty(16), NF4_BLOCK, "nf4", module.compute_dtype, torch.empty(()), outer
    )
    return weight


def beside(model: Any) -> list[Any]:
    """What bitsandbytes keeps beside its weights."""
    states = [p.quant_state for p in model.parameters() if hasattr(p, "quant_state")]
    return [t for s in states for t in (s.absmax, s.code, s.offset, s.state2.absmax, s.state2.code)]


def unpacked(operation: Any, arguments: tuple[Any, ...]) -> int:
    """Bytes of the weight that bitsandbytes unpacks inside a product (backends/default/ops.py), absmax values first."""
    if operation is not torch.ops.bitsandbytes.gemm_4bit.default:
        return 0
    inputs, _, shape = arguments[:3]
    return int(shape[0] * shape[1] * inputs.element_size() + 4 * shape[0] * shape[1] / NF4_BLOCK)


class FusedHead(torch.autograd.Function):
    """What TRL's fused head allocates: a tile of logits, a few numbers a token, and the gradient in fp32."""

    @staticmethod
    def forward(ctx: Any, hidden: Any, dtype: Any) -> Any:
        """`hidden` is [tokens, width]; gives a loss."""
        ctx.save_for_backward(hidden)
        ctx.tile = (min(hidden.shape[0], TILE_TOKENS), TILE_VOCABULARY), dtype
        numbers = torch.empty((7, hidden.shape[0]))
        tile = torch.empty(ctx.tile[0], dtype=dtype)
        return numbers.sum() + tile.sum().float()

    @staticmethod
    def backward(ctx: Any, *_: Any) -> Any:
        """The gradient of `hidden`, in its type."""
        (hidden,) = ctx.saved_tensors
        found = torch.zeros(hidden.shape, dtype=torch.float32)
        tile = torch.empty(ctx.tile[0], dtype=ctx.tile[1])
        del tile
        return found.to(hidden.dtype), None


class MaskOfBytes(torch.nn.Module):
    """Dropout that keeps its mask as a GPU does."""

    def __init__(self, p: float) -> None:
        """`p` is the share that is zeroed."""
        super().__init__()
        self.p = p

    def forward(self, inputs: Any) -> Any:
        """Of the same shape."""
        return torch.native_dropout(inputs, self.p, True)[0]
