"""Kubernetes: a Kubeflow TrainJob and the runtime that it refers to, for the user's own kubectl.

The runtime is one of our own, because what decides whether a run survives (which exit codes start it again, and how often)
stands in a runtime and not in a TrainJob. Everything is checked by the typed models of `kubeflow_trainer_api`.
"""

from __future__ import annotations

import re
import shlex
from typing import Any

from tune.errors import EXIT_USAGE, Problem, UserError
from tune.launch.request import Request, environment, node_lines
from tune.launch.yaml_text import dump
from tune.run import Run

FILE = "kubernetes.yaml"
API = "trainer.kubeflow.org/v1alpha1"
CONTAINER = "node"
"""The replicated job and the container that Kubeflow's torch policy looks for."""
RESTARTS = 20
"""Starts after the first one: evictions, lost nodes and failures count alike."""
GRACE_SECONDS = 300
"""Time between a pod's SIGTERM and its end: one step and one checkpoint."""


def script(run: Run, request: Request) -> str:
    """Both objects as YAML. Raises UserError when `kubeflow_trainer_api` is not installed."""
    try:
        from kubeflow_trainer_api import models
    except ImportError:
        fix = "pip install 'tune-ledger[kubernetes]'"
        raise UserError(Problem("call", "--on kubernetes needs kubeflow_trainer_api", fix)) from None
    typed = (
        (models.TrainerV1alpha1TrainingRuntime, _runtime(run, request)),
        (models.TrainerV1alpha1TrainJob, _job(run, request)),
    )
    for model, written in typed:
        # The models leave out what they do not know, so a key that Kubeflow does not have shows in what comes back.
        assert model.from_dict(written).to_dict() == written, f"a {written['kind']} has no such fields: {written}"
    return dump(*(written for _, written in typed))


def name(run: Run) -> str:
    """The run directory's name as Kubernetes takes it: small letters, digits and hyphens, at most 50 of them (JobSet adds
    a suffix for each pod, and 63 is the most)."""
    clean = re.sub(r"[^a-z0-9]+", "-", run.folder.name.lower()).strip("-")
    return clean[-50:].lstrip("-0123456789") or "tune"


def command(run: Run, request: Request) -> str:
    """What the user types to start it."""
    place = f" --namespace {request.namespace}" if request.namespace else ""
    return f"kubectl apply{place} -f {shlex.quote(str(run.path(FILE)))}"


def _metadata(run: Run, request: Request) -> dict[str, Any]:
    return {"name": name(run), **({"namespace": request.namespace} if request.namespace else {})}


def _runtime(run: Run, request: Request) -> dict[str, Any]:
    """The TrainingRuntime. A pod that fails ends the whole set, which is then started again, because the ranks of a run
    start together; only a mistake in recipe or rows (exit code 2) is final at once."""
    container: dict[str, Any] = {"name": CONTAINER, "image": request.image}
    container["volumeMounts"] = [{"name": "run", "mountPath": str(request.mount)}]
    volumes: list[dict[str, Any]] = [{"name": "run", "persistentVolumeClaim": {"claimName": request.volume}}]
    if request.devices_per_node > 1:  # processes of a node talk through /dev/shm, of which a pod has 64 MB by default
        container["volumeMounts"].append({"name": "shm", "mountPath": "/dev/shm"})  # noqa: S108  # the pod's own
        volumes.append({"name": "shm", "emptyDir": {"medium": "Memory"}})
    mistake = {"containerName": CONTAINER, "operator": "In", "values": [EXIT_USAGE]}
    job = {
        "backoffLimit": 0,
        "podFailurePolicy": {"rules": [{"action": "FailJob", "onExitCodes": mistake}]},
        "template": {
            "spec": {
                "restartPolicy": "Never",
                "terminationGracePeriodSeconds": GRACE_SECONDS,
                "containers": [container],
                "volumes": volumes,
            }
        },
    }
    final = {"name": "mistake", "action": "FailJobSet", "onJobFailureReasons": ["PodFailurePolicy"]}
    labels = {"trainer.kubeflow.org/trainjob-ancestor-step": "trainer"}
    return {
        "apiVersion": API,
        "kind": "TrainingRuntime",
        "metadata": {**_metadata(run, request), "labels": {"trainer.kubeflow.org/framework": "torch"}},
        "spec": {
            "mlPolicy": {"numNodes": request.nodes, "torch": {}},
            "template": {
                "spec": {
                    "failurePolicy": {"maxRestarts": RESTARTS, "rules": [final]},
                    "replicatedJobs": [
                        {"name": CONTAINER, "template": {"metadata": {"labels": labels}, "spec": job}},
                    ],
                }
            },
        },
    }


def _job(run: Run, request: Request) -> dict[str, Any]:
    """The TrainJob: what runs, on how many nodes, with what each has."""
    assert request.mount is not None
    limits = {"nvidia.com/gpu": str(request.devices_per_node)} if request.gpu != "none" else {}
    asked = {"cpu": str(request.cpus or ""), "memory": f"{request.memory}G" if request.memory else ""}
    requests = {key: value for key, value in asked.items() if value}
    resources = {key: value for key, value in (("limits", limits), ("requests", requests)) if value}
    lines = node_lines(run, request, '"$PET_NODE_RANK"', '"$PET_MASTER_ADDR"')
    return {
        "apiVersion": API,
        "kind": "TrainJob",
        "metadata": _metadata(run, request),
        "spec": {
            "runtimeRef": {"apiGroup": "trainer.kubeflow.org", "kind": "TrainingRuntime", "name": name(run)},
            "trainer": {
                "image": request.image,
                "command": ["bash", "-c"],
                "args": [lines],
                "env": [{"name": key, "value": value} for key, value in environment(request).items()],
                "numNodes": request.nodes,
                "numProcPerNode": request.devices_per_node,
                **({"resourcesPerNode": resources} if resources else {}),
            },
        },
    }
