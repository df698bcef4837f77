"""docs/recipe.md, rendered from the schema, so that the page and the checks cannot disagree.

`python -m scripts.docs` writes the page; tests/test_docs.py fails when it is not what `reference()` returns.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from tune.recipe.schema import Data, Generator, Recipe, Section, Source

EXAMPLE = Path(__file__).resolve().parents[2] / "recipes" / "support-bot.yaml"

INTRO = """<!-- written by `python -m scripts.docs` from tune/recipe/schema.py; edit the docstrings there -->

# The recipe

A recipe is the one file that a user writes: a page of YAML that says what to adapt, on which rows, and what to measure.
It reads from top to bottom like the run. `tune check RECIPE` finds mistakes in seconds and names file, line and key;
`tune show RECIPE` prints every key with its value; `tune schema` prints the JSON Schema for an editor. A key that is not
on this page does not exist, and is refused.

To write your own, copy [`recipes/starter.yaml`](../recipes/starter.yaml) and replace the lines that it marks. The example of
this project is `recipes/support-bot.yaml`:

```yaml
{example}```
"""

NOTES = """## How a recipe is read

**Paths** are read from the folder where the command runs. Row files and prompts must lie inside that folder, inside the
recipe's own folder, or inside a folder named with `--root DIR`. `base.model` may be any folder.

**`extends: other.yaml`**, at the top level, lays this recipe over another one (its path is read from this recipe's
folder). Sections are joined key by key; every other value, lists too, is replaced as a whole. `tune show` prints what
comes out.

**`--set KEY=VALUE`** on the command line changes one key of a section, e.g. `--set train.learning_rate=1e-4`; it may be
given many times. The value is read as YAML and checked like a line of the recipe. Entries of lists, and `extends`, are
edited in the file.

**Data sets of the Hub.** A source names a file, folder or pattern with `path`, or a data set with `dataset`; `config`,
`split` and `revision` go with `dataset` only. Which files a config and split have is found as `datasets.load_dataset`
finds it, by the data set's card or by the names of its files; the rows in them are read as they stand there. The commit
is part of what decides the run directory, so a branch that has moved makes a new one; a run that is given by its
directory stays with the commit that it was made from.

**YAML, strictly.** Values have one type: text is not a number, `no` is not text, and nothing is converted. Numbers are
decimal and may be written `8_192` and `1e-4`; `010` and `1:30` are text. A key given twice, an alias (`*name`), a tag
(`!!python/...`), a file over 1 MiB and text that is not UTF-8 are refused. All mistakes are listed at once.

**What decides the run directory.** The digest in its name covers the sections `base`, `data` (without `private` and the
declared facts of its sources, and without `findings` that are only counted) and `train` (without `save_every`, `keep` and
`report_to`), and the bytes of the files that they name; with `contamination: drop` those of the prompts file too. A change
there makes a new directory; any other change goes on in the same one.

**Between keys.** `train.tokens_per_step` is at least `data.max_tokens`. `train.evaluate_every` needs `data.eval`.
`base.revision` goes with a Hub id only, `base.published_as` with a folder only. A file or a split of a data set may be named
once. `data.max_tokens` does not pass the positions that the base was made for. `publish.license` is an identifier of the Hub,
`publish.repo` a name that it takes.
"""


def reference(example: Path = EXAMPLE) -> str:
    """The page docs/recipe.md as Markdown; `example` is the recipe shown at its top."""
    parts = [INTRO.format(example=example.read_text(encoding="utf-8"))]
    for name, field in Recipe.model_fields.items():
        kind = _section(field)
        parts.append(f"## {name}\n\n{_meaning(field) if kind is None else _prose(kind)}\n")
        parts.append(_single(field) if kind is None else _keys(kind))
        parts += [f"### {title}\n\n{_prose(inner)}\n\n{_keys(inner)}" for title, inner in _below(kind)]
    return "\n".join([*parts, NOTES])


def _below(kind: type[Section] | None) -> Iterator[tuple[str, type[Section]]]:
    """(heading, section) of what stands inside a section."""
    if kind is Data:
        yield "Entries of data.train and data.eval", Source
        yield "generator", Generator
    for name, field in kind.model_fields.items() if kind is not None else ():
        inner = _section(field)
        if inner is not None:
            yield name, inner


def _keys(kind: type[Section]) -> str:
    """The table of a section's keys."""
    rows = [
        [f"`{name}`", _words(field.annotation, field.metadata), _default(field), _meaning(field)]
        for name, field in kind.model_fields.items()
    ]
    return _table(rows, ["key", "value", "default", "meaning"])


def _single(field: FieldInfo) -> str:
    """The table of a key that is no section."""
    return _table([[_words(field.annotation, field.metadata), _default(field)]], ["value", "default"])


def _table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> str:
    clean = [[cell.replace("|", "\\|") for cell in row] for row in [header, ["---"] * len(header), *rows]]
    return "\n".join(f"| {' | '.join(row)} |" for row in clean) + "\n"


def _prose(kind: type[Section]) -> str:
    return " ".join((kind.__doc__ or "").split())


def _meaning(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _section(field: FieldInfo) -> type[Section] | None:
    """The section that a key opens, if it opens one."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def _default(field: FieldInfo) -> str:
    """A key's default as it would be written."""
    value = field.default
    if field.is_required():
        return "required"
    if isinstance(value, Section):
        return "see below"
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    if isinstance(value, float):
        return f"`{value:g}`" if value >= 0.01 or value == 0 else f"`{value:.0e}`".replace("e-0", "e-")
    return "none" if value is None or value == () else f"`{value}`"


def _words(kind: Any, limits: Sequence[Any] = ()) -> str:
    """A type in plain words. Raises TypeError for one that this page has no words for."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _words(inner[0], [*inner[1:], *limits])
    if origin in (Union, types.UnionType):
        return " or ".join(_words(part, limits) for part in inner if part is not type(None))
    if origin is Literal:
        choices = [f"`{choice}`" for choice in inner]
        return " or ".join([", ".join(choices[:-1]), choices[-1]] if len(choices) > 1 else choices)
    if origin is tuple:
        entry = inner[0]
        entries = "list of sources" if entry is Source else f"list of {_words(entry)}s"
        return entries + ", at least one" * any(getattr(limit, "min_length", 0) for limit in _flat(limits))
    if isinstance(kind, type) and issubclass(kind, Section):
        return "section"
    names = {date: "date", str: "text", bool: "true or false", int: "whole number", float: "number"}
    if kind not in names:
        raise TypeError(f"no words for {kind}")
    return " ".join([names[kind], *_bounds(limits)])


def _flat(limits: Sequence[Any]) -> list[Any]:
    """Limits one by one; pydantic's Field holds its own in `metadata`."""
    return [one for limit in limits for one in (limit.metadata if isinstance(limit, FieldInfo) else [limit])]


def _bounds(limits: Sequence[Any]) -> list[str]:
    """Limits in words; that a text is not empty goes without saying."""
    words = {
        "ge": "from {:,}",
        "gt": "above {:,}",
        "lt": "below {:,}",
        "le": "up to {:,}",
        "max_length": "of at most {} characters",
        "pattern": "that matches `{}`",
    }
    found = [(name, getattr(limit, name, None)) for limit in _flat(limits) for name in words]
    return [words[name].format(value) for name, value in found if value is not None]
