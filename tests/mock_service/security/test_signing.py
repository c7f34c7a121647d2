"""Signed models: whatever is damaged in the zip file, it is refused in one way."""

import io
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest

from mock_service.errors import ModelSignatureInvalid, ModelZipInvalid
from mock_service.security.signing import (
    CERTIFICATE,
    MODEL,
    SIGNATURE,
    Signer,
    new_signer,
    verified_model,
)

SIGNER = new_signer(datetime(2026, 1, 1, tzinfo=UTC))
MODEL_BYTES = bytes(range(256)) * 20
METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def packed(method: int, model: bytes = MODEL_BYTES) -> bytes:
    """Return a signed model whose members are packed in some way."""
    signed = zipfile.ZipFile(io.BytesIO(SIGNER.sign(MODEL_BYTES)))
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.writestr(MODEL, model)
        for name in (CERTIFICATE, SIGNATURE):
            archive.writestr(name, signed.read(name))
    return content.getvalue()


def opened(content: bytes, signer: Signer = SIGNER) -> bytes:
    """Return the model of a zip file that one signer signed."""
    return verified_model(content, [signer.certificate])


@pytest.mark.parametrize("method", METHODS[:2])
def test_stored_and_deflated_members_are_read(method: int) -> None:
    """As the service and everybody else packs them."""
    assert opened(packed(method)) == MODEL_BYTES


@pytest.mark.parametrize("method", METHODS[2:])
def test_members_packed_otherwise_are_refused_unread(method: int) -> None:
    """Their decoders unfold any amount at once."""
    with pytest.raises(ModelZipInvalid, match="stored or deflated"):
        opened(packed(method))


@pytest.mark.parametrize("method", METHODS)
def test_damage_anywhere_is_refused(method: int) -> None:
    """A thousand times: bytes changed, cut out or put in."""
    rng = np.random.default_rng(method)
    good = packed(method)
    for _ in range(1_000):
        content = bytearray(good)
        for _ in range(int(rng.integers(1, 6))):
            index = int(rng.integers(len(content)))
            content[index : index + int(rng.integers(0, 9))] = rng.bytes(int(rng.integers(0, 9)))
        try:
            model = opened(bytes(content))
        except (ModelZipInvalid, ModelSignatureInvalid):
            continue
        assert model == MODEL_BYTES


@pytest.mark.parametrize("end", [0, 1, 21, 22, 100, -1, -22, -100])
def test_a_cut_zip_file_is_refused(end: int) -> None:
    """At any place."""
    with pytest.raises(ModelZipInvalid):
        opened(packed(zipfile.ZIP_DEFLATED)[:end])


def test_a_model_that_unfolds_is_never_held_unless_it_is_signed() -> None:
    """Half a gigabyte of zeros is read in pieces, and let go."""
    with pytest.raises(ModelSignatureInvalid, match="not of this model"):
        opened(packed(zipfile.ZIP_DEFLATED, bytes(200 << 20)))


def test_a_member_that_says_it_is_small_does_not_unfold() -> None:
    """Its real size is found out a piece at a time."""
    bomb = bytearray(packed(zipfile.ZIP_DEFLATED, bytes(100 << 20)))
    with zipfile.ZipFile(io.BytesIO(bomb)) as archive:
        index = archive.start_dir
    bomb[index + 24 : index + 28] = (10).to_bytes(4, "little")

    with pytest.raises((ModelZipInvalid, ModelSignatureInvalid)):
        opened(bytes(bomb))


@pytest.mark.parametrize("name", ["folder/model.vw", "../model.vw", "/model.vw", "MODEL.VW"])
def test_members_of_other_names_are_refused(name: str) -> None:
    """However close."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for member in (name, CERTIFICATE, SIGNATURE):
            archive.writestr(member, b"x")

    with pytest.raises(ModelZipInvalid, match="should hold exactly"):
        opened(content.getvalue())


def test_an_encrypted_member_is_refused() -> None:
    """By its flag."""
    content = bytearray(packed(zipfile.ZIP_STORED))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        index = archive.start_dir
    content[index + 8] |= 1

    with pytest.raises(ModelZipInvalid):
        opened(bytes(content))
