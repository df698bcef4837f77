"""accelerate.yaml: what accelerate's launcher needs to start the workers of a plan."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from accelerate.commands.config.config_args import ClusterConfig, load_config_from_file
from accelerate.commands.launch import _validate_launch_command, launch_command_parser
from accelerate.utils.launch import prepare_multi_gpu_env, prepare_simple_launcher_cmd_env
from whole import tune

from tune.launch.local import environments
from tune.nodes import Node
from tune.plan.accelerate import FILE, write
from tune.records import Device, Plan, TrainRecord
from tune.run import Run, open_run

PLANS = {
    "one GPU": ("cuda", 1, "one device", "bfloat16"),
    "GPUs": ("cuda", 4, "ddp", "bfloat16"),
    "a divided base": ("cuda", 8, "fsdp2", "float32"),
    "a CPU": ("cpu", 1, "one device", "float32"),
    "processes on a CPU": ("cpu", 2, "ddp", "bfloat16"),
    "a divided base on a CPU": ("cpu", 2, "fsdp2", "float32"),
}


def a_plan(kind: str, processes: int, strategy: str, dtype: str, nodes: int = 1) -> Plan:
    """What accelerate.yaml depends on."""
    device = Device.model_construct(kind=kind, nodes=nodes)
    return Plan.model_construct(device=device, processes=processes, strategy=strategy, compute_dtype=dtype, threads=3)


def read(run: Run) -> tuple[ClusterConfig, argparse.Namespace]:
    """The file as accelerate's configuration, and as the launcher takes it for its arguments."""
    path = str(run.path(FILE))
    call = ["--config_file", path, "-m", "tune.train.worker", str(run.folder)]
    args, _, _ = _validate_launch_command(launch_command_parser().parse_args(call))
    config = load_config_from_file(path)
    assert isinstance(config, ClusterConfig)
    return config, args


@pytest.mark.parametrize("name", PLANS)
def test_accelerate_reads_what_the_launcher_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """accelerate's own classes take the file, and its launcher would start as many processes, on the device and with the
    threads of the plan, as tune's own does; never with FSDP of accelerate's, which would divide the base again."""
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    kind, processes, strategy, dtype = PLANS[name]
    plan = a_plan(kind, processes, strategy, dtype)
    run = Run(tmp_path, None, tmp_path)  # type: ignore[arg-type]
    write(run, plan)
    config, args = read(run)
    ours = environments(plan, Node())
    assert config.num_processes == len(ours) == processes
    assert config.use_cpu == (kind == "cpu")
    assert args.mixed_precision == ("bf16" if dtype == "bfloat16" else "no")
    assert not args.use_fsdp
    assert args.multi_gpu == (processes > 1)
    theirs = prepare_multi_gpu_env(args) if processes > 1 else prepare_simple_launcher_cmd_env(args)[1]
    if processes > 1:
        assert int(args.nproc_per_node) == processes
    assert theirs["OMP_NUM_THREADS"] == ours[0]["OMP_NUM_THREADS"] == "3"
    assert theirs.get("CUDA_VISIBLE_DEVICES") == ours[0].get("CUDA_VISIBLE_DEVICES")
    assert "ACCELERATE_USE_FSDP" not in theirs


def test_several_machines_get_none(tmp_path: Path) -> None:
    """Each machine would need another file, so there is none, nor that of an earlier plan."""
    run = Run(tmp_path, None, tmp_path)  # type: ignore[arg-type]
    write(run, a_plan("cuda", 8, "ddp", "bfloat16"))
    assert run.path(FILE).exists()
    write(run, a_plan("cuda", 16, "ddp", "bfloat16", nodes=2))
    assert not run.path(FILE).exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("devices", "strategy"),
    [(2, "ddp"), *(pytest.param(n, how, marks=pytest.mark.long) for n, how in ((1, "auto"), (2, "fsdp2")))],
)
def test_accelerate_launch_trains_the_same(
    recipe: Callable[..., Path], project: Path, devices: int, strategy: str
) -> None:
    """`accelerate launch` with the file starts the planned number of processes, and the adapter has the bytes of `tune
    run`'s; `tune run` then goes on with what follows the training."""
    recipe(launch={"devices": devices, "strategy": strategy})
    ours = open_run(project / tune("run", "recipe.yaml", "--runs", "ours", cwd=project).stdout.strip())
    tune("plan", "recipe.yaml", "--runs", "theirs", cwd=project)
    theirs = open_run(next((project / "theirs").iterdir()))
    plan = theirs.read(Plan)
    command = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(theirs.path(FILE))]
    command += ["-m", "tune.train.worker", str(theirs.folder)]
    environment = os.environ | {"OMP_NUM_THREADS": str(plan.threads)}
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = theirs.read(TrainRecord)
    assert found.attempts[-1].processes == devices
    assert found.receipt == ours.read(TrainRecord).receipt
    assert found.adapter == ours.read(TrainRecord).adapter
    assert json.loads(theirs.path("train/outcome.json").read_bytes()) == {"outcome": "done"}
    assert "evaluate: " in tune("run", theirs.folder, cwd=project).stderr
