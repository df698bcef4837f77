"""Recipes that hold: what they mean, what `extends` and `--set` make of them, and which keys there are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SOUND
from pydantic import BaseModel, ValidationError

from tune.digest import digest
from tune.recipe import Recipe, load

KEYS = [
    "recipe",
    "name",
    "base.model",
    "base.revision",
    "base.published_as",
    "base.quantize",
    "data.train[].path",
    "data.train[].dataset",
    "data.train[].config",
    "data.train[].split",
    "data.train[].revision",
    "data.train[].format",
    "data.train[].map",
    "data.train[].rows",
    "data.train[].weight",
    "data.train[].license",
    "data.train[].about",
    "data.train[].collected",
    "data.train[].personal_data",
    "data.train[].generator.model",
    "data.train[].generator.terms",
    "data.train[].published_at",
    "data.train[].private",
    "data.eval[].path",
    "data.eval[].dataset",
    "data.eval[].config",
    "data.eval[].split",
    "data.eval[].revision",
    "data.eval[].format",
    "data.eval[].map",
    "data.eval[].rows",
    "data.eval[].weight",
    "data.eval[].license",
    "data.eval[].about",
    "data.eval[].collected",
    "data.eval[].personal_data",
    "data.eval[].generator.model",
    "data.eval[].generator.terms",
    "data.eval[].published_at",
    "data.eval[].private",
    "data.learn_from",
    "data.max_tokens",
    "data.long",
    "data.pack",
    "data.date",
    "data.seed",
    "data.max_bad_rows",
    "data.findings.duplicates",
    "data.findings.near_duplicates",
    "data.findings.personal_data",
    "data.findings.secrets",
    "data.findings.hidden_text",
    "data.findings.contamination",
    "train.method",
    "train.adapter.rank",
    "train.adapter.alpha",
    "train.adapter.dropout",
    "train.adapter.targets",
    "train.adapter.start_from",
    "train.epochs",
    "train.max_steps",
    "train.tokens_per_step",
    "train.learning_rate",
    "train.schedule",
    "train.warmup",
    "train.optimizer",
    "train.weight_decay",
    "train.max_grad_norm",
    "train.evaluate_every",
    "train.save_every",
    "train.keep.last",
    "train.keep.every",
    "train.report_to",
    "train.seed",
    "launch.devices",
    "launch.strategy",
    "launch.activation_checkpointing",
    "launch.deadline_seconds",
    "evaluate.prompts",
    "evaluate.max_new_tokens",
    "evaluate.samples",
    "export.merge",
    "export.merge_into",
    "export.in_memory",
    "export.gguf",
    "export.prove",
    "publish.repo",
    "publish.license",
    "publish.override",
    "publish.prompts_at",
]
"""All keys that a user can write. A change here is a change of the format: say so in the change log."""

COMMON = ROOT / "recipes" / "common.yaml"
"""What recipes extend; it names no base."""


@pytest.fixture
def here(project: Path) -> Path:
    """The current folder, with train.jsonl, eval.jsonl, a folder `base` and the sound recipe."""
    (project / "base").mkdir()
    (project / "recipe.yaml").write_text(SOUND)
    return project


def keys_of(schema: dict[str, Any], whole: dict[str, Any], prefix: str = "") -> list[str]:
    """Dotted keys of a JSON schema, `[]` standing for the entries of a list of sections."""
    found = []
    for name, entry in schema["properties"].items():
        options = [entry, *entry.get("anyOf", []), *entry.get("allOf", [])]
        inner, key = None, prefix + name
        for option in options:
            target = option.get("items", {}) if option.get("type") == "array" else option
            if "$ref" in target:
                inner = whole["$defs"][target["$ref"].removeprefix("#/$defs/")]
                key += "[]" if target is not option else ""
        found += keys_of(inner, whole, key + ".") if inner else [key]
    return found


def test_keys_are_frozen() -> None:
    """The keys of the format are exactly these, in this order: none appears, vanishes or moves by accident."""
    schema = Recipe.model_json_schema()
    assert keys_of(schema, schema) == KEYS


def test_every_key_is_explained() -> None:
    """The documentation is generated from the schema, so every key says what it is, and every section refuses others."""
    schema = Recipe.model_json_schema()
    for section in [schema, *schema["$defs"].values()]:
        assert section["additionalProperties"] is False, section["title"]
        assert section["description"], section["title"]
        for name, entry in section["properties"].items():
            assert "$ref" in entry or entry["description"], f"{section['title']}.{name}"


def test_defaults() -> None:
    """What a recipe that says only what it must means."""
    content = {"recipe": 1, "name": "x", "base": {"model": "m"}, "data": {"train": [{"path": "p"}]}}
    assert Recipe.model_validate_json(json.dumps(content)).model_dump(mode="json") == {
        "recipe": 1,
        "name": "x",
        "base": {"model": "m", "revision": None, "published_as": None, "quantize": "none"},
        "data": {
            "train": [
                {
                    "path": "p",
                    "dataset": None,
                    "config": None,
                    "split": None,
                    "revision": None,
                    "format": None,
                    "map": None,
                    "rows": None,
                    "weight": 1.0,
                    "license": None,
                    "about": None,
                    "collected": None,
                    "personal_data": None,
                    "generator": None,
                    "published_at": None,
                    "private": False,
                }
            ],
            "eval": [],
            "learn_from": "assistant",
            "max_tokens": 2048,
            "long": "error",
            "pack": True,
            "date": None,
            "seed": 0,
            "max_bad_rows": 0,
            "findings": {
                "duplicates": "count",
                "near_duplicates": "count",
                "personal_data": "count",
                "secrets": "count",
                "hidden_text": "count",
                "contamination": "count",
            },
        },
        "train": {
            "method": "sft",
            "adapter": {"rank": 16, "alpha": 32, "dropout": 0.0, "targets": "all-linear", "start_from": None},
            "epochs": None,
            "max_steps": None,
            "tokens_per_step": 16384,
            "learning_rate": 2e-4,
            "schedule": "linear",
            "warmup": 0.03,
            "optimizer": "adamw",
            "weight_decay": 0.0,
            "max_grad_norm": 1.0,
            "evaluate_every": None,
            "save_every": 100,
            "keep": {"last": 2, "every": None},
            "report_to": "none",
            "seed": 0,
        },
        "launch": {"devices": "auto", "strategy": "auto", "activation_checkpointing": "auto", "deadline_seconds": 600},
        "evaluate": {"prompts": None, "max_new_tokens": 128, "samples": 8},
        "export": {"merge": False, "merge_into": "base", "in_memory": False, "gguf": None, "prove": True},
        "publish": {"repo": None, "license": None, "override": None, "prompts_at": None},
    }


@pytest.mark.parametrize("path", sorted({*(ROOT / "recipes").glob("*.yaml")} - {COMMON}), ids=lambda path: path.name)
def test_shipped_recipe_loads(path: Path) -> None:
    """Every recipe that is shipped holds together, run from the repository, and its name is that of its file."""
    loaded = load(path, root=ROOT)
    assert loaded.recipe.name == path.stem
    assert loaded.root == ROOT
    assert loaded.text == path.read_text()


def test_qlora_recipe_differs_in_two_keys() -> None:
    """The QLoRA recipe is the plain one with another name and a quantized base, and nothing else."""
    plain = load(ROOT / "recipes" / "support-bot.yaml", root=ROOT).recipe.model_dump(mode="json")
    quantized = load(ROOT / "recipes" / "support-bot-qlora.yaml", root=ROOT).recipe.model_dump(mode="json")
    assert quantized.pop("name") == "support-bot-qlora"
    assert quantized["base"].pop("quantize") == "nf4"
    plain.pop("name")
    plain["base"].pop("quantize")
    assert quantized == plain


def test_extends_joins_maps_and_replaces_lists(here: Path) -> None:
    """Maps are joined key by key over three files; a list is replaced as a whole; the nearest file wins."""
    (here / "middle.yaml").write_text("extends: recipe.yaml\nname: middle\ntrain:\n  seed: 3\n  max_steps: 9\n")
    top = "extends: middle.yaml\nname: top\ndata:\n  train:\n    - path: eval.jsonl\ntrain:\n  seed: 5\n"
    (here / "top.yaml").write_text(top)
    recipe = load(Path("top.yaml")).recipe
    assert recipe.name == "top"
    assert [source.path for source in recipe.data.train] == ["eval.jsonl"]
    assert recipe.data.max_tokens == 64
    assert (recipe.train.seed, recipe.train.max_steps, recipe.train.tokens_per_step) == (5, 9, 256)


def test_extends_is_read_from_the_folder_of_the_recipe(here: Path) -> None:
    """`extends` is a path beside the recipe, whatever the current folder; data paths are not."""
    (here / "sub").mkdir()
    (here / "sub" / "child.yaml").write_text("extends: ../recipe.yaml\nname: child\n")
    loaded = load(Path("sub/child.yaml"))
    assert loaded.recipe.data.train[0].path == "train.jsonl"
    assert loaded.root == here.resolve()
    assert loaded.text == "extends: ../recipe.yaml\nname: child\n"


def test_extended_recipe_equals_the_written_out_one(here: Path) -> None:
    """What a recipe is spread over does not matter to what it is."""
    (here / "child.yaml").write_text("extends: recipe.yaml\ntrain:\n  seed: 3\n")
    (here / "whole.yaml").write_text(SOUND + "  seed: 3\n")
    one, two = load(Path("child.yaml")).recipe, load(Path("whole.yaml")).recipe
    assert one == two
    assert digest(one.model_dump(mode="json")) == digest(two.model_dump(mode="json"))


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        ("train.learning_rate=1e-4", 1e-4),
        ("train.learning_rate=3E-3", 3e-3),
        ("train.learning_rate=1", 1.0),
        ("train.learning_rate=.5", 0.5),
        ("train.tokens_per_step=8_192", 8192),
        ("train.seed=0", 0),
        ("train.warmup=10", 10.0),
        ("data.pack=false", False),
        ("data.pack=off", False),
        ("publish.license=apache-2.0", "apache-2.0"),
        ("publish.license=null", None),
        ("publish.license=", None),
        ('name="no"', "no"),
        ("name='12'", "12"),
        (" train.seed = 3", 3),
        ("evaluate.samples=0", 0),
    ],
)
def test_set_reads_values_as_yaml(here: Path, assignment: str, value: Any) -> None:
    """`--set` means what the same text would mean in the file, its type included."""
    found: Any = load(Path("recipe.yaml"), [assignment]).recipe
    for part in assignment.partition("=")[0].strip().split("."):
        found = getattr(found, part)
    assert found == value
    assert type(found) is type(value)


def test_set_reads_lists(here: Path) -> None:
    """A list is written in YAML's short form."""
    recipe = load(Path("recipe.yaml"), ["train.adapter.targets=[q_proj, v_proj]"]).recipe
    assert recipe.train.adapter.targets == ("q_proj", "v_proj")


def test_last_set_wins_over_earlier_and_over_the_file(here: Path) -> None:
    """Overrides apply in the order of the command line, after everything that the recipe extends."""
    (here / "child.yaml").write_text("extends: recipe.yaml\ntrain:\n  seed: 3\n")
    assert load(Path("child.yaml"), ["train.seed=4", "train.seed=5"]).recipe.train.seed == 5


def test_exponent_without_a_dot_is_a_number_in_the_file(here: Path) -> None:
    """YAML 1.1 reads 1e-4 as text; people mean a number. In quotes it stays text."""
    (here / "recipe.yaml").write_text(SOUND.replace("shop", "'1e4'") + "  learning_rate: 1e-4\n")
    recipe = load(Path("recipe.yaml")).recipe
    assert recipe.train.learning_rate == 1e-4
    assert recipe.name == "1e4"


def test_dates_stay_text(here: Path) -> None:
    """A date is a text like any other: a recipe has no use for a date object."""
    (here / "recipe.yaml").write_text(
        SOUND.replace("path: train.jsonl", "path: train.jsonl\n      collected: 2026-11-22")
    )
    assert load(Path("recipe.yaml")).recipe.data.train[0].collected == "2026-11-22"


@pytest.mark.parametrize(
    "text",
    ["\ufeff" + SOUND, SOUND.replace("\n", "\r\n"), "---\n" + SOUND],
    ids=["byte order mark", "CRLF", "document mark"],
)
def test_what_editors_add_is_harmless(here: Path, text: str) -> None:
    """A byte order mark, Windows line ends and a document mark change nothing."""
    plain = load(Path("recipe.yaml")).recipe
    (here / "other.yaml").write_bytes(text.encode())
    assert load(Path("other.yaml")).recipe == plain


def test_recipe_is_frozen(here: Path) -> None:
    """A loaded recipe cannot be changed, at no level: its digest names the run."""
    recipe = load(Path("recipe.yaml")).recipe
    parts: list[tuple[BaseModel, str]] = [
        (recipe, "name"),
        (recipe.base, "model"),
        (recipe.data, "pack"),
        (recipe.data.train[0], "path"),
        (recipe.train, "seed"),
        (recipe.train.adapter, "rank"),
        (recipe.evaluate, "samples"),
        (recipe.export, "merge"),
        (recipe.publish, "license"),
    ]
    for part, name in parts:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, name, getattr(part, name))


def test_stored_recipe_reads_back(here: Path) -> None:
    """recipe.json in a run directory gives the same recipe again."""
    recipe = load(Path("recipe.yaml"), ["train.adapter.targets=[q_proj]", "train.learning_rate=1e-4"]).recipe
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


def test_rows_beside_the_recipe_are_allowed(project: Path, tmp_path: Path) -> None:
    """Data may lie in the current folder or in the recipe's own, which need not be the same."""
    other = tmp_path / "recipes"
    other.mkdir()
    (other / "rows.jsonl").write_text("{}\n")
    (project / "base").mkdir()
    (other / "recipe.yaml").write_text(SOUND.replace("train.jsonl", "../recipes/rows.jsonl"))
    assert load(other / "recipe.yaml").recipe.data.train[0].path == "../recipes/rows.jsonl"
