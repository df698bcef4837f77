"""Bases whose weights are stored quantized: MXFP4 is turned into what can be trained, other forms are refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
from conftest import write_recipe
from families import FAMILIES, edit_config, store_mxfp4, write_base

from tune import base as base_stage
from tune import models, pipeline
from tune.errors import BaseModelError
from tune.recipe import load
from tune.records import BaseRecord, Made

MADE = Made(inputs="0" * 64, tune="0", at="2026-11-22T12:00:00+00:00", seconds=0.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A gpt-oss stored in MXFP4, and the values of its experts."""
    place = write_base(tmp_path_factory.mktemp("bases") / "gpt-oss", FAMILIES["gpt-oss"])
    return place, store_mxfp4(place)


@pytest.mark.parametrize("dtype", ["bfloat16", "float32"])
def test_mxfp4_is_loaded_to_be_trained(folder: tuple[Path, dict[str, Any]], dtype: str) -> None:
    """Every parameter has the compute type, experts the values that four bits and a power of two stand for, and the record
    counts the parameters that are loaded."""
    place, values = folder
    record = BaseRecord(
        made=MADE,
        kind="folder",
        model="gpt-oss",
        repo=None,
        commit=None,
        quantize="none",
        **base_stage.inspect(place, "gpt-oss"),
    )
    loaded = models.load_base(record, models.find_device().model_copy(update={"kind": "cpu"}), dtype)
    parameters = dict(loaded.named_parameters())
    assert {p.dtype for p in parameters.values()} == {models.torch_dtype(dtype)}
    assert len(values) == 4
    assert all(torch.equal(parameters[name].float(), value) for name, value in values.items())
    assert record.parameters == sum(math.prod(p.shape) for p in parameters.values())
    assert record.dtype == "BF16"


def test_nf4_on_top_of_mxfp4_is_refused(folder: tuple[Path, dict[str, Any]], project: Path) -> None:
    """transformers would stop with a word about its classes; the base stage says what to set."""
    recipe = write_recipe(project / "recipe.yaml", folder[0], base={"quantize": "nf4"})
    with pytest.raises(BaseModelError, match=r"is stored in MXFP4, which .* set base.quantize: none"):
        pipeline.base_stage(pipeline.prepare(load(recipe), project / "runs"))


def test_what_cannot_be_merged_is_said_at_once(folder: tuple[Path, dict[str, Any]], project: Path) -> None:
    """Adapted experts go into MXFP4 in memory only: known before anything is trained, not after hours."""
    adapter = {"rank": 4, "targets": ["all-linear", "experts"]}
    recipe = write_recipe(project / "recipe.yaml", folder[0], train={"adapter": adapter}, export={"merge": True})
    with pytest.raises(BaseModelError, match=r"export.in_memory: .* set export.in_memory: true, which holds the whole"):
        pipeline.base_stage(pipeline.prepare(load(recipe), project / "runs"))


@pytest.mark.parametrize(
    ("method", "way_out"),
    [("fp8", "inference/fp8_cast_bf16.py"), ("bitsandbytes", "set base.quantize: nf4"), ("gptq", "was made from")],
)
def test_other_forms_are_refused(
    folder: tuple[Path, dict[str, Any]], tmp_path: Path, method: str, way_out: str
) -> None:
    """Weights in FP8, in bitsandbytes' form and in others are refused before anything is loaded, with a way out."""
    for path in folder[0].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    edit_config(tmp_path, quantization_config={"quant_method": method})
    with pytest.raises(BaseModelError, match=rf"stored quantized \({method}\).*{way_out}"):
        base_stage.inspect(tmp_path, "quantized")
