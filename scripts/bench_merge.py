"""Merging beside copying: `python -m scripts.bench_merge [--size-gb 8] [--peft-gb 1.5] [--folder DIR]`.

Writes a base of random bf16 weights in Llama's shapes and an adapter of rank 16 on all its linear layers, copies the
base's files (read, write, fsync) before and after merging them, each in files that the page cache does not hold, and
measures time and peak memory of the merge in a process of its own, imports included. As the merge goes past the page cache,
one copy does so too, for comparison. Then both merges, ours and PEFT's
merge_and_unload with save_pretrained, on a smaller base, and compares every bit. Deletes what it wrote. The last line is
JSON.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

CHUNK, DIRECT_CHUNK = 256 << 10, 16 << 20
ROUNDS = 3
LAYER = {
    "self_attn.q_proj": (4096, 4096),
    "self_attn.k_proj": (1024, 4096),
    "self_attn.v_proj": (1024, 4096),
    "self_attn.o_proj": (4096, 4096),
    "mlp.gate_proj": (14336, 4096),
    "mlp.up_proj": (14336, 4096),
    "mlp.down_proj": (4096, 14336),
}
"""Outputs and inputs of the linear layers of Llama 3 8B."""
RANK = 16
SHARD_LAYERS = 4


def shapes(layers: int, vocabulary: int) -> dict[str, tuple[int, ...]]:
    """Every tensor of the base by name."""
    found: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (vocabulary, 4096)}
    for i in range(layers):
        found |= {f"model.layers.{i}.{name}.weight": shape for name, shape in LAYER.items()}
        found |= {f"model.layers.{i}.{n}_layernorm.weight": (4096,) for n in ("input", "post_attention")}
    return found | {"model.norm.weight": (4096,), "lm_head.weight": (vocabulary, 4096)}


def write_base(folder: Path, size_gb: float, vocabulary: int) -> int:
    """Writes a base of at least `size_gb` (10**9 bytes); returns its number of layers."""
    import torch
    from safetensors.torch import save_file

    layer = 2 * sum(math.prod(shape) for shape in LAYER.values())
    layers = max(1, math.ceil((size_gb * 1e9 - 4 * vocabulary * 4096) / layer))
    torch.manual_seed(0)
    block = (0.02 * torch.randn(1 << 24)).bfloat16()
    folder.mkdir(parents=True)
    places: dict[str, str] = {}
    for number, names in enumerate(_shards(shapes(layers, vocabulary))):
        name = f"model-{number + 1:05d}.safetensors"
        save_file({n: _filled(block, shape) for n, shape in names.items()}, folder / name, {"format": "pt"})
        places |= dict.fromkeys(names, name)
    index = {"metadata": {}, "weight_map": places}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": 4096,
        "intermediate_size": 14336,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "num_hidden_layers": layers,
        "vocab_size": vocabulary,
        "tie_word_embeddings": False,
        "dtype": "bfloat16",
    }
    (folder / "config.json").write_text(json.dumps(config))
    return layers


def _shards(wanted: dict[str, tuple[int, ...]]) -> Iterator[dict[str, tuple[int, ...]]]:
    """Tensors in groups of a few layers."""
    groups: dict[int, dict[str, tuple[int, ...]]] = {}
    for name, shape in wanted.items():
        number = int(name.split(".")[2]) // SHARD_LAYERS if ".layers." in name else 0
        groups.setdefault(number, {})[name] = shape
    yield from groups.values()


def _filled(block: Any, shape: tuple[int, ...]) -> Any:
    """A tensor of that shape, the block repeated."""
    import torch

    size = math.prod(shape)
    whole = torch.empty(size, dtype=block.dtype)
    for start in range(0, size, len(block)):
        whole[start : start + len(block)] = block[: size - start]
    return whole.reshape(shape)


def write_adapter(folder: Path, layers: int) -> None:
    """A random adapter in PEFT's layout, in fp32."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    torch.manual_seed(1)
    tensors = {}
    for i in range(layers):
        for name, (outputs, inputs) in LAYER.items():
            place = f"base_model.model.model.layers.{i}.{name}"
            tensors[f"{place}.lora_A.weight"] = 0.02 * torch.randn(RANK, inputs)
            tensors[f"{place}.lora_B.weight"] = 0.02 * torch.randn(outputs, RANK)
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": RANK, "lora_alpha": 32}
    config["target_modules"] = sorted(name.rsplit(".", 1)[1] for name in LAYER)
    (folder / "adapter_config.json").write_text(json.dumps(config))


def forget(folder: Path) -> None:
    """Takes the files of a folder out of the page cache, so that they are read from the disk."""
    os.sync()
    for path in folder.iterdir():
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def copy(base: Path, to: Path) -> float:
    """Seconds to copy every file: read, write, fsync."""
    forget(base)
    started = time.monotonic()
    to.mkdir()
    for path in sorted(base.iterdir()):
        with path.open("rb", buffering=0) as source, (to / path.name).open("wb", buffering=0) as target:
            while chunk := source.read(CHUNK):
                target.write(chunk)
            os.fsync(target.fileno())
    seconds = time.monotonic() - started
    shutil.rmtree(to)
    return seconds


def copy_past_cache(base: Path, to: Path) -> float:
    """The same past the page cache, where the system can: one piece is read while the one before it is written."""
    from tune.export.stream import Writer, memory, past_cache, read

    forget(base)
    started = time.monotonic()
    to.mkdir()
    memories = [memory(DIRECT_CHUNK) for _ in range(3)]
    for path in sorted(base.iterdir()):
        with (
            path.open("rb", buffering=0) as source,
            (to / path.name).open("wb") as target,
            ThreadPoolExecutor(1) as thread,
        ):
            past_cache(source)
            writer, size = Writer(target, memories), path.stat().st_size
            writing: Future[None] | None = None
            for number, start in enumerate(range(0, size, DIRECT_CHUNK)):
                piece = read(source, start, min(DIRECT_CHUNK, size - start), memories[number % 3])
                if writing:
                    writing.result()
                writing = thread.submit(writer.write, piece)
            if writing:
                writing.result()
            writer.end()
            os.fsync(target.fileno())
    seconds = time.monotonic() - started
    shutil.rmtree(to)
    return seconds


def in_child(how: str, base: Path, adapter: Path, to: Path) -> tuple[float, int]:
    """(seconds, peak bytes) of one merge in a process of its own."""
    forget(base)
    started = time.monotonic()
    command = [sys.executable, "-m", "scripts.bench_merge", "--child", how, str(base), str(adapter), str(to)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return time.monotonic() - started, int(done.stdout.strip().splitlines()[-1])


def child(how: str, base: Path, adapter: Path, to: Path) -> None:
    """Carries one merge out and prints the peak of the process's resident memory in bytes."""
    if how == "streamed":
        from tune.export.merge import merge

        merge(base, adapter, to, "bench")
    else:
        import torch
        from peft import PeftModel
        from transformers import AutoModelForCausalLM

        model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.bfloat16)
        PeftModel.from_pretrained(model, str(adapter)).merge_and_unload().save_pretrained(to)
    status = Path("/proc/self/status").read_text()
    print(int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024)


def same_bits(left: Path, right: Path) -> bool:
    """Whether two model folders hold the same tensors, bit for bit."""
    import torch

    from tune.export.merge import tensors_of
    from tune.modelfiles import read_headers

    names = tuple(sorted(read_headers(left, "left")))
    if names != tuple(sorted(read_headers(right, "right"))):
        return False
    pairs = zip(tensors_of(left, names), tensors_of(right, names), strict=True)
    return all(torch.equal(a.view(torch.uint8), b.view(torch.uint8)) for (_, a), (_, b) in pairs)


def measure(folder: Path, size_gb: float, peft_gb: float) -> dict[str, Any]:
    """All figures, printed on the way."""
    base, adapter, to = folder / "base", folder / "adapter", folder / "to"
    layers = write_base(base, size_gb, 128256)
    write_adapter(adapter, layers)
    size = sum(path.stat().st_size for path in base.iterdir())
    print(
        f"base: {size / 1e9:.2f} GB in bf16, {layers} layers; adapter: rank {RANK} on all linear layers, fp32",
        flush=True,
    )
    copies, merges, peaks = [copy(base, to)], list[float](), list[int]()
    for _ in range(ROUNDS):
        seconds, peak = in_child("streamed", base, adapter, to)
        shutil.rmtree(to)
        merges.append(seconds)
        peaks.append(peak)
        copies.append(copy(base, to))
        print(
            f"merge: {seconds:.1f} s, peak {peak / 2**30:.2f} GiB; copies beside it: {copies[-2]:.1f} s, {copies[-1]:.1f} s",
            flush=True,
        )
    print(f"a copy past the page cache: {copy_past_cache(base, to):.1f} s")
    shutil.rmtree(base)
    shutil.rmtree(adapter)
    write_adapter(adapter, write_base(base, peft_gb, 16384))
    ours, theirs = in_child("streamed", base, adapter, to), in_child("peft", base, adapter, folder / "peft")
    equal = same_bits(to, folder / "peft")
    for name, (time_taken, most) in {"ours": ours, "PEFT's": theirs}.items():
        print(f"{peft_gb:g} GB, {name}: {time_taken:.1f} s, peak {most / 2**30:.2f} GiB")
    return {
        "ratio_to_copy": round(statistics.median(merges) / statistics.median(copies), 3),
        "peak_bytes": max(peaks),
        "largest_tensor_bytes": 4 * 128256 * 4096,
        "bitwise_equal_to_peft": equal,
    }


def main() -> int:
    """Measures, or carries out one merge as a child of itself."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--size-gb", type=float, default=8.0, help="size of the base beside which copying is measured")
    parser.add_argument("--peft-gb", type=float, default=1.5, help="size of the base that PEFT merges in memory")
    parser.add_argument("--folder", type=Path, help="where to write (default: a temporary folder)")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    parsed = parser.parse_args()
    if parsed.child:
        child(parsed.child[0], *map(Path, parsed.child[1:]))
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-merge-", dir=parsed.folder) as folder:
        print(json.dumps(measure(Path(folder), parsed.size_gb, parsed.peft_gb)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
