"""Signed models: a model, who signed it, and the signature, in one zip file.

The members are those of the service's own exports: ``model.vw``, ``signer.der`` (an X.509
certificate) and ``sha512_signature.bin``, 256 bytes: RSA of 2,048 bits over the SHA-512 of the
model, padded as PKCS #1 version 1.5.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA512, Hash

from mock_service.clock import Clock
from mock_service.errors import ModelSignatureInvalid, ModelZipInvalid, SettingsInvalid
from mock_service.security.certificates import (
    SIGNER_FILE,
    new_private_key,
    restrict_user_folder,
    self_signed,
    to_pem,
    write_private,
)

MODEL, CERTIFICATE, SIGNATURE = "model.vw", "signer.der", "sha512_signature.bin"
LARGEST_MODEL = 512 << 20
"""In bytes: a zip file of a few kilobytes can hold gigabytes of zeros."""
_LARGEST_CERTIFICATE = 64 << 10
_CHUNK = 1 << 20
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED = 1
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

    def verify(self, content: bytes) -> bytes:
        """Return the model of a signed zip file.

        Raises:
            ModelZipInvalid: `content` is no zip file of the three members.
            ModelSignatureInvalid: the signer is not trusted, or did not sign this model.
        """
        return verified_model(content, (self._own().certificate, *self._others))


def new_signer(now: datetime) -> Signer:
    """Return a new signer."""
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
            write_private(path, to_pem(fresh.key, certificate))
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
    try:
        with _open_archive(content) as archive:
            return _verify(archive, frozenset(trusted))
    except _BROKEN as error:
        raise ModelZipInvalid("Input is not a valid zip file.") from error


def _verify(archive: zipfile.ZipFile, trusted: frozenset[bytes]) -> bytes:
    """Return the model of an archive, which is unpacked only once its signature is its signer's."""
    certificate = archive.read(CERTIFICATE)
    if certificate not in trusted:
        raise ModelSignatureInvalid(
            "The model's signer is not trusted here: sign it with 'personalizer-lab model sign', "
            "or start the server with --trust-signer and the signer's certificate."
        )
    try:
        public_key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise ModelSignatureInvalid(f"{CERTIFICATE} is no certificate.") from error
    if not isinstance(public_key, RSAPublicKey):
        raise ModelSignatureInvalid(f"{CERTIFICATE} holds no RSA key.")
    digest = Hash(SHA512())
    for chunk in _chunks(archive, MODEL):
        digest.update(chunk)
    try:
        public_key.verify(
            archive.read(SIGNATURE), digest.finalize(), PKCS1v15(), Prehashed(SHA512())
        )
    except InvalidSignature as error:
        raise ModelSignatureInvalid("The signature is not of this model.") from error
    return b"".join(_chunks(archive, MODEL))


def unsigned_model(content: bytes) -> bytes:
    """Return the model of a signed zip file, by any signer, or `content` if it is no zip file.

    Raises:
        ModelZipInvalid: it is a zip file of other members.
    """
    if not is_zip(content):
        return content
    try:
        with _open_archive(content) as archive:
            return b"".join(_chunks(archive, MODEL))
    except _BROKEN as error:
        raise ModelZipInvalid("Input is not a valid zip file.") from error


def is_zip(content: bytes) -> bool:
    """Say whether some bytes are a zip file."""
    return zipfile.is_zipfile(io.BytesIO(content))


_BROKEN = (
    zipfile.BadZipFile,
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What zipfile raises for damaged content; only stored and deflated members are read at all."""


def _open_archive(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    _check_members(archive.infolist())
    return archive


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield a member in pieces: what it says of its own size bounds nothing but the last."""
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK):
            yield chunk


def _check_members(members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse other members than the three, larger ones, and other ways to pack them."""
    sizes = {member.filename: member.file_size for member in members}
    if set(sizes) != {MODEL, CERTIFICATE, SIGNATURE} or len(members) != len(sizes):
        raise ModelZipInvalid(
            f"The zip file should hold exactly {MODEL}, {CERTIFICATE} and {SIGNATURE}."
        )
    others = sizes[CERTIFICATE] + sizes[SIGNATURE]
    if sizes[MODEL] > LARGEST_MODEL or others > _LARGEST_CERTIFICATE:
        raise ModelZipInvalid("The zip file's members are too large.")
    if any(one.compress_type not in _PACKED or one.flag_bits & _ENCRYPTED for one in members):
        raise ModelZipInvalid("The zip file's members should be stored or deflated, and readable.")


def find_signers(folder: Path | None, others: Iterable[bytes], clock: Clock) -> Signers:
    """Return who signs models: the one kept in `folder`, or without one that of this process.

    Signatures of `others`, given as certificates, are trusted too.
    """

    def open_own() -> Signer:
        return new_signer(clock.now()) if folder is None else open_signer(folder, clock.now())

    return Signers(open_own, others)
