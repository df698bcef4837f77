"""A row function of the user: `map: my_rows:to_messages` turns rows of any shape into rows of a known one."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tune.errors import DataError, Problem
from tune.jsonl import Broken, Row
from tune.sources import module_file

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
        spec.loader.exec_module(module)
    except Exception as error:
        what = f"cannot be imported ({type(error).__name__}: {error})"
        raise DataError(Problem("map", what, "run it with python and mend it", file=file)) from error
    function = getattr(module, name, None)
    if not callable(function):
        raise DataError(Problem("map", f"has no function {name!r}", "define it, or correct data map:", file=file))
    found: RowFunction = function
    return found


def apply(function: RowFunction, row: Row) -> Row | Broken:
    """The row that the function makes of a row. None leaves the row out; anything but a dict, and an exception, breaks it."""
    try:
        made = function(row.value)
        made = made if made is None else json.loads(json.dumps(made))  # what follows reads JSON and nothing else
    except Exception as error:  # noqa: BLE001  # whatever the user's code raises is told as a fault of the row
        return Broken(
            row.line, "map failed", f"map raised {type(error).__name__}: {error}", "mend the function, or the row"
        )
    if made is None:
        return Broken(row.line, "left out by map", "map gave None", "give a row to keep it")
    if not isinstance(made, dict):
        what = f"map gave {type(made).__name__} where a dict was expected"
        return Broken(row.line, "map failed", what, 'give a row such as {"messages": [...]}, or None to leave it out')
    return Row(row.line, made)
