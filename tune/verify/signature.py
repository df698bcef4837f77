"""Level 1: who signed, by OpenSSF model signing (the extra `signing`), with a key of one's own, offline.

Format: `model.sig`, a Sigstore bundle over the SHA-256 of every file of the folder but itself and git's,
https://github.com/ossf/model-signing-spec.
"""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

from tune.disclose import MANIFEST
from tune.errors import Problem, UserError
from tune.verify.claims import Claim, judged, unchecked
from tune.verify.folder import SIGNATURE

TITLE = "who signed"
INSTALL = "pip install 'tune-ledger[signing]'"
NOT_SIGNED = (".git", ".gitattributes", ".gitignore", ".github", ".cache")
"""What lies at the top of a folder by git or a download, and is part of no model."""


def sign(folder: Path, key: Path) -> Path:
    """Signs every file of a folder with a private key (PEM, elliptic curve P-256, P-384 or P-521) and returns the path of
    the signature. Raises UserError for a key that cannot be used, and without the package."""
    library, folder = _library(), folder.resolve()
    if library is None:
        raise UserError(Problem("sign", "the package model-signing is not installed", INSTALL))
    if not (folder / MANIFEST).is_file():
        fix = "give the folder of an adapter or model that tune disclosed"
        raise UserError(Problem("sign", f"there is no {MANIFEST} in {folder}", fix, file=str(folder)))
    if key.resolve().is_relative_to(folder):
        fix = "keep it elsewhere: the folder is what will be given away"
        raise UserError(Problem("sign", f"{key} lies in the folder that is signed", fix, key="--key"))
    signature = folder / SIGNATURE
    try:
        signer = library.signing.Config().use_elliptic_key_signer(private_key=key)
    except (OSError, ValueError, TypeError) as error:
        fix = "give a private key in PEM, e.g. of `openssl ecparam -name prime256v1 -genkey -noout`"
        raise UserError(Problem("sign", f"{key} cannot be used: {_first(error)}", fix, key="--key")) from None
    signer.set_hashing_config(_files(library, folder)).sign(folder, signature)
    return signature


def claim(folder: Path, key: Path | None) -> Claim:
    """What level 1 says: whether the signature is that of `key`, a public key, and covers the folder as it is."""
    signature = folder.resolve() / SIGNATURE
    if not signature.is_file():
        if key is not None:
            return judged(1, TITLE, [f"there is no {SIGNATURE} in the folder"], "")
        return unchecked(
            1, TITLE, f"needs a signature: there is no {SIGNATURE}, which whoever publishes can add with `tune sign`"
        )
    if key is None:
        return unchecked(1, TITLE, "needs the public key of who is said to have signed: --key FILE")
    library = _library()
    if library is None:
        return unchecked(1, TITLE, f"needs the package model-signing: {INSTALL}")
    try:
        verifier = library.verifying.Config().use_elliptic_key_verifier(public_key=key)
    except (OSError, ValueError, TypeError) as error:
        fix = "give a public key in PEM, e.g. of `openssl ec -in KEY -pubout`"
        raise UserError(Problem("verify", f"{key} cannot be used: {_first(error)}", fix, key="--key")) from None
    try:
        verifier.set_hashing_config(_files(library, folder.resolve())).verify(folder.resolve(), signature)
    except Exception as error:  # noqa: BLE001  whatever the library finds wrong with a file from elsewhere
        return judged(1, TITLE, [f"{SIGNATURE}: {_told(error)}"], "")
    beyond = sorted(_left_out(signature) - {SIGNATURE, *NOT_SIGNED})
    if beyond:
        return judged(1, TITLE, [f"{SIGNATURE} leaves out {', '.join(beyond)}"], "")
    return judged(1, TITLE, [], f"the holder of the private key to {key}, over every file as it is here")


def _library() -> Any:
    """The package, imported only where something is signed or a signature is checked; None without it."""
    try:
        import model_signing
    except ImportError:
        return None
    return model_signing


def _files(library: Any, folder: Path) -> Any:
    """What is hashed: every file but the signature and what git or a download leaves at the top. Not what the signature
    itself says is left out."""
    left_out = [folder / SIGNATURE, *(folder / name for name in NOT_SIGNED)]
    return library.hashing.Config().set_ignored_paths(paths=left_out, ignore_git_paths=False)


def _left_out(signature: Path) -> set[str]:
    """What a signature that holds says that it does not cover."""
    envelope = json.loads(signature.read_bytes())["dsseEnvelope"]
    serialization = json.loads(base64.b64decode(envelope["payload"]))["predicate"]["serialization"]
    return set(serialization.get("ignore_paths", ()))


def _told(error: Exception) -> str:
    """What the library found: without the digests, which say nothing to a reader."""
    text = str(error)
    parts = [f"{name} is not the file that was signed" for name in re.findall(r"mismatch for \\?'([^'\\]+)", text)]
    parts += [f"{names}: not signed" for names in re.findall(r"Extra files found in model [^:]*: ([^\"'\]]+)", text)]
    parts += [
        f"{names}: signed, and missing" for names in re.findall(r"Missing files in model [^:]*: ([^\"'\]]+)", text)
    ]
    return "; ".join(parts) or _first(error) or type(error).__name__


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [""])[0][:300]
