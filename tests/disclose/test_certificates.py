"""Level 1 of `tune verify` with certificates: whose signature it is, and every way in which it is nobody's."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from attacks import copied, files_of, turned
from certs import AHEAD, PASSED, issue, signed_by_the_library
from conftest import POCKET

from tune.cli import main
from tune.errors import UserError
from tune.verify import Claim, Means, verify

pytest.importorskip("model_signing", reason="model-signing is in the dev extra")


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Authorities `root`, `root2`, one in between, and certificates of people under them."""
    folder = tmp_path_factory.mktemp("certs")
    for name, changes in {
        "root": {"use": "key_cert_sign"},
        "root2": {"use": "key_cert_sign"},
        "oldroot": {"use": "key_cert_sign", "days": PASSED},
        "between": {"by": "root", "use": "key_cert_sign"},
        "jane": {"by": "between"},
        "coder": {"by": "root", "use": "code_signing", "kind": "p521"},
        "passed": {"by": "root", "days": PASSED},
        "ahead": {"by": "root", "days": AHEAD},
        "heir": {"by": "oldroot"},
        "cipher": {"by": "root", "use": "key_agreement"},
        "useless": {"by": "root", "use": None},
        "noca": {"by": "jane"},
        "alone": {},
        "rsa": {"by": "root", "kind": "rsa"},
        "ed25519": {"by": "root", "kind": "ed25519"},
        "koblitz": {"by": "root", "kind": "koblitz"},
    }.items():
        issue(folder, name, **changes)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A disclosed folder that is small."""
    found = copied(POCKET, tmp_path / "pocket")
    (found / "model.safetensors").unlink()  # level 0 misses it, level 1 does not know it
    return found


def sign(folder: Path, certs: Path, name: str, *chain: str) -> int:
    """`tune sign` with the key and certificate of somebody."""
    call = ["sign", str(folder), "--key", str(certs / f"{name}.pem"), "--certificate", str(certs / f"{name}.crt")]
    return main([*call, *(part for one in chain for part in ("--certificate-chain", str(certs / f"{one}.crt")))])


def level_1(folder: Path, certs: Path, *trusted: str) -> Claim:
    """What level 1 says to somebody who trusts these."""
    (claim,) = [
        c for c in verify(folder, Means(trusted=tuple(certs / f"{one}.crt" for one in trusted))) if c.level == 1
    ]
    return claim


def test_who_signed(folder: Path, certs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The certificate, its chain and the root that a reader trusts lead to a name, offline; model-signing itself agrees; what
    would be needed is said; whoever trusts another root, or only the authority in between, learns that it leads nowhere."""
    assert sign(folder, certs, "jane", "between") == 0
    assert capsys.readouterr().out.strip().endswith("model.sig")
    folder = folder.rename(folder.with_name("elsewhere"))
    found = level_1(folder, certs, "root", "root2")
    assert (found.verdict, found.how) == (
        "VERIFIED",
        "CN=jane, by a certificate of CN=between, over every file as it is here",
    )

    import model_signing

    library = model_signing.verifying.Config().use_certificate_verifier(certificate_chain=[certs / "root.crt"])
    library.verify(folder, folder / "model.sig")
    missing = level_1(folder, certs)
    assert missing.verdict == "NOT CHECKED"
    assert missing.how.endswith("the one of who is said to have signed leads: --certificate-chain FILE")
    nowhere = "does not lead to a certificate that --certificate-chain names"
    assert (
        level_1(folder, certs, "root2").how == f"model.sig: the certificate of CN=between, issued by CN=root, {nowhere}"
    )
    for trusted in (["root2"], ["between"], ["jane"]):
        assert level_1(folder, certs, *trusted).verdict == "FAILED"
    assert sign(folder, certs, "jane") == 0  # the authority in between does not travel, and the reader has it
    assert level_1(folder, certs, "root", "between").verdict == "VERIFIED"


def test_from_the_command_line(folder: Path, certs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The table of `tune verify` names who signed; a key where there is a certificate, a certificate where there is a key, and
    both, are told apart."""
    shutil.copyfile(POCKET / "model.safetensors", folder / "model.safetensors")
    assert sign(folder, certs, "coder") == 0
    root, key = ["--certificate-chain", str(certs / "root.crt")], ["--key", str(certs / "coder.pub")]
    capsys.readouterr()
    assert main(["verify", str(folder), *root]) == 0
    assert "CN=coder, by a certificate of CN=root" in capsys.readouterr().out
    assert main(["verify", str(folder), *key]) == 1
    assert "model.sig was made with a certificate, which --certificate-chain checks" in capsys.readouterr().out
    assert main(["verify", str(folder), *root, *key]) == 2
    assert "--key and --certificate-chain are both given" in capsys.readouterr().err
    assert main(["sign", str(folder), "--key", str(certs / "coder.pem")]) == 0
    assert main(["verify", str(folder), *key]) == 0
    capsys.readouterr()
    assert main(["verify", str(folder), *root]) == 1
    assert "model.sig was made with a key alone, which --key checks" in capsys.readouterr().out
    assert (
        main(["verify", str(folder), "--certificate-chain", str(folder / "config.json")]) == 1
    )  # of a key: not opened


@pytest.mark.parametrize(
    ("signer", "trusted", "words"),
    [
        (["passed"], "root", "the certificate of CN=passed expired on "),
        (["ahead"], "root", "the certificate of CN=ahead is not valid before "),
        (["heir"], "oldroot", "the certificate of CN=oldroot expired on "),
        (
            ["jane"],
            "root",
            "the certificate of CN=jane, issued by CN=between, does not lead to",
        ),  # the chain is missing
        (["jane", "root2"], "root", "does not lead to"),
        (["noca", "jane", "between"], "root", "the certificate of CN=jane: invalid CA certificate"),
        (["alone"], "root", "the certificate of CN=alone, issued by CN=alone, does not lead to"),
        (["cipher"], "root", "the certificate of CN=cipher may not be used for signing"),
        (["useless"], "root", "the certificate of CN=useless may not be used for signing"),
    ],
)
def test_a_certificate_that_does_not_hold(
    folder: Path, certs: Path, signer: list[str], trusted: str, words: str
) -> None:
    """What model-signing signs with, looking at nothing, and where model-signing is content with a date of the past: FAILED, and
    it says whose certificate and why."""
    signed_by_the_library(folder, certs, *signer)
    found = level_1(folder, certs, trusted)
    assert found.verdict == "FAILED"
    assert found.how.startswith("model.sig: ")
    assert words in found.how


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["passed"], "--certificate: the certificate of CN=passed is valid from "),
        (["ahead"], "not today. ask whoever issued it for one to sign with"),
        (["cipher"], "may not be used for signing: neither digital signature nor code signing"),
        (["useless"], "may not be used for signing"),
        (["rsa"], "it is of another kind than elliptic curve P-256, P-384 or P-521"),
        (["ed25519"], "it is of another kind than elliptic curve"),
        (["koblitz"], "Unsupported key for curve 'secp256k1'"),
        (["jane", "root2"], "none of these certificates is that of CN=between, which issued the one that signs"),
    ],
)
def test_what_nobody_should_sign_with(
    folder: Path, certs: Path, call: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`tune sign` refuses today what `tune verify` would not believe, and leaves no signature."""
    assert sign(folder, certs, *call) == 2
    assert words in capsys.readouterr().err
    assert not (folder / "model.sig").exists()


def test_files_that_are_something_else(folder: Path, certs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The key of another, a file that is no certificate, none at all, a chain without a certificate, a link: each named, with
    what to do."""
    key, crt = ["--key", str(certs / "coder.pem")], ["--certificate", str(certs / "jane.crt")]
    for more, words in (
        (
            crt,
            f"--certificate: {certs / 'jane.crt'} cannot be used: The public key from the certificate does not match",
        ),
        (["--certificate", str(certs / "jane.pem")], "jane.pem holds no certificate in PEM. give a file with"),
        (["--certificate", str(certs / "nobody.crt")], "nobody.crt cannot be read: No such file"),
        (["--certificate-chain", str(certs / "root.crt")], "a chain stands above a certificate, and none is given"),
    ):
        assert main(["sign", str(folder), *key, *more]) == 2
        assert words in capsys.readouterr().err
    (folder / "more").symlink_to(folder.parent)
    assert main(["sign", str(folder), *key]) == 2
    assert "because it is a symlink" in capsys.readouterr().err
    (folder / "more").unlink()
    assert sign(folder, certs, "coder") == 0
    assert main(["verify", str(folder), "--certificate-chain", str(certs / "coder.pem")]) == 2
    assert "coder.pem holds no certificate in PEM" in capsys.readouterr().err
    (folder / "more").symlink_to(folder.parent)
    assert level_1(folder, certs, "root").how == "more: a link to a folder, which no signature covers"


def test_every_file_is_covered(folder: Path, certs: Path) -> None:
    """Each file of the folder changed in one bit, removed, swapped for another or joined by another in its place: level 1 finds
    it, the words that people wrote on the card among them; afterwards the folder holds as before."""
    assert sign(folder, certs, "coder") == 0
    rng, missed = random.Random(20), []

    def look(what: str) -> None:
        if level_1(folder, certs, "root").verdict != "FAILED":
            missed.append(what)

    names = [path for path in files_of(folder) if path.name != "model.sig"]
    for path in names:
        content = path.read_bytes()
        for changed in (turned(content, rng), content + b"\n", rng.choice(names).read_bytes() + b" "):
            path.write_bytes(changed)
            look(f"{path.name} changed")
        path.unlink()
        if path.name == "manifest.json":
            with pytest.raises(UserError, match=r"there is no disclosure/manifest\.json"):
                look("no manifest, no claim")
        else:
            look(f"{path.name} removed")
        path.write_bytes(content)
        added = path.with_name(f"{rng.choice(('x', '.x', 'model.sig.'))}{path.name}")
        added.write_bytes(content)
        look(f"{added.name} added")
        added.unlink()
    assert len(names) >= 8
    assert missed == []
    assert level_1(folder, certs, "root").how.startswith("CN=coder")


def test_a_changed_signature(folder: Path, certs: Path) -> None:
    """A bit of the signature itself turned, anywhere: it fails, or was of no meaning (a blank, a name's case in a field that is not
    signed) and names the same person. It never ends in a traceback."""
    assert sign(folder, certs, "jane", "between") == 0
    path, rng = folder / "model.sig", random.Random(4)
    content = path.read_bytes()
    verdicts = []
    for _ in range(60):
        path.write_bytes(turned(content, rng))
        found = level_1(folder, certs, "root")
        verdicts.append(found.verdict)
        assert found.verdict == "FAILED" or found.how.startswith("CN=jane, ")
    assert verdicts.count("FAILED") > 50
    for text in (b"", b"{}", b"[]", b"null", b'{"verificationMaterial": {"certificate": {}}}'):
        path.write_bytes(text)
        assert level_1(folder, certs, "root").how.startswith("model.sig is no signature that is read here")
