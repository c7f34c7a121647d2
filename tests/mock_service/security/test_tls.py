"""HTTPS: clients of Python and Node are told what to trust, and then do."""

import shlex
import shutil
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12

from tests.helpers.command_line import command
from tests.helpers.servers import ARTICLES, served_by_command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder in which the servers of a test keep their certificates."""
    monkeypatch.setenv("PERSONALIZER_LAB_FOLDER", str(tmp_path))
    return tmp_path


def test_a_certificate_is_made_and_clients_are_told_to_trust_it(folder: Path) -> None:
    """The two lines name it, and it stands for localhost in all three spellings."""
    with served_by_command("--tls") as endpoint:
        authority = endpoint.exports["REQUESTS_CA_BUNDLE"]
        port = endpoint.url.rsplit(":", 1)[1]
        replies = [
            requests.post(
                f"https://{host}:{port}/personalizer/v1.0/rank",
                json={"actions": ARTICLES},
                headers={"Ocp-Apim-Subscription-Key": endpoint.key},
                verify=authority,
                timeout=10,
            )
            for host in ("localhost", "127.0.0.1")
        ]
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{endpoint.url}/status", timeout=10)

    assert endpoint.url.startswith("https://127.0.0.1:")
    assert [reply.status_code for reply in replies] == [201, 201]
    assert (
        authority
        == endpoint.exports["NODE_EXTRA_CA_CERTS"]
        == endpoint.exports["SSL_CERT_FILE"]
        == str(folder / "tls-certificate.pem")
    )


def test_java_is_told_of_a_trust_store_that_holds_the_certificate(folder: Path) -> None:
    """With the type and the password that it takes to open it."""
    with served_by_command("--tls") as endpoint:
        options = dict(
            word.removeprefix("-Djavax.net.ssl.").split("=")
            for word in shlex.split(endpoint.exports["JAVA_TOOL_OPTIONS"].strip("'"))
        )

    store = pkcs12.load_pkcs12(
        Path(options["trustStore"]).read_bytes(), options["trustStorePassword"].encode()
    )
    certificate = x509.load_pem_x509_certificate((folder / "tls-certificate.pem").read_bytes())
    assert options["trustStoreType"] == "PKCS12"
    assert [one.certificate for one in store.additional_certs] == [certificate]


def test_the_commands_trust_the_certificate_of_this_machines_server(folder: Path) -> None:
    """Without any variable of the environment, and no certificate that is not its own."""
    with served_by_command("--tls") as endpoint:
        given = ("--endpoint", endpoint.url, "--key", endpoint.key)
        place = {"PERSONALIZER_LAB_FOLDER": str(folder)}
        ended = [
            command("conformance", *given, environment=place),
            command("doctor", *given, environment=place),
            command("simulate", "news", "--rounds", "20", *given, environment=place),
        ]
        distrusted = command("doctor", *given, environment={"PERSONALIZER_LAB_FOLDER": "/none"})

    assert [one.code for one in ended] == [0, 1, 0], ended  # nothing was decided yet
    assert "NO" not in ended[0].out
    assert distrusted.code == 2
    assert "certificate" in distrusted.err.lower()


def test_names_are_added_to_the_certificate_and_stay_in_it(folder: Path) -> None:
    """For applications whose host cannot be changed, but in the hosts file."""
    names = []
    for options in (("--tls-name", "my.cognitiveservices.azure.com"), ("--tls-name", "b.test"), ()):
        with served_by_command("--tls", *options):
            content = (folder / "tls-certificate.pem").read_bytes()
        found = x509.load_pem_x509_certificate(content).extensions
        names.append(
            found.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(
                x509.DNSName
            )
        )

    assert names[0] == ["localhost", "my.cognitiveservices.azure.com"]
    assert names[1] == names[2] == ["localhost", "my.cognitiveservices.azure.com", "b.test"]


def test_the_certificate_is_kept(folder: Path) -> None:
    """So that whoever trusts it has to do so once; its key is its owner's alone."""
    contents = []
    for _ in range(2):
        with served_by_command("--tls"):
            contents.append((folder / "tls-certificate.pem").read_bytes())

    assert contents[0] == contents[1]
    assert b"PRIVATE" not in contents[0]
    assert (folder / "tls-key.pem").stat().st_mode & 0o777 == 0o600


def test_a_certificate_of_ones_own_is_served(folder: Path, tmp_path: Path) -> None:
    """Instead of the one that would be made."""
    with served_by_command("--tls"):
        files = [
            shutil.copy(folder / name, tmp_path / f"my-{name}")
            for name in ("tls-certificate.pem", "tls-key.pem")
        ]
    options = ["--certfile", str(files[0]), "--keyfile", str(files[1])]

    with served_by_command(*options) as endpoint:
        assert requests.get(f"{endpoint.url}/status", verify=str(files[0]), timeout=10).ok


@pytest.mark.parametrize(
    "options",
    [
        ["--certfile", "pyproject.toml"],
        ["--certfile", "pyproject.toml", "--keyfile", "pyproject.toml"],
        ["--certfile", "none", "--keyfile", "none"],
        ["--trust-signer", "pyproject.toml"],
        ["--tls-name", "a.test"],
        ["--loop", "a/b"],
        ["--host", "198.51.100.1", "--key", "k", "--accept-bearer"],
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(options: list[str]) -> None:
    """The server does not start."""
    ended = command("serve", "--in-memory", "--port", "0", *options)

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x01\x02\x00\x01"])
def test_a_handshake_that_does_not_end_is_ended(begun: bytes) -> None:
    """Others are served meanwhile, and many of them take nobody's place."""
    options = ("--limit", "handshake-seconds=1", "--limit", "connections=8")
    with served_by_command("--tls", *options) as endpoint, ExitStack() as opened:
        address = ("127.0.0.1", int(endpoint.url.rsplit(":", 1)[1]))
        half = [opened.enter_context(socket.create_connection(address, 10)) for _ in range(20)]
        for connection in half[-4:]:
            connection.sendall(begun)
        reply = requests.get(
            f"{endpoint.url}/status", verify=endpoint.exports["REQUESTS_CA_BUNDLE"], timeout=10
        )

        assert reply.status_code == 200
        assert half[-1].recv(1) == half[0].recv(1) == b""
