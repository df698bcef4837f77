"""The options of `tune submit`, as argparse takes them. `tune.launch.request` says what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SUBMIT: dict[str, dict[str, Any]] = {
    "--on": {"required": True, "choices": ["slurm", "kubernetes", "skypilot"], "help": "the place"},
    "--nodes": {"type": int, "default": 1, "metavar": "N", "help": "machines (default: 1)"},
    "--devices-per-node": {"type": int, "default": 1, "metavar": "M", "help": "devices on each (default: 1)"},
    "--gpu": {
        "default": "any",
        "metavar": "KIND",
        "help": "h100, a100-80gb, ...; any (default); none: processors only",
    },
    "--cpus": {"type": int, "metavar": "N", "help": "CPUs of a node"},
    "--memory": {"type": int, "metavar": "GB", "help": "memory of a node"},
    "--time": {"metavar": "LIMIT", "help": "Slurm: time limit of an attempt, e.g. 4:00:00"},
    "--partition": {"metavar": "NAME", "help": "Slurm: the partition"},
    "--option": {
        "action": "append",
        "default": [],
        "metavar": "KEY=VALUE",
        "help": "Slurm: another option of sbatch, e.g. account=lab",
    },
    "--image": {"metavar": "NAME", "help": "Kubernetes, SkyPilot: a container image with tune in it"},
    "--volume": {"metavar": "NAME", "help": "Kubernetes: a volume claim; SkyPilot: a volume, or a bucket (s3://...)"},
    "--mount": {
        "type": Path,
        "metavar": "DIR",
        "help": "where that volume is, here and there: run and recipe lie below",
    },
    "--namespace": {"metavar": "NAME", "help": "Kubernetes: the namespace"},
    "--dry-run": {"action": "store_true", "help": "print what would be submitted; nothing is written"},
}
