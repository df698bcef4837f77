"""A row function of the user: `map: my_rows:to_messages` turns rows of any shape into rows of a known one."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from copy import deepcopy
from pathlib import Path
from typing import Any

from tune.columns import READ_COLUMNS
from tune.errors import DataError, Problem
from tune.jsonl import Broken, Row
from tune.sources import module_file
from tune.strict import loads

RowFunction = Callable[[dict[str, Any]], Any]


def load(text: str, root: Path) -> RowFunction:
    """The function behind `module:function`; the module is a file below `root`.

    Raises DataError when the file or the function is not there, or when importing the file fails.
    """
    name = text.partition(":")[2]
    file = module_file(text)
    spec = importlib.util.spec_from_file_location(f"tune_map_{Path(file).stem}", root / file)
    if not (root / file).is_file() or spec is None or spec.loader is None:
        raise DataError(
            Problem("map", "no such file", "the module is read from the folder where the command runs", file=file)
        )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        with redirect_stdout(sys.stderr):  # ours may be JSON
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        what, fix = f"cannot be imported ({type(error).__name__}: {error})", "run it with python and mend it"
        if isinstance(error, ModuleNotFoundError):
            fix = "install it, or put what it holds into this file: others beside it are not read"
        raise DataError(Problem("map", what, fix, file=file)) from error
    function = getattr(module, name, None)
    if not callable(function):
        raise DataError(Problem("map", f"has no function {name!r}", "define it, or correct data map:", file=file))
    found: RowFunction = function
    return found


def apply(function: RowFunction, row: Row) -> Row | Broken:
    """The row that the function makes of a row, which stays as it is. None leaves the row out; anything but a dict of JSON
    values, and an exception, breaks it."""
    try:
        with redirect_stdout(sys.stderr):
            made = function(deepcopy(row.value))
    except (Exception, SystemExit) as error:  # noqa: BLE001  # whatever the user's code raises is a fault of the row
        return _failed(row, f"map raised {type(error).__name__}: {error}", "mend the function, or the row")
    if made is None:
        return Broken(row.line, "left out by map", "map gave None", "give a row to keep it")
    if not isinstance(made, dict):
        what = f"map gave {type(made).__name__} where a dict was expected"
        return _failed(row, what, 'give a row such as {"messages": [...]}, or None to leave it out')
    try:
        return Row(row.line, loads(json.dumps(made), READ_COLUMNS))  # what follows reads JSON and nothing else
    except (TypeError, ValueError, RecursionError) as error:
        return _failed(row, f"map gave what is no JSON ({error})", "give texts, numbers, lists and dicts")


def _failed(row: Row, what: str, fix: str) -> Broken:
    return Broken(row.line, "map failed", what, fix)
