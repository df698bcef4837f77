"""One of several processes that measure a base which they hold in parts: `python -m tune.evaluate.worker RUN [--attended]`.

How it finds its place and ends is told in `tune.process`. Nothing is saved on the way: stopped, it begins anew.
"""

from __future__ import annotations

from collections.abc import Callable

from tune.evaluate import evaluate
from tune.process import MEASURED, carry_out
from tune.ranks import Ranks
from tune.run import Run


def main() -> None:
    """Entry of the process."""
    carry_out(_measured, MEASURED)


def _measured(run: Run, stop: Callable[[], bool], ranks: Ranks) -> bool:
    """Measures, whatever was measured before (who started these processes wants it), and waits until the first of them has
    written evaluate.json."""
    evaluate(run, ranks, again=True)
    ranks.wait()
    return True


if __name__ == "__main__":
    main()
