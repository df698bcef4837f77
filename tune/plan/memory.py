"""Bytes of a training step in closed form: what stands in memory, and the largest sum at any moment. No torch.

Resident all the time: base, adapter, optimizer state, runtime. Then the moments of a step, of which the worst counts:

    forward     activations of every layer + loss head                (+ gradients while a step has several micro-batches)
    backward    activations of every layer + gradients of one layer's activations     (first layer that is gone back)
                or, with checkpointing: one vector a layer (two with `selective`, which keeps what attention gives), one
                layer computed again, its gradients, all adapter gradients
    optimizer   gradients + what the update needs besides
    evaluation  logits of a batch of held-out rows
    answers     keys and values of a batch of prompts

What autograd keeps for a token of one layer was read off the operations and holds against `saved_tensors_hooks` on CPU
(tests/plan/test_memory.py), for weights in bf16 under autocast:

    norms       4 bytes an element of what is normalized (transformers computes them in fp32)
    attention   query, keys, values and output once, in the compute type, and 4 bytes a head
    LoRA        the input of each adapted matrix, once where several share it; `rank` values between its two factors.
                With dropout each matrix keeps an input of its own and a mask of a byte an element
    MLP         gate, activated gate, up: 3 x intermediate
    experts     as an MLP for every expert that the token visits, and one hidden vector each; 6 x for gpt-oss
    adapted experts   PEFT adds the delta of all experts to a copy of their weights, in each layer; autograd keeps it

Known error: docs/plan.md, from scripts/bench_plan.py. Not known here: fragmentation beyond SLACK, communication buffers,
kernels other than sdpa's, torch.compile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tune.plan.shapes import Architecture, Block, Module, adapter_parameters, quantized, ranks
from tune.recipe.schema import Checkpointing
from tune.targets import Targets

NF4_BITS = {True: 4 + 8 / 64 + 32 / (64 * 256), False: 4 + 32 / 64}
"""Bits a weight with and without double quantization: an absmax for 64 weights, itself in 8 bits with an fp32 value for
256 of them (QLoRA, arXiv:2305.14314, section 3)."""
OPTIMIZER_BYTES = {"adamw": 8, "adamw_8bit": 2, "adafactor": 1}
"""State of a trained parameter."""
ADAPTER_BYTES = 4
"""The adapter and its gradients are fp32."""
RUNTIME_BYTES = {"cpu": 600 << 20, "cuda": 1200 << 20, "mps": 800 << 20}
"""Interpreter and libraries on a CPU, context and libraries on a GPU; seen 0.5 to 1.4 GB."""
SLACK = {"cpu": 0.0, "cuda": 0.04, "mps": 0.04}
"""Share that an allocator holds beyond what is allocated; seen 2 to 6 %."""
TILE_TOKENS, TILE_VOCABULARY = 4096, 32_768
"""Tile of TRL's fused loss head on a GPU (trl/kernels)."""
EVALUATION_TOKENS, ANSWERS = 4096, 32
"""Of a batch of held-out rows (tune/score.py), and prompts answered at once (tune/generate.py)."""
EXPERT_TENSORS = {"gpt_oss": 6}
"""Vectors of the experts' inner width that are kept for each visit, where it is not 3."""
EAGER = ("gpt_oss",)
"""Families without sdpa: the scores of all pairs of tokens are kept."""


@dataclass(frozen=True)
class Setting:
    """What decides memory besides the model."""

    tokens: int
    """Of a micro-batch."""
    rank: int
    targets: Targets = "all-linear"
    dropout: float = 0.0
    quantize: Literal["none", "nf4"] = "none"
    double_quantization: bool = True
    optimizer: str = "adamw"
    dtype: str = "bfloat16"
    device: str = "cuda"
    checkpointing: Checkpointing = "none"
    levels: tuple[Checkpointing, ...] = ("none", "selective", "full")
    """What may be taken for `checkpointing`, see `tune.plan.fit.largest`."""
    accumulates: bool = True
    """Whether a step has several micro-batches, so that gradients stand while the next one is computed."""
    shards: int = 1
    """Devices that the frozen base is divided among (FSDP2)."""
    row_tokens: int = 0
    """Longest row; 0 leaves evaluation out."""
    answer_tokens: int = 0
    """Prompt and answer of the longest generation; 0 leaves answers out."""

    @property
    def width(self) -> int:
        """Bytes of a value in the compute type."""
        return 2 if self.dtype == "bfloat16" else 4


def base_bytes(model: Architecture, setting: Setting) -> dict[str, int]:
    """Frozen weights as they will be loaded: `base (nf4)` of what bitsandbytes converts, `base` of everything else."""
    converted = sum(count * m.inputs * m.outputs for count, m in model.counted() if quantized(m))
    if setting.quantize == "none":
        return {"base": model.parameters * setting.width}
    nf4 = round(converted * NF4_BITS[setting.double_quantization] / 8)
    return {"base (nf4)": nf4, "base": (model.parameters - converted) * setting.width}


def _kept_inputs(model: Architecture, block: Block, setting: Setting) -> int:
    """Bytes a token that the LoRA of a layer keeps: inputs of the first factor, and what goes from it to the second."""
    adapted = [m for m in block.modules if ranks(model, m, setting.targets) and m.kind != "parameter"]
    inner = setting.width * setting.rank * len(adapted)
    if setting.dropout:
        mask = 1 if setting.device == "cuda" else 4  # a CPU keeps the mask as numbers
        return inner + sum((setting.width + mask) * m.inputs for m in adapted)
    inputs = {(m.component, m.name.endswith("down_proj"), m.inputs) for m in adapted if m.name != "o_proj"}
    return inner + setting.width * sum(size for _, _, size in inputs)  # attention keeps o_proj's input anyway


def _kept_norms(block: Block) -> int:
    spread = {"q_norm": block.query, "k_norm": block.key_value // 2}
    return sum(4 * spread.get(m.name, m.inputs) for m in block.of("norms"))


def _kept_experts(model: Architecture, block: Block, setting: Setting) -> int:
    """Bytes a token that the router and the experts of a layer keep."""
    router = sum(8 * m.outputs for m in block.of("router"))
    found = block.of("experts")
    if not found:
        return router
    both, down = found
    tensors = EXPERT_TENSORS.get(model.model_type, 3)
    visit = setting.width * (tensors * down.inputs + both.inputs) + 40
    visit += sum(setting.width * m.inputs for m in found if ranks(model, m, setting.targets))
    return router + down.active * visit


def kept(model: Architecture, block: Block, setting: Setting) -> int:
    """Bytes a token that autograd keeps for one layer of a block."""
    attention = setting.width * (block.query + block.key_value + block.output) + 4 * model.heads
    if model.model_type in EAGER:
        attention += setting.width * model.heads * setting.tokens
    elif setting.device == "cpu" and _unequal(block):
        attention = 4 * (block.query + block.key_value + model.heads * setting.tokens) + setting.width * block.output
    if any(m.name == "qkv_proj" for m in block.modules):  # the values are a view of all three
        attention += setting.width * (block.query + block.key_value // 2)
    down = [m for m in block.modules if m.name.endswith("down_proj") and m.kind == "linear"]
    mlp = 3 * setting.width * sum(m.inputs for m in down)
    return (
        attention
        + mlp
        + _kept_norms(block)
        + _kept_inputs(model, block, setting)
        + _kept_experts(model, block, setting)
    )


def _kept_attention(model: Architecture, block: Block, setting: Setting) -> int:
    """Bytes a token of what a layer's attention kernel gives; 0 where there is no kernel."""
    plain = model.model_type in EAGER or (setting.device == "cpu" and _unequal(block))
    return 0 if plain else setting.width * block.output + 4 * model.heads


def _unequal(block: Block) -> bool:
    """Whether values are narrower than keys, as in latent attention: a CPU has no kernel for that, and computes it product by
    product in fp32, queries, keys, values and scores."""
    return block.query != block.output


def merged_experts(model: Architecture, block: Block, setting: Setting) -> int:
    """Bytes of one layer's experts with their delta added, which PEFT makes in the forward pass."""
    return sum(setting.width * m.parameters for m in block.of("experts") if ranks(model, m, setting.targets))


def _widest(model: Architecture, block: Block, setting: Setting) -> int:
    """Bytes a token of the gradients that stand at once while a layer is gone back: of the gated product, gate, up and
    the hidden vector, or of query, keys, values and output."""
    inner = max((m.inputs * m.active for m in block.modules if m.name.endswith("down_proj")), default=0)
    attention = block.query + block.key_value + block.output
    found = setting.width * (max(3 * inner, attention) + 2 * model.hidden)
    if model.model_type in EAGER:
        return found + setting.width * model.heads * setting.tokens
    return found + (8 * model.heads * setting.tokens if setting.device == "cpu" and _unequal(block) else 0)


def _head(model: Architecture, setting: Setting) -> int:
    """Bytes of the loss. GPU: TRL's tiles, and the gradient of the last hidden vector in fp32. CPU: log-probabilities,
    their gradient and that of the logits, 4 bytes each, of every token (fewer carry loss)."""
    norm = (4 + setting.width) * model.hidden * setting.tokens
    if setting.device != "cuda":
        return norm + 12 * model.vocabulary * setting.tokens
    tile = min(setting.tokens, TILE_TOKENS) * TILE_VOCABULARY * setting.width
    return norm + tile + 4 * model.hidden * setting.tokens


def estimate(model: Architecture, setting: Setting) -> dict[str, int]:
    """Bytes by part on one device. Not their sum, but `peak` of them is what must fit."""
    trained = adapter_parameters(model, setting.rank, setting.targets)
    layers = [(block.count, kept(model, block, setting), block) for block in model.blocks]
    tokens, worst = setting.tokens, max(size for _, size, _ in layers)
    merged = [(block.count, merged_experts(model, block, setting)) for block in model.blocks]
    again = 0
    if setting.checkpointing != "none":
        activations = tokens * setting.width * model.hidden * model.layers
        if setting.checkpointing == "selective":
            activations += tokens * sum(block.count * _kept_attention(model, block, setting) for block in model.blocks)
        again = tokens * worst + max(size for _, size in merged)
    else:
        activations = sum(count * tokens * size for count, size, _ in layers)
        activations += sum(count * size for count, size in merged)
    copies = trained * 2 if setting.dtype == "bfloat16" else 0  # autocast's, kept until the backward pass is over
    update = trained * 4 if setting.device == "cuda" else 0  # one fp32 value, all tensors at once
    parts = {name: size // setting.shards for name, size in base_bytes(model, setting).items()}
    if setting.shards > 1:
        parts["gathered layers"] = _gathered(model, setting)
    parts |= {
        "adapter": trained * ADAPTER_BYTES,
        "gradients": trained * ADAPTER_BYTES,
        "optimizer": trained * OPTIMIZER_BYTES[setting.optimizer],
        "runtime": RUNTIME_BYTES[setting.device],
        "activations": activations + copies,
        "layer computed again": again,
        "loss head": _head(model, setting),
        "backward": tokens * max(_widest(model, b, setting) for b in model.blocks) + 2 * max(m for _, m in merged),
        "update": update,
    }
    if setting.row_tokens:
        batch = max(EVALUATION_TOKENS, setting.row_tokens)
        parts["evaluation"] = batch * model.vocabulary * (setting.width + 8)
    if setting.answer_tokens:
        cache = sum(block.count * block.cache for block in model.blocks) * setting.width
        parts["answers"] = ANSWERS * setting.answer_tokens * cache
    parts["slack"] = round(SLACK[setting.device] * (peak(parts, setting) - parts["runtime"]))
    return parts


def _gathered(model: Architecture, setting: Setting) -> int:
    """FSDP2 holds two layers whole at a time, and what is in no layer (weights, in bytes)."""

    def size(modules: tuple[Module, ...]) -> int:
        one = Architecture("", 0, 0, 0, False, (), modules)
        return sum(base_bytes(one, setting).values())

    return 2 * max(size(block.modules) for block in model.blocks) + size(model.outer)


def moments(parts: dict[str, int], setting: Setting) -> dict[str, int]:
    """Bytes at each moment of a step, and of what comes after it, from the parts of `estimate`."""
    always = ("base", "base (nf4)", "gathered layers", "adapter", "optimizer", "runtime", "slack")
    resident = sum(parts.get(name, 0) for name in always)
    between = parts["gradients"] if setting.accumulates else 0
    back = parts["gradients"] if setting.accumulates or setting.checkpointing != "none" else 0
    found = {
        "forward": resident + between + parts["activations"] + parts["loss head"],
        "backward": resident + back + parts["activations"] + parts["layer computed again"] + parts["backward"],
        "optimizer": resident + parts["gradients"] + parts["update"],
    }
    return found | {
        name: resident - parts["optimizer"] + parts[name] for name in ("evaluation", "answers") if name in parts
    }


def peak(parts: dict[str, int], setting: Setting) -> int:
    """The largest of `moments`."""
    return max(moments(parts, setting).values())
