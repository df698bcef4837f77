"""The memory that a merge needs follows from the largest tensor, not from the base."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tiny import SIZES, write_adapter, write_base
from transformers import AutoModelForCausalLM, LlamaConfig

pytestmark = pytest.mark.slow

MERGE_TWO = """
import resource, sys
from pathlib import Path
from tune.export.merge import merge

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

small, small_adapter, large, large_adapter, to = map(Path, sys.argv[1:])
merge(small, small_adapter, to / "small", "small")
before = peak()  # interpreter and libraries
merge(large, large_adapter, to / "large", "large")
print(peak() - before)
"""


def test_the_model_is_never_held(tmp_path: Path) -> None:
    """A base of 0.6 GB in fp32 whose largest tensor has 16 MiB is merged in less than a fifth of its size: four times the
    tensor, the adapter (5 MiB), and what the allocator keeps."""
    small = write_base(tmp_path / "small", "llama")
    large = tmp_path / "large"
    shape = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 10, "num_attention_heads": 8}
    model = AutoModelForCausalLM.from_config(LlamaConfig(**(SIZES | shape)))
    model.save_pretrained(large, max_shard_size="200MB")
    size = sum(path.stat().st_size for path in large.glob("*.safetensors"))
    largest = 4 * 1024 * 4096
    adapters = [
        write_adapter(tmp_path / f"adapter-{base.name}", base, torch.float32, target_modules="all-linear")
        for base in (small, large)
    ]
    command = [sys.executable, "-c", MERGE_TWO, small, adapters[0], large, adapters[1], tmp_path / "merged"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert size > 500e6
    assert int(done.stdout) < 4 * largest + 40e6 < size / 5
