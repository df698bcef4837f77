"""Runs of two ranks on a real Slurm of two nodes: preempted, out of time, robbed of a node, each ends with the bytes of the
undisturbed run."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import POCKET, fill_project, write_recipe
from slurm_here import Cluster, missing
from whole import tune, worker_of

from tune.files import read_jsonl
from tune.records import Submission, TrainRecord
from tune.run import open_run

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=f"Slurm is not installed: no {', '.join(missing())}"),
]

STEPS = 16
SECTION = {
    "max_steps": STEPS,
    "tokens_per_step": 1024,
    "save_every": 4,
    "adapter": {"rank": 4, "alpha": 8, "dropout": 0.05},
}
SHAPE = (
    "--on",
    "slurm",
    "--nodes",
    "2",
    "--gpu",
    "none",
    "--partition",
    "low",
    "--time",
    "30",
    "--option",
    "exclusive",
)
SETTLED_SECONDS = 8.0


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster, up for all tests of this file; its commands are found as a user finds them."""
    made = Cluster(tmp_path_factory.mktemp("slurm") / "here")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("PATH", "SLURM_CONF"):
            patch.setenv(name, made.environment[name])
        yield made
    made.close()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recipe of 16 steps of pocket."""
    folder = fill_project(tmp_path_factory.mktemp("submitted") / "project")
    write_recipe(folder / "recipe.yaml", POCKET, data={"max_tokens": 256, "eval": []}, train=SECTION)
    return folder


@pytest.fixture(scope="module")
def straight(project: Path, cluster: Cluster) -> TrainRecord:
    """The run that nobody disturbs, submitted like the others."""
    run, number = submit(project, "straight")
    wait(cluster, number, lambda: cluster.job(number)["JobState"] == "COMPLETED", run)
    return open_run(run).read(TrainRecord)


def submit(project: Path, runs: str) -> tuple[Path, str]:
    """Submits the recipe; gives the run directory and the number of the job."""
    done = tune("submit", "recipe.yaml", "--runs", runs, *SHAPE, cwd=project)
    run = project / done.stdout.strip()
    found = Submission.model_validate_json((run / "submit.json").read_bytes())
    assert f"submitted as job {found.job}" in done.stderr
    return run, found.job


def wait(cluster: Cluster, number: str, true: Callable[[], bool], run: Path, seconds: float = 300) -> None:
    """Waits for something about a job; a failure shows its logs. A job in the queue is not made to wait for its time."""
    deadline, calm = time.monotonic() + seconds, time.monotonic()
    while not true():
        job = cluster.job(number)
        if cluster.idle() != {"n1", "n2"}:
            calm = time.monotonic()
        # A job that is started in the second in which its lost node is back is given half of its nodes by Slurm 22.05. Left
        # alone, it begins two minutes later.
        if job["JobState"] == "PENDING" and job["Reason"] == "BeginTime" and time.monotonic() - calm > SETTLED_SECONDS:
            cluster.call("scontrol", "update", f"JobId={number}", "StartTime=now", check=False)
        logs = "".join(path.read_text() for path in sorted((run / "slurm").glob("*.log")))
        ended = job["JobState"] in ("FAILED", "TIMEOUT", "CANCELLED", "COMPLETED") and not true()
        assert not ended, f"{job['JobState']}: {logs}"
        assert time.monotonic() < deadline, f"{job['JobState']} {job['Reason']}: {logs}"
        time.sleep(0.2)


def steps(run: Path) -> int:
    """Optimizer steps in the log so far."""
    log = run / "train/metrics.jsonl"
    return log.read_text().count("\n") if log.exists() else 0


def restarts(cluster: Cluster, number: str) -> int:
    """How often the job has begun anew."""
    return int(cluster.job(number).get("Restarts", 0))


def finished_like(straight: TrainRecord, cluster: Cluster, number: str, run: Path) -> None:
    """The job ends by itself, with the bytes of the undisturbed run and every step counted once."""
    wait(cluster, number, lambda: cluster.job(number)["JobState"] == "COMPLETED", run)
    found = open_run(run).read(TrainRecord)
    assert found.adapter == straight.adapter
    assert found.receipt == straight.receipt
    assert [row["step"] for row in read_jsonl(run / "train/metrics.jsonl")] == list(range(1, STEPS + 1))


@pytest.mark.slow
def test_a_job_leaves_a_finished_run(straight: TrainRecord, project: Path) -> None:
    """The job did every stage that was left; `tune runs` shows run and job; submitting again finds nothing to do."""
    assert straight.receipt.optimizer_steps == STEPS
    assert [attempt.processes for attempt in straight.attempts] == [2]
    shown = json.loads(tune("runs", "--runs", "straight", "--json", cwd=project).stdout)
    assert [(row["state"], row["job"]["state"]) for row in shown] == [("done", "COMPLETED")]
    again = tune("submit", "recipe.yaml", "--runs", "straight", *SHAPE, cwd=project)
    assert "nothing to do" in again.stderr


@pytest.mark.slow
def test_preempted_by_a_job_of_higher_priority(straight: TrainRecord, project: Path, cluster: Cluster) -> None:
    """A job that may push others aside takes both nodes: ours saves, gives way, and goes on in a second log."""
    run, number = submit(project, "preempted")
    wait(cluster, number, lambda: steps(run) >= 6, run)
    worker = worker_of(run)
    os.kill(worker, signal.SIGSTOP)  # training is not to end before Slurm has looked at its queue
    shown = json.loads(tune("runs", "--runs", "preempted", "--json", cwd=project).stdout)
    assert shown[0]["job"] == {"place": "slurm", "id": number, "state": "RUNNING"}
    second = tune("submit", "recipe.yaml", "--runs", "preempted", *SHAPE, cwd=project, check=False)
    assert second.returncode == 1
    pushes = ("--parsable", "--partition=high", "--nodes=2", "--exclusive", "--output=/dev/null", "--wrap=sleep 2")
    high = cluster.call("sbatch", *pushes).strip()
    wait(cluster, number, lambda: "stopping after this step" in (run / f"slurm/{number}-1.log").read_text(), run)
    os.kill(worker, signal.SIGCONT)
    wait(cluster, number, lambda: restarts(cluster, number) == 1, run)
    assert "saved and stopped" in (run / f"slurm/{number}-1.log").read_text()
    wait(cluster, high, lambda: cluster.job(high)["JobState"] == "COMPLETED", run)
    finished_like(straight, cluster, number, run)
    assert (run / f"slurm/{number}-2.log").is_file()


@pytest.mark.long
def test_out_of_time_three_times(straight: TrainRecord, project: Path, cluster: Cluster) -> None:
    """Three times Slurm says that the time is nearly up: each attempt saves what it has and the next goes on from there."""
    run, number = submit(project, "late")
    for attempt, step in enumerate((3, 7, 11), start=1):
        wait(cluster, number, lambda step=step: steps(run) >= step, run)
        worker = worker_of(run)
        os.kill(worker, signal.SIGSTOP)  # Slurm looks at time limits every 30 s, and training is not to end before
        cluster.call("scontrol", "update", f"JobId={number}", "TimeLimit=4")  # the warning comes 5 minutes before
        log = run / f"slurm/{number}-{attempt}.log"
        wait(cluster, number, lambda log=log: "stopping after this step" in log.read_text(), run)
        os.kill(worker, signal.SIGCONT)
        wait(cluster, number, lambda attempt=attempt: restarts(cluster, number) == attempt, run)
        cluster.call("scontrol", "update", f"JobId={number}", "TimeLimit=30")
    finished_like(straight, cluster, number, run)
    starts = [attempt.from_step for attempt in open_run(run).read(TrainRecord).attempts]
    assert len(starts) == 4
    assert starts == sorted(set(starts))


@pytest.mark.long
def test_a_node_that_dies(straight: TrainRecord, project: Path, cluster: Cluster) -> None:
    """A node is gone without a word, first the one that only trains, then the first of the job: Slurm queues the job again,
    and with the node back it goes on from the last checkpoint."""
    run, number = submit(project, "robbed")
    for attempt, (node, step) in enumerate((("n2", 6), ("n1", 10)), start=1):
        wait(cluster, number, lambda step=step: steps(run) >= step, run)
        cluster.kill_node(node)
        wait(cluster, number, lambda attempt=attempt: restarts(cluster, number) == attempt, run)
        cluster.start_node(node)
    finished_like(straight, cluster, number, run)


@pytest.mark.slow
def test_a_cancelled_job_stays_cancelled(project: Path, cluster: Cluster) -> None:
    """`scancel` is the last word: what was saved is kept, and nothing comes back into the queue."""
    run, number = submit(project, "cancelled")
    wait(cluster, number, lambda: steps(run) >= 2, run)
    cluster.call("scancel", number)
    deadline = time.monotonic() + 60
    while cluster.job(number)["JobState"] != "CANCELLED" or "EndTime" not in cluster.job(number):
        assert time.monotonic() < deadline, cluster.job(number)
        time.sleep(0.2)
    time.sleep(8)  # KillWait and more: whatever would queue it again has had its chance
    assert cluster.job(number)["JobState"] == "CANCELLED"
    assert restarts(cluster, number) == 0
