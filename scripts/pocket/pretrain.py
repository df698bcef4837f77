"""Pretrain the pocket model: a Llama of 7.9 M parameters, in a bare PyTorch loop that takes two CPU cores under an hour.

The order of the run: render and encode the corpus, pack it into blocks, train, write the model folder and a record. The
parameters live in a `LlamaForCausalLM`, and the forward pass here is written out for speed (compiled layers, attention in
query chunks, cross-entropy in row chunks that never keeps the logits); at the end the saved folder is loaded by transformers
and must give the same held-out loss.

Blocks attend across document borders; every document begins with ``<s>`` and ends with ``<|end|>``. Matrices inside the
layers are trained with Muon, embeddings and norms with AdamW. Masters, gradients and optimizer states are fp32, products bf16.

Written to the work folder:
    blocks.npy      int32 [blocks, block_tokens + 1]; a block's last id is the first id of the next one
    order.npy       int32 [steps, batch_blocks]; the rows of blocks.npy that each optimizer step consumed
    checkpoint.pt   the latest state, replaced every few minutes; removed when the run is complete
    pretrain.json   the record: losses, tokens, seconds, settings, versions
"""

from __future__ import annotations

import argparse
import ctypes
import dataclasses
import json
import math
import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import tokenizers
import torch
import transformers
from torch import Tensor
from torch.nn import functional
from transformers import AutoTokenizer, GenerationConfig, LlamaConfig, LlamaForCausalLM

from scripts.pocket.tokenizer import BOS, CONTEXT_TOKENS, END, save_tokenizer

DEFAULT_TOKENS = 13_000_000
CHECKPOINT_SECONDS = 180.0
HELDOUT_BLOCKS = 192


@dataclasses.dataclass(frozen=True)
class Settings:
    """Everything that decides the trained weights besides the corpus, the tokenizer and the machine's arithmetic."""

    tokens: int = DEFAULT_TOKENS
    """Token budget, rounded down to whole optimizer steps."""
    hidden: int = 384
    layers: int = 4
    heads: int = 6
    kv_heads: int = 2
    intermediate: int = 1024
    block_tokens: int = 512
    """Predictions a block; the trained context length."""
    batch_blocks: int = 8
    """Blocks an optimizer step."""
    optimizer: str = "muon"
    """muon (AdamW for embeddings and norms) or adamw (for everything)."""
    matrix_lr: float = 0.02
    """Peak learning rate of the matrices inside the layers."""
    other_lr: float = 0.004
    """Peak learning rate of embeddings and norms."""
    weight_decay: float = 0.01
    warmup_fraction: float = 0.02
    """Part of the steps with a rising learning rate; after it the rate falls linearly to zero."""
    seed: int = 0

    @property
    def steps(self) -> int:
        """Optimizer steps; ValueError when the budget holds none."""
        steps = self.tokens // (self.block_tokens * self.batch_blocks)
        if steps < 1:
            raise ValueError(
                f"{self.tokens} tokens are fewer than one step of {self.block_tokens * self.batch_blocks}."
            )
        return steps


# --- data -------------------------------------------------------------------------------------------------------------


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSONL file, blank lines left out."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def encode_documents(path: Path, tokenizer: Any) -> tuple[list[np.ndarray], int]:
    """The ids of every row, ``<s>`` first and ``<|end|>`` last, and the UTF-8 bytes of all their contents."""
    texts: list[str] = []
    content_bytes = 0
    for row in read_rows(path):
        if "text" in row:
            content_bytes += len(row["text"].encode())
            texts.append(BOS + row["text"] + END)
        else:
            content_bytes += sum(len(message["content"].encode()) for message in row["messages"])
            texts.append(tokenizer.apply_chat_template(row["messages"], tokenize=False))
    documents: list[np.ndarray] = []
    for first in range(0, len(texts), 2000):
        encodings = tokenizer.backend_tokenizer.encode_batch_fast(texts[first : first + 2000], add_special_tokens=False)
        documents.extend(np.asarray(encoding.ids, dtype=np.int32) for encoding in encodings)
    return documents, content_bytes


def pack_blocks(documents: list[np.ndarray], block_tokens: int, seed: int | None) -> np.ndarray:
    """Join the documents (shuffled when `seed` is given) and cut them: int32 [blocks, block_tokens + 1].

    Neighbouring blocks share one id, so every id but the very first is predicted once; the rest that fills no block is
    dropped. ValueError when there is not one whole block.
    """
    ranks = np.arange(len(documents)) if seed is None else np.random.default_rng(seed).permutation(len(documents))
    stream = np.concatenate([documents[rank] for rank in ranks]) if documents else np.zeros(0, dtype=np.int32)
    count = (len(stream) - 1) // block_tokens
    if count < 1:
        raise ValueError(f"{len(stream)} tokens do not fill one block of {block_tokens}.")
    inputs = stream[: count * block_tokens].reshape(count, block_tokens)
    last = stream[block_tokens : count * block_tokens + 1 : block_tokens]
    return np.concatenate([inputs, last[:, None]], axis=1).astype(np.int32)


def step_order(blocks: int, settings: Settings) -> np.ndarray:
    """The block rows of each step, int32 [steps, batch_blocks]: one seeded permutation of all blocks after another."""
    needed = settings.steps * settings.batch_blocks
    draw = np.random.default_rng(settings.seed + 1)
    passes = [draw.permutation(blocks) for _ in range(math.ceil(needed / blocks))]
    return np.concatenate(passes)[:needed].reshape(settings.steps, settings.batch_blocks).astype(np.int32)


# --- model ------------------------------------------------------------------------------------------------------------


def build_model(settings: Settings, tokenizer: Any) -> LlamaForCausalLM:
    """A fresh fp32 model from the seed; the two projections that write into the residual stream start at zero."""
    torch.manual_seed(settings.seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=settings.hidden,
        intermediate_size=settings.intermediate,
        num_hidden_layers=settings.layers,
        num_attention_heads=settings.heads,
        num_key_value_heads=settings.kv_heads,
        max_position_embeddings=CONTEXT_TOKENS,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        attention_bias=False,
        initializer_range=0.02,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        dtype="float32",
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
    return model


def rms_norm(x: Tensor, weight: Tensor) -> Tensor:
    """Llama's norm over the last axis, computed in fp32 and returned in the dtype of `x`."""
    wide = x.float()
    return weight * (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding of x [batch, tokens, heads, width]; cos and sin are fp32 [tokens, 1, width / 2]."""
    left, right = x.chunk(2, -1)
    return torch.cat((left * cos - right * sin, right * cos + left * sin), -1).to(x.dtype)


def causal_attention(q: Tensor, k: Tensor, v: Tensor, chunk: int) -> Tensor:
    """Grouped causal attention, [batch, tokens, heads, width] in and [batch, tokens, heads * width] out.

    Queries go in chunks that see only the keys up to their end. Compiled, this is faster on a CPU than the fused kernel,
    whose backward pass makes no use of the matrix units.
    """
    batch, tokens, heads, width = q.shape
    groups = k.shape[2]
    share = heads // groups
    q = q.view(batch, tokens, groups, share, width).permute(0, 2, 3, 1, 4)
    k = k.transpose(1, 2).reshape(batch * groups, tokens, width)
    v = v.transpose(1, 2).reshape(batch * groups, tokens, width)
    place = torch.arange(tokens, device=q.device)
    parts = []
    for first in range(0, tokens, chunk):
        end = min(first + chunk, tokens)
        size = end - first
        some = q[:, :, :, first:end].reshape(batch * groups, share * size, width)
        scores = torch.bmm(some, k[:, :end].transpose(1, 2)).view(batch, groups, share, size, end).float()
        scores = torch.where(place[first:end, None] >= place[None, :end], scores * width**-0.5, float("-inf"))
        weights = torch.exp(scores - scores.amax(-1, keepdim=True).detach())
        weights = (weights / weights.sum(-1, keepdim=True)).to(q.dtype).view(batch * groups, share * size, end)
        parts.append(torch.bmm(weights, v[:, :end]).view(batch, groups, share, size, width))
    return torch.cat(parts, 3).permute(0, 3, 1, 2, 4).reshape(batch, tokens, heads * width)


def layer_forward(x: Tensor, cos: Tensor, sin: Tensor, heads: int, kv_heads: int, weights: list[Tensor]) -> Tensor:
    """One Llama layer on x [batch, tokens, hidden]; `weights` in the order of `layer_weights`."""
    norm1, q_w, k_w, v_w, o_w, norm2, gate_w, up_w, down_w = weights
    batch, tokens, _ = x.shape
    mixed = functional.linear(rms_norm(x, norm1), torch.cat((q_w, k_w, v_w)))
    q, k, v = torch.split(mixed.view(batch, tokens, heads + 2 * kv_heads, -1), [heads, kv_heads, kv_heads], 2)
    x = x + functional.linear(causal_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, 128), o_w)
    gate, up = functional.linear(rms_norm(x, norm2), torch.cat((gate_w, up_w))).chunk(2, -1)
    return x + functional.linear(functional.silu(gate) * up, down_w)


def layer_weights(layer: Any) -> list[Tensor]:
    """The nine parameters of a transformers Llama layer, norms before the projections they feed."""
    a, m = layer.self_attn, layer.mlp
    return [
        layer.input_layernorm.weight,
        a.q_proj.weight,
        a.k_proj.weight,
        a.v_proj.weight,
        a.o_proj.weight,
        layer.post_attention_layernorm.weight,
        m.gate_proj.weight,
        m.up_proj.weight,
        m.down_proj.weight,
    ]


def chunk_loss(hidden: Tensor, table: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """Summed cross-entropy of some rows, and its gradient with respect to their logits in the dtype of `hidden`."""
    logits = functional.linear(hidden, table).float()
    log_sum = torch.logsumexp(logits, -1)
    loss = (log_sum - logits.gather(1, targets[:, None])[:, 0]).sum()
    chance = torch.exp(logits - log_sum[:, None])
    hit = torch.arange(table.shape[0], device=table.device) == targets[:, None]
    return loss, torch.where(hit, chance - 1, chance).to(hidden.dtype)


class HeadLoss(torch.autograd.Function):
    """Mean cross-entropy through the output table. Gradients are made going forward, so no logits are kept."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, table: Tensor, targets: Tensor, chunk_fn: Callable[..., Any]) -> Tensor:
        """Rows of `hidden` [n, hidden] against `targets` [n], 512 rows at a time; a scalar in fp32."""
        count = hidden.shape[0]
        hidden_grad = torch.empty_like(hidden)
        table_grad = torch.zeros_like(table, dtype=torch.float32)
        total = torch.zeros((), device=hidden.device)
        for first in range(0, count, 512):
            rows = slice(first, first + 512)
            loss, logit_grad = chunk_fn(hidden[rows], table, targets[rows])
            total += loss
            hidden_grad[rows] = logit_grad @ table
            table_grad += logit_grad.t() @ hidden[rows]
        ctx.save_for_backward(hidden_grad, table_grad)
        return total / count

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None, None]:
        """Scale the gradients kept from the forward pass."""
        hidden_grad, table_grad = ctx.saved_tensors
        scale = grad / hidden_grad.shape[0]
        return hidden_grad * scale, (table_grad * scale).to(hidden_grad.dtype), None, None


class Trainee:
    """The model's parameters with the fast forward pass over them."""

    def __init__(self, model: LlamaForCausalLM, compiled: bool) -> None:
        self.model = model
        self.heads, self.kv_heads = model.config.num_attention_heads, model.config.num_key_value_heads
        self.width = model.config.hidden_size // self.heads
        self.layer_fn: Callable[..., Tensor] = (
            torch.compile(layer_forward, dynamic=False) if compiled else layer_forward
        )
        self.chunk_fn: Callable[..., Any] = torch.compile(chunk_loss) if compiled else chunk_loss

    def loss(self, blocks: Tensor) -> Tensor:
        """Mean cross-entropy, in nats a token, of int64 blocks [batch, tokens + 1]."""
        table = self.model.model.embed_tokens.weight.bfloat16()
        inputs, targets = blocks[:, :-1], blocks[:, 1:]
        steps = torch.arange(0, self.width, 2, device=blocks.device, dtype=torch.float32) / self.width
        angles = torch.arange(inputs.shape[1], device=blocks.device)[:, None] * 10000.0**-steps
        cos, sin = angles.cos()[:, None], angles.sin()[:, None]
        x = functional.embedding(inputs, table)
        for layer in self.model.model.layers:
            weights = [weight.bfloat16() for weight in layer_weights(layer)]
            x = self.layer_fn(x, cos, sin, self.heads, self.kv_heads, weights)
        x = rms_norm(x, self.model.model.norm.weight.bfloat16())
        loss: Tensor = HeadLoss.apply(  # type: ignore[no-untyped-call]  # torch leaves apply untyped
            x.reshape(-1, x.shape[-1]), table, targets.reshape(-1), self.chunk_fn
        )
        return loss


def compiler_works() -> bool:
    """Whether torch.compile can build and run a kernel here; says so when it cannot."""
    try:
        torch.compile(lambda x: torch.exp(x) + 1)(torch.ones(8))
    except Exception as error:  # noqa: BLE001  (a missing compiler shows as many different errors)
        print(f"no working compiler ({type(error).__name__}): training without torch.compile, about half as fast")
        return False
    return True


# --- training ---------------------------------------------------------------------------------------------------------


def make_optimizers(model: LlamaForCausalLM, settings: Settings) -> list[torch.optim.Optimizer]:
    """Matrices inside the layers first, embeddings and norms second."""
    matrices = [p for p in model.model.layers.parameters() if p.ndim == 2]
    chosen = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in chosen]
    first: torch.optim.Optimizer
    if settings.optimizer == "muon":
        first = torch.optim.Muon(matrices, lr=settings.matrix_lr, weight_decay=settings.weight_decay, momentum=0.95)
    else:
        first = torch.optim.AdamW(
            matrices, lr=settings.matrix_lr, betas=(0.9, 0.95), weight_decay=settings.weight_decay, fused=True
        )
    second = torch.optim.AdamW(others, lr=settings.other_lr, betas=(0.9, 0.95), weight_decay=0.0, fused=True)
    return [first, second]


def set_rates(optimizers: list[torch.optim.Optimizer], settings: Settings, step: int) -> None:
    """Learning rates of step `step` (from 0): a linear rise, then a linear fall to zero after the last step."""
    warmup = max(1, round(settings.warmup_fraction * settings.steps))
    scale = min((step + 1) / warmup, (settings.steps - step) / max(1, settings.steps - warmup))
    for optimizer, peak in zip(optimizers, (settings.matrix_lr, settings.other_lr), strict=True):
        for group in optimizer.param_groups:
            group["lr"] = peak * scale


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Replace the checkpoint in one step, so that a crash leaves the old one or the new one, never half of one."""
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def heldout_loss_tokens(blocks: np.ndarray, settings: Settings) -> int:
    """Tokens that `heldout_loss` is the mean over."""
    size = min(settings.batch_blocks, len(blocks))
    return min(len(blocks), HELDOUT_BLOCKS) // size * size * settings.block_tokens


def heldout_loss(trainee: Trainee, blocks: np.ndarray, settings: Settings) -> float:
    """Mean loss in nats a token over whole batches of the first held-out blocks."""
    size = min(settings.batch_blocks, len(blocks))
    device = trainee.model.device
    losses = []
    with torch.no_grad():
        for first in range(0, min(len(blocks), HELDOUT_BLOCKS) - size + 1, size):
            batch = torch.from_numpy(blocks[first : first + size].astype(np.int64)).to(device)
            losses.append(float(trainee.loss(batch)))
    return sum(losses) / len(losses)


@dataclasses.dataclass
class Progress:
    """What a checkpoint carries besides tensors."""

    step: int = 0
    seconds: float = 0.0
    heldout_before: float = float("nan")
    losses: list[float] = dataclasses.field(default_factory=list)
    """Training loss of every step so far, in nats a token."""


def resume(
    path: Path, key: dict[str, Any], trainee: Trainee, optimizers: list[torch.optim.Optimizer]
) -> Progress | None:
    """Load the checkpoint into model and optimizers; None, with a line that says why, when it belongs to another run."""
    if not path.exists():
        return None
    state = torch.load(path, map_location=trainee.model.device, weights_only=True)
    if state["key"] != key:
        print(f"{path} belongs to other settings or another corpus: starting from the beginning")
        return None
    trainee.model.load_state_dict(state["model"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        optimizer.load_state_dict(saved)
    progress = Progress(**state["progress"])
    print(f"resumed after step {progress.step}")
    return progress


def report(progress: Progress, settings: Settings, rate: float) -> None:
    """One progress line; `rate` in tokens a second over the last lines' interval."""
    per_step = settings.block_tokens * settings.batch_blocks
    recent = progress.losses[-20:]
    left = (settings.steps - progress.step) * per_step / rate / 60
    print(
        f"step {progress.step}/{settings.steps}  {progress.step * per_step / 1e6:.2f} M tokens  "
        f"loss {sum(recent) / len(recent):.4f}  {rate:,.0f} tokens/s  {left:.1f} min left",
        flush=True,
    )


def train(
    trainee: Trainee,
    optimizers: list[torch.optim.Optimizer],
    blocks: np.ndarray,
    order: np.ndarray,
    settings: Settings,
    progress: Progress,
    save: Callable[[], None],
) -> None:
    """Run the steps that `progress` has not done yet; calls `save` every few minutes."""
    device = trainee.model.device
    per_step = settings.block_tokens * settings.batch_blocks
    last_save = marked = begun = time.perf_counter()
    before = progress.seconds
    for step in range(progress.step, settings.steps):
        batch = torch.from_numpy(blocks[order[step]].astype(np.int64)).to(device)
        loss = trainee.loss(batch)
        loss.backward()
        set_rates(optimizers, settings, step)
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        value = loss.item()
        if not math.isfinite(value):
            raise FloatingPointError(f"The loss of step {step + 1} is {value}: lower the learning rates.")
        now = time.perf_counter()
        progress.losses.append(value)
        progress.step, progress.seconds = step + 1, before + now - begun
        if progress.step % 20 == 0 or progress.step == settings.steps:
            done = progress.step - max(progress.step - 20, 0) if progress.step % 20 == 0 else progress.step % 20
            report(progress, settings, done * per_step / (now - marked))
            marked = now
        if now - last_save > CHECKPOINT_SECONDS:
            save()
            last_save = time.perf_counter()


# --- output -----------------------------------------------------------------------------------------------------------


def write_model(model: LlamaForCausalLM, tokenizer: Any, out: Path) -> None:
    """Save bf16 weights, config, generation config and tokenizer files; greedy decoding that stops at ``<|end|>``."""
    saved: Any = LlamaForCausalLM(model.config)
    saved.load_state_dict(model.state_dict())
    saved = saved.to(torch.bfloat16)
    saved.config.dtype = torch.bfloat16
    saved.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        do_sample=False,
        max_new_tokens=256,
    )
    saved.save_pretrained(out)
    (out / "model.safetensors").chmod(0o644)  # transformers writes it readable by its owner only
    save_tokenizer(tokenizer, out)


def check_saved(out: Path, trainee: Trainee, blocks: np.ndarray) -> float:
    """Loss of eight held-out blocks by transformers from the saved folder; ValueError when it differs from ours."""
    batch = torch.from_numpy(blocks[:8].astype(np.int64))
    loaded: Any = LlamaForCausalLM.from_pretrained(out, dtype=torch.float32)
    with torch.no_grad():
        logits = loaded(batch[:, :-1]).logits
        theirs = float(functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten()))
        ours = float(trainee.loss(batch.to(trainee.model.device)))
    if abs(theirs - ours) > 0.02:  # bf16 weights and products move the loss by a few thousandths
        raise ValueError(f"transformers computes a loss of {theirs:.4f} from {out}, the training loop {ours:.4f}.")
    return theirs


def versions() -> dict[str, str]:
    """Versions of what takes part in the arithmetic or the files."""
    named = {
        "torch": torch,
        "transformers": transformers,
        "tokenizers": tokenizers,
        "safetensors": safetensors,
        "numpy": np,
    }
    return {"python": platform.python_version()} | {name: str(module.__version__) for name, module in named.items()}


def keep_memory() -> None:
    """Ask glibc to keep freed memory: otherwise every step maps, faults and zeroes its activations again."""
    if sys.platform == "linux" and hasattr(ctypes.CDLL(None), "mallopt"):
        libc = ctypes.CDLL(None)
        libc.mallopt(-4, 0)  # M_MMAP_MAX: never serve a block by its own mapping
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: never give the top of the heap back


def run(settings: Settings, corpus: Path, out: Path, work: Path, fresh: bool) -> dict[str, Any]:
    """The whole pretraining; returns the record that it also writes to ``pretrain.json``."""
    tokenizer = AutoTokenizer.from_pretrained(out)
    begun = time.perf_counter()
    documents, content_bytes = encode_documents(corpus / "train.jsonl", tokenizer)
    blocks = pack_blocks(documents, settings.block_tokens, settings.seed)
    order = step_order(len(blocks), settings)
    held, held_bytes = encode_documents(corpus / "heldout.jsonl", tokenizer)
    held_blocks = pack_blocks(held, settings.block_tokens, None)
    held_tokens = sum(map(len, held))
    work.mkdir(parents=True, exist_ok=True)
    np.save(work / "blocks.npy", blocks)
    np.save(work / "order.npy", order)
    corpus_tokens = sum(map(len, documents))
    print(
        f"{len(documents)} documents, {corpus_tokens / 1e6:.2f} M tokens, {content_bytes / corpus_tokens:.2f} bytes a token, "
        f"{len(blocks)} blocks, {order.size / len(blocks):.2f} passes, encoded in {time.perf_counter() - begun:.1f} s"
    )

    model = build_model(settings, tokenizer).to("cuda" if torch.cuda.is_available() else "cpu")
    trainee = Trainee(model, compiler_works())
    optimizers = make_optimizers(model, settings)
    key = dataclasses.asdict(settings) | {"blocks": len(blocks), "sum": int(blocks.sum(dtype=np.int64))}
    path = work / "checkpoint.pt"
    progress = None if fresh else resume(path, key, trainee, optimizers)
    if progress is None:
        progress = Progress(heldout_before=heldout_loss(trainee, held_blocks, settings))

    def save() -> None:
        save_checkpoint(
            path,
            {
                "key": key,
                "model": model.state_dict(),
                "optimizers": [o.state_dict() for o in optimizers],
                "progress": dataclasses.asdict(progress),
            },
        )

    print(
        f"{model.num_parameters() / 1e6:.2f} M parameters, {settings.steps} steps, "
        f"held-out loss before {progress.heldout_before:.4f}",
        flush=True,
    )
    train(trainee, optimizers, blocks, order, settings, progress, save)
    save()
    after = heldout_loss(trainee, held_blocks, settings)
    write_model(model, tokenizer, out)
    bits = held_tokens / held_bytes / math.log(2)
    record = {
        "tokens": order.size * settings.block_tokens,
        "steps": settings.steps,
        "passes": order.size / len(blocks),
        "corpus_documents": len(documents),
        "corpus_tokens": corpus_tokens,
        "corpus_bytes": content_bytes,
        "train_loss": sum(progress.losses[-50:]) / len(progress.losses[-50:]),
        "heldout_loss_before": progress.heldout_before,
        "heldout_loss": after,
        "heldout_bits_per_byte_before": progress.heldout_before * bits,
        "heldout_bits_per_byte": after * bits,
        "transformers_loss_first_8_blocks": check_saved(out, trainee, held_blocks),
        "train_seconds": progress.seconds,
        "tokens_per_second": order.size * settings.block_tokens / progress.seconds,
        "parameters": model.num_parameters(),
        "weights_bytes": (out / "model.safetensors").stat().st_size,
        "threads": torch.get_num_threads(),
        "device": str(model.device),
        "settings": dataclasses.asdict(settings),
        "versions": versions(),
        "losses": [round(value, 4) for value in progress.losses],
    }
    (work / "pretrain.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    path.unlink()
    return record


def main(arguments: list[str] | None = None) -> None:
    """Command line; every field of `Settings` is an option."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--corpus", type=Path, default=Path("build/pocket/corpus"), help="train.jsonl and heldout.jsonl"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("data/pocket"), help="model folder; holds the tokenizer already"
    )
    parser.add_argument("--work", type=Path, default=Path("build/pocket"), help="blocks, checkpoint and record")
    parser.add_argument("--threads", type=int, default=2, help="CPU threads")
    parser.add_argument("--resume", action=argparse.BooleanOptionalAction, default=True, help="go on from a checkpoint")
    for field in dataclasses.fields(Settings):
        option = "--" + field.name.replace("_", "-")
        parser.add_argument(option, type=type(field.default), default=field.default, dest=field.name)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    keep_memory()
    settings = Settings(**{field.name: getattr(options, field.name) for field in dataclasses.fields(Settings)})
    record = run(settings, options.corpus, options.out, options.work, not options.resume)
    print(
        f"held-out loss {record['heldout_loss_before']:.4f} -> {record['heldout_loss']:.4f} nats a token, "
        f"{record['heldout_bits_per_byte']:.3f} bits a byte, {record['train_seconds'] / 60:.1f} min, written to {options.out}"
    )


if __name__ == "__main__":
    main()
