"""Certificates on the command line: whom to trust, and how to be trusted."""

import shlex
import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)

from mock_service.clock import SystemClock
from mock_service.errors import SettingsInvalid
from mock_service.security.certificates import write_private
from mock_service.security.tls import TlsFiles, open_tls
from mock_service.user_folder import user_folder


def tls_files(
    *, tls: bool, certfile: Path | None, keyfile: Path | None, names: Sequence[str] = ()
) -> TlsFiles | None:
    """Return the certificate to serve with, or None to serve plain HTTP.

    `names` are added to those that the certificate of this machine holds for.

    Raises:
        SettingsInvalid: the options contradict each other, or their files are no certificate.
    """
    if names and not tls:
        raise SettingsInvalid("--tls-name needs --tls")
    if certfile is None and keyfile is None:
        return open_tls(user_folder(), SystemClock().now(), names) if tls else None
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
    """Return what the shell of each kind of client needs to trust a certificate.

    Python (requests), Node, and Go, .NET on Linux, curl and Python's httpx, which take a file; Java
    takes a trust store, which is written beside the certificate.
    """
    path = shlex.quote(str(files.certificate.absolute()))
    lines = [
        f"export {variable}={path}"
        for variable in ("REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE")
    ]
    store = _write_trust_store(files)
    if store is not None:
        options = (
            f"-Djavax.net.ssl.trustStore={store.absolute()} -Djavax.net.ssl.trustStoreType=PKCS12 "
            f"-Djavax.net.ssl.trustStorePassword={_STORE_PASSWORD}"
        )
        lines.append(f"export JAVA_TOOL_OPTIONS={shlex.quote(options)}")
    return "".join(f"{line}\n" for line in lines)


def _write_trust_store(files: TlsFiles) -> Path | None:
    """Return the trust store for Java, written anew; None for a certificate that is not ours."""
    if files.certificate.parent != user_folder():
        return None
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    content = pkcs12.serialize_java_truststore(
        [pkcs12.PKCS12Certificate(certificate, b"personalizer-lab")],
        BestAvailableEncryption(_STORE_PASSWORD.encode()),
    )
    path = files.certificate.with_name(_STORE_FILE)
    try:
        write_private(path, content)
    except OSError:
        return None
    return path


_STORE_FILE, _STORE_PASSWORD = "tls-truststore.p12", "changeit"
"""What it holds is public, and Java wants a password all the same: this is the usual one."""


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
