"""What is tried before training, in a process of its own: `python -m tune.train.probe RUN` prints JSON.

A process of its own, so that running out of memory, even by the system's hand, costs nothing but the trial. It is made
of what the training is made of (`tune.train.build`), so that it meets the same loss head, attention, casts and
optimizer. Three things differ: the sequences, which are the longest; the learning rate, which is 0, so that what
diverges is for the training to find; and the number of processes, of which this is one.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from tune import hub

hub.quiet_libraries()

import torch  # noqa: E402  # telemetry must be off before any library starts
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments  # noqa: E402

from tune import score, sequences  # noqa: E402
from tune.errors import TuneError, UserError  # noqa: E402
from tune.models import is_out_of_memory  # noqa: E402
from tune.ranks import place  # noqa: E402
from tune.records import BaseRecord, Ledger, Plan  # noqa: E402
from tune.run import TRIAL, Run, open_run  # noqa: E402
from tune.text import kind_and_line  # noqa: E402
from tune.train.build import build, saver_into, to_the_end  # noqa: E402
from tune.train.trainer import Step, WitnessedTrainer  # noqa: E402

STEPS = 2
"""The first makes the optimizer's state and warms caches up. In the second all that a step ever holds is in memory, and
it is timed."""
MICRO_BATCHES = 2
"""Of a step, at most: from the second on gradients stand while the next is computed, and a third changes nothing."""


class Trial(TrainerCallback):
    """Two steps, then the largest batch of held-out rows, then a checkpoint, by the run's own trainer."""

    def __init__(self, run: Run) -> None:
        """Builds the trainer. Raises as `tune.train.build.build`."""
        self.run, self.plan = run, run.read(Plan)
        torch.set_num_threads(self.plan.threads)
        micro_batches = min(MICRO_BATCHES, self.plan.accumulation)
        per_step = self.plan.micro_batch_sequences * micro_batches
        self.tried = self.plan.model_copy(
            update={
                "steps": STEPS,
                "accumulation": micro_batches,
                "sequences_per_step": per_step,
                "sequences": STEPS * per_step,
                "processes": 1,
                "strategy": "one device",
            }
        )
        self.section = run.recipe.train.model_copy(update={"learning_rate": 0.0, "report_to": "none"})
        rows = sequences.load(run.path("data"), "train")
        stream = rows.select(longest(rows["seq_lengths"], self.plan.micro_batch_sequences) * micro_batches * STEPS)
        saver = saver_into(run.path(TRIAL), self.section, self.tried, contract={})
        self.trainer: WitnessedTrainer = build(run, self.section, self.tried, stream, saver)
        self.trainer.add_callback(self)
        self.rows: list[dict[str, float]] = []
        """What transformers logged of each step: `loss` and `grad_norm` among it."""
        self.seconds = self.computed = 0.0
        self.moment = "step"
        """What is being done: `step` or `evaluation`."""

    def __call__(self) -> dict[str, Any]:
        """Seconds of one optimizer step of the plan on its longest sequences, and the peak of allocated bytes where the
        device tells it."""
        to_the_end(self.trainer, self.section, self.tried)
        peak = torch.cuda.max_memory_allocated() if self.plan.device.kind == "cuda" else None
        return {"seconds": self.seconds, "peak_bytes": peak}

    def _clock(self) -> float:
        """Now, when the device has done what it was asked to."""
        if self.plan.device.kind != "cpu":
            torch.accelerator.synchronize()
        return time.monotonic()

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """A new step: nothing fed yet."""
        self.trainer.step = Step(started=self._clock())

    def on_pre_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """All micro-batches are computed, and gradients clipped."""
        self.computed = self._clock()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """The optimizer has moved. A step of the plan may have more micro-batches than were tried, and moves once."""
        micro_batches = (self.computed - self.trainer.step.started) * self.plan.accumulation / self.tried.accumulation
        self.seconds = micro_batches + self._clock() - self.computed

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """After each step. After the last held-out rows are measured, and a checkpoint is asked for."""
        if "loss" not in (logs or {}):
            return
        self.rows.append(dict(logs or {}))
        if state.global_step == STEPS:
            self.moment = "evaluation"
            evaluate(self.trainer.model, self.run)
            self.moment = "step"
            control.should_save = True


def longest(lengths: list[list[int]], count: int) -> list[int]:
    """Indices of the `count` longest of the sequences, each given by the lengths of its rows: the largest micro-batch
    that an epoch can hold."""
    return sorted(range(len(lengths)), key=lambda i: (-sum(lengths[i]), i))[:count]


def evaluate(model: Any, run: Run) -> None:
    """Measures the batch of held-out rows with the most tokens, padding counted, as training and evaluation do."""
    if not run.read(Ledger).kept("eval"):
        return
    rows = sequences.load(run.path("data"), "eval")
    lengths = [len(ids) for ids in rows["input_ids"]]
    largest = max(score.batches(lengths), key=lambda group: len(group) * lengths[group[-1]])
    ids, labels = ([rows[name][i] for i in largest] for name in ("input_ids", "labels"))
    score.loss_sums(model, ids, labels, run.read(BaseRecord).pad_token_id)


def trial(run: Run) -> dict[str, Any]:
    """What `Trial` finds. Where memory ran out, `error`, `out_of_memory` and the `moment`; where the training would stop,
    what it would say: `problems` of a UserError, else `refused`."""
    asked: Trial | None = None
    try:
        asked = Trial(run)
        return asked()
    except UserError as error:
        return {"problems": [problem.as_json() for problem in error.problems]}
    except TuneError as error:
        return {"refused": str(error)}
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        moment = asked.moment if asked else "step"
        return {"error": kind_and_line(error), "out_of_memory": True, "moment": moment}
    finally:
        shutil.rmtree(run.path(TRIAL), ignore_errors=True)


def main() -> int:
    """Entry of the process. It is alone, which the libraries are told by no variable."""
    place(os.environ)
    print(json.dumps(trial(open_run(Path(sys.argv[1])))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
