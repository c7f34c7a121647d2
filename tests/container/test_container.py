"""The image's steps, run without a container engine: in a clean virtual environment."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import httpx2
import pytest
import yaml

from mock_service.settings import DEVELOPMENT_KEY
from tests.helpers.dockerfile import stages
from tests.helpers.servers import ARTICLES, ROOT

BUILD, FINAL = stages(ROOT / "Dockerfile")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
WORKFLOW = yaml.safe_load(
    (ROOT / "examples" / "github-actions" / "test-with-personalizer.yml").read_text("utf-8")
)
MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Image:
    """What the build stage made, and where the container's folders are here."""

    lab: Path
    data: Path

    def here(self, text: str) -> str:
        """Return a text of the image with this machine's paths."""
        return text.replace("/opt/lab", str(self.lab)).replace("/data", str(self.data))

    @property
    def environment(self) -> dict[str, str]:
        """What the container's processes see."""
        variables = {name: self.here(value) for name, value in FINAL.environment.items()}
        return {**variables, "PATH": variables["PATH"].replace("$PATH", os.defpath)}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Copy what COPY copies, and run what RUN runs, in the build stage's order."""
    folder = tmp_path_factory.mktemp("image")
    made = Image(folder / "lab", folder / "data")
    source = folder / "src"
    source.mkdir()
    made.data.mkdir()
    for instruction, arguments in BUILD.steps:
        if instruction == "COPY":
            *names, _ = arguments.split()
            for name in names:
                _copy(ROOT / name, source / name)
        elif instruction == "RUN":
            step = made.here(arguments).replace("python -m", f"{sys.executable} -m", 1)
            subprocess.run(["/bin/sh", "-c", step], cwd=source, check=True, capture_output=True)
    return made


@contextmanager
def running(image: Image, *options: str) -> Iterator[str]:
    """Run the entry point on a free port, wait until the health check holds, and stop it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    entry = [image.here(part).replace("5000", port) for part in FINAL.command("ENTRYPOINT")]
    health = [image.here(part).replace("5000", port) for part in FINAL.command("HEALTHCHECK")]
    with subprocess.Popen(
        [*entry, *options],
        cwd=image.data,
        env=image.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while subprocess.run(health, check=False, capture_output=True).returncode:
            assert process.poll() is None
            sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGTERM)  # what an engine sends to stop a container
        process.wait(timeout=10)


def test_the_container_serves_keeps_its_data_and_writes_nowhere_else(image: Image) -> None:
    """A second container on the same volume knows the decisions of the first."""
    before = _files(image.lab)
    headers = {"Ocp-Apim-Subscription-Key": DEVELOPMENT_KEY}
    with running(image) as endpoint, httpx2.Client(base_url=endpoint, headers=headers) as client:
        ranked = client.post("/personalizer/v1.0/rank", json={"actions": ARTICLES})
        control = client.get("/mock/learning")
    with running(image, "--allow-control") as endpoint:
        again = httpx2.get(f"{endpoint}/mock/learning", headers=headers).json()

    assert (ranked.status_code, control.status_code) == (201, 404)
    assert again["decisions"] == 1
    assert _files(image.lab) == before
    assert {path.name for path in image.data.iterdir()} <= {
        "personalizer-lab.sqlite3",
        "in-use.lock",
    }


def test_what_is_added_to_the_base_image_is_small(image: Image) -> None:
    """Some 250 MB, most of it SciPy and NumPy, which evaluations need; charts are left out."""
    size = sum(path.stat().st_size for path in image.lab.rglob("*") if path.is_file())

    assert size < 260 * MEGABYTE
    assert not list(image.lab.rglob("vl_convert"))


def test_the_image_is_slim_and_its_user_is_nobody_special() -> None:
    """Without root, and with the tools of the build left behind."""
    assert BUILD.base == FINAL.base == "python:3.12-slim"
    assert FINAL.all("USER") == ["10001"]
    assert FINAL.all("VOLUME") == ["/data"]
    assert FINAL.all("COPY") == ["--from=build /opt/lab /opt/lab"]


def test_the_build_sees_what_it_copies_and_nothing_else() -> None:
    """What .dockerignore lets through is what COPY names."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    copied = {name for line in BUILD.all("COPY") for name in line.split()[:-1]}

    assert lines[0] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied


def test_compose_serves_this_machine_only_from_a_read_only_file_system() -> None:
    """With the volume and a /tmp to write to."""
    service = COMPOSE["services"]["personalizer"]

    assert service["ports"] == ["127.0.0.1:5000:5000"]
    assert (service["read_only"], service["tmpfs"]) == (True, [str(Path("/", "tmp"))])
    assert service["volumes"] == ["personalizer:/data"]
    assert service["command"] == ["--allow-control", "--allow-host", "personalizer"]


def test_the_workflow_names_one_port_one_key_and_the_service() -> None:
    """The service's and the tests'."""
    job = WORKFLOW["jobs"]["test"]
    service = job["services"]["personalizer"]

    assert service["ports"] == ["5000:5000"]
    assert job["env"]["PERSONALIZER_ENDPOINT"] == "http://127.0.0.1:5000"
    assert job["env"]["PERSONALIZER_KEY"] == service["env"]["PERSONALIZER_KEY"] == DEVELOPMENT_KEY
    assert service["env"]["PERSONALIZER_ALLOW_HOST"] in job["services"]


@pytest.mark.parametrize("key", [DEVELOPMENT_KEY, "my-secret"])
def test_only_the_public_key_is_in_the_list_of_processes(tmp_path: Path, key: str) -> None:
    """The server reads any other from its environment."""
    program = tmp_path / "personalizer-lab"
    program.write_text('#!/bin/sh\nfor word in "$@"; do echo "$word"; done\n')
    program.chmod(0o755)

    said = subprocess.run(
        [*FINAL.command("ENTRYPOINT"), "--mode", "a b"],
        env={"PATH": f"{tmp_path}:{os.defpath}", "PERSONALIZER_KEY": key},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert said[:3] == ["serve", "--host", "0.0.0.0"]  # noqa: S104 - of a container
    assert said[-2:] == ["--mode", "a b"]
    assert said[7:-2] == (["--key", key] if key == DEVELOPMENT_KEY else [])


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)


def _files(folder: Path) -> set[tuple[str, int]]:
    return {(str(path), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}
