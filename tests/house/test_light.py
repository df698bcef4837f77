"""What must answer at once on a laptop without a GPU stack imports none of it."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "transformers", "trl", "peft", "datasets", "accelerate", "pandas")

WRITTEN = """
from pathlib import Path
import numpy as np
from tune import sequences
from tune.data.fates import Fates
from tune.data.work import Made
with Fates(Path("rows.parquet"), {(0, 0): "rows.jsonl"}) as fates:
    fates.add(0, 0, Made("messages", [1], ["no answer"], [0], found=np.zeros(1, np.int32)), [2])
with sequences.writer(Path("train.arrow")) as append:
    append({name: np.ones(1, np.int32) for name in ("input_ids", "labels", *sequences.PER_EXAMPLE)}, np.ones(1, int))
"""
"""What preparing rows leaves in Arrow's formats."""

BAD = "recipe: 1\nname: x\nbase: {model: nowhere}\ndata: {train: [{path: none.jsonl}]}\n"


def loaded_after(code: str, folder: Path) -> list[str]:
    """Heavy modules in sys.modules after running code in a fresh process."""
    script = f"import sys, json\n{code}\nprint(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "code",
    [
        "import tune.recipe, tune.records, tune.run",
        "import tune.pipeline, tune.verify, tune.plan, tune.disclose",
        WRITTEN,
        "from tune.cli import main; assert main(['check', 'bad.yaml']) == 2",
        "from tune.cli import main; assert main(['show', 'bad.yaml']) == 2",
        "from tune.cli import main; assert main(['schema']) == 0",
        "from tune.cli import main; assert main(['runs']) == 0",
        "from tune.cli import main; assert main(['verify', '.']) == 2",
        f"import socket; socket.socket.connect = None\nfrom tune.cli import main; assert main(['verify', '{ROOT}/data/pocket']) == 0",
    ],
)
def test_light_commands_import_nothing_heavy(code: str, tmp_path: Path) -> None:
    """No torch, no transformers, no datasets for what only reads text and records."""
    (tmp_path / "bad.yaml").write_text(BAD)
    assert loaded_after(code, tmp_path) == []


@pytest.mark.parametrize(("arguments", "limit"), [(["--help"], 0.3), (["verify", "data/pocket"], 2.0)])
def test_quick(arguments: list[str], limit: float) -> None:
    """`tune --help` takes at most 0.3 s of CPU and level 0 of `tune verify` 2 s (the best of three, so that a busy machine
    does not count)."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
        subprocess.run(
            [sys.executable, "-m", "tune", *arguments], cwd=ROOT, env=environment, capture_output=True, check=True
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) <= limit
