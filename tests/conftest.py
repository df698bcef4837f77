"""What the tests share: a tiny base made on the spot, and small recipes over it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import settings

settings.register_profile("tests", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("tests")

ROOT = Path(__file__).resolve().parents[1]
POCKET = ROOT / "data" / "pocket"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")

CHAT = [
    ("When are you open?", "We are open from nine to five."),
    ("Where is the shop?", "The shop is at the harbour."),
    ("Do you sell boots?", "Yes, we sell boots for every season."),
    ("Can I pay by card?", "Yes, you can pay by card."),
]


SOUND = """\
recipe: 1
name: shop
base:
  model: base
data:
  train:
    - path: train.jsonl
  max_tokens: 64
train:
  max_steps: 4
  tokens_per_step: 256
"""
"""A sound recipe of 11 lines, to be changed in one place or lengthened from line 12 on."""


def write_rows(path: Path, rows: list[Any]) -> Path:
    """Writes JSON rows, one a line; a row that is bytes or text is written as it is."""
    lines = [
        row if isinstance(row, bytes) else row.encode() if isinstance(row, str) else json.dumps(row).encode()
        for row in rows
    ]
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def chat_row(question: str, answer: str) -> dict[str, Any]:
    """One question and its answer in the messages format."""
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tune remembers between commands goes into the tests' own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama of 0.3 M parameters with pocket's tokenizer and chat template."""
    sizes = {"vocab_size": 4096, "hidden_size": 64, "intermediate_size": 128, "num_attention_heads": 4}
    return random_llama(tmp_path_factory.mktemp("base") / "tiny", **sizes)


def random_llama(folder: Path, **sizes: int) -> Path:
    """Writes a random Llama of two layers with pocket's tokenizer and chat template."""
    import torch
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        **sizes,
        num_hidden_layers=2,
        num_key_value_heads=2,
        tie_word_embeddings=True,
        max_position_embeddings=512,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=3,
    )
    model = LlamaForCausalLM(config)
    model.generation_config = GenerationConfig(bos_token_id=1, eos_token_id=2, pad_token_id=3)
    model.save_pretrained(folder)
    return copy_tokenizer(folder)


def copy_tokenizer(folder: Path) -> Path:
    """Puts pocket's tokenizer and chat template into a folder, and returns it."""
    for name in TOKENIZER_FILES:
        shutil.copyfile(POCKET / name, folder / name)
    return folder


def fill_project(folder: Path) -> Path:
    """Writes train.jsonl and eval.jsonl into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(folder / "train.jsonl", [chat_row(q, a) for q, a in CHAT * 6])
    write_rows(folder / "eval.jsonl", [chat_row("Is the shop open now?", "We are open from nine to five.")])
    return folder


def write_recipe(path: Path, base: Path, /, **changes: Any) -> Path:
    """Writes a small sound recipe, changed by `section=dict(...)` or `key=value`."""
    content: dict[str, Any] = {
        "recipe": 1,
        "name": "tiny",
        "base": {"model": str(base)},
        "data": {"train": [{"path": "train.jsonl"}], "eval": [{"path": "eval.jsonl"}], "max_tokens": 64},
        "train": {"adapter": {"rank": 4, "alpha": 8}, "max_steps": 4, "tokens_per_step": 256, "learning_rate": 1e-3},
    }
    for key, change in changes.items():
        content[key] = {**content.get(key, {}), **change} if isinstance(change, dict) else change
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own to run commands in, with train.jsonl and eval.jsonl."""
    folder = fill_project(tmp_path / "project")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def recipe(project: Path, tiny_base: Path) -> Callable[..., Path]:
    """Writes recipe.yaml (see `write_recipe`) into the project and returns its path."""

    def write(name: str = "recipe.yaml", **changes: Any) -> Path:
        return write_recipe(project / name, tiny_base, **changes)

    return write


@pytest.fixture(scope="module")
def one_core() -> Iterator[None]:
    """On one core there is one thread, and no time is lost waiting for others on a busy machine."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    yield
    os.sched_setaffinity(0, cores)
