"""TLS for a laboratory: a certificate for this machine, made once and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from mock_service.errors import SettingsInvalid
from mock_service.security.certificates import (
    KEY_FILE,
    new_private_key,
    restrict_user_folder,
    self_signed,
    to_pem,
    write_private,
)
from mock_service.user_folder import CERTIFICATE_FILE

_VALID = timedelta(days=365)
_RENEWED = timedelta(days=30)
"""A certificate that ends sooner than that is made anew."""
_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the certificate and its private key are, both as PEM."""

    certificate: Path
    key: Path


def open_tls(folder: Path, now: datetime, names: Sequence[str] = ()) -> TlsFiles:
    """Return the certificate for localhost kept in `folder`, made there when there is none.

    It holds for the `names` as well, and for those that it was once made for.

    Raises:
        SettingsInvalid: the folder cannot be used, or a name is none that a certificate can hold.
    """
    files = TlsFiles(folder / CERTIFICATE_FILE, folder / KEY_FILE)
    try:
        kept = _kept_names(files.key)
        wanted = list(dict.fromkeys([*_NAMES, *kept, *names]))
        if set(wanted) - set(kept) or not _usable(files.key, now):
            write_private(files.key, _make_certificate(now, wanted))
        certificate = x509.load_pem_x509_certificate(files.key.read_bytes())
        write_private(files.certificate, certificate.public_bytes(serialization.Encoding.PEM))
        restrict_user_folder(folder)
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"cannot keep a certificate in {folder}: {error}") from error
    return files


def _kept_names(path: Path) -> list[str]:
    """Return the names that the kept certificate holds for, in their order."""
    if not path.exists():
        return []
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in found.value]


def _usable(path: Path, now: datetime) -> bool:
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_after_utc - now > _RENEWED


def _make_certificate(now: datetime, names: Sequence[str]) -> bytes:
    """Return a new key and its certificate."""
    key = new_private_key()
    hosts = [_general_name(name) for name in names]
    return to_pem(key, self_signed(key, "localhost", hosts, now, _VALID))


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
