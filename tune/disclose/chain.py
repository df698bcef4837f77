"""The chain of licenses base -> rows -> this, as facts for the gate: of a recipe before training, of a manifest after."""

from __future__ import annotations

from typing import Any

from tune.licenses import family
from tune.licenses.gate import Elsewhere, Facts, Source, evaluate
from tune.recipe.schema import Recipe
from tune.records import BaseRecord

Json = dict[str, Any]


def family_of(base: BaseRecord) -> str | None:
    """The license that the owner of a base's family gives it, by the base's names and its architecture."""
    return family((base.repo, base.model.rstrip("/")), base.architecture)


def of_recipe(recipe: Recipe, base: BaseRecord) -> Facts:
    """What the gate will see of a run of this recipe."""
    publish = recipe.publish
    return Facts(
        name=recipe.title(),
        published=publish.license,
        override=publish.override,
        has_base=True,
        tag=base.license.tag,
        file_says=base.license.file_says,
        has_file=base.license.file is not None,
        family=family_of(base),
        sources=tuple(
            Source(name, s.license, s.generator.model, s.generator.terms) if s.generator else Source(name, s.license)
            for name, s in zip(recipe.data.names, recipe.data.train, strict=False)  # held-out ones have names too
        ),
    )


def of_manifest(found: Json, override: str | None) -> Facts:
    """The same from a manifest, so that anyone who has it can judge again."""
    found_at = found["base"]["license"] if found["base"] else None

    def said(name: str) -> str | None:
        value: str | None = found_at[name]["value"] if found_at else None
        return value

    return Facts(
        name=found["subject"]["name"],
        published=found["subject"]["license"]["value"],
        override=override,
        has_base=found["base"] is not None,
        tag=said("tag"),
        file_says=said("file_says"),
        has_file=said("file") is not None,
        family=said("family"),
        sources=tuple(_source(s) for s in found["sources"] if s["split"] == "train"),
        adapter=_elsewhere(found),
    )


def _elsewhere(found: Json) -> Elsewhere | None:
    """What an adapter says of its license, in the manifest of one whose training is not known."""
    if found["consumption"] is not None:
        return None
    said = {name: part["value"] for name, part in found["adapter"]["license"].items()}
    return Elsewhere(said["tag"], said["file_says"], said["file"] is not None)


def _source(part: Json) -> Source:
    generator = part["generator"]["value"] or {}
    return Source(part["name"], part["license"]["value"], generator.get("model"), generator.get("terms"))


def gate(found: Json, override: str | None) -> Json:
    """The manifest's `license_gate`."""
    judged = evaluate(of_manifest(found, override))
    stated = (
        {"value": override, "basis": "declared"} if override is not None else {"value": None, "basis": "not measured"}
    )
    return {**judged, "verdict": {"value": judged["verdict"], "basis": "derived"}, "override": stated}
