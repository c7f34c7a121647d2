"""Keys and self-signed certificates."""

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from mock_service.security.private_files import (
    make_private_folder,
    restrict_file,
    restrict_folder,
)
from mock_service.user_folder import CERTIFICATE_FILE

SIGNER_FILE, KEY_FILE = "signer.pem", "tls-key.pem"
USER_FILES = (SIGNER_FILE, CERTIFICATE_FILE, KEY_FILE)
"""What the folder of this machine's keys holds."""
_KEY_SIZE = 2048
_LEEWAY = timedelta(days=1)
"""Certificates are valid from yesterday: clocks differ."""


def new_private_key() -> rsa.RSAPrivateKey:
    """Return a new RSA key of 2,048 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_SIZE)


def self_signed(
    key: rsa.RSAPrivateKey,
    name: str,
    hosts: Sequence[x509.GeneralName],
    now: datetime,
    valid: timedelta,
) -> x509.Certificate:
    """Return a certificate that vouches for itself, for `hosts` if there are any."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _LEEWAY)
        .not_valid_after(now + valid)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
    return builder.sign(key, SHA256())


def to_pem(key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    """Return a private key and its certificate as one PEM text."""
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


def restrict_user_folder(folder: Path) -> None:
    """Shut the folder of this machine's signer and certificate, made by an older version, too."""
    restrict_folder(folder, USER_FILES)
    for path in (folder / name for name in USER_FILES):
        restrict_file(path)


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    make_private_folder(path.parent)
    handle, fresh = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(fresh).replace(path)
