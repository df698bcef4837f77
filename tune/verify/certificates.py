"""Certificates of a signature: whether one may sign, whether it leads to one that the reader trusts, and whose it is.

model-signing judges a certificate as of the day on which it became valid, because nothing in a signature says when it was
made. So a key that was stolen after its certificate ran out could sign for ever; here the certificate must be valid today.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tune.errors import Problem, UserError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

CURVES = ("secp256r1", "secp384r1", "secp521r1")
"""Elliptic curves that model-signing takes."""
EXPIRED, NOT_YET = 10, 9
"""Codes of openssl-verification-options(1): X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID."""
NO_WAY = (2, 18, 19, 20, 21)
"""The codes for a chain that ends before a certificate that is trusted."""


def read(path: Path, option: str) -> list[Certificate]:
    """The certificates of a PEM file. Raises UserError, naming the option that named the file, where there are none."""
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        what = f"{path} cannot be read: {error.strerror}"
    except ValueError:
        what = f"{path} holds no certificate in PEM"
    fix = "give a file with -----BEGIN CERTIFICATE----- in it; `openssl x509 -inform der` turns the other form into it"
    raise UserError(Problem("certificate", what, fix, key=option))


def fit(path: Path, chain: tuple[Path, ...]) -> None:
    """Raises UserError when the certificate at `path` may not sign a model today, or when `chain`, the files of those above
    it, has not the one that issued it."""
    option, (own, *_) = "--certificate", read(path, "--certificate")
    fault = _unfit(own)
    now = datetime.now(UTC)
    if fault is None and not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
        fault = f"is valid from {own.not_valid_before_utc:%Y-%m-%d} to {own.not_valid_after_utc:%Y-%m-%d}, not today"
    if fault is not None:
        fix = "ask whoever issued it for one to sign with (key usage: digital signature; elliptic curve P-256, P-384 or P-521)"
        raise UserError(Problem("sign", f"the certificate of {name(own.subject)} {fault}", fix, str(path), key=option))
    above = [certificate for file in chain for certificate in read(file, "--certificate-chain")]
    if above and not any(_issued(one, own) for one in (*above, own)):
        what = f"none of these certificates is that of {name(own.issuer)}, which issued the one that signs"
        fix = "give the certificates between it and the root, or leave the option out where the root issued it"
        raise UserError(Problem("sign", what, fix, key="--certificate-chain"))


def chain_of(signature: Path) -> list[Certificate] | None:
    """The certificate that a signature says it was made with, and those above it that it brings along; None for one that
    was made with a key alone. Raises ValueError, KeyError or TypeError for a file of another form."""
    from cryptography import x509

    material: dict[str, Any] = json.loads(signature.read_bytes())["verificationMaterial"]
    if "publicKey" in material:
        return None
    if "x509CertificateChain" not in material:
        raise ValueError("made neither with a key nor with a certificate of one's own")
    held = material["x509CertificateChain"]["certificates"]
    return [x509.load_der_x509_certificate(base64.b64decode(one["rawBytes"])) for one in held]


def fault(chain: list[Certificate], trusted: tuple[Path, ...]) -> str | None:
    """Why the first certificate of a chain does not lead, today, to one of those in the files that the reader trusts, or may
    not sign; None when it does."""
    from OpenSSL import crypto

    own, *above = chain
    unfit = _unfit(own)
    if unfit is not None:
        return f"the certificate of {name(own.subject)} {unfit}"
    store = crypto.X509Store()
    for root in {one for path in trusted for one in read(path, "--certificate-chain")}:
        store.add_cert(crypto.X509.from_cryptography(root))
    leaf, *between = map(crypto.X509.from_cryptography, (own, *above))
    try:
        crypto.X509StoreContext(store, leaf, between).verify_certificate()
    except crypto.X509StoreContextError as error:
        return _told(error.certificate.to_cryptography(), error.errors[0], error.errors[2])
    return None


def name(of: Name) -> str:
    """A person or authority as the certificate names them."""
    return of.rfc4514_string() or "nobody in particular"


def _told(at: Certificate, code: int, text: str) -> str:
    """OpenSSL's complaint about one certificate of a chain."""
    whose = f"the certificate of {name(at.subject)}"
    if code == EXPIRED:
        return (
            f"{whose} expired on {at.not_valid_after_utc:%Y-%m-%d}, and nothing shows that it signed before; with a new one it"
            " can be signed again"
        )
    if code == NOT_YET:
        return f"{whose} is not valid before {at.not_valid_before_utc:%Y-%m-%d}"
    if code in NO_WAY:
        return f"{whose}, issued by {name(at.issuer)}, does not lead to a certificate that --certificate-chain names"
    return f"{whose}: {text}"


def _unfit(own: Certificate) -> str | None:
    """Why a certificate may not sign models, by the rule of model-signing: key usage digital signature, or extended key usage
    code signing."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = own.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name not in CURVES:
        return "is for a key of another kind than elliptic curve P-256, P-384 or P-521"
    try:
        usage = own.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except x509.ExtensionNotFound:
        usage = False
    try:
        code = ExtendedKeyUsageOID.CODE_SIGNING in own.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        code = False
    return None if usage or code else "may not be used for signing: neither digital signature nor code signing"


def _issued(issuer: Certificate, own: Certificate) -> bool:
    """Whether one certificate is signed by another."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

    try:
        own.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):  # another name, key, or kind of key
        return False
    return True
