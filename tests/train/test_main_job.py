"""The main job, as the README says: the support bot on the embedded base, and the same with nf4."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from conftest import ROOT
from whole import folder_of, tune

TRAINING_SECONDS = 360
"""On two cores that are not busy otherwise; with AMX it is three minutes, without it four to five."""
PASSED = 0.83
"""The example is made for 0.85 of prompts that nothing was tuned on, and just reaches it (see README.md); a processor that
rounds otherwise may move a prompt or two of 176, so the floor that no change may fall through lies a little below."""


def figures(recipe: str, runs: Path) -> tuple[Path, dict, dict]:
    """Carries a shipped recipe out; returns (run directory, evaluate.json, train.json)."""
    folder = folder_of(tune("run", f"recipes/{recipe}.yaml", "--runs", runs, cwd=ROOT), ROOT)
    return folder, json.loads((folder / "evaluate.json").read_text()), json.loads((folder / "train.json").read_text())


@pytest.mark.parametrize(
    "recipe",
    [pytest.param("support-bot", marks=pytest.mark.slow), pytest.param("support-bot-qlora", marks=pytest.mark.long)],
)
def test_the_bot_learns_its_shop(recipe: str, tmp_path: Path) -> None:
    """Most prompts pass with the adapter and at most 15 % without; at least 98 % of answers stop; the held-out loss falls
    by at least half; in a few minutes of training on two idle cores."""
    folder, found, train = figures(recipe, tmp_path / "runs")
    assert len(found["tuned"]["checks"]) >= 80
    assert found["tuned"]["checks_passed"] >= PASSED
    assert found["base"]["checks_passed"] <= 0.15
    assert found["tuned"]["stop_rate"] >= 0.98
    assert found["tuned"]["loss"] <= found["base"]["loss"] / 2
    assert tune("verify", folder / "adapter", cwd=ROOT).returncode == 0
    answer = tune("chat", folder, cwd=ROOT, stdin="When are you open on a Saturday?\n").stdout
    assert "9 am" in answer
    if os.getloadavg()[0] < 1.0 + len(os.sched_getaffinity(0)):
        assert train["seconds"] <= TRAINING_SECONDS
