"""A folder that takes its name when it is whole: two writers, kills, and what was there before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tune.errors import TuneError, UserError
from tune.files import replacing


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


WRITER = """
import sys
from pathlib import Path
from tune.files import replacing

with replacing(Path(sys.argv[1]), new=True) as staging:
    (staging / "half").write_text("x")
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def another(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that writes tmp_path/to, and ends when its input is closed."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "to")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        yield process


def test_two_at_once(tmp_path: Path, another: subprocess.Popen[str]) -> None:
    """The second one is told, and disturbs nothing; the first one ends well. After a kill the lock is free, and what was half
    is gone."""
    with pytest.raises(TuneError, match="another process is writing"), replacing(tmp_path / "to"):
        pass
    another.communicate()
    assert (tmp_path / "to/half").read_text() == "x"
    assert names(tmp_path) == ["to"]


def test_killed_while_writing(tmp_path: Path, another: subprocess.Popen[str]) -> None:
    """After kill -9 the lock is free: the next one begins with an empty folder, and nothing is left beside it."""
    another.kill()
    another.wait()
    assert not (tmp_path / "to").exists()
    with replacing(tmp_path / "to", new=True) as staging:
        assert names(staging) == []
        (staging / "whole").write_text("y")
    assert names(tmp_path) == ["to"]
    assert names(tmp_path / "to") == ["whole"]


def test_nothing_that_was_there_is_lost(tmp_path: Path) -> None:
    """What came into the folder meanwhile stays when a new one was asked for; what is replaced stands until the new one has
    its name, and comes back when a kill fell between the two renames."""
    to = tmp_path / "to"

    def made_by_another() -> None:
        with replacing(to, new=True):
            to.mkdir()
            (to / "theirs").write_text("x")

    with pytest.raises(TuneError, match="was made by somebody else meanwhile, and is left as it is"):
        made_by_another()
    assert (names(tmp_path), names(to)) == (["to"], ["theirs"])
    to.rename(tmp_path / ".to.old")  # as a kill leaves it

    def failing() -> None:
        with replacing(to):
            assert names(to) == ["theirs"]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert (names(tmp_path), names(to)) == (["to"], ["theirs"])
    with replacing(to) as staging:
        (staging / "ours").write_text("y")
    assert (names(tmp_path), names(to)) == (["to"], ["ours"])


def test_a_link_leads_to_what_is_replaced(tmp_path: Path) -> None:
    """A folder that lies on another disk behind a link is replaced there, as often as wanted; the link stays."""
    (tmp_path / "disk").mkdir()
    link = tmp_path / "to"
    link.symlink_to("disk/real")
    for content in ("first", "second"):
        with replacing(link) as staging:
            (staging / content).write_text("x")
        assert (link.is_symlink(), names(tmp_path / "disk/real")) == (True, [content])
    assert names(tmp_path / "disk") == ["real"]


@pytest.mark.parametrize("name", ["/proc", "link"])
def test_a_mount_point_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    """No folder can take the name of a mount point: that is said before hours of work, not after them."""
    (tmp_path / "link").symlink_to("/proc")
    words = r"^/proc: another file system is mounted there.*name a folder in it"
    with pytest.raises(UserError, match=words), replacing(tmp_path / name):
        pytest.fail("the work has begun")
