"""accelerate.yaml: the plan in the words of accelerate's own configuration, for whoever starts the workers with its launcher.

    OMP_NUM_THREADS=2 accelerate launch --config_file RUN/accelerate.yaml -m tune.train.worker RUN

Two of accelerate's words mislead, and have to stand there. Of several processes `distributed_type` is MULTI_GPU on a CPU too:
with MULTI_CPU its launcher starts a single one unless MPI is there, and says nothing. Under `fsdp2` it is not FSDP: the base is
divided while it is loaded, and accelerate would divide it again. Fields as `accelerate.commands.config` of 1.15 reads them.
"""

from __future__ import annotations

from typing import Any

import yaml

from tune.files import write_text
from tune.records import Plan
from tune.run import Run

FILE = "accelerate.yaml"


def configuration(plan: Plan) -> dict[str, Any] | None:
    """What accelerate has to know to start the processes of a plan on one machine; None with several machines, of which each
    needs another (`tune run RUN` on each of them needs none)."""
    if plan.device.nodes > 1:
        return None
    found = {
        "compute_environment": "LOCAL_MACHINE",
        "distributed_type": "NO" if plan.processes == 1 else "MULTI_GPU",
        "num_machines": 1,
        "num_processes": plan.processes,
        "mixed_precision": "bf16" if plan.compute_dtype == "bfloat16" else "no",
        "use_cpu": plan.device.kind == "cpu",
    }
    if plan.processes > 1:
        found["main_process_port"] = 0  # one that is free
    elif plan.device.kind == "cuda":  # transformers would use every GPU that it sees
        found["gpu_ids"] = "0"
    return found


def write(run: Run, plan: Plan) -> None:
    """Leaves accelerate.yaml beside plan.json, or removes the one of an earlier plan where there can be none."""
    found, path = configuration(plan), run.path(FILE)
    if found is None:
        path.unlink(missing_ok=True)
        return
    head = f"# From plan.json. Starts what `tune run` starts; {plan.strategy}, with OMP_NUM_THREADS={plan.threads}:\n"
    call = f"# accelerate launch --config_file {FILE} -m tune.train.worker .\n"
    write_text(path, head + call + yaml.safe_dump(found))
