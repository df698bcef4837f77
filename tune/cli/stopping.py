"""A request to stop, which nothing swallows."""

from __future__ import annotations

import signal
import sys

ANEW_SECONDS = 0.05


def listen() -> None:
    """Hears what a cluster stops a job with like Ctrl-C: KeyboardInterrupt, wherever the main thread is.

    It may be where Python lets no exception out, in `__del__` or the callback of a weak reference, such as those that the
    import of a module leaves. There it would be printed and forgotten; so it is raised again a moment later.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1, signal.SIGALRM):
        signal.signal(number, signal.default_int_handler)
    tell = sys.unraisablehook

    def forgotten(what: sys.UnraisableHookArgs) -> None:
        if issubclass(what.exc_type, KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, ANEW_SECONDS)
        else:
            tell(what)

    sys.unraisablehook = forgotten
