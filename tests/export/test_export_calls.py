"""Calls of `tune export` that do not hold together end with exit code 2 and a sentence, before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import write_adapter

from tune import cli

CALLS = [
    (["adapter", "--base", "base", "--to", "base"], "base exists and is not an empty folder. name a new folder"),
    (["adapter", "--to", "new"], "an adapter is merged into a base, and none is given. add --base FOLDER"),
    (["base", "--base", "base", "--to", "new"], "base: there is no adapter_config.json"),
    (["adapter", "--base", "adapter", "--to", "new"], "has no config.json"),
    (["adapter", "--base", "base", "--to", "new", "--in-memory", "--into", "nf4"], "leave out one of the two"),
]


@pytest.mark.parametrize(("arguments", "message"), CALLS, ids=[message for _, message in CALLS])
def test_calls_that_do_not_hold_together(
    arguments: list[str],
    message: str,
    tiny_base: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The message names what is wrong and the way out; nothing is written."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").symlink_to(tiny_base)
    write_adapter(tmp_path / "adapter", tiny_base)
    capsys.readouterr()
    assert cli.main(["export", *arguments]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.out == ""
    assert not (tmp_path / "new").exists()
