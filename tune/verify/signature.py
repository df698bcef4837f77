"""Level 1: who signed, by OpenSSF model signing (the extra `signing`), with a key of one's own or its certificate, offline.

Format: `model.sig`, a Sigstore bundle over the SHA-256 of every file of the folder but itself and git's,
https://github.com/ossf/model-signing-spec.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tune.errors import Problem, UserError
from tune.files import write_bytes
from tune.modelfiles import MANIFEST
from tune.text import first_line
from tune.verify import certificates
from tune.verify.claims import Claim, judged, unchecked
from tune.verify.folder import SIGNATURE

TITLE = "who signed"
INSTALL = "pip install 'tune-ledger[signing]'"
NOT_SIGNED = (".git", ".gitattributes", ".gitignore", ".github", ".cache")
"""What lies at the top of a folder by git or a download, and is part of no model."""


@dataclass(frozen=True)
class With:
    """What a folder is signed with."""

    key: Path
    """The private key (PEM, elliptic curve P-256, P-384 or P-521, without a password)."""
    certificate: Path | None = None
    """The certificate of that key (PEM); without it whoever checks needs the public key."""
    chain: tuple[Path, ...] = ()
    """Certificates between that one and the root (PEM), which travel with the signature."""


def sign(folder: Path, what: With) -> Path:
    """Signs every file of a folder and returns the path of the signature. Raises UserError for a key or a certificate that
    cannot be used, and without the package."""
    library, folder = _library(), folder.resolve()
    if library is None:
        raise UserError(Problem("sign", "the package model-signing is not installed", INSTALL))
    if not (folder / MANIFEST).is_file():
        fix = "give the folder of an adapter or model that tune disclosed"
        raise UserError(Problem("sign", f"there is no {MANIFEST} in {folder}", fix, file=str(folder)))
    if what.key.resolve().is_relative_to(folder):
        fix = "keep it elsewhere: the folder is what will be given away"
        raise UserError(Problem("sign", f"{what.key} lies in the folder that is signed", fix, key="--key"))
    signer, signature = _signer(library, what), folder / SIGNATURE
    with tempfile.TemporaryDirectory() as elsewhere:
        made = Path(elsewhere) / SIGNATURE
        try:
            signer.set_hashing_config(_files(library, folder)).sign(folder, made)
        except ValueError as error:
            fix = "a folder to give away holds plain files"
            raise UserError(Problem("sign", first_line(error), fix, file=str(folder))) from None
        write_bytes(signature, made.read_bytes())
    return signature


def _signer(library: Any, what: With) -> Any:
    """The library's signer. Raises UserError for what it cannot use."""
    option, given, config = "--key", str(what.key), library.signing.Config()
    fix = "give a private key in PEM, e.g. of `openssl ecparam -name prime256v1 -genkey -noout`"
    try:
        config.use_elliptic_key_signer(private_key=what.key)
        if what.certificate is None:
            return config
        certificates.fit(what.certificate, what.chain)
        option, given = "--certificate", str(what.certificate)
        fix = f"give the certificate of {what.key}, or the key of this certificate"
        # The library reads a chain of at least one; the certificate itself may stand there, above which is nothing.
        return config.use_certificate_signer(
            private_key=what.key,
            signing_certificate=what.certificate,
            certificate_chain=what.chain or [what.certificate],
        )
    except UserError:
        raise
    except (OSError, ValueError, TypeError) as error:
        told = first_line(error)
    except AttributeError:  # what the library makes of a key of another kind
        told = "it is of another kind than elliptic curve P-256, P-384 or P-521"
    raise UserError(Problem("sign", f"{given} cannot be used: {told}", fix, key=option))


def claim(folder: Path, key: Path | None, trusted: tuple[Path, ...] = ()) -> Claim:
    """What level 1 says: whether the signature covers the folder as it is, and is that of `key`, a public key, or was made
    with a certificate that leads to one in the files of `trusted`."""
    if key is not None and trusted:
        fix = "leave one out: a signature is made with a key alone, or with a certificate"
        raise UserError(Problem("verify", "--key and --certificate-chain are both given", fix))
    folder = folder.resolve()
    signature = folder / SIGNATURE
    if not signature.is_file():
        if key is not None or trusted:
            return judged(1, TITLE, [f"there is no {SIGNATURE} in the folder"], "")
        why = f"needs a signature: there is no {SIGNATURE}, which whoever publishes can add with `tune sign`"
        return unchecked(1, TITLE, why)
    library = _library()
    if library is None:
        return unchecked(1, TITLE, f"needs the package model-signing: {INSTALL}")
    try:
        chain = certificates.chain_of(signature)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = f"{SIGNATURE} is no signature that is read here: {first_line(error)}"
        return judged(1, TITLE, [what], "") if key is not None or trusted else unchecked(1, TITLE, what)
    if key is None and not trusted:
        needed = "the public key of who is said to have signed: --key FILE"
        if chain is not None:
            needed = "certificates that you trust, to which the one of who is said to have signed leads: --certificate-chain FILE"
        return unchecked(1, TITLE, f"needs {needed}")
    if (chain is None) is (key is None):
        made, option = ("a key alone", "--key") if chain is None else ("a certificate", "--certificate-chain")
        return judged(1, TITLE, [f"{SIGNATURE} was made with {made}, which {option} checks"], "")
    if chain is None:
        assert key is not None
        verifier, who = _of_key(library, key), f"the holder of the private key to {key}"
    else:
        wrong = certificates.fault(chain, trusted)
        if wrong is not None:
            return judged(1, TITLE, [f"{SIGNATURE}: {wrong}"], "")
        verifier = library.verifying.Config().use_certificate_verifier(certificate_chain=trusted)
        who = f"{certificates.name(chain[0].subject)}, by a certificate of {certificates.name(chain[0].issuer)}"
    return _checked(library, verifier, folder, who)


def _of_key(library: Any, key: Path) -> Any:
    """The library's verifier for a public key. Raises UserError for one that it cannot use."""
    try:
        return library.verifying.Config().use_elliptic_key_verifier(public_key=key)
    except (OSError, ValueError, TypeError) as error:
        told = first_line(error)
    except AttributeError:
        told = "it is of another kind than elliptic curve P-256, P-384 or P-521"
    fix = "give a public key in PEM, e.g. of `openssl ec -in KEY -pubout`"
    raise UserError(Problem("verify", f"{key} cannot be used: {told}", fix, key="--key"))


def _checked(library: Any, verifier: Any, folder: Path, who: str) -> Claim:
    """The claim, by the library's verifier."""
    signature = folder / SIGNATURE
    # Links are followed: that is how downloads of the Hub lie in its cache. What lies behind a linked folder is not listed.
    linked = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_symlink() and path.is_dir()]
    if linked:
        return judged(1, TITLE, [f"{', '.join(sorted(linked))}: a link to a folder, which no signature covers"], "")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the library logs by a method that is deprecated
            verifier.set_hashing_config(_files(library, folder).set_allow_symlinks(True)).verify(folder, signature)
        beyond = sorted(_left_out(signature) - {SIGNATURE, *NOT_SIGNED})
    except Exception as error:  # noqa: BLE001  whatever the library finds wrong with a file from elsewhere
        return judged(1, TITLE, [f"{SIGNATURE}: {_told(error)}"], "")
    if beyond:
        return judged(1, TITLE, [f"{SIGNATURE} leaves out {', '.join(beyond)}"], "")
    return judged(1, TITLE, [], f"{who}, over every file as it is here")


def _library() -> Any:
    """The package, imported only where something is signed or a signature is checked; None without it."""
    try:
        import model_signing
    except ImportError:
        return None
    logging.getLogger("model_signing").setLevel(logging.ERROR)  # what it would warn of is judged in `certificates`
    return model_signing


def _files(library: Any, folder: Path) -> Any:
    """What is hashed: every file but the signature and what git or a download leaves at the top. Not what the signature
    itself says is left out."""
    left_out = [folder / SIGNATURE, *(folder / name for name in NOT_SIGNED)]
    return library.hashing.Config().set_ignored_paths(paths=left_out, ignore_git_paths=False)


def covered(signature: Path) -> dict[str, str] | None:
    """SHA-256 of every file that a signature speaks of, by name, whoever made it; None where it is not of the form that
    `sign` writes."""
    try:
        predicate = _predicate(signature)
        if (predicate["serialization"]["method"], predicate["serialization"]["hash_type"]) != ("files", "sha256"):
            return None
        return {file["name"]: file["digest"] for file in predicate["resources"]}
    except (ValueError, KeyError, TypeError):
        return None


def _left_out(signature: Path) -> set[str]:
    """What a signature that holds says that it does not cover."""
    return set(_predicate(signature)["serialization"].get("ignore_paths", ()))


def _predicate(signature: Path) -> dict[str, Any]:
    """What was signed: `resources` and `serialization`."""
    payload = json.loads(signature.read_bytes())["dsseEnvelope"]["payload"]
    found: dict[str, Any] = json.loads(base64.b64decode(payload))["predicate"]
    return found


def _told(error: Exception) -> str:
    """What the library found: without the digests, which say nothing to a reader."""
    text = str(error)
    parts = [f"{name} is not the file that was signed" for name in re.findall(r"mismatch for \\?'([^'\\]+)", text)]
    parts += [f"{names}: not signed" for names in re.findall(r"Extra files found in model [^:]*: ([^\"'\]]+)", text)]
    parts += [
        f"{names}: signed, and missing" for names in re.findall(r"Missing files in model [^:]*: ([^\"'\]]+)", text)
    ]
    return "; ".join(parts) or first_line(error)
