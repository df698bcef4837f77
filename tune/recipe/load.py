"""From a recipe file, what it extends and the command line to one frozen Recipe; every mistake at once, with its place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tune.errors import Problem, RecipeError
from tune.recipe import rules
from tune.recipe.rules import kind_of, real
from tune.recipe.schema import Recipe
from tune.recipe.tree import MAX_DEPTH, Key, Place, Tree, dotted, parse_scalar, read_tree
from tune.text import did_you_mean


@dataclass(frozen=True)
class Loaded:
    """A recipe with its surroundings: the text as written, and the folders that its paths may lead to.

    `root` is the folder that relative paths are read from.
    """

    recipe: Recipe
    text: str
    root: Path


def load(path: Path, sets: Sequence[str] = (), *, roots: Sequence[Path] = (), root: Path | None = None) -> Loaded:
    """Reads a recipe file.

    `sets` are `key=value` overrides, `roots` further folders that data may come from, `root` the folder that relative
    paths are read from (default: the current one). Raises RecipeError with all problems found.
    """
    root = (root or Path.cwd()).resolve()
    tree = tree_of(path)
    text = path.read_text(encoding="utf-8")
    for assignment in sets:
        _apply(tree, assignment)
    recipe, problems = _validate(tree)
    if recipe is not None:
        allowed = [root, path.resolve().parent, *(extra.resolve() for extra in roots)]
        known = {problem.key for problem in problems}
        for key, what, fix in rules.check(recipe, root, allowed):
            if dotted(key) not in known:
                problems.append(_problem(tree, key, what, fix))
    if problems:
        raise RecipeError(sorted(problems, key=lambda p: (p.file or "", p.line or 0)))
    assert recipe is not None
    return Loaded(recipe, text, root)


def tree_of(path: Path) -> Tree:
    """What a recipe file says with what it extends, and where each key stands. Raises RecipeError."""
    return _with_parents(path, ())


def _with_parents(path: Path, seen: tuple[Path, ...]) -> Tree:
    """The tree of a file laid over the tree of what it extends."""
    tree = read_tree(path)
    if "extends" not in tree.value:
        return tree
    parent = tree.value.pop("extends")
    place = tree.place(("extends",))
    if not isinstance(parent, str):
        raise RecipeError(
            Problem(
                "recipe",
                "must be the file name of another recipe",
                "e.g. extends: support-bot.yaml",
                place.file,
                place.line,
                key="extends",
            )
        )
    parent_path = path.parent / parent
    if real(parent_path) in (*seen, real(path)):
        raise RecipeError(
            Problem(
                "recipe",
                f"{parent} extends itself in a circle",
                "remove one `extends:`",
                place.file,
                place.line,
                key="extends",
            )
        )
    if kind_of(parent_path) != "file":
        raise RecipeError(
            Problem(
                "recipe",
                f"no such recipe: {parent}",
                "the path is read from the folder of this recipe",
                place.file,
                place.line,
                key="extends",
            )
        )
    below = _with_parents(parent_path, (*seen, real(path)))
    return Tree(_merged(below.value, tree.value), {**below.places, **tree.places})


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Maps are joined key by key; anything else, lists too, is replaced."""
    merged = deepcopy(below)
    for name, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merged(merged[name], value) if both else value
    return merged


def _apply(tree: Tree, assignment: str) -> None:
    """Carries out one `--set a.b=c`."""
    name, equals, text = assignment.partition("=")
    parts = [part for part in name.strip().split(".") if part]
    if not equals or not parts or len(parts) > MAX_DEPTH:
        raise RecipeError(
            Problem("recipe", f"cannot read --set {assignment}", "write --set section.key=value", file="--set")
        )
    if parts[0] == "extends":
        what = "the command line cannot change what a recipe extends"
        raise RecipeError(Problem("recipe", what, "write `extends:` in the recipe", file="--set", key=name))
    target: Any = tree.value
    for i, part in enumerate(parts[:-1]):
        target = target.setdefault(part, {})
        if not isinstance(target, dict):
            what = f"{'.'.join(parts[: i + 1])} is not a section"
            raise RecipeError(
                Problem(
                    "recipe", what, "--set reaches keys of sections; edit lists in the recipe", file="--set", key=name
                )
            )
    target[parts[-1]] = parse_scalar(text, tuple(parts))
    tree.places[tuple(parts)] = Place("--set", None)


def _validate(tree: Tree) -> tuple[Recipe | None, list[Problem]]:
    """The recipe and the schema's complaints. With complaints, the recipe is what the sound keys alone give, if that
    holds, so that the rules between keys can be checked in the same pass."""
    try:
        return Recipe.model_validate_json(json.dumps(tree.value)), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    problems = _explain_all(details, tree)
    sound = deepcopy(tree.value)
    for key in problems:
        _remove(sound, key)
    try:
        return Recipe.model_validate_json(json.dumps(sound)), list(problems.values())
    except ValidationError as error:
        # A rule inside a section is only reached once its keys are sound; a key that we removed is not "missing".
        later = _explain_all([d for d in error.errors(include_url=False) if d["type"] == "value_error"], tree)
        return None, list({**later, **problems}.values())


def _explain_all(details: Sequence[ErrorDetails], tree: Tree) -> dict[Key, Problem]:
    """One problem for each key that pydantic complains of."""
    problems: dict[Key, Problem] = {}
    for detail in details:
        if detail["type"] == "too_short" and detail["input"]:
            continue  # pydantic counts only the valid entries of a list; the invalid ones are complained of themselves
        key = _key(detail["loc"], tree)
        if key in problems and detail["type"] == "tuple_type":
            problems[key] = replace(problems[key], fix=f"{problems[key].fix}, or write a list")
        problems.setdefault(key, _explain(detail, key, tree))
    return problems


def _key(location: tuple[str | int, ...], tree: Tree) -> Key:
    """pydantic names the branch of a union in its location; keep only what stands in the file (and a missing key)."""
    key: Key = ()
    value: Any = tree.value
    for i, part in enumerate(location):
        inside = part in value if isinstance(value, dict) else isinstance(part, int) and isinstance(value, list)
        if inside:
            key, value = (*key, part), value[part]
        elif isinstance(value, dict) and i == len(location) - 1:
            key = (*key, part)
    return key


def _remove(value: Any, key: Key) -> None:
    """Takes a key out of the tree, if it is there. A list entry is kept, so that its neighbours keep their numbers."""
    for part in key[:-1]:
        if isinstance(value, dict):
            value = value.get(str(part), {})
        elif isinstance(value, list) and isinstance(part, int):
            value = value[part]
    if isinstance(value, dict) and key:
        value.pop(str(key[-1]), None)


def _problem(tree: Tree, key: Key, what: str, fix: str) -> Problem:
    place = tree.place(key)
    return Problem("recipe", what, fix, file=place.file, line=place.line, key=dotted(key))


def _explain(detail: ErrorDetails, key: Key, tree: Tree) -> Problem:
    """A pydantic complaint in the words of this house."""
    kind, context, found = detail["type"], detail.get("ctx", {}), detail["input"]
    shown = f"found {_shown(found)}"
    match kind:
        case "extra_forbidden":
            known = _known_keys(key[:-1])
            guess = did_you_mean(str(key[-1]), known)
            what, fix = "unknown key", guess or f"known keys here: {', '.join(known)}"
        case "missing":
            what, fix = "is required and missing", f"add it; see docs/recipe.md#{key[0]}"
        case "literal_error":
            what, fix = shown, f"choose {context['expected']}"
        case "string_type":
            what, fix = (
                f"must be text, {shown}",
                'put it in quotes: "..."' if found is not None else "write a value or remove the key",
            )
        case "int_type" | "int_from_float" | "int_parsing":
            what, fix = f"must be a whole number, {shown}", "write digits without quotes, e.g. 8_192"
        case "float_type" | "float_parsing":
            what, fix = f"must be a number, {shown}", "write digits without quotes, e.g. 2e-4"
        case "bool_type" | "bool_parsing":
            what, fix = f"must be true or false, {shown}", "write true or false, without quotes"
        case "model_type" | "model_attributes_type":
            what, fix = f"must be a section with keys below it, {shown}", f"keys: {', '.join(_known_keys(key))}"
        case "tuple_type" | "list_type":
            what, fix = f"must be a list, {shown}", "write one entry a line, each beginning with `- `"
        case "finite_number":
            what, fix = f"must be a finite number, {shown}", "change the number"
        case "string_too_long":
            what, fix = f"is longer than {context['max_length']} characters, {shown}", "shorten it"
        case "too_short" | "string_too_short":
            what, fix = "is empty", "write a value or remove the key"
        case "string_pattern_mismatch":
            what, fix = f"does not have the right form, {shown}", f"it must match {context['pattern']}"
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            what, fix = (
                f"{detail['msg'][0].lower()}{detail['msg'][1:]}, {shown}".replace("input should be", "must be"),
                "change the number",
            )
        case "no_rows":
            what, fix = detail["msg"], "add `path: rows.jsonl`, or `dataset: org/name` for a data set of the Hub"
        case "value_error":
            what, fix = str(context["error"]), "see docs/recipe.md"
        case _:
            what, fix = f"{detail['msg'].lower()}, {shown}", "see docs/recipe.md"
    return _problem(tree, key, what, fix)


def _shown(value: Any) -> str:
    """A found value, short and as it would be written."""
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a section"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else text[:37] + "..."


def _known_keys(key: Key) -> list[str]:
    """The keys of the section at `key`."""
    section: type[BaseModel] = Recipe
    for part in key:
        if isinstance(part, int):
            continue
        inner = [kind for kind in _classes(section.model_fields[part].annotation) if issubclass(kind, BaseModel)]
        if not inner:
            return []
        section = inner[0]
    return [*section.model_fields, "extends"] if section is Recipe else list(section.model_fields)


def _classes(annotation: Any) -> list[type]:
    """All classes that a type annotation mentions."""
    if isinstance(annotation, type) and not hasattr(annotation, "__args__"):
        return [annotation]
    return [found for inner in getattr(annotation, "__args__", ()) for found in _classes(inner)]
