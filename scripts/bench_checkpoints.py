"""What saving costs a training: `python -m scripts.bench_checkpoints [--steps 300] [--save-every 10s] [--write]`.

Trains the shipped recipe for some steps in a temporary directory, saving by the clock. Two figures, which must tell the
same: the seconds of saving that stand in the run's own record beside those of its steps, and the seconds in the saver as
this script times it from outside, with rotation and log. Both are shares of one run, so that a machine which is shared
slows both sides. The last line of stdout is JSON; `--write` renews the figure in docs/training.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "training.md"


def measured(recipe: Path, steps: int, save_every: str, folder: Path) -> dict[str, Any]:
    """Trains, and returns the figures."""
    from tune import pipeline
    from tune.recipe import load
    from tune.records import TrainRecord
    from tune.train import saving, worker

    sets = ["train.epochs=null", f"train.max_steps={steps}", f"train.save_every={save_every}"]
    run = pipeline.prepare(load(recipe, sets, root=ROOT), folder)
    for stage in (pipeline.base_stage, pipeline.data_stage, pipeline.plan_stage):
        stage(run)
    outside = 0.0
    save = saving.Saver.save

    def timed(*arguments: Any) -> None:
        nonlocal outside
        started = time.monotonic()
        save(*arguments)
        outside += time.monotonic() - started

    saving.Saver.save = timed  # type: ignore[method-assign]
    try:
        assert worker.train(run, lambda: False), "nobody asked it to stop"
    finally:
        saving.Saver.save = save  # type: ignore[method-assign]
    record = run.read(TrainRecord)
    return {
        "steps": record.receipt.optimizer_steps,
        "threads": record.attempts[-1].threads,
        "save_every": save_every,
        "saves": len(record.checkpoints),
        "step_seconds": round(record.seconds, 1),
        "saving_seconds": round(record.saving_seconds, 2),
        "saving_seconds_outside": round(outside, 2),
        "share": round(record.saving_seconds / (record.seconds + record.saving_seconds), 4),
        "share_outside": round(outside / (record.seconds + outside), 4),
    }


def told(found: dict[str, Any]) -> str:
    """The figures in a sentence."""
    return (
        f"{found['steps']} steps of `recipes/support-bot.yaml` with `save_every: {found['save_every']}` on {found['threads']} thread{'s' * (found['threads'] > 1)}: "
        f"{found['step_seconds']:g} s in steps, {found['saves']} checkpoints in {found['saving_seconds']:g} s by the record and "
        f"{found['saving_seconds_outside']:g} s as timed from outside, the last one at the end of the run among them: "
        f"{100 * found['share_outside']:.1f} % of the training."
    )


def main(arguments: list[str] | None = None) -> int:
    """Prints a sentence, then JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", type=Path, default=ROOT / "recipes" / "support-bot.yaml")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--save-every", default="10s")
    parser.add_argument("--write", action="store_true", help="renew the figure in docs/training.md")
    parsed = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tune-bench-") as folder:
        found = measured(parsed.recipe, parsed.steps, parsed.save_every, Path(folder))
    print(told(found))
    if parsed.write:
        from scripts.docs import between

        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(between(text, "saving", told(found) + "\n"), encoding="utf-8")
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
