"""`tune export` on files that were harmed on their way: a sentence with what to do, never a traceback, and nothing is left
that looks whole. Without the proof, which would find most of it later."""

from __future__ import annotations

import json
import resource
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny import write_adapter

from tune import cli
from tune.errors import TuneError
from tune.export import proof
from tune.export.merge import merge
from tune.files import room_on_disk

Q, UP = "model.layers.0.self_attn.q_proj.weight", "model.layers.0.mlp.up_proj.weight"
FACTOR = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
WEIGHTS, CONFIG = "base/model.safetensors", "base/config.json"
ADAPTER, ADAPTER_CONFIG = "adapter/adapter_model.safetensors", "adapter/adapter_config.json"


def header(**changes: Any) -> Callable[[bytes], bytes]:
    """Changes the entry of one tensor in a safetensors header."""

    def harm(content: bytes) -> bytes:
        (length,) = struct.unpack("<Q", content[:8])
        found = json.loads(content[8 : 8 + length])
        found[Q] |= changes
        text = json.dumps(found).encode()
        return struct.pack("<Q", len(text)) + text + content[8 + length :]

    return harm


def settings(**changes: Any) -> Callable[[bytes], bytes]:
    """Changes keys of a JSON object."""
    return lambda content: json.dumps(json.loads(content) | changes).encode()


HARMS: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a base cut short": (WEIGHTS, lambda c: c[:-9], "bytes and should have"),
    "a base with a tail": (WEIGHTS, lambda c: c + b"x", "bytes and should have"),
    "an empty file": (WEIGHTS, lambda _: b"", "is not a safetensors file, or is damaged. download or copy it again"),
    "a type that is none": (WEIGHTS, header(dtype="BF16"), f"its header and the place of {Q} do not agree"),
    "a shape that is none": (WEIGHTS, header(shape=[64, 63]), "do not agree. download or copy it again"),
    "an overlap": (WEIGHTS, header(data_offsets=[0, 64 * 64 * 4]), "do not agree. download or copy it again"),
    "a place before the file": (WEIGHTS, header(data_offsets=[-16384, 0]), "is not a safetensors file, or is damaged"),
    "a header of text": (WEIGHTS, header(shape="ab"), "is not a safetensors file, or is damaged"),
    "other sizes": (
        CONFIG,
        settings(intermediate_size=96),
        "gate_proj.weight has the shape [128, 64], and config.json wants",
    ),
    "one layer more": (
        CONFIG,
        settings(num_hidden_layers=3),
        "its files lack 9 of its parameters, e.g. model.layers.2.",
    ),
    "no heads": (CONFIG, settings(num_attention_heads=0), "num_attention_heads: 0, and it must be a whole number"),
    "heads of text": (CONFIG, settings(num_attention_heads="four"), 'num_attention_heads: "four", and it must be'),
    "a tokenizer that is none": (
        "base/tokenizer.json",
        lambda _: b"{}",
        "tokenizer.json is none that tokenizers reads",
    ),
    "a template that is none": (
        "base/chat_template.jinja",
        lambda _: b"{% for %}",
        "chat template is damaged: it is no Jinja template (line 1",
    ),
    "a template in Latin-1": ("base/chat_template.jinja", lambda _: b"\xe4", "chat_template.jinja is not UTF-8"),
    "an index that is none": (
        "base/model.safetensors.index.json",
        lambda _: b'{"weight_map": []}',
        "has no weight_map",
    ),
    "a missing shard": (
        "base/model.safetensors.index.json",
        lambda _: b'{"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}',
        "1 of 2 weight files are missing, e.g. model-2.safetensors. download the base again",
    ),
    "an adapter cut short": (ADAPTER, lambda c: c[:-9], "bytes and should have"),
    "rank 0": (ADAPTER_CONFIG, settings(r=0), "adapter_config.json: r is 0. copy the adapter again"),
    "a rank of text": (ADAPTER_CONFIG, settings(r="4"), "r is '4'"),
    "no alpha": (ADAPTER_CONFIG, settings(lora_alpha=None), "lora_alpha is None"),
    "an infinite alpha": (ADAPTER_CONFIG, lambda c: c.replace(b'"lora_alpha": 6', b'"lora_alpha": 1e999'), "is inf"),
    "a pattern that is none": (ADAPTER_CONFIG, settings(rank_pattern={"(": 4}), "rank_pattern is {'(': 4}"),
    "another method": (ADAPTER_CONFIG, settings(peft_type="LOHA"), "only LORA is merged tensor by tensor"),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, tiny_base: Path) -> Path:
    """A base and an adapter."""
    folder = tmp_path_factory.mktemp("strange")
    shutil.copytree(tiny_base, folder / "base")
    write_adapter(folder / "adapter", tiny_base)
    return folder


@pytest.fixture
def place(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of them to be harmed, as the working folder."""
    shutil.copytree(sound, tmp_path / "place")
    monkeypatch.chdir(tmp_path / "place")
    return tmp_path / "place"


def export(*more: str, to: str = "new") -> int:
    """Exit code of an export without proof."""
    return cli.main(["export", "adapter", "--base", "base", "--to", to, "--override", "a test", "--no-proof", *more])


def left(place: Path) -> list[str]:
    """What lies there beside base and adapter."""
    return sorted({path.name for path in place.iterdir()} - {"base", "adapter"})


@pytest.mark.parametrize("harm", HARMS)
def test_harmed_files(harm: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Refused by name, with the way out, before anything is written."""
    name, change, words = HARMS[harm]
    path = place / name
    path.write_bytes(change(path.read_bytes() if path.exists() else b""))
    capsys.readouterr()
    assert export() in (1, 2)
    said = capsys.readouterr()
    assert words in said.err
    assert said.out == ""
    assert left(place) == []


def change_tensors(path: Path, change: Callable[[dict[str, torch.Tensor]], Any]) -> None:
    """Changes the tensors of a file."""
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def test_harmed_tensors(place: Path, sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A tensor lost from the base, infinite factors, a name with terminal codes: the same."""
    for path, change, words in (
        (WEIGHTS, lambda t: t.pop(UP), f"its files lack 1 of its parameters, e.g. {UP}. download the base again"),
        (ADAPTER, lambda t: t[FACTOR].fill_(float("inf")), f"{Q} is not finite after merging"),
        (
            ADAPTER,
            lambda t: t.update({"\x1b[31mred": torch.ones(2)}),
            "\\x1b[31mred is changed, and the base has no such",
        ),
    ):
        change_tensors(place / path, change)
        capsys.readouterr()
        assert export() == 2
        assert words in capsys.readouterr().err
        assert left(place) == []
        shutil.copyfile(sound / path, place / path)


def test_a_name_of_any_letters(place: Path) -> None:
    """Spaces, quotes, other alphabets in every path."""
    (place / "base").rename(place / "die  Basis «é»")
    (place / "adapter").rename(place / "адаптер 'x'")
    to = 'mein "Modell" 東京'
    call = ["export", "адаптер 'x'", "--base", "die  Basis «é»", "--to", to, "--override", "a test", "--no-proof"]
    assert cli.main(call) == 0
    assert cli.main(["verify", to, "--base", "die  Basis «é»", "--adapter", "адаптер 'x'"]) == 0
    assert f"# {to}" in (place / to / "README.md").read_text()


def test_a_quota_in_the_middle(sound: Path, tmp_path: Path) -> None:
    """A file that may not grow beyond half of the weights: the error comes through, and no file has its name."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            merge(sound / "base", sound / "adapter", tmp_path / "merged", "tiny")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list((tmp_path / "merged").iterdir()) == []


def test_a_disk_that_is_too_small(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said before the first byte, with both sizes."""
    usage = shutil.disk_usage(place)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    assert export() == 1
    assert "the merged model takes 1.3 MiB, and 1.0 MiB are free" in capsys.readouterr().err
    assert left(place) == []
    room_on_disk(place, 1 << 20, "it")


def test_logits_that_are_none() -> None:
    """Of a broken base or adapter no comparison holds: NaN is not near to anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proof, "fresh", lambda *_: ([torch.tensor([[float("nan"), 1.0]])], {}))
        subject = proof.Subject.__new__(proof.Subject)
        for name in ("base", "adapter", "rows"):
            object.__setattr__(subject, name, type("Any", (), {"folder": "."})())
        with pytest.raises(TuneError, match="not finite"):
            proof.adapter_proof(subject, [torch.tensor([[0.0, 1.0]])], Path())
