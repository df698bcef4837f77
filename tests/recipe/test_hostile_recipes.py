"""Whatever stands in a recipe, loading it gives a recipe or a RecipeError: never another exception, never a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import SOUND
from hypothesis import given, settings
from hypothesis import strategies as st

from tune.errors import Problem, RecipeError
from tune.recipe import load

KEYS = [
    "recipe",
    "name",
    "base",
    "model",
    "data",
    "train",
    "path",
    "eval",
    "extends",
    "adapter",
    "targets",
    "seed",
    "<<",
    "x",
]

leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.sampled_from(KEYS))
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
fragments = st.lists(
    st.sampled_from(
        [
            "recipe",
            "name",
            "data",
            "train",
            "seed",
            ": ",
            ":\n",
            "\n",
            "  ",
            "- ",
            "&a ",
            "*a",
            "!!int ",
            "!!map ",
            "!x ",
            "0b_",
            "0x",
            "1e400",
            ".inf",
            ".nan",
            "1:30",
            "010",
            "~",
            "|\n",
            ">\n",
            "'",
            '"',
            "{",
            "}",
            "[",
            "]",
            "? ",
            "#",
            "\t",
            "\\ud800",
            "\x00",
            "\r",
            "\u2028",
            "<<: ",
            "---\n",
            "%YAML 1.1\n",
            "é",
            "1" * 50,
        ]
    ),
    max_size=14,
).map("".join)


def load_or_refuse(content: bytes, sets: tuple[str, ...] = ()) -> None:
    """Loads a recipe of these bytes in a folder of its own; a RecipeError must say something for every problem."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "base").mkdir()
        (root / "train.jsonl").write_text("{}\n")
        (root / "recipe.yaml").write_bytes(content)
        problems: list[Problem] = []
        try:
            load(root / "recipe.yaml", sets, root=root)
        except RecipeError as error:
            problems = error.problems
        assert all(problem.what and problem.fix and problem.file for problem in problems)
        assert sorted(path.name for path in root.iterdir()) == ["base", "recipe.yaml", "train.jsonl"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    """Random bytes are refused in words."""
    load_or_refuse(content)


@settings(max_examples=300, deadline=None)
@given(fragments)
def test_any_yaml_text(text: str) -> None:
    """So is YAML at its strangest, put together from its own signs."""
    load_or_refuse(text.encode())


@settings(max_examples=300, deadline=None)
@given(fragments)
def test_any_value_in_a_sound_recipe(text: str) -> None:
    """The same below a key of a recipe that is sound otherwise."""
    load_or_refuse((SOUND + "  seed: " + text).encode())


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), trees, max_size=6))
def test_any_tree(tree: dict[str, Any]) -> None:
    """Trees of the right keys and the wrong shapes are refused, or load."""
    load_or_refuse(yaml.safe_dump(tree).encode())


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["base", "data", "train", "evaluate", "export", "publish"]), trees)
def test_any_section_in_a_sound_recipe(name: str, section: Any) -> None:
    """One section replaced by anything."""
    load_or_refuse(yaml.safe_dump({**yaml.safe_load(SOUND), name: section}).encode())


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["train.seed", "data", "train", "name", "extends", "a.b", "data.train", "."]), fragments)
def test_any_set(key: str, text: str) -> None:
    """Overrides come from shells and scripts, and are no better."""
    load_or_refuse(SOUND.encode(), (f"{key}={text}",))


@pytest.mark.parametrize(
    "value",
    [
        "!!int x",
        "!!float x",
        "!!bool x",
        "!!map x",
        "!!seq x",
        "0b_",
        "0x_",
        "1" * 5000,
        '"\\ud800"',
        '"a\\0b"',
        "1e400",
    ]
    + ["[" * depth + "]" * depth for depth in (100, 190, 250, 300, 320, 1000, 100_000)]
    + ["{a: " * depth + "1" + "}" * depth for depth in (100, 190, 250, 300, 320, 1000)],
    ids=lambda value: f"{value[:12]} ({len(value)})",
)
def test_hostile_value(value: str) -> None:
    """Values that once made a parser stumble, as a number of the recipe and as an override."""
    load_or_refuse(f"{SOUND}  seed: {value}\n".encode())
    load_or_refuse(SOUND.encode(), (f"train.seed={value}",))


@pytest.mark.parametrize("value", ["&a [*a]", "&a {b: *a}", "[&a 1, *a]"])
def test_alias_in_an_override(value: str) -> None:
    """An alias may point at what it stands in; it is refused on the command line as in the file."""
    load_or_refuse(SOUND.encode(), (f"train.seed={value}",))


@pytest.mark.parametrize(
    "path",
    ["a\\0b", "\\ud800", "x" * 300, "x" * 5000, "a/" * 3000, "x\\ny", "", ".", "..", "/", "~", "/dev/null"],
    ids=lambda path: f"{path[:12]} ({len(path)})",
)
@pytest.mark.parametrize(
    "key", ["extends", "base.model", "data.train[0].path", "evaluate.prompts", "train.adapter.start_from"]
)
def test_hostile_path(key: str, path: str) -> None:
    """Paths that the file system itself refuses to be asked about."""
    text = {
        "extends": f'extends: "{path}"\n' + SOUND,
        "base.model": SOUND.replace("model: base", f'model: "{path}"'),
        "data.train[0].path": SOUND.replace("path: train.jsonl", f'path: "{path}"'),
        "evaluate.prompts": SOUND + f'evaluate:\n  prompts: "{path}"\n',
        "train.adapter.start_from": SOUND + f'  adapter:\n    start_from: "{path}"\n',
    }[key]
    load_or_refuse(text.encode())


@pytest.mark.parametrize("value", [".inf", "-.inf", ".nan", "1e400"])
@pytest.mark.parametrize("key", ["learning_rate", "warmup", "epochs", "weight_decay", "max_grad_norm", "adapter.alpha"])
def test_no_number_is_infinite(project: Path, key: str, value: str) -> None:
    """A rate of infinity would pass "greater than 0" and end in a crash hours later, or in no run at all."""
    (project / "base").mkdir()
    (project / "recipe.yaml").write_text(SOUND.replace("  max_steps: 4\n", ""))
    with pytest.raises(RecipeError) as caught:
        load(Path("recipe.yaml"), [f"train.{key}={value}"])
    assert [problem.key for problem in caught.value.problems] == [f"train.{key}"]


@pytest.mark.parametrize("value", ["010", "1:30", "0b11", "0x1F"])
def test_numbers_are_decimal(project: Path, value: str) -> None:
    """YAML 1.1 reads 010 as 8 and 1:30 as 90; nobody who writes it means that."""
    (project / "base").mkdir()
    (project / "recipe.yaml").write_text(SOUND + f"  seed: {value}\n")
    with pytest.raises(RecipeError) as caught:
        load(Path("recipe.yaml"))
    assert str(caught.value) == (
        f'recipe.yaml:12: train.seed: must be a whole number, found "{value}". write digits without quotes, e.g. 8_192'
    )


@pytest.mark.parametrize("key", ["data.train[0].path", "base.model", "extends", "train.adapter.start_from"])
def test_circle_of_links(project: Path, key: str) -> None:
    """A link to itself is no file, whatever asks for it."""
    (project / "base").mkdir()
    (project / "loop").symlink_to("loop")
    text = {
        "extends": "extends: loop\n" + SOUND,
        "base.model": SOUND.replace("model: base", "model: loop"),
        "data.train[0].path": SOUND.replace("path: train.jsonl", "path: loop"),
        "train.adapter.start_from": SOUND + "  adapter: {start_from: loop}\n",
    }[key]
    (project / "recipe.yaml").write_text(text)
    with pytest.raises(RecipeError) as caught:
        load(Path("recipe.yaml"))
    assert [problem.key for problem in caught.value.problems] == [key]


@pytest.mark.parametrize("depth", [30, 300, 3000])
def test_override_of_endless_depth(depth: int) -> None:
    """A key of a thousand parts is no key."""
    load_or_refuse(SOUND.encode(), ("a." * depth + "b=1",))


@pytest.mark.parametrize("path", ["x\n\ny", "\\e[31mred", "\\r\\x07"])
def test_a_problem_is_one_line(project: Path, path: str) -> None:
    """What stands in a recipe cannot break the list of problems apart, nor speak to the terminal."""
    (project / "base").mkdir()
    (project / "recipe.yaml").write_text(SOUND.replace("path: train.jsonl", f'path: "{path}"'))
    with pytest.raises(RecipeError) as caught:
        load(Path("recipe.yaml"))
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).isprintable()
