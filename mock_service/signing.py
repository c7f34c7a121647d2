"""Signed models: a model, who signed it, and the signature, in one zip file.

The members are those of the service's own exports: ``model.vw``, ``signer.der`` (an X.509
certificate) and ``sha512_signature.bin``, 256 bytes: RSA of 2,048 bits over the SHA-512 of the
model, padded as PKCS #1 version 1.5.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512

from mock_service.certificates import (
    SIGNER_FILE,
    new_private_key,
    pem_of,
    restrict_user_folder,
    self_signed,
    write_private,
)
from mock_service.errors import ModelSignatureInvalid, ModelZipInvalid, SettingsInvalid

MODEL, CERTIFICATE, SIGNATURE = "model.vw", "signer.der", "sha512_signature.bin"
LARGEST_MODEL = 512 << 20
"""In bytes: a zip file of a few kilobytes can hold gigabytes of zeros."""
_LARGEST_CERTIFICATE = 64 << 10
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_VALID = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs models: a private key, and the certificate that goes with them."""

    key: RSAPrivateKey
    certificate: bytes

    def sign(self, model: bytes) -> bytes:
        """Return `model` as a signed zip file; the same model gives the same bytes."""
        members = {
            MODEL: model,
            CERTIFICATE: self.certificate,
            SIGNATURE: self.key.sign(model, PKCS1v15(), SHA512()),
        }
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, member in members.items():
                archive.writestr(zipfile.ZipInfo(name, _EARLIEST), member, zipfile.ZIP_DEFLATED)
        return content.getvalue()


class Signers:
    """Who signs this server's models, and whose signatures it trusts: its own and some others'."""

    def __init__(self, open_own: Callable[[], Signer], others: Iterable[bytes] = ()) -> None:
        """Take `others` as certificates; `open_own` is called when it is first needed."""
        self._own = cache(open_own)
        self._others = tuple(others)

    def sign(self, model: bytes) -> bytes:
        """Return `model` as a zip file signed by this server."""
        return self._own().sign(model)

    def verified(self, content: bytes) -> bytes:
        """Return the model of a signed zip file.

        Raises:
            ModelZipInvalid: `content` is no zip file of the three members.
            ModelSignatureInvalid: the signer is not trusted, or did not sign this model.
        """
        return verified_model(content, (self._own().certificate, *self._others))


def new_signer(now: datetime) -> Signer:
    """Return a signer that nobody has seen before."""
    key = new_private_key()
    certificate = self_signed(key, "personalizer-lab model signer", (), now, _VALID)
    return Signer(key, certificate.public_bytes(serialization.Encoding.DER))


def open_signer(folder: Path, now: datetime) -> Signer:
    """Return the signer kept in `folder`, made there the first time.

    Raises:
        SettingsInvalid: the folder cannot be used, or what it holds is no signer.
    """
    path = folder / SIGNER_FILE
    try:
        if not path.exists():
            fresh = new_signer(now)
            certificate = x509.load_der_x509_certificate(fresh.certificate)
            write_private(path, pem_of(fresh.key, certificate))
        restrict_user_folder(folder)
        content = path.read_bytes()
        key = serialization.load_pem_private_key(content, password=None)
        certificate = x509.load_pem_x509_certificate(content)
    except (OSError, ValueError, TypeError) as error:
        raise SettingsInvalid(f"cannot use the signer {path}: {error}") from error
    if not isinstance(key, RSAPrivateKey):
        raise SettingsInvalid(f"cannot use the signer {path}: its key is no RSA key")
    return Signer(key, certificate.public_bytes(serialization.Encoding.DER))


def verified_model(content: bytes, trusted: Iterable[bytes]) -> bytes:
    """Return the model of a signed zip file whose signer is one of the `trusted` certificates.

    Raises:
        ModelZipInvalid: `content` is no zip file of the three members.
        ModelSignatureInvalid: the signer is not trusted, or did not sign this model.
    """
    members = _members(content)
    if members[CERTIFICATE] not in set(trusted):
        raise ModelSignatureInvalid(
            "The model's signer is not trusted here: sign it with 'personalizer-lab model sign', "
            "or start the server with --trust-signer and the signer's certificate."
        )
    try:
        public_key = x509.load_der_x509_certificate(members[CERTIFICATE]).public_key()
    except ValueError as error:
        raise ModelSignatureInvalid(f"{CERTIFICATE} is no certificate.") from error
    if not isinstance(public_key, RSAPublicKey):
        raise ModelSignatureInvalid(f"{CERTIFICATE} holds no RSA key.")
    try:
        public_key.verify(members[SIGNATURE], members[MODEL], PKCS1v15(), SHA512())
    except InvalidSignature as error:
        raise ModelSignatureInvalid("The signature is not of this model.") from error
    return members[MODEL]


def unsigned_model(content: bytes) -> bytes:
    """Return the model of a signed zip file whoever signed it, or `content` if it is no zip file.

    Raises:
        ModelZipInvalid: it is a zip file of other members.
    """
    return _members(content)[MODEL] if is_zip(content) else content


def is_zip(content: bytes) -> bool:
    """Say whether some bytes are a zip file."""
    return zipfile.is_zipfile(io.BytesIO(content))


def _members(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = {member.filename: member.file_size for member in archive.infolist()}
            _check_members(sizes, len(archive.infolist()))
            return {name: archive.read(name) for name in sizes}
    except (
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
        zlib.error,
    ) as error:
        raise ModelZipInvalid("Input is not a valid zip file.") from error


def _check_members(sizes: dict[str, int], count: int) -> None:
    """Refuse other members than the three, or larger ones than they can be."""
    if set(sizes) != {MODEL, CERTIFICATE, SIGNATURE} or count != len(sizes):
        raise ModelZipInvalid(
            f"The zip file should hold exactly {MODEL}, {CERTIFICATE} and {SIGNATURE}."
        )
    others = sizes[CERTIFICATE] + sizes[SIGNATURE]
    if sizes[MODEL] > LARGEST_MODEL or others > _LARGEST_CERTIFICATE:
        raise ModelZipInvalid("The zip file's members are too large.")
