"""Each family of models through the whole of tune: check, plan, training with a stop, nf4, evaluation, export, merge, card."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import CHAT, chat_row, write_recipe, write_rows
from families import FAMILIES, Family, store_mxfp4, write_base
from whole import folder_of, tune

from tune import check, models, pipeline
from tune.disclose import disclose
from tune.evaluate import evaluate
from tune.export import export
from tune.files import read_jsonl
from tune.plan import plan
from tune.recipe import load
from tune.records import Evaluation, ExportRecord, Plan, TrainRecord
from tune.run import Run
from tune.train import probe, worker
from tune.verify import verdict, verify

SAMPLE = ("DeepSeek-V3", "gpt-oss", "Gemma 3")
"""Latent attention with shared experts, sinks with fused experts in another order, windows with tied embeddings."""
PROMPTS = [{"id": "hours", "prompt": "When do you open?", "checks": [{"not_contains": "qqq"}]}]
ADAPTER = "adapter/adapter_model.safetensors"

pytestmark = [
    pytest.mark.usefixtures("one_core"),
    # PEFT looks for the ranks of fused experts among the names of modules, does not find them, and warns in vain.
    pytest.mark.filterwarnings("ignore:The following (rank|alpha)_pattern keys:RuntimeWarning"),
]


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Prints a line whether pytest captures output or not."""

    def write(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{line}")

    return write


def write_project(folder: Path, family: Family, mxfp4: bool = False) -> None:
    """A base of the family, rows and prompts."""
    write_base(folder / "base", family)
    if mxfp4:
        store_mxfp4(folder / "base")
    (folder / "base/README.md").write_text("---\nlicense: apache-2.0\n---\n")
    write_rows(folder / "train.jsonl", [chat_row(f"{q} {i}", a) for i, (q, a) in enumerate(CHAT * 4)])
    write_rows(folder / "eval.jsonl", [chat_row("Is the shop open now?", "We are open from nine to five.")] * 2)
    write_rows(folder / "prompts.jsonl", PROMPTS)


def recipe_of(folder: Path, family: Family, **changes: Any) -> Path:
    """The recipe of a family, which names its experts where it has them."""
    targets = ["all-linear", "experts"] if family.experts else "all-linear"
    sections: dict[str, Any] = {
        "data": {"max_tokens": 512, "date": date(2026, 11, 1)},
        "train": {
            "adapter": {"rank": 4, "alpha": 8, "targets": targets},
            "max_steps": 4,
            "tokens_per_step": 1024,
            "learning_rate": 3e-3,
            "evaluate_every": 2,
        },
        "evaluate": {"prompts": "prompts.jsonl", "max_new_tokens": 4},
        "export": {"merge": True},
        "publish": {"license": "apache-2.0"},
    }
    for section, change in changes.items():
        sections[section] = {**sections.get(section, {}), **change}
    return write_recipe(folder / "recipe.yaml", folder / "base", **sections)


def planned(recipe: Path, runs: Path) -> Run:
    """A run with base, rows and plan; one step of it is tried."""
    run = pipeline.prepare(load(recipe), runs)
    pipeline.base_stage(run)
    pipeline.data_stage(run)
    plan(run, models.find_device().model_copy(update={"kind": "cpu", "bf16": True}), probe=False)
    assert probe.trial(run)["seconds"] > 0
    return run


def whole(folder: Path, family: Family, straight: bool = True, **changes: Any) -> str:
    """Goes through all stages, with a stop after the second step, and looks at what each of them says. Returns a line."""
    recipe = recipe_of(folder, family, **changes)
    check.check(load(recipe))
    run = planned(recipe, folder / "runs")
    steps = iter((False, True))
    assert not worker.train(run, lambda: next(steps))
    assert worker.train(run, lambda: False)
    if straight:
        other = planned(recipe, folder / "straight")
        assert worker.train(other, lambda: False)
        assert run.path(ADAPTER).read_bytes() == other.path(ADAPTER).read_bytes()
    measured, exported = evaluate(run), export(run)
    disclose(run)
    assert verdict(verify(run.folder)) == "VERIFIED"
    return describe(run, measured, exported)


def describe(run: Run, measured: Evaluation, exported: ExportRecord) -> str:
    """What was seen, after it was judged."""
    trained, merged = run.read(TrainRecord), exported.merged
    reached = {name: entry for name, entry in run.read(Plan).coverage.items() if entry["adapted"]}
    assert measured.tuned.loss is not None
    assert measured.base.loss is not None
    assert measured.tuned.loss < measured.base.loss
    assert exported.adapter.parameters == trained.trainable_parameters
    assert merged is not None
    assert merged.changed_tensors is None or merged.changed_tensors > 0
    return (
        f"{trained.trainable_parameters:,} trained ({', '.join(reached)}), held-out loss {measured.base.loss:.3f} -> "
        f"{measured.tuned.loss:.3f}, merged {merged.how}, KL {merged.mean_kl:.1e}"
    )


@pytest.mark.long
@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_goes_through(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> None:
    """All stages, in bf16 and in nf4; a run that was stopped is the straight run to the byte; the tuned model is better on
    held-out rows; adapter and merged weights give the same logits in a fresh process; the card holds."""
    monkeypatch.chdir(tmp_path)
    family = FAMILIES[name]
    write_project(tmp_path, family)
    say(f"{name}: {whole(tmp_path, family)}")
    say(f"{name}, nf4: {whole(tmp_path, family, base={'quantize': 'nf4'})}")


@pytest.mark.long
def test_gpt_oss_as_it_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> None:
    """From a base in MXFP4, experts and all; merged in memory, into bf16."""
    monkeypatch.chdir(tmp_path)
    family = FAMILIES["gpt-oss"]
    write_project(tmp_path, family, mxfp4=True)
    in_memory = {"merge": True, "in_memory": True}
    say(f"gpt-oss, MXFP4: {whole(tmp_path, family, export=in_memory)}")
    attention = {"adapter": {"rank": 4, "alpha": 8, "targets": ["q_proj", "k_proj", "v_proj", "o_proj"]}}
    say(f"gpt-oss, MXFP4, attention: {whole(tmp_path, family, straight=False, train=attention)}")


@pytest.mark.long
@pytest.mark.parametrize("name", ["Qwen3-MoE", "gpt-oss"])
def test_experts_on_several_devices(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that divide the base among them (FSDP2), gpt-oss from MXFP4, have the losses of one, within the
    rounding of bf16."""
    monkeypatch.chdir(tmp_path)
    family = FAMILIES[name]
    write_project(tmp_path, family, mxfp4=name == "gpt-oss")
    found = []
    for launch in ({"devices": 1}, {"devices": 2, "strategy": "fsdp2"}):
        recipe = recipe_of(tmp_path, family, launch=launch, train={"evaluate_every": None}, export={"merge": False})
        run = folder_of(tune("run", recipe, "--fresh", cwd=tmp_path), tmp_path)
        found.append([row["loss"] for row in read_jsonl(run / "train/metrics.jsonl")])
    assert len(found[0]) == 4
    assert found[1] == pytest.approx(found[0], abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_a_sample_of_the_families_goes_through(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, say: Callable[[str], None]
) -> None:
    """As above, in bf16 alone and without the straight run."""
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path, FAMILIES[name])
    say(f"{name}: {whole(tmp_path, FAMILIES[name], straight=False)}")
