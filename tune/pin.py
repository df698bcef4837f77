"""`tune pin`: the newest commit of the base and of each Hub data set, written into the recipe that names it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tune import hub
from tune.errors import Problem, RecipeError, UserError
from tune.files import write_text
from tune.recipe import Recipe, load
from tune.recipe.edit import insert
from tune.recipe.load import tree_of
from tune.recipe.rules import is_hub_id
from tune.recipe.tree import Key, dotted, parse_tree


@dataclass(frozen=True)
class Open:
    """A repository that a recipe names without a commit."""

    section: Key
    """Where in the recipe."""
    beside: str
    """The key that names it."""
    kind: hub.Kind
    repo: str


@dataclass(frozen=True)
class Pinned:
    """A commit, and where it stands now: a recipe file and its 1-based line."""

    file: str
    line: int
    key: str
    repo: str
    commit: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.commit}  # {self.repo}"


def pin(path: Path, roots: Sequence[Path] = (), *, dry_run: bool = False) -> list[Pinned]:
    """Looks up the newest commit of everything that the recipe takes from the Hub without one, and writes each beside the name
    of its repository, in the recipe or in the one that it extends, wherever that name stands. With `dry_run` nothing is
    written. Nothing is written either when one of them cannot be looked up.

    Raises RecipeError for a recipe that does not hold, and with every repository that the Hub gave no commit for.
    """
    loaded = load(path, roots=roots)
    tree = tree_of(path)
    found = [(one, tree.place((*one.section, one.beside)).file) for one in unpinned(loaded.recipe, loaded.root)]
    commits: dict[tuple[hub.Kind, str], str] = {}
    problems: list[Problem] = []
    for one, file in found:
        try:
            if (one.kind, one.repo) not in commits:
                commits[one.kind, one.repo] = hub.resolve_commit(one.repo, None, one.kind)
        except UserError as error:
            key = (*one.section, one.beside)
            what = f"the newest commit of {one.repo} is asked of the Hub: {_reason(error, one.repo)}"
            problems.append(Problem("recipe", what, error.problems[0].fix, file, tree.place(key).line, key=dotted(key)))
    if problems:
        raise RecipeError(problems)
    texts = {file: Path(file).read_bytes().decode() for _, file in found}
    for one, file in found:
        texts[file] = insert(texts[file], one.section, one.beside, "revision", commits[one.kind, one.repo])
    pinned = [_placed(texts[file], file, one, commits[one.kind, one.repo]) for one, file in found]
    for file, text in texts.items() if not dry_run else ():
        write_text(Path(file).resolve(), text)
    return pinned


def unpinned(recipe: Recipe, root: Path) -> Iterator[Open]:
    """What a recipe takes from the Hub without a commit."""
    if is_hub_id(recipe.base.model, root) and recipe.base.revision is None:
        yield Open(("base",), "model", "model", recipe.base.model)
    for split, sources in (("train", recipe.data.train), ("eval", recipe.data.eval)):
        for i, source in enumerate(sources):
            if source.dataset is not None and source.revision is None:
                yield Open(("data", split, i), "dataset", "dataset", source.dataset)


def _reason(error: UserError, repo: str) -> str:
    """What is wrong, without the name that stands before it."""
    return error.problems[0].what.removeprefix(f"{repo}: ")


def _placed(text: str, file: str, one: Open, commit: str) -> Pinned:
    """The place of a commit in a text, which must be read from there as it was written."""
    tree, key = parse_tree(text, file), (*one.section, "revision")
    value: Any = tree.value
    for part in key:
        value = value[part]
    line = tree.places[key].line
    assert value == commit
    assert line is not None
    return Pinned(file, line, dotted(key), one.repo, commit)
