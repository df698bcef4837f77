"""The machines that carry out one run together: which one this is, and how long it looks for the first.

Each runs the same command, `tune run RUN`, and learns its place from the environment: TUNE_NODES, TUNE_NODE_RANK (from 0;
under Slurm it may be left out, srun says it), and MASTER_ADDR and MASTER_PORT, where rank 0 listens on the first machine.
The first does every stage; the others only train.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from tune.errors import Problem, UserError


@dataclass(frozen=True)
class Node:
    """One machine, `rank` of `count`."""

    rank: int = 0
    count: int = 1
    address: str = ""
    port: int = 0


def here(environment: Mapping[str, str] = os.environ) -> Node:
    """The place of this machine. Raises UserError when the environment names several and not where they meet."""
    said = {name: environment.get(name, "") for name in ("TUNE_NODES", "MASTER_ADDR", "MASTER_PORT")}
    said["TUNE_NODE_RANK"] = environment.get("TUNE_NODE_RANK") or environment.get("SLURM_NODEID", "")
    if said["TUNE_NODES"] in ("", "1"):
        return Node()
    wrong = [name for name, value in said.items() if not (value.isdecimal() or (value and name == "MASTER_ADDR"))]
    if wrong or not int(said["TUNE_NODE_RANK"]) < int(said["TUNE_NODES"]):
        name = (wrong or ["TUNE_NODE_RANK"])[0]
        fix = "a script that `tune submit` writes sets it; unset TUNE_NODES to train on this machine alone"
        raise UserError(Problem("call", f'{name} is "{said[name]}", with TUNE_NODES={said["TUNE_NODES"]}', fix))
    return Node(int(said["TUNE_NODE_RANK"]), int(said["TUNE_NODES"]), said["MASTER_ADDR"], int(said["MASTER_PORT"]))


def meet(node: Node, seconds: float, needless: Callable[[], bool]) -> bool:
    """Waits until rank 0 listens on the first machine, at most `seconds`, or until that is `needless`. Returns whether it
    listens: then the plan is made, and training begins."""
    deadline = time.monotonic() + seconds
    while not needless() and time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((node.address, node.port), timeout=5):
            return True
        time.sleep(0.5)
    return False
