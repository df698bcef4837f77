"""Handing a run to a place: the script is written into the run directory, and what was submitted is recorded there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from tune.digest import file_sha256
from tune.files import write_json, write_text
from tune.launch import kubernetes, skypilot, slurm
from tune.launch.request import Request, check_devices, check_mount
from tune.records import Submission
from tune.run import Run

PLACES = {"slurm": slurm, "kubernetes": kubernetes, "skypilot": skypilot}


def script(run: Run, request: Request) -> str:
    """The text that the place is given. Raises UserError for what it cannot be asked."""
    check_devices(run, request)
    if request.mount is not None:
        check_mount(run, request.mount)
    text: str = PLACES[request.place].script(run, request)
    return text


def command(run: Run, request: Request) -> str | None:
    """What the user types to start it; None for Slurm, where we do it."""
    return None if request.place == "slurm" else str(PLACES[request.place].command(run, request))


def ready(run: Run, request: Request) -> None:
    """Raises, before anything is prepared, what would be in the way afterwards: UserError when the place cannot be asked
    this, or not from here; TuneError while an earlier job still has the run."""
    script(run, request)
    if request.place == "slurm":
        slurm.sbatch()
    before = last(run.folder)
    if before is not None and before.job is not None:
        slurm.refuse_second(before.job)


def submit(run: Run, request: Request) -> Submission:
    """Writes the script, hands it over where that is ours to do, and leaves submit.json. Raises UserError when the place
    refuses it."""
    file = run.path(PLACES[request.place].FILE)
    write_text(file, script(run, request))
    found = Submission(
        place=request.place,
        job=slurm.hand_in(file) if request.place == "slurm" else None,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        script=PLACES[request.place].FILE,
        sha256=file_sha256(file),
        nodes=request.nodes,
        devices_per_node=request.devices_per_node,
    )
    write_json(run.path(Submission.file), found.model_dump(mode="json"))
    return found


def last(folder: Path) -> Submission | None:
    """What a run directory was last handed to; None when it never was."""
    try:
        return Submission.model_validate_json((folder / Submission.file).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def jobs(folders: list[Path]) -> dict[Path, dict[str, str | None]]:
    """The last job of each run that was submitted: `place`, `id`, and `state` in the place's own word: of Slurm what squeue
    says, `ended` when Slurm no longer knows the job; `unknown` where nobody can be asked."""
    found = {folder: one for folder in folders if (one := last(folder)) is not None}
    known = slurm.states() if any(one.job for one in found.values()) else None
    return {
        folder: {
            "place": one.place,
            "id": one.job,
            "state": "unknown" if one.job is None or known is None else known.get(one.job, "ended"),
        }
        for folder, one in found.items()
    }
