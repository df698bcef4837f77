"""The files that a source of rows stands for: on this disk, or of one commit of a Hub data set.

A data set's files are downloaded and read by our own readers, like files on the disk. `datasets.load_dataset` would give
Arrow tables, whose rows all have the same columns: a tool call without an argument that another row has would get it
as None, and no row could be named by its file and line. So only the search for the files is that of `datasets`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from tune import hub
from tune.digest import cache_folder, digest
from tune.files import write_json
from tune.hub import dataset_error
from tune.readers import SourceFile
from tune.recipe import Loaded
from tune.recipe.schema import Recipe, Source
from tune.records import HubRows
from tune.sources import expand, kind_by_name, unknown_kind
from tune.text import first_line

HOW_TO_READ = frozenset(
    [
        "sep",
        "delimiter",
        "header",
        "names",
        "column_names",
        "usecols",
        "skiprows",
        "comment",
        "quotechar",
        "quoting",
        "escapechar",
        "doublequote",
        "decimal",
        "thousands",
        "na_values",
        "encoding",
        "encoding_errors",
        "field",
        "columns",
        "filters",
        "keep_linebreaks",
        "sample_by",
    ]
)
"""Settings of a config that would change its rows, and that our readers do not follow."""
_LOCAL = "give its files as path"


class Listing(HubRows):
    """The files of one config and split of a data set at one commit, in the order in which they are read."""

    files: tuple[str, ...]


def files_of(source: Source, root: Path) -> list[SourceFile]:
    """The files of a source, `pinned` before, in the order in which they are read; those of a data set are downloaded
    where they are not cached. Raises DataError as `tune.sources.expand` and `tune.hub` do, and for a config, a split or a
    kind of file that cannot be read."""
    if source.path is not None:
        return expand(source.path, root)
    listing = _listing(source)
    found = []
    for name in listing.files:
        kind = kind_by_name(name)
        if kind is None:
            what, fix = unknown_kind(Path(name).name)
            raise dataset_error(_shown(listing, name), what, f"{fix}; then {_LOCAL}")
        found.append((name, kind))
    return [SourceFile(_fetched(listing, name), _shown(listing, name), *kind) for name, kind in found]


def pinned(loaded: Loaded) -> Loaded:
    """The recipe with the commit of every data set in it: the same one for all sources that name no revision.

    A config or split that is not there, or is not readable, is refused here, before anything is loaded. Raises DataError
    as `files_of` does. Asks the Hub nothing when every revision is given and looked up before.
    """
    commits: dict[str, str] = {}
    data = loaded.recipe.data
    sections = {s: tuple(pin(source, commits) for source in getattr(data, s)) for s in ("train", "eval")}
    recipe: Recipe = loaded.recipe.model_copy(update={"data": data.model_copy(update=sections)})
    return replace(loaded, recipe=recipe)


def hub_rows(source: Source) -> HubRows | None:
    """Repository, config, split and commit of a pinned source; None for one on the disk. Raises DataError as `files_of`."""
    return None if source.path is not None else HubRows(**_listing(source).model_dump(exclude={"files"}))


def pin(source: Source, commits: dict[str, str]) -> Source:
    """One source as `pinned` gives it. `commits` are the newest ones found so far, by data set, and grow."""
    if source.dataset is None:
        return source
    commit = source.revision or commits.get(source.dataset) or hub.resolve_commit(source.dataset, None, "dataset")
    if source.revision is None:
        commits[source.dataset] = commit
    found = source.model_copy(update={"revision": commit, "split": source.split or "train"})
    _listing(found)
    return found


def _shown(listing: Listing, name: str) -> str:
    """A file's name in messages and records: the same on every machine."""
    return f"{listing.repo}@{listing.commit[:12]}/{name}"


def _fetched(listing: Listing, name: str) -> Path:
    path = hub.fetch_file(listing.repo, listing.commit, name)
    if path is None:
        raise dataset_error(_shown(listing, name), "is not there any more", "give another revision")
    return path


def _listing(source: Source) -> Listing:
    """What a source stands for, remembered: a commit never changes, and offline nobody could be asked."""
    repo, commit, split = source.dataset, source.revision, source.split
    assert repo is not None
    assert commit is not None, "not pinned"
    assert split is not None, "not pinned"
    asked = [repo, commit, source.config, split]
    cache = cache_folder() / "hub" / f"{digest(asked)[:32]}.json"
    with suppress(OSError, ValidationError):
        return Listing.model_validate_json(cache.read_bytes())
    found = _look_up(source, repo, commit, split)
    with suppress(OSError):  # a read-only home: ask again next time
        write_json(cache, found.model_dump(mode="json"))
    return found


def _look_up(source: Source, repo: str, commit: str, split: str) -> Listing:
    """Asks the Hub which files a source stands for. Raises DataError."""
    hub.quiet_libraries()
    private = hub.is_private(repo, commit)
    if hub.has_file(repo, commit, f"{repo.split('/')[1]}.py"):
        what = "its rows come out of a program in the repository, which is never run"
        fix = f"give as revision a commit of its branch refs/convert/parquet, if it has one, or {_LOCAL}"
        raise dataset_error(source.shown, what, fix)
    configs = _configs(source.shown, repo, commit)
    name = _config_name(source, configs)
    settings = configs.get(name, {})
    unfit = sorted(HOW_TO_READ & set(settings))
    if unfit:
        what = f"its card sets {unfit[0]} for the config {name}, which is not followed here"
        raise dataset_error(source.shown, what, f"write its rows as JSONL, and {_LOCAL}")
    try:
        splits = _splits(f"hf://datasets/{repo}@{commit}", settings)
    except Exception as error:
        raise hub.explain_dataset(repo, error) from error
    if not splits.get(split):
        has = ", ".join(name for name, files in splits.items() if files)
        what = f"there is no split {split!r} in the config {name}" if has else "no file of rows"
        raise dataset_error(source.shown, what, f"choose one of: {has}" if has else "check the data set's files")
    files = tuple(_inside(source.shown, path, f"hf://datasets/{repo}@{commit}/") for path in splits[split])
    return Listing(repo=repo, config=name, split=split, commit=commit, private=private, files=files)


def _configs(shown: str, repo: str, commit: str) -> dict[str, dict[str, Any]]:
    """The configs that a data set's card describes, by name. Raises DataError for a card that cannot be read."""
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCardData, metadata_load

    said: dict[str, Any] = {}
    for file in ("README.md", ".huggingface.yaml"):  # as `datasets` does; the second has the last word
        path = hub.fetch_file(repo, commit, file)
        try:
            if path is not None and file == "README.md":
                said |= metadata_load(path) or {}
            elif path is not None:
                said |= yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            found = MetadataConfigs.from_dataset_card_data(DatasetCardData(**said))
        except (ValueError, TypeError, yaml.YAMLError) as error:
            what = f"its {file} cannot be understood: {first_line(error)}"
            raise dataset_error(shown, what, _LOCAL) from error
    return dict(found)


def _config_name(source: Source, configs: dict[str, dict[str, Any]]) -> str:
    """The config that is meant. Raises DataError when there is none, or none without a name."""
    if not configs:
        configs = {"default": {}}
    name = source.config
    if name is None:
        marked = [
            n for n, settings in configs.items() if len(configs) == 1 or n == "default" or settings.get("default")
        ]
        if len(marked) == 1:
            return marked[0]
        what = "it has several configs, and none of them is the default"
        raise dataset_error(source.shown, what, f"set config to one of: {', '.join(configs)}")
    if name not in configs:
        raise dataset_error(source.shown, f"there is no config {name!r}", f"choose one of: {', '.join(configs)}")
    return name


def _splits(base: str, settings: dict[str, Any]) -> dict[str, list[str]]:
    """The files of every split of a config, as `datasets.load_dataset` finds them: by the patterns of the card, or by
    names such as train.jsonl, data/train-00000-of-00001.parquet and train/rows.csv. Paths begin with `base`."""
    from datasets.data_files import (
        DataFilesDict,
        EmptyDatasetError,
        get_data_patterns,
        resolve_pattern,
        sanitize_patterns,
    )
    from datasets.load import infer_module_for_data_files_list
    from datasets.packaged_modules import _ALL_ALLOWED_EXTENSIONS, _MODULE_TO_EXTENSIONS

    named = settings.get("data_files")
    try:
        # Lists the whole repository once, for all patterns below. They take an error of the Hub for "no such file"; this
        # raises it.
        resolve_pattern("**", base)
        if settings.get("data_dir"):
            base = f"{base}/{settings['data_dir'].strip('/')}"
        patterns = get_data_patterns(base) if named is None else sanitize_patterns(named)
        # What the card names is taken whatever it is, so that a kind of file that is not read here is refused, not lost.
        found = DataFilesDict.from_patterns(patterns, base, _ALL_ALLOWED_EXTENSIONS if named is None else None)
    except (EmptyDatasetError, FileNotFoundError):
        return {}
    splits = {}
    for split, files in found.items():
        # Without a card, `datasets` reads the files of the commonest kind; it would open a zip to see what is in it.
        module, _ = infer_module_for_data_files_list([file for file in files if not file.endswith(".zip")])
        alike = named is None and module is not None
        kept = files.filter(extensions=_MODULE_TO_EXTENSIONS[module]) if alike else files
        splits[str(split)] = list(dict.fromkeys(kept))
    return splits


def _inside(shown: str, path: str, base: str) -> str:
    """The name of a file in its repository. Raises DataError for one that lies elsewhere: it would have no commit."""
    name = path.removeprefix(base)
    if name == path or "::" in name or ".." in name.split("/"):
        what = f"its card names a file outside of the repository, or inside an archive: {path}"
        raise dataset_error(shown, what, _LOCAL)
    return name
