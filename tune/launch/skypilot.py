"""SkyPilot: a task file for the user's own `sky`. Its package is not needed, and would not install beside our pins.

Keys are those of SkyPilot's task YAML (reference/yaml-spec in its documentation).
"""

from __future__ import annotations

import shlex
from typing import Any

from tune.errors import EXIT_INTERRUPTED, Problem, UserError
from tune.launch.request import Request, environment, node_lines
from tune.launch.yaml_text import dump
from tune.run import Run

FILE = "skypilot.yaml"
RESTARTS = 3
"""Starts after a failure; evictions and exit code 75 do not count."""


def script(run: Run, request: Request) -> str:
    """The task as YAML. Raises UserError for what SkyPilot cannot be asked."""
    if request.gpu == "any":
        fix = "name one (--gpu H100), or --gpu none; `sky show-gpus` lists them"
        raise UserError(Problem("call", "--on skypilot needs to know which GPU", fix))
    bucket = "://" in (request.volume or "")
    if bucket and request.nodes > 1:
        what = f"{request.volume} is a bucket, and several nodes need one disk that they all see at once"
        raise UserError(Problem("call", what, "give a volume of SkyPilot's (`sky volumes`), or --nodes 1"))
    mount = str(request.mount)
    stored = (
        {"file_mounts": {mount: {"source": request.volume, "mode": "MOUNT_CACHED"}}}
        if bucket
        else {"volumes": {mount: request.volume}}
    )
    task = {
        "name": run.folder.name,
        "num_nodes": request.nodes,
        "resources": _resources(request),
        **stored,
        "envs": environment(request),
        "run": node_lines(run, request, '"$SKYPILOT_NODE_RANK"', '"$(head -n 1 <<<"$SKYPILOT_NODE_IPS")"'),
    }
    return dump(task)


def _resources(request: Request) -> dict[str, Any]:
    """What each node has, and when a task that ended is started again."""
    return {
        **({"accelerators": f"{request.gpu}:{request.devices_per_node}"} if request.gpu != "none" else {}),
        **({"cpus": f"{request.cpus}+"} if request.cpus else {}),
        **({"memory": f"{request.memory}+"} if request.memory else {}),
        "image_id": f"docker:{request.image}",
        "job_recovery": {"max_restarts_on_errors": RESTARTS, "recover_on_exit_codes": [EXIT_INTERRUPTED]},
    }


def command(run: Run, request: Request) -> str:
    """What the user types to start it."""
    return f"sky jobs launch {shlex.quote(str(run.path(FILE)))}"
