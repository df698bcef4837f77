"""Everything that tune raises on purpose.

    TuneError                    exit code 1
    ├── UserError (ValueError)   2   the recipe, the call or a named file is wrong; carries the list of problems
    │   ├── RecipeError              a recipe that cannot be read or does not hold together
    │   ├── DataError                rows that cannot be trained on
    │   ├── BaseModelError           a base that cannot be used: missing, gated, pickled, no template
    │   ├── PlanError                what was asked does not fit the device
    │   ├── MergeError               an adapter that cannot be merged into this base
    │   └── PublishError             what cannot be published like this, or not by this account
    ├── RunBusy                  1   another process holds the run directory
    ├── TrainingFailed           1   a guard stopped it; carries the step and the rows
    │   └── TrainingLost             a worker died or does not answer, the disk is full, a library failed
    ├── PublishFailed            1   the Hub did not take it; the same command goes on
    └── Interrupted              75  stopped on request after saving; the same command continues

An error says what is wrong, where, and what to do. `assert` is for our own invariants only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

EXIT_DONE, EXIT_FAILED, EXIT_USAGE, EXIT_INTERRUPTED = 0, 1, 2, 75


@dataclass(frozen=True)
class Problem:
    """One thing that a person has to mend.

    `check` is the stable name of the rule, `file`/`line` a 1-based place in a text file, `row` a 1-based row of a data
    file, `key` a dotted recipe key or a field of a row. Absent parts are None.
    """

    check: str
    what: str
    fix: str
    file: str | None = None
    line: int | None = None
    row: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        """`file:line: key: what. what to do`, leaving out what is absent."""
        place = self.file or ""
        if self.file and self.line is not None:
            place += f":{self.line}"
        elif self.file and self.row is not None:
            place += f": row {self.row}"
        parts = [part for part in (place, self.key) if part]
        return one_line(": ".join([*parts, f"{self.what}. {self.fix}" if self.fix else f"{self.what}."]))

    def as_json(self) -> dict[str, object]:
        """The shape that `tune check --json` documents; absent parts are null."""
        return asdict(self)


def one_line(text: str) -> str:
    """What comes out of a file may hold line breaks, terminal codes or half characters; shown as their escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class TuneError(Exception):
    """Base of all errors that tune raises on purpose."""

    exit_code = EXIT_FAILED


class UserError(TuneError, ValueError):
    """Something that a person wrote is wrong; `problems` lists all of it at once."""

    exit_code = EXIT_USAGE

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        """Takes one problem or many; the message is one line for each."""
        self.problems: list[Problem] = [problems] if isinstance(problems, Problem) else list(problems)
        assert self.problems, "an error without a problem"
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[UserError], tuple[list[Problem]]]:
        """For the way from another process: made again from its problems, not from their text."""
        return type(self), (self.problems,)


class RecipeError(UserError):
    """The recipe cannot be read, or its parts do not hold together."""


class DataError(UserError):
    """Rows that cannot be trained on."""


class BaseModelError(UserError):
    """The base model cannot be used."""


class PlanError(UserError):
    """What was asked does not fit the device."""


class MergeError(UserError):
    """An adapter that cannot be merged into this base tensor by tensor."""


class PublishError(UserError):
    """What cannot be published like this, or not by this account."""


class RunBusy(TuneError):
    """Another process holds the run directory."""


class TrainingFailed(TuneError):
    """A guard stopped training before harm was done."""


class TrainingLost(TrainingFailed):
    """Training ended by an accident, which says nothing of what was trained: a process died or does not answer, the disk is
    full, a library failed."""


class PublishFailed(TuneError):
    """The Hub did not take what was sent; the same command goes on."""


class Interrupted(TuneError):
    """Stopped on request after saving; the same command continues."""

    exit_code = EXIT_INTERRUPTED
