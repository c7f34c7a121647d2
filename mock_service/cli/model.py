"""``model``: move models in and out of a Personalizer."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from mock_service.cli.paths import FOLDER_HELP
from mock_service.clock import SystemClock
from mock_service.console import WholeHelpGroup
from mock_service.errors import ModelInvalid, SettingsInvalid
from mock_service.security.signing import is_zip, open_signer, unsigned_model
from mock_service.user_folder import user_folder
from mock_service.visible import to_visible
from mock_service.vowpal.model_file import check_header, read_header

commands = typer.Typer(cls=WholeHelpGroup, no_args_is_help=True, rich_markup_mode=None)


@commands.callback()
def model() -> None:
    """Move models in and out of a Personalizer."""


@commands.command()
def sign(
    *,
    file: Annotated[Path, typer.Argument(help="A model file of Vowpal Wabbit.")],
    out: Annotated[Path, typer.Option(help="The zip file to write.")],
    folder: Annotated[Path | None, typer.Option(help=FOLDER_HELP, show_default=False)] = None,
) -> None:
    """Sign a model, so that a server on this machine imports it.

    The signer's key is made the first time, and every server on this machine trusts it.

    Example: personalizer-lab model sign model.vw --out model.vw.zip
    """
    content = _read(file)
    check_header(content)
    signer = open_signer(folder or user_folder(), SystemClock().now())
    try:
        out.write_bytes(signer.sign(content))
    except OSError as error:
        raise SettingsInvalid(f"cannot write {out}: {error.strerror}") from error
    sys.stdout.write(f"{to_visible(str(out))}\n")


@commands.command()
def show(
    *,
    file: Annotated[Path, typer.Argument(help="A model file, or a signed zip of one.")],
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Say what a model file holds, without loading it.

    Example: personalizer-lab model show model.vw
    """
    content = _read(file)
    header = read_header(unsigned_model(content))
    facts = {**asdict(header), "signed": is_zip(content)}
    if as_json:
        sys.stdout.write(json.dumps(facts) + "\n")
        return
    for name, value in facts.items():
        sys.stdout.write(f"{name.replace('_', ' ')}: {to_visible(str(value))}\n")


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsInvalid(f"cannot read {path}: {error.strerror}") from error
    if not content:
        raise ModelInvalid(f"{path} is empty: a model that has learned nothing has no file")
    return content
