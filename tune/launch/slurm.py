"""Slurm: a batch script whose last line is the command that a person would type, and what becomes of the job.

What was seen on a real controller (22.05), and is why the script is as it is:

- A step that ends with 0 within the grace time of a preemption makes the job COMPLETED, and it never comes back. So tune
  ends with 75, and the script puts the job back into the queue.
- `scontrol requeue` also revives a job that somebody cancelled. `scancel` signals the script itself, which ends it; and the
  script asks for the state first.
- Preemption signals every process of a step, those in sessions of their own too, and not the script.
- After the first task of a step has ended, srun may end the others (`--wait`); the first node has work left when training
  is over.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from tune.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_USAGE, Problem, TuneError, UserError
from tune.launch.request import Request, commands, job_line
from tune.run import Run

FILE = "slurm/job.sh"
WARNING_SECONDS = 300
"""How long before its time is up a job is asked to save: one step, one checkpoint, and some patience of the file system.
At most a quarter of the time, or an attempt would be asked before it has got anywhere."""
GONE = {"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "TIMEOUT"}
"""States of a job that does nothing any more."""

BODY = """\
# One log an attempt; job-%j.log keeps what Slurm itself says.
log={logs}/"$SLURM_JOB_ID-$((${{SLURM_RESTART_COUNT:-0}} + 1)).log"

# Runs a command, passes on Slurm's warning that the time is nearly up, and queues the job again when tune ended with {again}
# (saved, run me again). A cancelled job is no longer RUNNING, and stays cancelled.
job() {{
    local code
    trap 'kill -USR1 "$!"' USR1
    "$@" >>"$log" 2>&1 &
    wait "$!"
    code=$?
    while kill -0 "$!" 2>/dev/null; do # a signal ended the waiting, not the command
        wait "$!"
        code=$?
    done
    trap '' USR1
    echo "$(date -u +%FT%TZ) attempt $((${{SLURM_RESTART_COUNT:-0}} + 1)) ended with $code; see $log"
    if [ "$code" -eq {again} ] && [ "$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%T)" = RUNNING ]; then
        scontrol requeue "$SLURM_JOB_ID"
    fi{lost}
    exit "$code"
}}

"""
LOST = """
    if [ "$code" -ne {done} ] && [ "$code" -ne {mistake} ] && [ "$code" -ne {again} ]; then
        sleep 30 # perhaps a node is lost: then Slurm is about to end this script and to queue the job again
    fi"""
"""For several nodes: what ends with 1 on one of them may have its reason on another. srun has waited until Slurm gave that
node up."""


def script(run: Run, request: Request) -> str:
    """The batch script. Ends with the job line; holds no account and no token."""
    folder = run.folder.resolve()
    lines = ["#!/bin/bash", *(f"#SBATCH --{option}" for option in _options(run, request)), ""]
    folder_of_tune = commands()
    if folder_of_tune is not None:
        lines.append(f'export PATH={shlex.quote(str(folder_of_tune))}:"$PATH"')
    if request.nodes > 1:
        lines.append("MASTER_ADDR=$(hostname)")
        lines.append(f"export TUNE_NODES={request.nodes} MASTER_ADDR MASTER_PORT=$((20000 + SLURM_JOB_ID % 20000))")
    codes = {"done": EXIT_DONE, "mistake": EXIT_USAGE, "again": EXIT_INTERRUPTED}
    lost = LOST.format(**codes) if request.nodes > 1 else ""
    body = BODY.format(logs=shlex.quote(str(folder / "slurm")), lost=lost, **codes)
    program = "tune" if folder_of_tune else f"{shlex.quote(sys.executable)} -m tune"
    return "\n".join([*lines, "", body.rstrip("\n"), "", f"job {_srun(request)} {job_line(run, program)}", ""])


def _options(run: Run, request: Request) -> list[str]:
    """Options of sbatch, as they stand after `#SBATCH --`."""
    gpus = str(request.devices_per_node) if request.gpu == "any" else f"{request.gpu}:{request.devices_per_node}"
    log = run.folder.resolve() / "slurm" / "job-%j.log"
    return [
        f"job-name={run.folder.name}",
        f"nodes={request.nodes}",
        "ntasks-per-node=1",
        *([f"gpus-per-node={gpus}"] if request.gpu != "none" else []),
        *([f"cpus-per-task={request.cpus}"] if request.cpus else []),
        *([f"mem={request.memory}G"] if request.memory else []),
        *([f"time={request.time}"] if request.time else []),
        *([f"partition={request.partition}"] if request.partition else []),
        "requeue",
        f"signal=B:USR1@{warning_seconds(request.time)}",
        "open-mode=append",
        f"output={shlex.quote(str(log))}",
        *request.option,
    ]


def warning_seconds(limit: str | None) -> int:
    """How long before a time limit the warning comes. Limits are M, M:S, H:M:S, D-H, D-H:M or D-H:M:S, as sbatch takes
    them. Raises UserError for anything else."""
    if limit is None:
        return WARNING_SECONDS
    found = re.fullmatch(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", limit)
    if found is None:
        raise UserError(Problem("call", f'--time "{limit}" is no time limit', "give MINUTES, H:M:S or DAYS-HOURS"))
    days, *parts = found.groups()
    numbers = [int(part) for part in parts if part is not None]
    units = (3600, 60, 1) if days or len(numbers) == 3 else (60, 1)
    seconds = 86400 * int(days or 0) + sum(n * unit for n, unit in zip(numbers, units, strict=False))
    return min(WARNING_SECONDS, seconds // 4)


def _srun(request: Request) -> str:
    """srun, one task a node. How one of them ends is for the ranks to settle: they know what the others still do."""
    cpus = f" --cpus-per-task={request.cpus}" if request.cpus else ""  # srun no longer takes it from the job
    return "srun" + cpus + (" --kill-on-bad-exit=0 --wait=0" if request.nodes > 1 else "")


def sbatch() -> str:
    """The path of sbatch. Raises UserError when it is not here."""
    found = shutil.which("sbatch")
    if found is None:
        fix = "submit from a login node, or look with --dry-run"
        raise UserError(Problem("call", "there is no sbatch on this machine", fix))
    return found


def hand_in(script_file: Path) -> str:
    """Hands the script to sbatch; returns the number of the job. Raises UserError when Slurm refuses it, or is not here."""
    done = subprocess.run([sbatch(), "--parsable", str(script_file)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = " ".join(done.stderr.split()).removeprefix("sbatch: error: ") or f"exit code {done.returncode}"
        raise UserError(Problem("call", f"Slurm refused the job: {said}", "", file=str(script_file)))
    return done.stdout.strip().split(";")[0]


def states() -> dict[str, str] | None:
    """State of each job of this user that Slurm remembers, by number; None where Slurm cannot be asked."""
    if shutil.which("squeue") is None:
        return None
    command = ["squeue", "--me", "--noheader", "--states=all", "--format=%i %T"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode != 0:
        return None
    return dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if line.strip())


def refuse_second(job: str) -> None:
    """Raises TuneError while the job that a run was handed to is still waiting or running, and when Slurm does not say."""
    known = states()
    if known is None:
        raise TuneError(f"job {job} may still have this run, and squeue does not answer. Try again once it does.")
    state = known.get(job, "COMPLETED")
    if state not in GONE:
        raise TuneError(f"job {job} has this run already and is {state}. Wait for it, or `scancel {job}` first.")
