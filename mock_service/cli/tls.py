"""Certificates on the command line: whom to trust, and how to be trusted."""

import shlex
import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from mock_service.cli.paths import user_folder
from mock_service.clock import SystemClock
from mock_service.errors import SettingsInvalid
from mock_service.security.tls import TlsFiles, open_tls


def tls_files(*, tls: bool, certfile: Path | None, keyfile: Path | None) -> TlsFiles | None:
    """Return the certificate to serve with, or None to serve plain HTTP.

    Raises:
        SettingsInvalid: the options contradict each other, or their files are no certificate.
    """
    if certfile is None and keyfile is None:
        return open_tls(user_folder(), SystemClock().now()) if tls else None
    if certfile is None or keyfile is None or tls:
        raise SettingsInvalid("--certfile and --keyfile belong together, and replace --tls")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certfile, keyfile)
    except (OSError, ssl.SSLError) as error:
        raise SettingsInvalid(
            f"cannot serve with --certfile {certfile} and --keyfile {keyfile}: {error}"
        ) from error
    return TlsFiles(certfile, keyfile)


def export_lines(files: TlsFiles) -> str:
    """Return what the shell of a Python or Node client needs to trust a certificate."""
    path = shlex.quote(str(files.certificate.absolute()))
    return f"export REQUESTS_CA_BUNDLE={path}\nexport NODE_EXTRA_CA_CERTS={path}\n"


def trusted_signers(paths: Sequence[Path]) -> tuple[bytes, ...]:
    """Return the certificates in some files, each DER or PEM, as DER.

    Raises:
        SettingsInvalid: one is no certificate.
    """
    return tuple(_certificate(path) for path in paths)


def _certificate(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
        return x509.load_der_x509_certificate(content).public_bytes(Encoding.DER)
    except (OSError, ValueError) as error:
        raise SettingsInvalid(f"--trust-signer {path} is no certificate: {error}") from error
