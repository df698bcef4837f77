"""`tune plan --device`: from a recipe and a config, without weights, rows, torch or network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import SOUND, chat_row, write_rows

from scripts.bench_plan import LLAMA_8B
from tune.cli import main
from tune.plan.devices import find
from tune.plan.step import micro_batches

GPT_OSS = {
    "model_type": "gpt_oss",
    "vocab_size": 201088,
    "hidden_size": 2880,
    "intermediate_size": 2880,
    "num_hidden_layers": 24,
    "num_attention_heads": 64,
    "num_key_value_heads": 8,
    "head_dim": 64,
    "num_local_experts": 32,
    "num_experts_per_tok": 4,
    "attention_bias": True,
}
QUICK = ["--set", "data.max_tokens=2048", "--set", "train.tokens_per_step=16384"]


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe whose base is a folder with nothing but the config of an 8B model."""
    monkeypatch.chdir(tmp_path)
    base = tmp_path / "base"
    base.mkdir()
    (base / "config.json").write_text(json.dumps(LLAMA_8B))
    write_rows(tmp_path / "train.jsonl", [chat_row("Where?", "Here.")])
    path = tmp_path / "recipe.yaml"
    path.write_text(SOUND)
    return path


def as_json(recipe: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    """Exit code and what `--json` prints."""
    code = main(["plan", str(recipe), *QUICK, *more, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_what_fits_says_so(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An 8B LoRA must fit a card with 24 GB with checkpointing only, with every layer adapted and 8.03 B parameters."""
    code, found = as_json(recipe, capsys, "--device", "rtx4090", "--price-per-hour", "0.5")
    assert (code, found["fits"], found["strategy"]) == (0, True, "one device")
    assert found["activation_checkpointing"] in ("selective", "full")
    assert found["bytes"]["base"] == 8_030_261_248 * 2
    assert found["peak_bytes"] <= find("rtx4090").memory_bytes
    row = 16_384 // 8
    micro, parts = found["micro_batch_tokens"] // row, found["accumulation"]
    assert (micro, parts) in micro_batches(8, 1), "what a run on that device would take"
    assert sum(entry["parameters"] for entry in found["coverage"].values()) == 8_030_261_248
    assert found["coverage"]["mlp"]["adapted"] == found["coverage"]["mlp"]["parameters"] == 3 * 4096 * 14336 * 32
    assert found["tokens"] == 4 * 16_384
    assert found["cost"] == pytest.approx(0.5 * found["seconds"] / 3600, abs=0.01)


def test_what_does_not_fit_says_what_would(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three changes, each with a peak under the device's memory; and each of them, made, must give that peak and fit."""
    code, found = as_json(recipe, capsys, "--device", "16GB")
    assert (code, found["fits"]) == (2, False)
    ways = {way["change"]: way["peak_bytes"] for way in found["ways_out"]}
    assert len(ways) == 3
    assert max(ways.values()) < 16 << 30
    code, changed = as_json(recipe, capsys, "--device", "16GB", "--set", "base.quantize=nf4")
    assert (code, changed["fits"]) == (0, True)
    assert changed["bytes"]["base (nf4)"] == round((8_030_261_248 - 2 * 128256 * 4096 - 65 * 4096) * 4.126953125 / 8)
    assert changed["peak_bytes"] >= ways["base.quantize: nf4"]
    assert main(["plan", str(recipe), *QUICK, "--device", "16GB"]) == 2
    assert "What would make it fit:\n  base.quantize: nf4: " in capsys.readouterr().out


def test_several_devices_divide_what_one_cannot_hold(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each holds the whole base where it fits, a share of it where it does not, and the step stays the recipe's."""
    whole, parts = (as_json(recipe, capsys, "--device", name)[1] for name in ("h100x2", "16GBx2"))
    assert (whole["strategy"], parts["strategy"]) == ("ddp", "fsdp2")
    assert parts["bytes"]["base"] == whole["bytes"]["base"] // 2
    for found in (whole, parts):
        assert found["micro_batch_tokens"] * found["accumulation"] * 2 == 16_384


def test_a_pinned_strategy_is_planned(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What the recipe pins must be what is planned, also where the other would do or is needed."""
    for strategy, device, fits in (("fsdp2", "h100x2", True), ("ddp", "16GBx2", False)):
        code, found = as_json(recipe, capsys, "--device", device, "--set", f"launch.strategy={strategy}")
        assert (code, found["strategy"], found["fits"]) == (0 if fits else 2, strategy, fits)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hidden_size": 0}, "hidden_size: 0, and it must be a whole number from 1 to 1000000000"),
        ({"num_attention_heads": "32"}, 'num_attention_heads: "32", and it must be'),
        ({"num_hidden_layers": 10**9}, "has 1000000000 layers, more than 10000"),
        ({"vocab_size": None}, "has no 'vocab_size'"),
        ({"layer_types": ["full_attention"]}, "layer_types of config.json is no list of 32 layers"),
        ({"text_config": "none"}, "has text_config, which is no object"),
        ({"model_type": ["llama"]}, "has model_type ['llama'], whose shapes the plan does not know"),
    ],
)
def test_a_config_that_is_none_is_refused(
    recipe: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], message: str
) -> None:
    """Numbers that cannot be a model's must be refused in one line that names the key, and soon."""
    (recipe.parent / "base" / "config.json").write_text(json.dumps({**LLAMA_8B, **change}))
    assert main(["plan", str(recipe), *QUICK, "--device", "h100"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


def test_experts_that_would_stay_untouched_stop_the_plan(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """gpt-oss with all-linear must be refused with the share that is reached and two ways out, both of which work."""
    (recipe.parent / "base" / "config.json").write_text(json.dumps(GPT_OSS))
    assert main(["plan", str(recipe), *QUICK, "--device", "h100"]) == 2
    assert capsys.readouterr().err == (
        "train.adapter.targets: all-linear reaches 3.2 % of the layers' parameters (attention): the experts, 19.1 B, are one "
        "tensor a layer, which is no linear layer. adapt them too: targets: [all-linear, experts]; or say that you want the "
        "rest alone: targets: [k_proj, o_proj, q_proj, v_proj]\n"
    )
    everything = recipe.read_text().replace(
        "  max_steps: 4", "  max_steps: 4\n  adapter: {targets: [all-linear, experts]}"
    )
    plain = recipe.read_text()
    recipe.write_text(everything)
    code, found = as_json(recipe, capsys, "--device", "h100x2")
    assert code == 0
    assert found["coverage"]["experts"]["adapted"] == 24 * 32 * 3 * 2880 * 2880 + 24 * 32 * 3 * 2880
    recipe.write_text(plain)
    asked = recipe.read_text().replace("  max_steps: 4", "  max_steps: 4\n  adapter: {targets: [q_proj, v_proj]}")
    recipe.write_text(asked)
    code, found = as_json(recipe, capsys, "--device", "h100", "--set", "base.quantize=nf4")
    assert code == 0
    assert found["coverage"]["experts"] == {"parameters": 19_116_933_120, "adapted": 0}
    assert found["bytes"]["base"] > 2 * 19_116_933_120  # experts are no linear layers: nf4 does not reach them
    recipe.write_text(asked.replace("v_proj", "no_proj").replace("q_proj", "nor_proj"))
    assert main(["plan", str(recipe), *QUICK, "--device", "h100"]) == 2
    assert "no layer matches nor_proj, no_proj. linear layers there: k_proj, o_proj, q_proj" in capsys.readouterr().err


def test_all_devices_in_one_table(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every device has a line; what is not known is said."""
    assert main(["plan", str(recipe), *QUICK, "--all"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert lines[0].split()[:4] == ["device", "fits", "peak", "memory"]
    assert next(line for line in lines if line.startswith("a CPU")).count("not known") == 1
    assert any(line.startswith("8 x H200 SXM") for line in lines)
    assert "communication between devices" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--device", "rtx409"], "no device is called 'rtx409'. did you mean \"rtx4090\"?"),
        (["--device", "0GB"], "no device is called '0GB'"),
        (["--device", ""], "no device is called ''"),
        (
            ["--device", "h100", "--price-per-hour", "nan"],
            "--price-per-hour: nan is no price of an hour. a number from 0",
        ),
        (["--device", "h100", "--price-per-hour", "-1"], "--price-per-hour: -1 is no price of an hour"),
        (["--all", "--device", "h100"], "needs a recipe and one of --device NAME and --all"),
        (["--price-per-hour", "1"], "needs a recipe and one of --device NAME and --all"),
        (["--device", "h100", "--set", "base.model=org/name"], "org/name is not on this disk"),
    ],
)
def test_wrong_calls_are_refused(
    recipe: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """One line on stderr, nothing on stdout, exit code 2."""
    assert main(["plan", str(recipe), *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


def test_no_torch_and_no_traces(recipe: Path) -> None:
    """The plan for another device must load no library that computes, and leave nothing behind."""
    code = (
        "import sys\nfrom tune.cli import main\nfound = main(sys.argv[1:])\n"
        "assert found == 0 and not {'torch', 'transformers', 'trl', 'peft', 'numpy', 'pyarrow'} & set(sys.modules)"
    )
    before = sorted(recipe.parent.rglob("*"))
    subprocess.run([sys.executable, "-c", code, "plan", str(recipe), "--device", "h100"], check=True, cwd=recipe.parent)
    assert sorted(recipe.parent.rglob("*")) == before
