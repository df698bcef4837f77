"""Level 5: a segment of the training done again gives the committed adapter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tune.errors import Problem, UserError
from tune.replay import Replayed, replay
from tune.run import Run
from tune.verify.claims import Claim, judged, unchecked

TITLE = "the adapter follows from the data: only a full level 5 excludes undisclosed data"


def claim(
    folder: Path, run: Run | None, manifest: dict[str, Any], segment: tuple[int, int] | None, sound: bool
) -> Claim:
    """What became of level 5. Raises UserError when the segment cannot be trained here."""
    if manifest["consumption"] is None:
        return unchecked(5, TITLE, "how it was trained is not known")
    if segment is None:
        committed = [entry["step"] for entry in manifest.get("checkpoints", [])]
        steps = ", ".join(map(str, [0, *committed[:3], *(["..."] if len(committed) > 4 else []), *committed[3:][-1:]]))
        needs = f"needs the run directory with rows and base, and a like device: --replay A:B, A and B of {steps}"
        return unchecked(5, TITLE, f"{needs}; only from 0 to the last it is full")
    if not sound:
        return unchecked(5, TITLE, "not trained again: the folder does not agree with itself")
    if run is None:
        fix = "give the run directory, or the adapter/ in it"
        raise UserError(Problem("verify", "a replay needs the run that made the adapter", fix, file=str(folder)))
    return _told(replay(run.folder, manifest, *segment), manifest)


def _told(found: Replayed, manifest: dict[str, Any]) -> Claim:
    text = f"steps {found.first + 1} to {found.last} of the adapter follow from the data"
    if found.undecided:
        return unchecked(5, text, found.undecided)
    whole = found.first == 0 and found.last == manifest["consumption"]["optimizer_steps"]["value"]
    how = "rows prepared again, steps trained again: same rows, same adapter bytes"
    return judged(5, text, found.faults, how + ("" if whole else "; only all steps together exclude undisclosed data"))
