"""The documents: generated pages are fresh, and what they name exists."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from scripts import docs
from tune.cli import VERBS, _parser
from tune.data.prepare import FOUND, NOT_SAMPLED
from tune.disclose import manifest
from tune.errors import Problem
from tune.files import read_jsonl
from tune.prompts import KINDS
from tune.recipe.reference import reference
from tune.recipe.schema import Recipe
from tune.records import STAGES, Publications, Receipt, RunInfo, Submission
from tune.run import open_run
from tune.verify import Claim

ROOT = Path(__file__).resolve().parents[1]
INTERFACE = (ROOT / "docs" / "interface.md").read_text(encoding="utf-8")
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*/README.md")])
OUTWARD = ("http://", "https://", "mailto:")


def table(header: str) -> list[list[str]]:
    """Cells of the tables of interface.md whose first column is headed so."""
    rows: list[list[str]] = []
    inside = False
    for line in INTERFACE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if not cells:
            inside = False
        elif cells[0] == header:
            inside = True
        elif inside and not cells[0].startswith("---"):
            rows.append(cells)
    return rows


def named(header: str) -> list[str]:
    """What stands in backticks in the first column of those tables."""
    return [re.fullmatch(r"`(.+)`", row[0]).group(1) for row in table(header)]


def section(heading: str) -> str:
    """The text of interface.md under a heading, up to the next one."""
    return INTERFACE.split(f"\n{heading}\n", 1)[1].split("\n##", 1)[0]


def field_names(heading: str) -> list[str]:
    """Dotted names in the first column of the table under a heading."""
    return re.findall(r"^\| `([\w.]+)` \|", section(heading), flags=re.MULTILINE)


def part_of(annotation: Any) -> type[BaseModel] | None:
    """The record part that a type is, or holds as an entry or an alternative."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = get_args(annotation) if get_origin(annotation) in (tuple, Union, types.UnionType) else ()
    return next((found for one in inner if (found := part_of(one)) is not None), None)


def has_field(kind: type[BaseModel], name: str) -> bool:
    """Whether a dotted name leads to a field."""
    first, _, rest = name.partition(".")
    if first not in kind.model_fields:
        return False
    inner = part_of(kind.model_fields[first].annotation)
    return not rest or (inner is not None and has_field(inner, rest))


def anchors(text: str) -> set[str]:
    """Anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def links() -> Iterator[tuple[Path, str]]:
    """Every link of every page that does not lead outward."""
    for page in PAGES:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        yield from ((page, link) for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith(OUTWARD))


def test_recipe_page_is_what_the_schema_says() -> None:
    """docs/recipe.md must be what reference() renders: `make docs` writes it."""
    assert (ROOT / "docs" / "recipe.md").read_text(encoding="utf-8") == reference()


def test_recipe_page_names_every_key() -> None:
    """Every key of the schema, at every level, must stand on the page with a meaning."""
    rows = {
        cells[1].strip(" `"): cells[-2].strip()
        for line in reference().splitlines()
        if len(cells := line.split("|")) > 4
    }

    def keys(kind: type[BaseModel]) -> Iterator[str]:
        for name, field in kind.model_fields.items():
            yield name
            inner = part_of(field.annotation)
            yield from keys(inner) if inner is not None else ()

    top = set(Recipe.model_fields)
    missing = sorted(key for key in keys(Recipe) if not rows.get(key) and key not in top)
    assert missing == []


@pytest.mark.parametrize("key", list(Recipe.model_fields))
def test_messages_can_point_at_a_section(key: str) -> None:
    """`see docs/recipe.md#KEY` must lead to a heading for every top-level key."""
    assert key in anchors(reference())


def test_generated_pages_are_fresh() -> None:
    """`python -m scripts.docs --check` must find nothing to write."""
    assert docs.main(["--check"]) == 0


def test_a_stale_page_is_found(tmp_path: Path) -> None:
    """A page that was edited by hand, and one that is missing, must count as out of date; a fresh one not."""
    fresh, edited, missing = tmp_path / "fresh.md", tmp_path / "edited.md", tmp_path / "missing.md"
    fresh.write_text("as it should be\n")
    edited.write_text("edited by hand\n")
    assert docs.stale(dict.fromkeys([fresh, edited, missing], "as it should be\n")) == [edited, missing]


def test_between_replaces_only_what_is_between() -> None:
    """New content must stand between the markers, and every other byte stay."""
    text = "before\n<!-- counts:begin -->\nold\n<!-- counts:end -->\nafter <!-- facts:begin -->\n"
    wanted = "before\n<!-- counts:begin -->\nnew\n<!-- counts:end -->\nafter <!-- facts:begin -->\n"
    assert docs.between(text, "counts", "new\n\n") == wanted


def test_figures_stay_without_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without runs must leave the table of the README as it is, and say so."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table_of = lambda page: page.split("<!-- figures:begin -->")[1].split("<!-- figures:end -->")[0]  # noqa: E731  # said once
    assert table_of(docs.with_figures(text, tmp_path)) == table_of(text)
    said = f"the figures stay as they are: no finished run of support-bot and support-bot-qlora under {tmp_path}/\n"
    assert capsys.readouterr().err == said


def test_readme_has_places_for_figures() -> None:
    """Both blocks that scripts.docs fills must be there, once each."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    marks = [f"<!-- {name}:{end} -->" for name in ("figures", "pocket") for end in ("begin", "end")]
    assert [text.count(mark) for mark in marks] == [1, 1, 1, 1]


def test_verbs_are_those_of_the_command() -> None:
    """interface.md must name every verb and no other."""
    assert named("verb") == list(VERBS)


def test_options_are_those_of_the_verbs() -> None:
    """Each verb's row must name exactly the options that the verb takes, and the option table all of them."""
    parsers = next(action for action in _parser()._actions if action.dest == "verb").choices
    takes = {
        verb: {o for a in parsers[verb]._actions for o in a.option_strings if o.startswith("--")} - {"--help"}
        for verb in VERBS
    }
    assert {re.sub("`", "", row[0]): set(re.findall(r"`(--[\w-]+)`", row[1])) for row in table("verb")} == takes
    assert set(named("option")) == set().union(*takes.values())


def test_exit_codes_are_those_of_the_errors() -> None:
    """interface.md must name the four exit codes."""
    assert named("code") == ["0", "1", "2", "75"]


@pytest.mark.parametrize(
    "kind", [RunInfo, Submission, Publications, *STAGES], ids=lambda kind: getattr(kind, "file", "run.json")
)
def test_record_fields_exist(kind: type[BaseModel]) -> None:
    """Every field of a record must be on the page, and every name there must lead to a field."""
    names = field_names(f"### {getattr(kind, 'file', 'run.json')}")
    assert [name for name in names if not has_field(kind, name)] == []
    assert {name.partition(".")[0] for name in names} == set(kind.model_fields) - {"made"}


def test_json_shapes_exist() -> None:
    """The fields of a problem and of a claim must be those that are printed."""
    assert named("field of a problem") == list(Problem("a", "b", "c").as_json())
    assert named("field of a claim") == [*Claim.__dataclass_fields__]


def test_consumption_fields_exist() -> None:
    """The receipt's part of the manifest must carry the names on the page; the rest is what a run adds."""
    found = manifest.consumption(
        Receipt(
            optimizer_steps=1,
            examples=1,
            distinct_examples=1,
            input_tokens=2,
            loss_tokens=1,
            examples_root="a",
            order_root="b",
        )
    )
    assert named("field of consumption") == [*found, "devices", "interruptions", "flop"]


def test_row_reasons_are_those_of_the_code() -> None:
    """Every reason for leaving a row out must be on the page, and no other."""
    rooms = [
        *(ROOT / "tune" / "data").glob("*.py"),
        *(ROOT / "tune" / f"{n}.py" for n in ("jsonl", "readers", "tables")),
    ]
    place = {"Broken": 1, "Fault": 0}
    found = {NOT_SAMPLED, *FOUND}
    for path in rooms:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in place and len(node.args) > 2:
                found |= {c.value for c in reasons(node.args[place[name]])}
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "reason":
                found |= {c.value for c in reasons(node.value)}
    named_there = {reason for cell in named("reason") for reason in cell.split("`, `")}
    assert named_there == found


def reasons(node: ast.expr) -> Iterator[ast.Constant]:
    """The texts that an expression may be: a text, or one of two."""
    if isinstance(node, ast.IfExp):
        yield from reasons(node.body)
        yield from reasons(node.orelse)
    elif isinstance(node, ast.Constant):
        yield node


def test_problem_names_are_those_of_the_code() -> None:
    """Every rule that `tune check` names in its JSON must be on the page, and no other."""
    rooms = [
        "recipe/*.py",
        "data/*.py",
        "evaluate/checks.py",
        "prompts.py",
        "base.py",
        "modelfiles.py",
        "models.py",
        "hub/__init__.py",
        "sources.py",
        "readers.py",
        "plan/*.py",
    ]
    calls = [
        node
        for room in rooms
        for path in (ROOT / "tune").glob(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem"
    ]
    found = {call.args[0].value for call in calls if call.args and isinstance(call.args[0], ast.Constant)}
    cell = next(row[1] for row in table("field of a problem") if row[0] == "`check`")
    assert set(re.findall(r"`(\w+)`", cell)) == found


def test_check_kinds_are_those_of_the_code() -> None:
    """Every kind of prompt check must be on the page."""
    assert named("kind") == list(KINDS)


def test_make_targets_exist() -> None:
    """Every make target must be on the page, and no other."""
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert sorted(named("target")) == sorted(f"make {target}" for target in targets)


def test_links_lead_somewhere() -> None:
    """A link between the pages must lead to a file that is there, and to a heading in it."""
    broken = []
    for page, link in links():
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (
            anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8"))
        ):
            broken.append(f"{page.relative_to(ROOT)}: {link}")
    assert broken == []


def test_dependencies_are_explained() -> None:
    """Every package that pyproject.toml names must have its line in docs/dependencies.md, and no other."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"^(?:dependencies|kubernetes|dev) = \[\n(.*?)^\]", project, flags=re.MULTILINE | re.DOTALL)
    wanted = {
        name.lower() for block in lists for name in re.findall(r'^\s*"([A-Za-z0-9_-]+)', block, flags=re.MULTILINE)
    }
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert {name.lower() for name in re.findall(r"^\| `([\w-]+)` \|", page, flags=re.MULTILINE)} == wanted


def test_paths_named_in_the_tree_exist() -> None:
    """Every line of the tree in architecture.md must name a path that is there, and every module of tune/ must have one."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    tree = page.split("<!-- tree -->\n```\n", 1)[1].split("```", 1)[0]
    folder, missing, listed = "", [], set()
    for line in tree.splitlines():
        name = line.split()[0]
        folder = (name if name.endswith("/") else "") if not line.startswith(" ") else folder
        path = name if not line.startswith(" ") else folder + name
        listed.add(path.rstrip("/"))
        if not (ROOT / path).exists():
            missing.append(path)
    assert missing == []
    modules = {f"tune/{path.name}" for path in (ROOT / "tune").iterdir() if not path.name.startswith("__")}
    assert modules - listed == set()


def test_floors_are_those_of_the_test() -> None:
    """The table of floors in architecture.md must be the list that tests/house/test_floors.py holds the code to."""
    code = (ROOT / "tests" / "house" / "test_floors.py").read_text(encoding="utf-8")
    floors = ast.literal_eval(re.search(r"^FLOORS = (\[.*?^\])", code, flags=re.MULTILINE | re.DOTALL).group(1))
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    table = page.split("| modules, highest floor first |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    assert [set(re.findall(r"`(\w+)`", row.split("|")[1])) for row in table] == [
        set(floor) for floor in reversed(floors)
    ]


@pytest.mark.slow
def test_a_run_has_the_documented_fields_and_gives_the_figures(recipe: Callable[..., Path]) -> None:
    """A real run must write metrics, consumption log and manifest with exactly the fields on the page; the figures made
    of it must be those of its records; and it must not pass for a run of the shipped recipe, whatever its name."""
    path = recipe(name="support-bot", train={"evaluate_every": 2})
    done = subprocess.run([sys.executable, "-m", "tune", "run", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    run = open_run(Path(done.stdout.strip()))
    metrics, consumed = (list(read_jsonl(run.path(f"train/{name}.jsonl"))) for name in ("metrics", "consumed"))
    written = json.loads(run.path("adapter/disclosure/manifest.json").read_bytes())
    assert list(metrics[1]) == named("field of metrics")
    assert list(metrics[0]) == named("field of metrics")[:-1]
    assert list(consumed[0]) == named("field of consumed")
    assert sorted(written["consumption"]) == sorted(named("field of consumption"))
    disclosure = (ROOT / "docs" / "disclosure.md").read_text(encoding="utf-8")
    parts = disclosure.split("| part | what stands there |", 1)[1].split("\n\n", 1)[0]
    assert sorted(written) == sorted(re.findall(r"^\| `(\w+)` \|", parts, flags=re.MULTILINE))
    figures = docs.run_figures({"support-bot": run}).splitlines()
    losses = [json.loads(run.path("evaluate.json").read_bytes())[side]["loss"] for side in ("base", "tuned")]
    assert figures[2] == f"| held-out loss, nats a token | {losses[0]:.3f} → {losses[1]:.3f} |"
    assert figures[3] == "| 0 prompts, all checks hold | not measured → not measured |"
    assert figures[5] == "| rows, epochs, steps | 24, 2, 4 |"
    assert figures[-1] == "| merged against adapter | not merged |"
    assert docs.newest("support-bot", run.folder.parent) is None
