"""The verbs on where runs are carried out: the run directories, this machine."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from tune.errors import EXIT_DONE, EXIT_FAILED

if TYPE_CHECKING:
    import argparse


def list_runs(parsed: argparse.Namespace) -> int:
    """`tune runs`."""
    from tune.launch.submit import jobs
    from tune.run import last_step, state
    from tune.text import table

    folders = sorted((p.parent for p in parsed.runs.glob("*/run.json")), key=lambda p: p.stat().st_mtime)
    job = jobs(folders)
    rows: list[dict[str, Any]] = [
        {"run": str(f), "state": state(f), "steps": last_step(f), "job": job.get(f)} for f in folders
    ]
    if parsed.json:
        print(json.dumps(rows, indent=2))
    elif rows:
        shown = [
            [r["run"], r["state"], str(r["steps"]), " ".join(filter(None, (r["job"] or {}).values()))] for r in rows
        ]
        print(table(shown, ["run", "last stage", "steps", "job"], left=(0, 3)))
    else:
        print(f"no runs under {parsed.runs}/", file=sys.stderr)
    return EXIT_DONE


def examine_machine(parsed: argparse.Namespace) -> int:
    """`tune doctor`."""
    from dataclasses import asdict

    from tune.doctor import examine

    findings = examine(parsed.runs)
    if parsed.json:
        print(json.dumps([asdict(f) for f in findings], indent=2))
    else:
        for finding in findings:
            print(
                f"{'look' if finding.fix else 'ok  '}  {finding.what} {finding.found}{'. ' + finding.fix if finding.fix else ''}"
            )
    return EXIT_FAILED if any(f.fix for f in findings) else EXIT_DONE
