"""The recipe in the manifest: all of it but the places on this machine, and as the facts of the procedure."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from tune.disclose.basis import declared
from tune.recipe.schema import Recipe

Json = dict[str, Any]

NO_PUBLIC_NAME = "a local folder"
"""What stands for the path of a base that is published nowhere."""


def resolved(recipe: Recipe) -> Json:
    """The recipe with every key, but `private` only where it is set: it came later than other keys, and a recipe that does
    not use it keeps its digest."""
    told: Json = recipe.model_dump(mode="json")
    for source in (*told["data"]["train"], *told["data"]["eval"]):
        if not source["private"]:
            del source["private"]
    return told


def without_paths(recipe: Recipe, repo: str | None) -> Json:
    """The resolved recipe for readers elsewhere: where things lay on this machine is nobody's business, so that a local
    base has its public name or none, and a file its own name, with no more of the folders than tell its source from others."""
    told = resolved(recipe)
    told["base"]["model"] = repo or NO_PUBLIC_NAME
    for part, name in zip((*told["data"]["train"], *told["data"]["eval"]), recipe.data.names, strict=True):
        part["path"] = name if part["path"] is not None else None
    places = [(told["train"]["adapter"], "start_from"), (told["evaluate"], "prompts")]
    for part, key in places:
        part[key] = PurePath(part[key]).name if part[key] is not None else None
    return told


def said_of_training(recipe: Recipe) -> Json:
    """How it was trained, as the recipe says."""
    section = recipe.train
    adapter = section.adapter
    return {
        "method": declared(section.method),
        "rank": declared(adapter.rank),
        "alpha": declared(adapter.alpha),
        "dropout": declared(adapter.dropout),
        "targets": declared(adapter.targets if isinstance(adapter.targets, str) else list(adapter.targets)),
        "continued_from_an_adapter": declared(adapter.start_from is not None),
        "learn_from": declared(recipe.data.learn_from),
        "max_tokens": declared(recipe.data.max_tokens),
        "tokens_per_step": declared(section.tokens_per_step),
        "learning_rate": declared(section.learning_rate),
        "schedule": declared(section.schedule),
        "optimizer": declared(section.optimizer),
        "weight_decay": declared(section.weight_decay),
        "max_grad_norm": declared(section.max_grad_norm),
        "seed": declared(section.seed),
    }


def procedure(facts: Json) -> list[Json]:
    """Named facts in an order for readers, which canonical JSON keeps only in a list."""
    return [{"name": name, "is": value} for name, value in facts.items()]
