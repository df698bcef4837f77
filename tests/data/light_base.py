"""A base without weights worth loading: what the data stage reads of a base, made in milliseconds, without torch."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from conftest import POCKET, ROOT, TOKENIZER_FILES, write_rows

from tune import base as base_stage
from tune.data.encode import Encoder
from tune.data.formats import Sample
from tune.data.messages import Messages
from tune.data.prepare import Prepared, make_setup, prepare
from tune.data.render import Example, Renderer, Rules
from tune.errors import DataError
from tune.jsonl import Broken, read_rows
from tune.models import load_tokenizer
from tune.receipt import IGNORED
from tune.recipe import Recipe
from tune.records import BaseRecord, Made
from tune.template import of_tokenizer

QWEN = ROOT.parent / "shared" / "data" / "tokenizers" / "qwen3"
MADE = Made(inputs="0" * 64, tune="0", at="2026-11-22T12:00:00+00:00", seconds=0.0)


def make_base(folder: Path, tokenizer: Path = POCKET, stops: Any = 2, template: bool = True) -> Path:
    """A folder that `tune.base` accepts: config, a safetensors file of one tiny tensor, and a real tokenizer."""
    folder.mkdir(parents=True)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_size": 8,
        "intermediate_size": 16,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "vocab_size": 4096,
        "eos_token_id": stops,
    }
    (folder / "config.json").write_text(json.dumps(config))
    header = json.dumps({"model.norm.weight": {"dtype": "F32", "shape": [8], "data_offsets": [0, 32]}}).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(32))
    for name in TOKENIZER_FILES:
        if template or name != "chat_template.jinja":
            shutil.copyfile(tokenizer / name, folder / name)
    return folder


def base_record(folder: Path) -> BaseRecord:
    """The record of a base folder, as the base stage writes it."""
    found = base_stage.inspect(folder, folder.name)
    return BaseRecord(made=MADE, kind="folder", model=folder.name, repo=None, commit=None, quantize="none", **found)


class Bench:
    """Rows through the data code on one base."""

    def __init__(self, folder: Path) -> None:
        """`folder` is a base folder."""
        self.base = base_record(folder)
        self.tokenizer = load_tokenizer(self.base)
        self.encoder = Encoder(self.tokenizer.backend_tokenizer)

    def renderer(self, learn_from: str = "assistant", max_tokens: int = 10_000, long: str = "error") -> Renderer:
        """The renderer of a recipe with these settings."""
        template = of_tokenizer(self.tokenizer, None)
        return Renderer(self.encoder, template, self.base.stop_token_ids, Rules(learn_from, max_tokens, long))

    def example(self, messages: Messages, learn_from: str = "assistant", **settings: Any) -> Example | Broken:
        """The one example of a conversation, or why there is none."""
        (found,) = self.renderer(learn_from, **settings).examples([(1, Sample(messages))])
        if isinstance(found, Broken):
            return found
        assert len(found) == 1
        return found[0]

    def prepare(self, folder: Path, train: list[Any], held_out: list[Any] | None = None, **data: Any) -> Prepared:
        """All rows of train.jsonl (and eval.jsonl) in `folder`, prepared with the settings of `data`."""
        sources: dict[str, Any] = {"train": [{"path": "train.jsonl"}]}
        write_rows(folder / "train.jsonl", train)
        if held_out is not None:
            write_rows(folder / "eval.jsonl", held_out)
            sources["eval"] = [{"path": "eval.jsonl"}]
        content = {"recipe": 1, "name": "x", "base": {"model": "m"}, "data": {**sources, "max_tokens": 512, **data}}
        return self.prepared(Recipe.model_validate_json(json.dumps(content)), folder)

    def prepared(self, recipe: Recipe, root: Path, workers: int | None = None) -> Prepared:
        """All rows of a recipe whose paths are read from `root`."""
        setup = make_setup(self.tokenizer, self.base, recipe.data, root)
        with TemporaryDirectory() as folder:  # the tokens stay readable while they are mapped
            return prepare(recipe, setup, Path(folder), workers)

    def complaints(self, folder: Path, train: list[Any], held_out: list[Any] | None = None, **data: Any) -> list[str]:
        """The lines of the DataError that preparing raises."""
        with pytest.raises(DataError) as caught:
            self.prepare(folder, train, held_out, **data)
        return str(caught.value).splitlines()

    def ids(self, messages: list[dict[str, str]], prompt: bool = False) -> list[int]:
        """Token ids of the rendered conversation by transformers' own way."""
        found = self.tokenizer.apply_chat_template(
            messages, add_generation_prompt=prompt, tokenize=True, return_dict=True
        )
        return list(found["input_ids"])

    def expected_labels(self, messages: list[dict[str, str]], learn_from: str) -> list[int]:
        """Labels by a way of its own, on tokens: the ids of a prefix of the conversation, with the words that make the
        assistant speak, must be a prefix of the ids with the answer; what follows, to the last stop, is learned."""
        whole = self.ids(messages)
        if learn_from == "all":
            return [IGNORED, *whole[1:]]
        labels = [IGNORED] * len(whole)
        turns = [i for i, message in enumerate(messages) if message["role"] == "assistant"]
        for i in turns[-1:] if learn_from == "last" else turns:
            before, after = self.ids(messages[:i], prompt=True), self.ids(messages[: i + 1])
            assert after[: len(before)] == before, "the prompt is not a prefix of the prompt with its answer"
            assert whole[: len(after)] == after, "the conversation so far is not a prefix of the conversation"
            end = max(t for t in range(len(after)) if after[t] in self.base.stop_token_ids) + 1
            labels[len(before) : end] = whole[len(before) : end]
        return labels


def broken_rows(path: Path) -> Iterator[Broken]:
    """The lines of a file that are no rows."""
    return (row for row in read_rows(path) if isinstance(row, Broken))
