"""TRL's SFT trainer with a witness: what is fed is hashed, what is not finite stops, what is saved is sealed."""

from __future__ import annotations

import inspect
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import SFTTrainer

from tune.errors import TrainingFailed
from tune.files import JsonLines
from tune.receipt import IGNORED, LOG, example_leaf, fed_examples
from tune.run import Run
from tune.train import METRICS
from tune.train.saving import Saver


@dataclass
class Step:
    """What the micro-batches of the current optimizer step held so far."""

    leaves: list[bytes] = field(default_factory=list)
    input_tokens: int = 0
    loss_tokens: int = 0
    started: float = 0.0


class WitnessedTrainer(SFTTrainer):
    """SFTTrainer on finished rows. It adds no training logic; it watches.

    On a CPU the loss is transformers' own cross-entropy over the tokens that carry loss: TRL's fused head, which saves
    memory on GPUs, is about four times slower there (the two agree; a test holds that).
    """

    def __init__(self, *, places: Callable[[int], list[str]], saver: Saver, **settings: Any) -> None:
        """`places(i)` tells where the rows of the i-th sequence of the run stand; `saver` seals what is saved;
        `settings` are SFTTrainer's own."""
        model = settings["model"]
        # TRL casts the adapter of a quantized base to bf16, and transformers' resume loads it back as fp32, so that a
        # resumed run would not be the straight one. The adapter stays fp32 here: what was there before is put back.
        before = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}
        super().__init__(**settings)
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.data = before[name].to(parameter.device)
        # A few old families always compute the logits of every token.
        self.chooses_logits = "logits_to_keep" in inspect.signature(model.get_base_model().forward).parameters
        self.step = Step()
        self.saver = saver
        self.places = places

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The mean loss a token over the whole optimizer step (`num_items_in_batch`), whatever the micro-batch."""
        if self.args.device.type != "cpu":
            return super().compute_loss(
                model, inputs, return_outputs=return_outputs, num_items_in_batch=num_items_in_batch
            )
        inputs["use_cache"] = False
        if self.chooses_logits:
            labels = torch.nn.functional.pad(
                inputs["labels"][:, 1:], (0, 1), value=IGNORED
            )  # of the token that follows
            told = (labels != IGNORED).any(0).nonzero().flatten()
            inputs.update(logits_to_keep=told, shift_labels=labels[:, told])
        return Trainer.compute_loss(
            self, model, inputs, return_outputs=return_outputs, num_items_in_batch=num_items_in_batch
        )

    def training_step(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Hashes what is fed, then lets TRL do the step. Raises TrainingFailed on a loss that is not finite."""
        fed = {
            name: inputs[name].cpu().numpy() if name in inputs else None
            for name in ("input_ids", "labels", "position_ids", "attention_mask")
        }
        assert fed["input_ids"] is not None
        assert fed["labels"] is not None
        for ids, labels in fed_examples(fed["input_ids"], fed["labels"], fed["position_ids"], fed["attention_mask"]):
            self.step.leaves.append(example_leaf(ids, labels))
            self.step.input_tokens += len(ids)
            self.step.loss_tokens += int((labels != IGNORED).sum())
        loss = super().training_step(model, inputs, *args, **kwargs)
        if not torch.isfinite(loss):
            raise self._not_finite(f"the loss is {float(loss)}")
        return loss

    def _clip_grad_norm(self, model: Any) -> Any:
        """transformers' own, and then a look before the optimizer moves."""
        norm = super()._clip_grad_norm(model)
        if norm is not None and not torch.isfinite(torch.as_tensor(float(norm))):
            raise self._not_finite(f"the gradient norm is {float(norm)}")
        return norm

    def _not_finite(self, what: str) -> TrainingFailed:
        step = self.state.global_step + 1
        return TrainingFailed(
            f"step {step}: {what}, so training stopped before the optimizer moved. "
            f"Lower train.learning_rate, or look at the rows of this step: {self.rows_of(step)}"
        )

    def rows_of(self, step: int) -> str:
        """Where the rows of an optimizer step stand, as `source:line`."""
        per_step = self.args.per_device_train_batch_size * self.args.gradient_accumulation_steps
        at = range((step - 1) * per_step, min(step * per_step, len(self.train_dataset)))
        names = [name for i in at for name in self.places(i)]
        return ", ".join(names[:40]) + (f" and {len(names) - 40} more" if len(names) > 40 else "")

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """transformers' checkpoint without TRL's model card, then sealed; the logs are made durable first."""

        def write() -> None:
            Trainer._save_checkpoint(self, model, trial)  # noqa: SLF001  # past TRL's, which writes a card

        self.saver.save(self.state.global_step, write)


def peak_bytes() -> int:
    """The most memory in use at one time so far: allocated on the GPU, else resident of this process."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class Recorder(TrainerCallback):
    """After every optimizer step: one line of metrics, one line of the receipt. Then asks for what is due."""

    def __init__(
        self,
        run: Run,
        trainer: WitnessedTrainer,
        stop_asked: Callable[[], bool],
        held_out: Callable[[], float],
        shown: Callable[[dict[str, Any]], None],
    ) -> None:
        """`stop_asked()` says whether a stop was requested, `held_out()` measures the held-out loss, `shown(row)` tells
        people."""
        self.trainer, self.stop_asked, self.held_out, self.shown = trainer, stop_asked, held_out, shown
        self.due, self.evaluate_every = trainer.saver.due, run.recipe.train.evaluate_every
        self.metrics, self.consumed = JsonLines(run.path(METRICS)), JsonLines(run.path(LOG))

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """A new step: nothing fed yet."""
        self.trainer.step = Step(started=time.monotonic())

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Called by transformers after every step (`logging_steps=1`), before it saves, and once at the very end."""
        step, logs = self.trainer.step, logs or {}
        if "loss" not in logs:
            return
        seconds = time.monotonic() - step.started
        row = {
            "step": state.global_step,
            "loss": logs["loss"],
            "loss_tokens": step.loss_tokens,
            "input_tokens": step.input_tokens,
            "learning_rate": logs["learning_rate"],
            "grad_norm": float(logs["grad_norm"]),
            "tokens_per_second": round(step.input_tokens / seconds, 1),
            "seconds": round(seconds, 4),
            "peak_bytes": peak_bytes(),
        }
        if self.evaluate_every and state.global_step % self.evaluate_every == 0:
            row["held_out_loss"] = self.held_out()
        leaves = [leaf.hex() for leaf in step.leaves]
        self.consumed.write(
            {
                "step": state.global_step,
                "examples": leaves,
                "input_tokens": step.input_tokens,
                "loss_tokens": step.loss_tokens,
            }
        )
        self.metrics.write(row)
        self.shown(row)
        stop = self.stop_asked()
        if stop or self.due(state.global_step) or state.global_step >= args.max_steps:
            self.consumed.sync()
            self.metrics.sync()
            control.should_save = True
        if stop:  # asked once: a stop that comes in between is heard after the next step, with its checkpoint
            control.should_training_stop = True

    def close(self) -> None:
        """Closes both logs."""
        self.metrics.close()
        self.consumed.close()
