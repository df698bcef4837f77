"""Recipes that are wrong: every message, to the letter, with file, line and key."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import SOUND, write_recipe

from tune.errors import RecipeError
from tune.recipe import load

KEYS = "recipe, name, base, data, train, launch, evaluate, export, publish, extends"
TRAIN_KEYS = (
    "method, adapter, epochs, max_steps, tokens_per_step, learning_rate, schedule, warmup, optimizer, weight_decay, "
    "max_grad_norm, evaluate_every, save_every, keep, report_to, seed"
)
SOURCE_KEYS = "path, dataset, config, split, revision, format, map, rows, weight, license, about, collected, personal_data, generator, published_at, private"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def here(project: Path) -> Path:
    """The current folder, with train.jsonl, eval.jsonl, a folder `base` and an empty folder `sub`."""
    (project / "base").mkdir()
    (project / "sub").mkdir()
    return project


def complaints(path: str, sets: tuple[str, ...] = ()) -> list[str]:
    """The lines of the RecipeError that loading raises."""
    with pytest.raises(RecipeError) as caught:
        load(Path(path), sets)
    return str(caught.value).splitlines()


def changed(old: str, new: str) -> str:
    """SOUND with one place changed."""
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


CASES: dict[str, tuple[str | bytes, list[str]]] = {
    # What is not YAML of maps, lists and scalars.
    "empty file": ("", ["recipe.yaml:1: is empty. start with `recipe: 1`; see docs/recipe.md"]),
    "only a comment": (
        "# to be written\n",
        ["recipe.yaml:1: is empty. start with `recipe: 1`; see docs/recipe.md"],
    ),
    "list at top": (
        "- recipe: 1\n",
        ["recipe.yaml:1: is not a list of `key: value` lines. start with `recipe: 1`; see docs/recipe.md"],
    ),
    "word at top": (
        "recipe\n",
        ["recipe.yaml:1: is not a list of `key: value` lines. start with `recipe: 1`; see docs/recipe.md"],
    ),
    "not UTF-8": (
        SOUND.encode() + b"# caf\xe9\n",
        ["recipe.yaml:12: is not UTF-8 text. save the file as UTF-8"],
    ),
    "UTF-16": (SOUND.encode("utf-16"), ["recipe.yaml:1: is not UTF-8 text. save the file as UTF-8"]),
    "huge file": (
        f"# {'x' * (1 << 20)}\n{SOUND}",
        ["recipe.yaml: is larger than 1 MiB. a recipe is a page of text; was a data file given?"],
    ),
    "open bracket": (
        SOUND + "publish: {license: mit\n",
        [
            (
                "recipe.yaml:13: not readable as YAML: expected ',' or '}', but got '<stream end>'. "
                "check indentation, colons and quotes"
            )
        ],
    ),
    "alias": (
        changed("name: shop", "name: &n shop") + "publish:\n  license: *n\n",
        ["recipe.yaml:13: YAML aliases (*name) are refused. write the value out; `extends:` shares recipes"],
    ),
    "tag": (
        changed("max_steps: 4", "max_steps: !env STEPS"),
        ["recipe.yaml:10: train.max_steps: YAML tag !env is refused. write a plain value"],
    ),
    "tag that runs code": (
        changed("max_steps: 4", "max_steps: !!python/object/apply:os.system [true]"),
        [
            (
                "recipe.yaml:10: train.max_steps: YAML tag tag:yaml.org,2002:python/object/apply:os.system is refused. "
                "write a plain value"
            )
        ],
    ),
    "merge key": (
        SOUND + "<<: {seed: 3}\n",
        [f"recipe.yaml:12: <<: unknown key. known keys here: {KEYS}"],
    ),
    "key twice": (
        changed("max_steps: 4", "max_steps: 4\n  max_steps: 5"),
        ["recipe.yaml:11: train.max_steps: the key is given twice. keep one of the two"],
    ),
    "section twice": (
        SOUND + "data:\n  pack: false\n",
        ["recipe.yaml:12: data: the key is given twice. keep one of the two"],
    ),
    # Keys.
    "misspelled key": (
        changed("max_steps", "max_step"),
        ['recipe.yaml:10: train.max_step: unknown key. did you mean "max_steps"?'],
    ),
    "misspelled key two levels down": (
        SOUND + "  adapter:\n    ranks: 3\n",
        ['recipe.yaml:13: train.adapter.ranks: unknown key. did you mean "rank"?'],
    ),
    "misspelled key in a list": (
        changed("- path: train.jsonl", "- path: train.jsonl\n      licence: mit"),
        ['recipe.yaml:8: data.train[0].licence: unknown key. did you mean "license"?'],
    ),
    "key like no other": (
        SOUND + "zebra: 1\n",
        [f"recipe.yaml:12: zebra: unknown key. known keys here: {KEYS}"],
    ),
    "required keys missing": (
        "recipe: 1\nname: shop\n",
        [
            "recipe.yaml:1: base: is required and missing. add it; see docs/recipe.md#base",
            "recipe.yaml:1: data: is required and missing. add it; see docs/recipe.md#data",
        ],
    ),
    "required key missing in a list": (
        changed("path: train.jsonl", "license: mit"),
        [
            "recipe.yaml:7: data.train[0]: has neither path nor dataset. add `path: rows.jsonl`, or `dataset: org/name` for a data set of the Hub"
        ],
    ),
    "wrong type for the only place of rows": (
        changed("path: train.jsonl", "path: 3"),
        ['recipe.yaml:7: data.train[0].path: must be text, found 3. put it in quotes: "..."'],
    ),
    "two places of rows": (
        changed("- path: train.jsonl", "- path: train.jsonl\n      dataset: org/name"),
        ["recipe.yaml:7: data.train[0]: path and dataset are both given; keep one of them. see docs/recipe.md"],
    ),
    "private rows that anyone can get": (
        changed("- path: train.jsonl", "- path: train.jsonl\n      private: true\n      published_at: here"),
        [
            "recipe.yaml:7: data.train[0]: private and published_at are both given; rows that anyone can get are not private. see docs/recipe.md"
        ],
    ),
    "a split of a file": (
        changed("- path: train.jsonl", "- path: train.jsonl\n      split: train"),
        ["recipe.yaml:7: data.train[0]: split goes with dataset, not with path; remove it. see docs/recipe.md"],
    ),
    "a config of a file": (
        changed("- path: train.jsonl", "- path: train.jsonl\n      config: default"),
        ["recipe.yaml:7: data.train[0]: config goes with dataset, not with path; remove it. see docs/recipe.md"],
    ),
    "a commit of a file": (
        changed("- path: train.jsonl", f"- path: train.jsonl\n      revision: {COMMIT}"),
        ["recipe.yaml:7: data.train[0]: revision goes with dataset, not with path; remove it. see docs/recipe.md"],
    ),
    "a data set without its owner": (
        changed("path: train.jsonl", "dataset: squad"),
        [
            'recipe.yaml:7: data.train[0].dataset: does not have the right form, found "squad". it must match ^[A-Za-z0-9][\\w.-]*/[A-Za-z0-9][\\w.-]*$'
        ],
    ),
    "a branch for a commit": (
        changed("path: train.jsonl", "dataset: org/name\n      revision: main"),
        [
            'recipe.yaml:8: data.train[0].revision: does not have the right form, found "main". it must match ^[0-9a-f]{40}$'
        ],
    ),
    "a data set named twice": (
        changed(
            "- path: train.jsonl",
            "- dataset: org/name\n    - dataset: org/name\n      split: train\n    - dataset: org/name\n      split: test",
        ),
        ["recipe.yaml:8: data.train[1].dataset: org/name (train) is named twice. name it once"],
    ),
    "a row function that is not there for a data set": (
        changed("path: train.jsonl", "dataset: org/name\n      map: gone:away"),
        [
            "recipe.yaml:8: data.train[0].map: no such file: gone.py. the module is a file in the folder where the command runs"
        ],
    ),
    # Types.
    "Norway": (
        changed("name: shop", "name: no"),
        ['recipe.yaml:2: name: must be text, found false. put it in quotes: "..."'],
    ),
    "number for text": (
        changed("name: shop", "name: 12"),
        ['recipe.yaml:2: name: must be text, found 12. put it in quotes: "..."'],
    ),
    "text for a whole number": (
        changed("max_steps: 4", 'max_steps: "4"'),
        ['recipe.yaml:10: train.max_steps: must be a whole number, found "4". write digits without quotes, e.g. 8_192'],
    ),
    "fraction for a whole number": (
        changed("max_steps: 4", "max_steps: 4.5"),
        ["recipe.yaml:10: train.max_steps: must be a whole number, found 4.5. write digits without quotes, e.g. 8_192"],
    ),
    "true for a whole number": (
        changed("max_steps: 4", "max_steps: true"),
        [
            (
                "recipe.yaml:10: train.max_steps: must be a whole number, found true. "
                "write digits without quotes, e.g. 8_192"
            )
        ],
    ),
    "text for a number": (
        SOUND + "  learning_rate: fast\n",
        ['recipe.yaml:12: train.learning_rate: must be a number, found "fast". write digits without quotes, e.g. 2e-4'],
    ),
    "text for true or false": (
        changed("max_tokens: 64", 'max_tokens: 64\n  pack: "yes"'),
        ['recipe.yaml:9: data.pack: must be true or false, found "yes". write true or false, without quotes'],
    ),
    "word that is no choice": (
        changed("max_tokens: 64", "max_tokens: 64\n  long: cut"),
        ["recipe.yaml:9: data.long: found \"cut\". choose 'error', 'drop', 'truncate' or 'split'"],
    ),
    "number for a section": (
        changed("train:\n  max_steps: 4\n  tokens_per_step: 256\n", "train: 3\n"),
        [f"recipe.yaml:9: train: must be a section with keys below it, found 3. keys: {TRAIN_KEYS}"],
    ),
    "text for a list": (
        changed("\n    - path: train.jsonl", " train.jsonl"),
        [
            (
                'recipe.yaml:6: data.train: must be a list, found "train.jsonl". '
                "write one entry a line, each beginning with `- `"
            )
        ],
    ),
    "map for a list": (
        changed("- path: train.jsonl", "path: train.jsonl"),
        [
            (
                "recipe.yaml:6: data.train: must be a list, found a section. "
                "write one entry a line, each beginning with `- `"
            )
        ],
    ),
    "text for an entry": (
        changed("- path: train.jsonl", "- train.jsonl"),
        [
            (
                'recipe.yaml:7: data.train[0]: must be a section with keys below it, found "train.jsonl". '
                f"keys: {SOURCE_KEYS}"
            )
        ],
    ),
    "no sources": (
        changed("\n    - path: train.jsonl", " []"),
        ["recipe.yaml:6: data.train: is empty. write a value or remove the key"],
    ),
    "one target without a list": (
        SOUND + "  adapter: {targets: q_proj}\n",
        ["recipe.yaml:12: train.adapter.targets: found \"q_proj\". choose 'all-linear', or write a list"],
    ),
    # Values.
    "format of the future": (changed("recipe: 1", "recipe: 2"), ["recipe.yaml:1: recipe: found 2. choose 1"]),
    "format that is no number": (
        changed("recipe: 1", "recipe: true"),
        ["recipe.yaml:1: recipe: found true, must be 1. see docs/recipe.md"],
    ),
    "name with a capital and a blank": (
        changed("shop", "My Shop"),
        [
            (
                "recipe.yaml:2: name: must be small letters, digits and hyphens, and start with a letter or digit. "
                "see docs/recipe.md"
            )
        ],
    ),
    "name like an option": (
        changed("shop", "--fresh"),
        [
            (
                "recipe.yaml:2: name: must be small letters, digits and hyphens, and start with a letter or digit. "
                "see docs/recipe.md"
            )
        ],
    ),
    "branch for a commit": (
        changed("model: base", "model: org/name\n  revision: main"),
        ['recipe.yaml:5: base.revision: does not have the right form, found "main". it must match ^[0-9a-f]{40}$'],
    ),
    "negative seed": (
        SOUND + "  seed: -1\n",
        ["recipe.yaml:12: train.seed: must be greater than or equal to 0, found -1. change the number"],
    ),
    "no learning rate": (
        SOUND + "  learning_rate: 0\n",
        ["recipe.yaml:12: train.learning_rate: must be greater than 0, found 0. change the number"],
    ),
    "all of dropout": (
        SOUND + "  adapter: {dropout: 1}\n",
        ["recipe.yaml:12: train.adapter.dropout: must be less than 1, found 1. change the number"],
    ),
    # Rules between keys.
    "two lengths": (
        changed("max_steps: 4", "max_steps: 4\n  epochs: 2"),
        ["recipe.yaml:9: train: epochs and max_steps are both given; keep one of them. see docs/recipe.md"],
    ),
    "step smaller than a row": (
        changed("256", "32"),
        [
            (
                "recipe.yaml:11: train.tokens_per_step: 32 is less than data.max_tokens (64), so a step could not hold "
                "one row. raise tokens_per_step or lower max_tokens"
            )
        ],
    ),
    "nothing to evaluate on": (
        SOUND + "  evaluate_every: 2\n",
        ["recipe.yaml:12: train.evaluate_every: there is nothing to evaluate on. add data.eval or remove the key"],
    ),
    "commit of a folder": (
        changed("model: base", f"model: base\n  revision: {COMMIT}"),
        [
            "recipe.yaml:5: base.revision: a folder has no revision. remove it (for one command: --set base.revision=null), or give a Hub id as base.model"
        ],
    ),
    "Hub id published again": (
        changed("model: base", "model: org/name\n  published_as: org/other"),
        ["recipe.yaml:5: base.published_as: a Hub id already says where the base is published. remove the key"],
    ),
    "license that the Hub does not know": (
        SOUND + "publish:\n  license: Apache\n",
        [
            (
                "recipe.yaml:13: publish.license: 'Apache' is not a license identifier of the Hub. "
                'did you mean "apache-2.0"?'
            )
        ],
    ),
    "override without a reason": (
        SOUND + 'publish:\n  override: " "\n',
        [
            (
                "recipe.yaml:13: publish.override: is blank, and it is a reason for people to read. write why, or remove the "
                "key"
            )
        ],
    ),
    "repository that the Hub would not make": (
        SOUND + "publish:\n  repo: shop\n",
        [
            (
                "recipe.yaml:13: publish.repo: shop is no name of a repository. give user/name: letters, digits, - _ . and at "
                "most 96 of them"
            )
        ],
    ),
    # Files.
    "no base": (
        changed("model: base", "model: ./bse"),
        [
            (
                "recipe.yaml:4: base.model: no such folder: ./bse. "
                "give a folder with config.json, or a Hub id such as Qwen/Qwen3-4B"
            )
        ],
    ),
    "no rows": (
        changed("train.jsonl", "trian.jsonl"),
        [
            (
                "recipe.yaml:7: data.train[0].path: no such file: trian.jsonl. "
                "paths are read from project/, the folder where the command runs"
            )
        ],
    ),
    "folder for rows": (
        changed("train.jsonl", "sub"),
        [
            "recipe.yaml:7: data.train[0].path: sub: no file in this folder. put files of rows there; hidden files are left out"
        ],
    ),
    "rows outside": (
        changed("train.jsonl", "../elsewhere.jsonl"),
        [
            (
                "recipe.yaml:7: data.train[0].path: ../elsewhere.jsonl lies outside the current folder and the recipe's "
                "folder. move the file, or allow its folder with --root DIR"
            )
        ],
    ),
    "rows named twice": (
        changed("- path: train.jsonl", "- path: train.jsonl\n    - path: sub/../train.jsonl"),
        ["recipe.yaml:8: data.train[1].path: sub/../train.jsonl is named twice. name a file once"],
    ),
    "trained on and held out": (
        changed("  max_tokens: 64", "  eval:\n    - path: train.jsonl\n  max_tokens: 64"),
        ["recipe.yaml:9: data.eval[0].path: train.jsonl is named twice. name a file once"],
    ),
    "no prompts": (
        SOUND + "evaluate:\n  prompts: prompts.jsonl\n",
        [
            (
                "recipe.yaml:13: evaluate.prompts: no such file: prompts.jsonl. "
                "paths are read from project/, the folder where the command runs"
            )
        ],
    ),
    "no adapter to start from": (
        SOUND + "  adapter:\n    start_from: sub\n",
        [
            (
                "recipe.yaml:13: train.adapter.start_from: no adapter in sub. "
                "give a folder that holds adapter_config.json and adapter_model.safetensors"
            )
        ],
    ),
    # What it extends.
    "extends nothing": (
        "extends: no.yaml\n",
        ["recipe.yaml:1: extends: no such recipe: no.yaml. the path is read from the folder of this recipe"],
    ),
    "extends itself": (
        "extends: recipe.yaml\n",
        ["recipe.yaml:1: extends: recipe.yaml extends itself in a circle. remove one `extends:`"],
    ),
    "extends two": (
        "extends: [a.yaml, b.yaml]\n",
        ["recipe.yaml:1: extends: must be the file name of another recipe. e.g. extends: support-bot.yaml"],
    ),
    # Everything at once: the wrong keys, and the rules that the sound keys break.
    "several at once": (
        changed("max_steps: 4", "max_step: 4\n  seed: -1\n  evaluate_every: 2").replace("train.jsonl", "no.jsonl"),
        [
            (
                "recipe.yaml:7: data.train[0].path: no such file: no.jsonl. "
                "paths are read from project/, the folder where the command runs"
            ),
            'recipe.yaml:10: train.max_step: unknown key. did you mean "max_steps"?',
            "recipe.yaml:11: train.seed: must be greater than or equal to 0, found -1. change the number",
            "recipe.yaml:12: train.evaluate_every: there is nothing to evaluate on. add data.eval or remove the key",
        ],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES.keys())
def test_bad_recipe(here: Path, text: str | bytes, expected: list[str]) -> None:
    """The messages are exactly these: every problem, in the order of the file, each with its line and what to do."""
    (here / "recipe.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert complaints("recipe.yaml") == expected


SETS: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "no equals sign": (
        ("train.seed",),
        ["--set: cannot read --set train.seed. write --set section.key=value"],
    ),
    "no key": (("=3",), ["--set: cannot read --set =3. write --set section.key=value"]),
    "no value": (
        ("train.seed=",),
        ["--set: train.seed: must be a whole number, found nothing. write digits without quotes, e.g. 8_192"],
    ),
    "unknown key": (("train.sed=3",), ['--set: train.sed: unknown key. did you mean "seed"?']),
    "wrong type": (
        ("train.seed=x",),
        ['--set: train.seed: must be a whole number, found "x". write digits without quotes, e.g. 8_192'],
    ),
    "into a list": (
        ("data.train.0.path=x",),
        [
            (
                "--set: data.train.0.path: data.train is not a section. "
                "--set reaches keys of sections; edit lists in the recipe"
            )
        ],
    ),
    "below a value": (
        ("data.max_tokens.x=3",),
        [
            (
                "--set: data.max_tokens.x: data.max_tokens is not a section. "
                "--set reaches keys of sections; edit lists in the recipe"
            )
        ],
    ),
    "what it extends": (
        ("extends=other.yaml",),
        ["--set: extends: the command line cannot change what a recipe extends. write `extends:` in the recipe"],
    ),
    "against a rule": (
        ("train.epochs=2",),
        ["recipe.yaml:9: train: epochs and max_steps are both given; keep one of them. see docs/recipe.md"],
    ),
    "two of them": (
        ("train.seed=-1", "train.tokens_per_step=8"),
        [
            "--set: train.seed: must be greater than or equal to 0, found -1. change the number",
            (
                "--set: train.tokens_per_step: 8 is less than data.max_tokens (64), so a step could not hold one row. "
                "raise tokens_per_step or lower max_tokens"
            ),
        ],
    ),
}


@pytest.mark.parametrize(("sets", "expected"), SETS.values(), ids=SETS.keys())
def test_bad_set(here: Path, sets: tuple[str, ...], expected: list[str]) -> None:
    """A wrong `--set` is complained of at the command line, not at a line of the file."""
    (here / "recipe.yaml").write_text(SOUND)
    assert complaints("recipe.yaml", sets) == expected


def test_tab_for_indentation(here: Path) -> None:
    """A tab is named with its line: editors do not show it."""
    (here / "recipe.yaml").write_text(changed("  max_steps", "\tmax_steps"))
    assert complaints("recipe.yaml") == [
        (
            "recipe.yaml:10: not readable as YAML: found character '\\t' that cannot start any token. "
            "check indentation, colons and quotes"
        )
    ]


def test_folder_for_a_recipe(here: Path) -> None:
    """A folder that is no run directory is said to be a folder."""
    assert complaints("sub") == [
        "sub: is a folder. give a recipe file (YAML) or a run directory (it holds recipe.json)"
    ]


def test_no_recipe(here: Path) -> None:
    """A missing recipe is named as it was given."""
    assert complaints("no.yaml") == [
        "no.yaml: no such file. check the path; it is read from the folder where the command runs"
    ]


def test_an_adapter_of_another_size(here: Path) -> None:
    """Rank and alpha of an adapter to continue from are compared before anything is loaded; what is no adapter is told."""
    (here / "recipe.yaml").write_text(SOUND + "  adapter:\n    start_from: sub\n    rank: 8\n")
    config = here / "sub" / "adapter_config.json"
    config.write_text('{"r": 8, "lora_alpha": 32.0}')
    assert load(Path("recipe.yaml")).recipe.train.adapter.rank == 8
    config.write_text('{"r": 4, "lora_alpha": 8}')
    assert complaints("recipe.yaml") == [
        "recipe.yaml:12: train.adapter.alpha: is 32, and the adapter in sub has 8. write alpha: 8",
        "recipe.yaml:14: train.adapter.rank: is 8, and the adapter in sub has 4. write rank: 4",
    ]
    for broken in ("[]", "{", '{"peft_type": "LOHA"}'):
        config.write_text(broken)
        words = "adapter_config.json in sub is not that of a LoRA adapter. give another folder"
        assert complaints("recipe.yaml") == [f"recipe.yaml:13: train.adapter.start_from: {words}"]


def test_circle_of_two(here: Path) -> None:
    """A circle over two files is found, and told at the file that closes it."""
    (here / "a.yaml").write_text("extends: b.yaml\n")
    (here / "b.yaml").write_text("extends: a.yaml\n")
    assert complaints("a.yaml") == ["b.yaml:1: extends: a.yaml extends itself in a circle. remove one `extends:`"]


def test_faults_of_both_files_have_their_own_places(here: Path) -> None:
    """What the extended recipe has wrong is told at its own line, beside what the extending one has wrong."""
    (here / "parent.yaml").write_text(SOUND + "zebra: 1\n")
    (here / "child.yaml").write_text("extends: parent.yaml\nname: Big\n")
    assert complaints("child.yaml") == [
        (
            "child.yaml:2: name: must be small letters, digits and hyphens, and start with a letter or digit. "
            "see docs/recipe.md"
        ),
        f"parent.yaml:12: zebra: unknown key. known keys here: {KEYS}",
    ]


def test_link_that_leads_outside(here: Path, tmp_path: Path) -> None:
    """A link inside the folder to a file outside is outside, until its folder is allowed."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "rows.jsonl").write_text("{}\n")
    (here / "link.jsonl").symlink_to(outside / "rows.jsonl")
    (here / "recipe.yaml").write_text(changed("train.jsonl", "link.jsonl"))
    assert complaints("recipe.yaml") == [
        (
            "recipe.yaml:7: data.train[0].path: link.jsonl lies outside the current folder and the recipe's folder. "
            "move the file, or allow its folder with --root DIR"
        )
    ]
    assert load(Path("recipe.yaml"), roots=[outside]).recipe.data.train[0].path == "link.jsonl"


def test_links_inside_a_folder(here: Path, tmp_path: Path) -> None:
    """A link in a folder of rows is held to the rules of a link that is named: where it leads must be allowed, and is read
    once."""
    outside, rows = tmp_path / "outside", here / "rows"
    outside.mkdir()
    rows.mkdir()
    (outside / "o.jsonl").write_text("{}\n")
    (rows / "a.jsonl").write_text("{}\n")
    (rows / "c.jsonl").symlink_to(outside / "o.jsonl")
    for path in ("rows", "rows/*.jsonl"):
        (here / "recipe.yaml").write_text(changed("train.jsonl", path))
        assert complaints("recipe.yaml") == [
            (
                f"recipe.yaml:7: data.train[0].path: rows/c.jsonl leads to {outside.resolve()}/o.jsonl, which lies outside "
                "the current folder and the recipe's folder. move the file, or allow its folder with --root DIR"
            )
        ]
        assert load(Path("recipe.yaml"), roots=[outside]).recipe.data.train[0].path == path
    (rows / "c.jsonl").unlink()
    (rows / "b.jsonl").symlink_to("a.jsonl")
    assert complaints("recipe.yaml") == [
        "recipe.yaml:7: data.train[0].path: rows/b.jsonl (it is a.jsonl) is named twice. name a file once"
    ]


def test_problems_carry_their_parts(here: Path) -> None:
    """For `tune check --json`: file, line and key stand apart from the words."""
    (here / "recipe.yaml").write_text(changed("max_steps", "max_step"))
    with pytest.raises(RecipeError) as caught:
        load(Path("recipe.yaml"))
    assert [problem.as_json() for problem in caught.value.problems] == [
        {
            "check": "recipe",
            "what": "unknown key",
            "fix": 'did you mean "max_steps"?',
            "file": "recipe.yaml",
            "line": 10,
            "row": None,
            "key": "train.max_step",
        }
    ]
    assert caught.value.exit_code == 2


def test_recipe_of_the_other_tests_is_sound(here: Path) -> None:
    """The recipe that other tests change loads as it is, so what they see comes from their change."""
    assert load(write_recipe(here / "recipe.yaml", Path("base"))).recipe.name == "tiny"
