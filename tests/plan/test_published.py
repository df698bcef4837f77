"""Shapes of record: every one has a source and gives the count of parameters that somebody else published."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import POCKET, SOUND, chat_row, write_rows

from tune.base import inspect
from tune.cli import main
from tune.modelfiles import LEFT_OUT
from tune.plan import families
from tune.plan.published import records

CONFIGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "model-configs"
RECORDED = records()


class Read(dict[str, Any]):
    """A config that remembers which of its keys were read."""

    def __init__(self, content: dict[str, Any]) -> None:  # noqa: D107  # the class says it
        super().__init__({k: Read(v) if isinstance(v, dict) else v for k, v in content.items()})
        self.keys_read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.keys_read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:  # noqa: D102  # as of any dict
        self.keys_read.add(key)
        return super().get(key, default)

    def unread(self) -> list[str]:
        """Keys that nobody asked for, those of inner sections too."""
        inner = [key for part in self.values() if isinstance(part, Read) for key in part.unread()]
        return sorted(set(self) - self.keys_read) + inner


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A recipe on a Hub id, where no Hub can be reached and nothing is cached."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    write_rows(tmp_path / "train.jsonl", [chat_row("Where?", "Here.")])
    path = tmp_path / "recipe.yaml"
    path.write_text(SOUND.replace("model: base", "model: Qwen/Qwen3-8B"))
    return path


@pytest.mark.parametrize("name", RECORDED)
def test_the_shape_gives_the_published_count(name: str) -> None:
    """Parameters counted from the keys of record must be exactly those that stand beside them."""
    found = RECORDED[name]
    assert families.read(found.config, name).parameters == found.parameters
    assert found.source
    assert found.counted
    assert len(found.read.split("-")) == 3


def test_only_what_is_read_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record must hold the config's own keys, and none that shapes do not depend on."""

    def language(config: Read) -> Read:
        text = config.get("text_config", config)
        for key, value in LEFT_OUT.get(text.get("model_type"), {}).items():
            text.setdefault(key, value)
        return text

    monkeypatch.setattr(families, "language", language)
    configs = {name: Read(entry.config) for name, entry in RECORDED.items()}
    for name, config in configs.items():
        families.read(config, name)
    assert {name: config.unread() for name, config in configs.items() if config.unread()} == {}


@pytest.mark.skipif(not CONFIGS.is_dir(), reason="real configs lie beside the project, not in it")
def test_records_are_the_real_configs() -> None:
    """Where the owner's config is at hand, every recorded value must stand in it so."""
    for path in sorted(CONFIGS.glob("*--*.json")):
        real = json.loads(path.read_text())
        found = RECORDED[path.stem.replace("--", "/", 1)].config
        text = real.get("text_config", {})
        assert {k: real[k] for k in found if not isinstance(found[k], dict)}.items() <= found.items(), path.stem
        assert all(text[k] == v for k, v in found.get("text_config", {}).items()), path.stem


def test_a_plan_needs_no_network(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A Hub id of record must be planned offline without its files, for one device and for all, and the source be said."""
    assert main(["plan", str(recipe), "--device", "rtx4090", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(entry["parameters"] for entry in found["coverage"].values()) == 8_190_735_360
    source = f"shape of record: {RECORDED['Qwen/Qwen3-8B'].source}, read 2026-11-26"
    assert found["shapes"] == source
    for arguments in (["--device", "rtx4090"], ["--all"]):
        assert main(["plan", str(recipe), *arguments]) == 0
        assert capsys.readouterr().err.startswith(f"{source}\n")


def test_what_has_no_record_is_refused(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A Hub id without a record must be refused with the nearest name that has one, and with a way out."""
    assert main(["plan", str(recipe), "--set", "base.model=Qwen/Qwen3-8b", "--all"]) == 2
    assert capsys.readouterr().err == (
        "base.model: Qwen/Qwen3-8b is not on this disk, has no shape of record, and a plan for another device asks no "
        'network. did you mean "Qwen/Qwen3-8B"? or --set base.model=FOLDER with its config.json in it; weights are not '
        "needed\n"
    )


def test_check_looks_at_the_shape_before_it_asks_the_hub(recipe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Targets that no layer has must be refused before anything is downloaded; sound ones lead to what the Hub is needed
    for."""
    text = recipe.read_text()
    recipe.write_text(text + "  adapter: {targets: [query]}\n")
    assert main(["check", str(recipe)]) == 2
    assert "train.adapter.targets: no layer matches query. linear layers there: down_proj, " in capsys.readouterr().err
    recipe.write_text(text)
    command = [sys.executable, "-m", "tune", "check", str(recipe)]  # huggingface_hub reads the environment once
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Qwen/Qwen3-8B: offline, and no revision is given" in done.stderr


def test_sizes_that_a_publisher_leaves_out(tmp_path: Path) -> None:
    """Gemma 3's own config names few sizes: the rest are transformers' defaults, for a plan and for the base of a run. Five of
    six layers look back over a window, and what sees pictures is counted."""
    for path in POCKET.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "config.json").unlink()
    (tmp_path / "config.json").write_text(json.dumps(RECORDED["google/gemma-3-4b-it"].config))
    shapes = inspect(tmp_path, "gemma")["shapes"]
    assert (shapes.heads, shapes.key_value_heads, shapes.head_dim, shapes.vocabulary) == (8, 4, 256, 262_208)
    found = families.read(RECORDED["google/gemma-3-4b-it"].config, "gemma")
    assert {(block.window, block.count) for block in found.blocks} == {(1024, 29), (None, 5)}
    assert (found.heads, found.vocabulary, found.tied) == (8, 262_208, True)
    assert found.components()["vision"] == 419_816_304
