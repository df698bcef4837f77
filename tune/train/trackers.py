"""What `train.report_to` needs beside transformers' own callbacks: a place for its files, and a proper end.

Left alone, wandb and mlflow write what they still hold when the interpreter ends, and a training process ends without that
(`os._exit`, as its launcher may be gone): wandb's file then holds nothing at all.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from tune.errors import Problem, UserError
from tune.recipe.rules import missing_tracker
from tune.run import Run

Tracker = Literal["none", "trackio", "tensorboard", "wandb", "mlflow"]
FINISH_SECONDS = 60.0
"""How long a tracker may take to hand over what it still holds; a server that does not answer must not hold a run."""


def ready(run: Run) -> None:
    """Looks for the package of `train.report_to` before anything is loaded, and keeps its files in the run directory where
    the environment names no other place. Raises UserError when the package is missing."""
    missing = missing_tracker(run.recipe.train.report_to)
    if missing is not None:
        raise UserError(Problem("train", *missing, key="train.report_to"))
    folder = run.path("train").resolve()
    os.environ.setdefault("TENSORBOARD_LOGGING_DIR", str(folder / "tensorboard"))
    os.environ.setdefault("WANDB_DIR", str(folder))
    os.environ.setdefault("MLFLOW_TRACKING_URI", (folder / "mlflow").as_uri())  # its own default needs a database
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")


@contextmanager
def told(tracker: Tracker) -> Iterator[None]:
    """Around a training: however it ends, the tracker then writes what it still holds."""
    failed = True
    try:
        yield
        failed = False
    finally:
        ending = threading.Thread(target=_finish, args=(tracker, failed), daemon=True)
        ending.start()
        ending.join(FINISH_SECONDS)
        if ending.is_alive():
            what = f"{tracker} did not take everything within {FINISH_SECONDS:.0f} s; train/metrics.jsonl has it all"
            print(f"train: {what}", file=sys.stderr, flush=True)


def _finish(tracker: Tracker, failed: bool) -> None:
    """After a training that came to its end transformers has closed all but wandb; after an error it has closed none.
    Whether a tracker was started at all is seen from its module."""
    module: Any = sys.modules.get(tracker)
    if module is None:
        return
    if tracker == "wandb" and module.run is not None:
        module.finish(exit_code=int(failed))
    elif tracker == "mlflow":
        module.flush_async_logging()
        if failed and module.active_run() is not None:
            module.end_run("FAILED")
    elif tracker == "trackio" and module.context_vars.current_run.get() is not None:
        module.finish()
