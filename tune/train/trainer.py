"""TRL's SFT trainer with a witness: what is fed is hashed, what is not finite stops, what is saved is sealed."""

from __future__ import annotations

import inspect
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import SFTTrainer

from tune.errors import TrainingFailed
from tune.files import JsonLines
from tune.ranks import Ranks
from tune.receipt import IGNORED, LOG, example_leaf, fed_examples
from tune.records import Plan
from tune.run import Run
from tune.sharding import adapter_state
from tune.text import listed
from tune.train import METRICS
from tune.train.guards import as_wrapped
from tune.train.saving import Saver
from tune.train.share import Share


@dataclass
class Step:
    """What the micro-batches of the current optimizer step held so far, in this process."""

    leaves: list[bytes] = field(default_factory=list)
    input_tokens: int = 0
    loss_tokens: int = 0
    micro_batches: int = 0
    fault: str = ""
    """What was not finite."""
    started: float = 0.0


class WitnessedTrainer(SFTTrainer):
    """SFTTrainer on finished rows. It adds no training logic; it watches.

    On a CPU the loss is transformers' own cross-entropy over the tokens that carry loss: TRL's fused head, which saves
    memory on GPUs, is about four times slower there (the two agree; a test holds that).
    """

    def __init__(
        self,
        *,
        places: Callable[[int], list[str]],
        saver: Saver,
        ranks: Ranks,
        share: Share,
        **settings: Any,
    ) -> None:
        """`places(i)` tells where the rows of the i-th sequence of the run stand; `saver` seals what is
        saved; of each step this process computes its `share`; `settings` are SFTTrainer's own."""
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
        self.saver, self.places, self.ranks, self.share = saver, places, ranks, share

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The micro-batches of this process.

        Accelerate would deal out batches in turn and repeat some of them until every process has as many.
        """
        collate = self.data_collator
        return DataLoader(
            self.share, batch_size=1, collate_fn=lambda one: collate(one[0]), pin_memory=self.args.dataloader_pin_memory
        )

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
        """Hashes what is fed, then lets TRL do the step. What is not finite is remembered, for all processes to hear of
        before the optimizer moves."""
        self._witness(inputs)
        loss = super().training_step(model, inputs, *args, **kwargs)
        if not torch.isfinite(loss):
            self.step.fault = f"the loss is {float(loss)}"
        return loss

    def _witness(self, inputs: dict[str, Any]) -> None:
        """Counts and hashes the examples of a micro-batch, unless it is an idle one."""
        micro = self.state.global_step * self.share.accumulation + self.step.micro_batches
        self.step.micro_batches += 1
        if not self.share.indices(micro):
            return
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

    def _sync_replicated_trainable_parameters(self, model: Any) -> None:
        """transformers would average the adapter's gradients one by one, and not on a CPU; see `_average_gradients`."""

    def _average_gradients(self, model: Any) -> None:
        """With a sharded base nobody else adds up the gradients of the adapter, which every process holds whole."""
        trained = [p for p in model.parameters() if p.requires_grad]
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
        flat = torch.cat([g.flatten() for g in gradients])
        torch.distributed.all_reduce(flat)
        for p, mean in zip(trained, (flat / self.ranks.size).split([g.numel() for g in gradients]), strict=True):
            p.grad = mean.view_as(p)

    def _clip_grad_norm(self, model: Any) -> Any:
        """transformers' own, and then a look before the optimizer moves, at what every process found."""
        if self.is_distributed_loading_by_transformers:
            self._average_gradients(model)
        norm = super()._clip_grad_norm(model)
        if norm is not None and not torch.isfinite(torch.as_tensor(float(norm))) and not self.step.fault:
            self.step.fault = f"the gradient norm is {float(norm)}"
        faults = [fault for fault in self.ranks.gather(self.step.fault) if fault]
        if faults:
            raise self._not_finite(max(faults))  # a loss says more than the norm that follows from it
        return norm

    def _not_finite(self, what: str) -> TrainingFailed:
        step = self.state.global_step + 1
        return TrainingFailed(
            f"step {step}: {what}, so training stopped before the optimizer moved. "
            f"Lower train.learning_rate, or look at the rows of this step: {self.rows_of(step)}"
        )

    def rows_of(self, step: int) -> str:
        """Where the rows of an optimizer step stand, as `source:line`."""
        per_step = self.share.per_step
        at = range((step - 1) * per_step, min(step * per_step, len(self.train_dataset)))
        names = [name for i in at for name in self.places(i)]
        return listed(names, 40)

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        """The adapter only, as it stands in this process."""
        super()._save(output_dir, adapter_state(self.model))

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        """transformers' checkpoint without TRL's model card, then sealed when every process has written its part; the logs
        are made durable first."""

        def write() -> None:
            Trainer._save_checkpoint(self, model, trial)  # noqa: SLF001  # past TRL's, which writes a card
            self.ranks.wait()

        if self.ranks.first:
            self.saver.save(self.state.global_step, write)
        else:
            write()
        self.ranks.wait()


def peak_bytes() -> int:
    """The most memory that this process had in use at one time so far: allocated on a GPU, else resident, libraries, mapped
    files and loading included."""
    if torch.cuda.is_available():
        return int(torch.cuda.max_memory_allocated())
    own = Path("/proc/self/status")
    if (
        own.exists()
    ):  # getrusage would count what the process that started this one had in use: exec(2) keeps its maximum
        fields = dict(line.split(":", 1) for line in own.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class Recorder(TrainerCallback):
    """After every optimizer step: one line of metrics, one line of the receipt, of all processes together and written by
    the first. Then asks for what is due."""

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
        self.logs = [JsonLines(run.path(name)) for name in (METRICS, LOG)] if trainer.ranks.first else []
        self.plan = run.read(Plan)
        self.after_first: Callable[[], None] | None = None
        """Called once after the first step of several processes."""

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """The model is wrapped by now, for several processes or not."""
        as_wrapped(self.trainer.model_wrapped, self.plan)

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
        logs = logs or {}
        if "loss" not in logs:
            return
        step = self.trainer.step
        seconds = time.monotonic() - step.started
        if self.after_first is not None and self.trainer.ranks.size > 1:
            self.after_first()
        self.after_first = None
        row: dict[str, Any] = {"step": state.global_step, "loss": logs["loss"]}
        measure = self.evaluate_every and state.global_step % self.evaluate_every == 0
        held_out = {"held_out_loss": self.held_out()} if measure else {}
        # In the order of ranks, a step's leaves are in the order of the data: each took a part of the step that follows
        # the part of the one before.
        told = self.trainer.ranks.gather((step.leaves, step.input_tokens, step.loss_tokens, peak_bytes()))
        leaves = [leaf.hex() for part in told for leaf in part[0]]
        tokens = {"loss_tokens": sum(part[2] for part in told), "input_tokens": sum(part[1] for part in told)}
        row |= {
            **tokens,
            "learning_rate": logs["learning_rate"],
            "grad_norm": float(logs["grad_norm"]),
            "tokens_per_second": round(tokens["input_tokens"] / seconds, 1),
            "seconds": round(seconds, 4),
            "peak_bytes": max(part[3] for part in told),
            **held_out,
        }
        if self.logs:
            metrics, consumed = self.logs
            consumed.write({"step": state.global_step, "examples": leaves, **dict(sorted(tokens.items()))})
            metrics.write(row)
            self.shown(row)
        asked = self.trainer.ranks.gather((self.stop_asked(), self.due(state.global_step)))
        stop, due = any(stop for stop, _ in asked), asked[0][1]  # clocks differ: the first says what is due
        if stop or due or state.global_step >= args.max_steps:
            for log in self.logs:
                log.sync()
            control.should_save = True
        if stop:  # asked once: a stop that comes in between is heard after the next step, with its checkpoint
            control.should_training_stop = True

    def close(self) -> None:
        """Closes both logs."""
        for log in self.logs:
            log.close()
