"""Authorities and certificates for the tests of signatures, made on the spot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PASSED, AHEAD = (-40, -10), (10, 40)
"""Days from today: a certificate that has run out, and one that is not valid yet."""


def issue(
    folder: Path,
    name: str,
    by: str | None = None,
    days: tuple[int, int] = (-10, 40),
    use: str | None = "digital_signature",
    kind: str = "ec",
) -> Path:
    """Writes NAME.pem, NAME.pub and NAME.crt into the folder: a key, its public half, and a certificate of it, by an authority that
    was issued there before, or by itself. `use` is the key usage, `key_cert_sign` for an authority, None for none at all, or
    `code_signing`, which is an extended one. Returns the path of the certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    makers: dict[str, Any] = {
        "ec": lambda: ec.generate_private_key(ec.SECP256R1()),
        "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
        "koblitz": lambda: ec.generate_private_key(ec.SECP256K1()),
        "rsa": lambda: rsa.generate_private_key(65537, 2048),
        "ed25519": ed25519.Ed25519PrivateKey.generate,
    }
    key = makers[kind]()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer, signing = subject, key
    if by is not None:
        issuer = x509.load_pem_x509_certificate((folder / f"{by}.crt").read_bytes()).subject
        signing = form.load_pem_private_key((folder / f"{by}.pem").read_bytes(), None)
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now + timedelta(days=days[0])).not_valid_after(now + timedelta(days=days[1]))
    made = made.add_extension(x509.BasicConstraints(ca=use == "key_cert_sign", path_length=None), critical=True)
    uses = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    uses += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    if use in uses:
        made = made.add_extension(x509.KeyUsage(**{one: one == use for one in uses}), critical=True)
    elif use is not None:
        made = made.add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    certificate = made.sign(signing, None if kind == "ed25519" and by is None else hashes.SHA256())
    pem = form.Encoding.PEM
    private = key.private_bytes(pem, form.PrivateFormat.PKCS8, form.NoEncryption())
    public = key.public_key().public_bytes(pem, form.PublicFormat.SubjectPublicKeyInfo)
    for ending, content in (("pem", private), ("pub", public), ("crt", certificate.public_bytes(pem))):
        (folder / f"{name}.{ending}").write_bytes(content)
    return folder / f"{name}.crt"


def signed_by_the_library(folder: Path, certs: Path, name: str, *chain: str) -> None:
    """Signs with model-signing alone, which looks at no date."""
    import model_signing

    above = [certs / f"{one}.crt" for one in chain or (name,)]
    config = model_signing.signing.Config().use_certificate_signer(
        private_key=certs / f"{name}.pem", signing_certificate=certs / f"{name}.crt", certificate_chain=above
    )
    left_out = model_signing.hashing.Config().set_ignored_paths(paths=[folder / "model.sig"])
    config.set_hashing_config(left_out).sign(folder, folder / "model.sig")
