"""The door to the Hub: what went wrong there, in words."""

from __future__ import annotations

import errno

import pytest

from tune import hub
from tune.errors import BaseModelError


def xet_get() -> None:
    """Fails as hf_xet does inside of huggingface_hub's function of this name."""
    raise RuntimeError("CAS error")


def test_a_failure_of_xet() -> None:
    """What Xet could not download may come over plain HTTP: the user is told how."""
    with pytest.raises(RuntimeError) as failed:
        xet_get()
    assert str(hub.explain_dataset("org/name", failed.value)) == (
        "org/name: the download through Xet failed (RuntimeError: CAS error). try again; with HF_HUB_DISABLE_XET=1 in the "
        "environment the file comes over plain HTTP"
    )


def test_a_full_disk_is_not_the_hub() -> None:
    """An error of this machine's disk keeps its own words."""
    full = OSError(errno.ENOSPC, "No space left on device", "blob")
    with pytest.raises(OSError, match="No space left on device") as raised:
        hub.explain_dataset("org/name", full)
    assert raised.value is full


def test_a_base_that_is_not_cached(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """Offline, with a commit whose files are not there: both ways out are said."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(BaseModelError) as refused:
        hub.fetch("org/name", "1" * 40)
    assert str(refused.value) == (
        "base.model: org/name: offline, and not all of its files are cached. go online once, or use a local folder as base.model"
    )
