"""The plan beside what was measured."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from whole import tune

from tune.plan.words import beside, measured
from tune.records import Device, Plan, TrainRecord
from tune.run import open_run


@pytest.mark.slow
def test_plan_and_measurement_stand_side_by_side(recipe: Callable[..., Path], project: Path) -> None:
    """`tune run` says it when training is done, `tune plan RUN` shows it with the counter, and the same figures stand in both
    and in the records. None of it is in the manifest: it changes with the machine."""
    recipe(launch={"devices": 2})
    done = tune("run", "recipe.yaml", cwd=project)
    run = open_run(project / done.stdout.strip())
    plan, train = run.read(Plan), run.read(TrainRecord)
    said = [line for line in done.stderr.splitlines() if "planned" in line]
    rows = beside(plan, train)
    assert said == [f"train: {'; '.join(f'{what} {took}, planned {meant}' for what, meant, took in rows)}"]
    assert [row[0] for row in rows] == ["resident memory", "time", "tokens a second"]
    shown = tune("plan", run.folder, cwd=project).stdout
    assert all(part in shown for row in rows for part in row)
    found = json.loads(tune("plan", run.folder, "--json", cwd=project).stdout)["measured"]
    assert found == {
        "counter": "resident",
        "peak_bytes": train.peak_bytes,
        "planned_peak_bytes": plan.peak_bytes,
        "seconds": train.seconds,
        "tokens_per_second": train.tokens_per_second,
    }
    rows_of = [json.loads(line) for line in run.path("train/metrics.jsonl").read_text().splitlines()]
    assert train.peak_bytes == max(row["peak_bytes"] for row in rows_of) > 1 << 27
    manifest = run.path("adapter/disclosure/manifest.json").read_text()
    assert "peak_bytes" not in manifest
    assert '"seconds"' not in manifest


def test_what_a_gpu_counts_is_compared_with_what_is_allocated() -> None:
    """The counter of a GPU knows nothing of libraries and slack, so the plan is shown without them; before training there is
    nothing to show, and a record of an older version does not tell."""
    plan = Plan.model_construct(
        peak_bytes=10 << 30, bytes={"runtime": 1 << 30, "slack": 2 << 30}, tokens=600, seconds=60.0
    )
    for kind, counter, planned in (("cuda", "allocated", "7.0 GiB"), ("cpu", "resident", "10.0 GiB")):
        device = Device.model_construct(kind=kind)
        train = TrainRecord.model_construct(device=device, peak_bytes=8 << 30, seconds=50.0, tokens_per_second=12.0)
        assert beside(plan, train) == [
            (f"{counter} memory", planned, "8.0 GiB"),
            ("time", "1 min 0 s", "50 s"),
            ("tokens a second", "10", "12"),
        ]
        assert beside(plan, train.model_copy(update={"peak_bytes": None}))[0][2] == "not recorded"
    assert measured(plan, None) is None
