"""The base stage: what a folder says of itself, and clear words for folders that cannot be used."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from tune import models, pipeline
from tune.base import base, inspect
from tune.cli import main
from tune.errors import BaseModelError
from tune.licenses import HUB_LICENSES, recognize
from tune.recipe import load
from tune.records import BaseRecord, Made


@pytest.fixture
def copy(tiny_base: Path, tmp_path: Path) -> Path:
    """A copy of the tiny base that a test may break."""
    shutil.copytree(tiny_base, tmp_path / "copy")
    return tmp_path / "copy"


def test_parameters_are_counted_from_headers(tiny_base: Path) -> None:
    """The count equals what is stored, tied weights once, without loading them."""
    found = inspect(tiny_base, "tiny")
    assert found["parameters"] == sum(t.numel() for t in load_file(tiny_base / "model.safetensors").values())
    assert found["dtype"] == "F32"
    assert found["shapes"].tied_embeddings is True
    assert found["stop_token_ids"] == (2,)
    assert found["pad_token_id"] == 3
    assert found["template_marks"] is True


def shorten(path: Path) -> None:
    """Cuts the last bytes off a file."""
    path.write_bytes(path.read_bytes()[:-10])


def pickle_only(folder: Path) -> None:
    """Weights that could run code."""
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def edit(folder: Path, name: str, **changes: object) -> None:
    """Changes keys of a JSON file; None removes one."""
    content = json.loads((folder / name).read_text())
    content.update(changes)
    (folder / name).write_text(json.dumps({k: v for k, v in content.items() if v is not None}))


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (
            lambda f: (f / "config.json").unlink(),
            "base.model: b: has no config.json. give the folder of a whole model, as save_pretrained writes it",
        ),
        (
            lambda f: (f / "config.json").write_text("{"),
            "base.model: b: config.json cannot be read as JSON. download or copy it again",
        ),
        (
            lambda f: (f / "config.json").write_text("[]"),
            "base.model: b: config.json is not a JSON object. download or copy it again",
        ),
        (
            lambda f: (f / "tokenizer.json").unlink(),
            "base.model: b: has no tokenizer.json. use a base with a fast tokenizer, or save one with AutoTokenizer.from_pretrained(...).save_pretrained(...)",
        ),
        (
            pickle_only,
            "base.model: b: only pickled weights (pytorch_model.bin), which can run code when loaded: no *.safetensors file. use a base that has safetensors, or convert it with its publisher's tool",
        ),
        (
            lambda f: (f / "model.safetensors").unlink(),
            "base.model: b: no weights: no *.safetensors file. use a base that has safetensors, or convert it with its publisher's tool",
        ),
        (
            lambda f: (f / "model.safetensors").write_bytes(b"nothing"),
            "base.model: b: model.safetensors is not a safetensors file, or is damaged. download or copy it again",
        ),
        (
            lambda f: (f / "model.safetensors.index.json").write_text(
                '{"weight_map": {"a": "model-2.safetensors", "b": "model.safetensors"}}'
            ),
            "base.model: b: 1 of 2 weight files are missing, e.g. model-2.safetensors. download the base again",
        ),
        (
            lambda f: edit(f, "config.json", num_attention_heads=None),
            "base.model: b: config.json of copy has no 'num_attention_heads'. only decoder language models can be adapted",
        ),
    ],
)
def test_folders_that_cannot_be_used(copy: Path, harm: Callable[[Path], None], message: str) -> None:
    """Every fault has its exact words and no traceback."""
    harm(copy)
    with pytest.raises(BaseModelError) as refused:
        inspect(copy, "b")
    assert str(refused.value) == message


def test_shortened_weights_are_noticed(copy: Path) -> None:
    """A copy that broke off: both sizes are named."""
    whole = (copy / "model.safetensors").stat().st_size
    shorten(copy / "model.safetensors")
    with pytest.raises(BaseModelError, match=f"model.safetensors has {whole - 10} bytes and should have {whole}"):
        inspect(copy, "b")


@pytest.mark.parametrize("quantize", ["none", "nf4"])
def test_a_base_that_lacks_a_parameter_is_not_trained(copy: Path, quantize: str) -> None:
    """transformers would fill it with random numbers, and the adapter would learn on those."""
    tensors = load_file(copy / "model.safetensors")
    del tensors["model.layers.0.mlp.up_proj.weight"]
    save_file(tensors, copy / "model.safetensors", metadata={"format": "pt"})
    made = Made(inputs="0" * 64, tune="0", at="", seconds=0.0)
    about = {"kind": "folder", "model": "b", "repo": None, "commit": None, "quantize": quantize}
    record = BaseRecord(made=made, **about, **inspect(copy, "b"))
    with pytest.raises(BaseModelError, match=r"b: its files lack 1 of its parameters, e.g. model.layers.0.mlp.up_proj"):
        models.load_base(record, models.find_device(), "float32")


def test_a_base_without_a_stop_token(copy: Path) -> None:
    """Without a stop token nothing could learn to stop."""
    edit(copy, "config.json", eos_token_id=None)
    edit(copy, "generation_config.json", eos_token_id=None)
    edit(copy, "tokenizer_config.json", eos_token=None)
    with pytest.raises(BaseModelError, match="names no stop token"):
        inspect(copy, "b")


def test_pad_is_never_a_stop_token(copy: Path) -> None:
    """pad = eos is the classic way to a model that never stops: another pad is taken."""
    edit(copy, "tokenizer_config.json", pad_token="<|end|>")
    edit(copy, "config.json", pad_token_id=2)
    found = inspect(copy, "b")
    assert found["pad_token_id"] not in found["stop_token_ids"]


def test_pad_where_the_lowest_ids_stop(copy: Path) -> None:
    """Ids 0 and 1 are stop tokens, and there is no pad, unknown or first token: the smallest id that is no stop."""
    edit(copy, "tokenizer_config.json", pad_token=None, unk_token=None, bos_token=None)
    edit(copy, "config.json", pad_token_id=None, eos_token_id=[1, 0])
    edit(copy, "generation_config.json", eos_token_id=[0, 1])
    edit(copy, "tokenizer_config.json", eos_token=None)
    found = inspect(copy, "b")
    assert (found["stop_token_ids"], found["pad_token_id"]) == ((0, 1), 2)


def test_license_is_shown_as_found(copy: Path) -> None:
    """The tag of the card and the words of the license file, each for itself; nothing is guessed."""
    assert inspect(copy, "b")["license"].model_dump() == {
        "tag": None,
        "file": None,
        "file_sha256": None,
        "file_says": None,
    }
    (copy / "README.md").write_text("---\nlicense: mit\n---\n# b\n")
    (copy / "LICENSE").write_text("Apache License\n  Version 2.0, January 2004\n")
    found = inspect(copy, "b")["license"]
    assert (found.tag, found.file, found.file_says) == ("mit", "LICENSE", "apache-2.0")
    (copy / "LICENSE").write_text("You may look but not touch.")
    assert inspect(copy, "b")["license"].file_says is None


def test_known_license_texts_are_hub_identifiers() -> None:
    """What a license file is recognized as can stand on a card."""
    assert recognize("META LLAMA 3 COMMUNITY LICENSE AGREEMENT") == "llama3"
    assert recognize("LLAMA 3.1 COMMUNITY LICENSE AGREEMENT") == "llama3.1"
    assert recognize("Creative Commons Attribution 4.0 International") == "cc-by-4.0"
    assert recognize("") is None
    assert {"apache-2.0", "llama3.3", "gemma", "unknown", "other"} <= HUB_LICENSES
    assert len(HUB_LICENSES) >= 80


def test_offline_without_a_revision_is_refused(
    recipe: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A Hub id, no network: said in words with the way out, exit 2."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    path = recipe(base={"model": "Qwen/Qwen3-0.6B"})
    assert main(["check", str(path)]) == 2
    said = capsys.readouterr().err
    assert "base.model: Qwen/Qwen3-0.6B: offline, and no revision is given" in said
    assert "Traceback" not in said


def test_a_second_run_takes_the_record_of_the_first(recipe: Callable[..., Path], project: Path) -> None:
    """Another learning rate makes another directory, which takes base and data from its sibling."""
    first = pipeline.prepare(load(recipe()), project / "runs")
    base(first)
    pipeline.data_stage(first)
    second = pipeline.prepare(load(recipe(train={"learning_rate": 5e-4})), project / "runs")
    assert second.folder != first.folder
    base(second)
    pipeline.data_stage(second)
    assert second.read(BaseRecord) == first.read(BaseRecord)
    assert (second.folder / "data/ledger.json").read_bytes() == (first.folder / "data/ledger.json").read_bytes()
    assert (second.folder / "data/train.arrow").is_file()
