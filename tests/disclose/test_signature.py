"""Level 1 of `tune verify`: who signed, and over what."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from attacks import copied
from conftest import POCKET

from tune.cli import main
from tune.verify import Means, verify


def of_level(folder: Path, level: int, **means: Any) -> list[tuple[str, str]]:
    """(verdict, how) of every claim of a level."""
    return [(c.verdict, c.how) for c in verify(folder, Means(**means)) if c.level == level]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two pairs of keys: one.pem, one.pub, two.pem, two.pub."""
    pytest.importorskip("model_signing", reason="model-signing is in the dev extra")
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    folder = tmp_path_factory.mktemp("keys")
    for name in ("one", "two"):
        key = ec.generate_private_key(ec.SECP256R1())
        pem = form.Encoding.PEM
        private = key.private_bytes(pem, form.PrivateFormat.PKCS8, form.NoEncryption())
        (folder / f"{name}.pem").write_bytes(private)
        (folder / f"{name}.pub").write_bytes(key.public_key().public_bytes(pem, form.PublicFormat.SubjectPublicKeyInfo))
    return folder


def test_a_signature(tmp_path: Path, keys: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`tune sign`, offline; the folder moves elsewhere; level 1 holds for that key alone, and for no other byte: of the card's
    own words too, which no other level covers. The private key itself must not lie in the folder."""
    folder = copied(POCKET, tmp_path / "pocket")
    no_signature = of_level(folder, 1)[0]
    assert no_signature[0] == "NOT CHECKED"
    assert "there is no model.sig" in no_signature[1]
    assert main(["sign", str(folder), "--key", str(keys / "one.pem")]) == 0
    assert capsys.readouterr().out.strip().endswith("model.sig")
    folder = folder.rename(tmp_path / "elsewhere")
    assert main(["verify", str(folder), "--key", str(keys / "one.pub")]) == 0
    assert of_level(folder, 1)[0][1] == "needs the public key of who is said to have signed: --key FILE"
    assert "public key" in of_level(folder, 1, key=keys / "two.pub")[0][1]
    with (folder / "README.md").open("a") as card:
        card.write("\nMore words.\n")
    assert of_level(folder, 1, key=keys / "one.pub") == [
        ("FAILED", "model.sig: README.md is not the file that was signed")
    ]
    (folder / "README.md").rename(folder / "READ.md")
    how = of_level(folder, 1, key=keys / "one.pub")[0][1]
    assert how == "model.sig: READ.md: not signed; README.md: signed, and missing"
    (folder / "READ.md").rename(folder / "README.md")
    assert of_level(folder, 0, key=keys / "one.pub")[0][0] == "VERIFIED"
    (folder / "model.sig").unlink()
    assert of_level(folder, 1, key=keys / "one.pub") == [("FAILED", "there is no model.sig in the folder")]
    shutil.copyfile(keys / "one.pem", folder / "one.pem")
    assert main(["sign", str(folder), "--key", str(folder / "one.pem")]) == 2
    assert "lies in the folder that is signed" in capsys.readouterr().err
