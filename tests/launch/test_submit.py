"""What `tune submit` writes, without a cluster: scripts that bash accepts, objects that Kubeflow's models accept."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import POCKET, fill_project, write_recipe

from tune import pipeline
from tune.cli import main
from tune.errors import EXIT_FAILED, EXIT_USAGE
from tune.launch.request import GPUS
from tune.launch.slurm import warning_seconds
from tune.plan.devices import DEVICES
from tune.recipe import load
from tune.records import Submission

POD = ("--image", "registry/tune:1", "--volume", "shared")

SKYPILOT_KEYS = {
    "": {"name", "num_nodes", "resources", "volumes", "file_mounts", "envs", "run"},
    "resources": {"accelerators", "cpus", "memory", "image_id", "job_recovery"},
    "job_recovery": {"max_restarts_on_errors", "recover_on_exit_codes"},
}
"""Of the keys that SkyPilot's task YAML has (sky/utils/schemas.py, which refuses every other), those that we may write."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a recipe over pocket, to call `tune` in."""
    made = fill_project(tmp_path / "project")
    write_recipe(made / "recipe.yaml", POCKET)
    monkeypatch.chdir(made)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HF_HOME", str(made / "hub"))
    return made


def printed(capsys: pytest.CaptureFixture[str], *options: Any) -> str:
    """What `tune submit --dry-run` prints."""
    assert main(["submit", "recipe.yaml", "--dry-run", *map(str, options)]) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *options: Any) -> list[str]:
    """What `tune submit` says when it refuses."""
    assert main(["submit", "recipe.yaml", *map(str, options)]) == EXIT_USAGE
    return capsys.readouterr().err.splitlines()


def test_a_name_means_one_card() -> None:
    """A GPU that both `tune submit --gpu` and `tune plan --device` know has the same memory and number type in both."""
    both = GPUS.keys() & DEVICES.keys()
    assert {"a100-40gb", "a100-80gb", "h100", "l4"} <= both
    found = {name: (round(DEVICES[name].memory_bytes / 0.985 / 2**30), DEVICES[name].bf16) for name in both}
    assert found == {name: GPUS[name] for name in both}


def directives(script: str) -> dict[str, str]:
    """The options of sbatch that a script carries."""
    return dict(re.findall(r"^#SBATCH --([a-z-]+)=?(.*)$", script, flags=re.MULTILINE))


def test_dry_run_prints_a_script_and_leaves_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """bash accepts the script, its last line is `tune run` on the run directory, and nothing is in `runs/`."""
    script = printed(capsys, "--on", "slurm", "--nodes", 2, "--devices-per-node", 4, "--gpu", "h100")
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    last = script.splitlines()[-1]
    assert re.fullmatch(rf"job srun --kill-on-bad-exit=0 --wait=0 tune run {folder}/runs/tiny-[0-9a-f]{{8}}", last)
    assert directives(script)["nodes"] == "2"
    assert directives(script)["gpus-per-node"] == "h100:4"
    assert not (folder / "runs").exists()
    assert "hf_secret" not in script


def test_options_of_sbatch_go_into_the_script(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Time, partition, processors, memory and whatever else a site wants stand in the script; no GPU when none is asked."""
    asked = ("--time", "4:00:00", "--partition", "long", "--cpus", 8, "--memory", 64, "--option", "account=lab")
    found = directives(printed(capsys, "--on", "slurm", "--gpu", "none", *asked))
    wanted = {"time": "4:00:00", "partition": "long", "cpus-per-task": "8", "mem": "64G", "account": "lab"}
    assert wanted.items() <= found.items()
    assert "gpus-per-node" not in found


JOB = """\
set -u
squeue() {{ echo "{state}"; }}
scontrol() {{ echo "$@" >>asked; }}
srun() {{ exec bash -c 'trap "exit 75" USR1; touch started; for _ in $(seq 100); do sleep 0.1; done; exit {code}'; }}
"""


@pytest.mark.parametrize(("state", "queued"), [("RUNNING", "requeue 7\n"), ("COMPLETING", "")])
def test_the_warning_is_passed_on_and_the_job_comes_back(
    folder: Path, capsys: pytest.CaptureFixture[str], state: str, queued: str
) -> None:
    """SIGUSR1 to the script reaches what it runs; 75 queues a job that still runs again, and not one that was cancelled."""
    script = printed(capsys, "--on", "slurm")
    logs = Path(re.search(r"^log=(.*?)/\"", script, flags=re.MULTILINE).group(1))
    logs.mkdir(parents=True)
    stubs = JOB.format(state=state, code=1)
    environment = {**os.environ, "SLURM_JOB_ID": "7"}
    process = subprocess.Popen(["bash", "-c", stubs + script], env=environment, stdout=subprocess.PIPE, text=True)
    while not Path("started").exists():
        assert process.poll() is None
    time.sleep(1)  # what it runs may be up before the script itself has learned its number
    process.send_signal(10)  # SIGUSR1
    said, _ = process.communicate(timeout=20)
    assert process.returncode == 75
    assert "attempt 1 ended with 75" in said
    assert (Path("asked").read_text() if queued else "") == queued
    assert Path("asked").exists() == bool(queued)


def test_kubernetes_objects_are_complete(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Runtime and job are what Kubeflow's typed models take; they mount the claim, name each node's place, start a failed
    set again, and do not start a wrong recipe again."""
    models = pytest.importorskip("kubeflow_trainer_api.models")
    text = printed(
        capsys,
        "--on",
        "kubernetes",
        "--nodes",
        2,
        "--devices-per-node",
        4,
        *POD,
        "--mount",
        folder.parent,
        "--namespace",
        "lab",
    )
    runtime, job = yaml.safe_load_all(text)
    assert models.TrainerV1alpha1TrainingRuntime.from_dict(runtime).to_dict() == runtime
    assert models.TrainerV1alpha1TrainJob.from_dict(job).to_dict() == job
    assert job["spec"]["runtimeRef"]["name"] == runtime["metadata"]["name"]
    assert {one["metadata"]["namespace"] for one in (runtime, job)} == {"lab"}
    replicated = runtime["spec"]["template"]["spec"]["replicatedJobs"][0]["template"]["spec"]
    pod = replicated["template"]["spec"]
    claims = {
        v["name"]: v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"] if "persistentVolumeClaim" in v
    }
    mounts = {m["name"]: m["mountPath"] for m in pod["containers"][0]["volumeMounts"]}
    assert [(claim, mounts[name]) for name, claim in claims.items()] == [("shared", str(folder.parent))]
    assert replicated["podFailurePolicy"]["rules"][0]["onExitCodes"]["values"] == [EXIT_USAGE]
    assert runtime["spec"]["template"]["spec"]["failurePolicy"]["maxRestarts"] > 0
    trainer = job["spec"]["trainer"]
    assert trainer["resourcesPerNode"]["limits"] == {"nvidia.com/gpu": "4"}
    assert {"name": "HF_HOME", "value": str(folder / "hub")} in trainer["env"]
    assert trainer["args"][0].splitlines()[-1].startswith(f"exec tune run {folder}/runs/tiny-")
    assert "hf_secret" not in text


def test_skypilot_task_has_documented_keys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The task parses, has no key that SkyPilot does not know, and is started again when tune says so."""
    text = printed(capsys, "--on", "skypilot", "--nodes", 2, "--gpu", "H100", *POD, "--mount", folder.parent)
    task = yaml.safe_load(text)
    assert set(task) <= SKYPILOT_KEYS[""]
    assert set(task["resources"]) <= SKYPILOT_KEYS["resources"]
    assert set(task["resources"]["job_recovery"]) <= SKYPILOT_KEYS["job_recovery"]
    assert task["resources"]["job_recovery"]["recover_on_exit_codes"] == [75]
    assert task["volumes"] == {str(folder.parent): "shared"}
    bucket = ("--image", "a:1", "--volume", "s3://mine", "--mount", folder.parent)
    one = yaml.safe_load(printed(capsys, "--on", "skypilot", "--gpu", "none", *bucket))
    assert one["file_mounts"] == {str(folder.parent): {"source": "s3://mine", "mode": "MOUNT_CACHED"}}


@pytest.mark.parametrize(
    ("limit", "seconds"),
    [("10", 150), ("4:30", 67), ("0:40:00", 300), ("1-0", 300), ("0-0:8", 120), ("0-0:1:20", 20), ("3", 45)],
)
def test_the_warning_leaves_time_to_get_somewhere(limit: str, seconds: int) -> None:
    """Five minutes before the end, at most a quarter of the limit, whichever way it is written."""
    assert warning_seconds(limit) == seconds


@pytest.mark.parametrize(
    ("squeue", "words"),
    [
        ("echo 7 PENDING", "job 7 has this run already and is PENDING. Wait for it, or `scancel 7` first."),
        ("echo no controller >&2; exit 1", "job 7 may still have this run, and squeue does not answer."),
    ],
)
def test_a_run_is_not_handed_in_twice(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, squeue: str, words: str
) -> None:
    """While its job waits, and while nobody can say whether it does: exit 1, and nothing is handed in."""
    run = pipeline.prepare(load(Path("recipe.yaml")), Path("runs"))
    before = Submission(place="slurm", job="7", at="", script="", sha256="", nodes=1, devices_per_node=1)
    run.path(Submission.file).write_text(before.model_dump_json())
    for name, does in (("squeue", squeue), ("sbatch", "touch handed-in")):
        (folder / name).write_text(f"#!/bin/sh\n{does}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    assert main(["submit", "recipe.yaml", "--on", "slurm", "--gpu", "none"]) == EXIT_FAILED
    assert words in capsys.readouterr().err
    assert not (folder / "handed-in").exists()


def test_a_node_is_told_its_place(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What a node of SkyPilot runs, run: `tune` hears its number, how many there are, and where the first one is."""
    task = yaml.safe_load(
        printed(capsys, "--on", "skypilot", "--nodes", 2, "--gpu", "none", *POD, "--mount", folder.parent)
    )
    stub = tmp_path / "bin" / "tune"
    stub.parent.mkdir()
    stub.write_text('#!/bin/sh\necho "$TUNE_NODE_RANK of $TUNE_NODES at $MASTER_ADDR:$MASTER_PORT: $1"\nexit 75\n')
    stub.chmod(0o755)
    environment = {"PATH": f"{stub.parent}:{os.environ['PATH']}", "SKYPILOT_NODE_RANK": "1"}
    environment["SKYPILOT_NODE_IPS"] = "10.0.0.1\n10.0.0.2"
    done = subprocess.run(["bash", "-c", task["run"]], env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("1 of 2 at 10.0.0.1:29500: run\n", 75)


def test_options_that_do_not_go_together_are_named_all_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mistake of a call has a line of its own, and nothing is written."""
    wrong = ("--on", "kubernetes", "--nodes", 0, "--time", "3", "--image", "a b", "--mount", "here")
    assert refused(capsys, *wrong) == [
        "--nodes must be at least 1, not 0. give a whole number",
        "--time means nothing to kubernetes. it goes with --on slurm",
        "--on kubernetes needs --volume. see docs/clusters.md",
        '--image "a b" is no name. letters, digits and . , : / @ % + = - only',
        "--mount here is not an absolute path. give the whole path",
    ]
    assert refused(capsys, "--on", "slurm", "--option", "wrap=a\nb") == [
        '--option "wrap=a\\nb" is no option of sbatch. give KEY=VALUE, e.g. account=lab'
    ]
    assert refused(capsys, "--on", "slurm", "--dry-run", "--time", "soon") == [
        '--time "soon" is no time limit. give MINUTES, H:M:S or DAYS-HOURS'
    ]
    bucket = ("--gpu", "none", "--image", "a:1", "--volume", "s3://mine", "--mount", folder.parent)
    assert refused(capsys, "--on", "skypilot", "--nodes", 2, "--dry-run", *bucket) == [
        "s3://mine is a bucket, and several nodes need one disk that they all see at once. give a volume of SkyPilot's (`sky volumes`), or --nodes 1"
    ]
    assert not (folder / "runs").exists()


def test_what_is_not_on_the_volume_is_named(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A run directory that the pods would not see is refused, with where to put it."""
    elsewhere = tmp_path / "volume"
    elsewhere.mkdir()
    said = refused(capsys, "--on", "skypilot", "--gpu", "none", "--dry-run", *POD, "--mount", elsewhere)
    assert [line.split(" is not below")[0] for line in said[1:]] == [str(folder)]
    assert f"is not below --mount {elsewhere}, and so not on the volume" in said[0]


def test_without_slurm_it_is_said_at_once(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No sbatch: said before any row is prepared, with what to do."""
    monkeypatch.setenv("PATH", str(folder))
    said = "there is no sbatch on this machine. submit from a login node, or look with --dry-run"
    assert refused(capsys, "--on", "slurm") == [said]
    assert not list(folder.glob("runs/*/data"))


def test_another_number_of_devices_in_the_recipe_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Recipe and job must mean the same number, before anything waits in a queue."""
    asked = ("--on", "slurm", "--nodes", 2, "--devices-per-node", 4, "--dry-run")
    assert refused(capsys, *asked, "--set", "launch.devices=4") == [
        "launch.devices: the job would have 8 devices, and launch.devices: 4 makes 4 processes. give --set launch.devices=8, or ask for 4"
    ]
    assert "--nodes=2" in printed(capsys, *asked[:-1], "--set", "launch.devices=8")


@pytest.mark.slow
def test_a_written_task_is_recorded_and_shown(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Not a dry run: rows are prepared, the task lies in the run directory as printed, and `tune runs` knows of it."""
    options = ("--on", "skypilot", "--gpu", "none", *POD, "--mount", "/")
    assert main(["submit", "recipe.yaml", *options]) == 0
    out, err = capsys.readouterr()
    run = next(folder.glob("runs/*"))
    assert (run / "skypilot.yaml").read_text() == out
    assert err.splitlines()[-1] == f"submit: start it with: sky jobs launch {run.relative_to(folder)}/skypilot.yaml"
    assert (run / "data/ledger.json").is_file()
    assert main(["runs", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown[0]["job"] == {"place": "skypilot", "id": None, "state": "unknown"}
