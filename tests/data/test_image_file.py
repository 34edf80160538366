"""Single pictures: exact round trips, documented conversions, and every way to be broken."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as pillow

from scmlang.data.image_file import read_image, write_image
from scmlang.diagnostics.base import ScmError
from scmlang.semantics.domains import Image


def save(path: Path, mode: str, pixels: np.ndarray, **options: object) -> Path:
    pillow.fromarray(pixels.astype(np.uint8)).convert(mode).save(path, **options)
    return path


def code_of(path: Path, domain: Image, *, convert: bool = True) -> str:
    with pytest.raises(ScmError) as error:
        read_image(path, domain, convert=convert)
    (diagnostic,) = error.value.diagnostics
    assert path.name in diagnostic.message
    return diagnostic.code


@pytest.mark.parametrize("channels", [1, 3, 4])
@given(seed=st.integers(0, 99), height=st.integers(1, 9), width=st.integers(1, 9))
def test_written_images_are_read_exactly(
    tmp_path_factory: pytest.TempPathFactory, channels: int, seed: int, height: int, width: int
) -> None:
    path = tmp_path_factory.getbasetemp() / f"{channels}.png"
    image = np.random.default_rng(seed).integers(0, 256, (channels, height, width), np.uint8)
    write_image(path, image)
    for convert in (False, True):
        read = read_image(path, Image(channels, height, width), convert=convert)
        np.testing.assert_array_equal(read, image)


def test_grey_is_repeated_over_the_colours(tmp_path: Path) -> None:
    pixels = np.arange(16).reshape(4, 4) * 10
    for convert in (False, True):
        read = read_image(save(tmp_path / "g.png", "L", pixels), Image(3, 4, 4), convert=convert)
        np.testing.assert_array_equal(read, np.stack([pixels] * 3))


def test_colour_becomes_grey_by_luma_where_asked_for(tmp_path: Path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (4, 4, 3))
    path = save(tmp_path / "c.png", "RGB", pixels)
    read = read_image(path, Image(1, 4, 4))
    np.testing.assert_allclose(read[0], pixels @ [0.299, 0.587, 0.114], atol=1)
    assert code_of(path, Image(1, 4, 4), convert=False) == "E131"


@pytest.mark.parametrize("channels", [1, 3])
def test_transparency_is_laid_on_black(tmp_path: Path, channels: int) -> None:
    pixels = np.full((2, 2, 4), 200)
    pixels[..., 3] = [[0, 255], [0, 255]]
    path = tmp_path / "a.png"
    pillow.fromarray(pixels.astype(np.uint8)).save(path)
    read = read_image(path, Image(channels, 2, 2))
    np.testing.assert_array_equal(read, np.broadcast_to([[0, 200], [0, 200]], (channels, 2, 2)))
    assert code_of(path, Image(channels, 2, 2), convert=False) == "E131"


def test_palettes_are_resolved(tmp_path: Path) -> None:
    pixels = np.zeros((2, 2, 3))
    pixels[0, 0] = [255, 0, 0]
    path = tmp_path / "p.png"
    pillow.fromarray(pixels.astype(np.uint8)).quantize(4).save(path)
    with pillow.open(path) as written:
        assert written.mode == "P"
    read = read_image(path, Image(3, 2, 2), convert=False)
    np.testing.assert_array_equal(read, pixels.transpose(2, 0, 1))


def test_a_transparent_colour_key_counts_as_transparency(tmp_path: Path) -> None:
    path = save(tmp_path / "k.png", "RGB", np.full((2, 2, 3), 9), transparency=(9, 9, 9))
    assert code_of(path, Image(3, 2, 2), convert=False) == "E131"
    assert not read_image(path, Image(3, 2, 2)).any()


def test_sixteen_bit_pictures_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    pillow.fromarray(np.full((2, 2), 60_000, np.uint16)).save(path)
    assert code_of(path, Image(1, 2, 2)) == "E131"


def test_a_wrong_size_is_named(tmp_path: Path) -> None:
    path = save(tmp_path / "s.png", "L", np.zeros((3, 5)))
    assert code_of(path, Image(1, 5, 3)) == "E130"


def test_missing_files_and_folders_are_diagnostics(tmp_path: Path) -> None:
    assert code_of(tmp_path / "none.png", Image(1, 2, 2)) == "E128"
    (tmp_path / "folder.png").mkdir()
    assert code_of(tmp_path / "folder.png", Image(1, 2, 2)) == "E128"


def test_channels_that_no_file_holds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScmError, match="E137"):
        read_image(tmp_path / "x.png", Image(2, 2, 2))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("side", [9_000, 60_000])
def test_a_bomb_is_refused_before_it_is_decoded(tmp_path: Path, side: int) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b""))
    assert code_of(path, Image(1, side, side)) == "E132"


@pytest.mark.parametrize(
    "data", [b"", b"not an image", b"\x89PNG\r\n\x1a\n", b"<svg/>", b"GIF89a" + b"\0" * 20]
)
def test_what_is_no_image_is_a_diagnostic(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.png").write_bytes(data)
    assert code_of(tmp_path / "x.png", Image(1, 2, 2)) == "E129"


def test_every_truncation_is_a_diagnostic(tmp_path: Path) -> None:
    write_image(tmp_path / "x.png", np.random.default_rng(0).integers(0, 256, (3, 4, 4), np.uint8))
    whole = (tmp_path / "x.png").read_bytes()
    checksums = 4 + 4 + 4 + 2  # the length of IEND, IDAT's CRC, its Adler-32 and its last code
    for end in range(0, whole.index(b"IEND") - checksums, 3):
        (tmp_path / "x.png").write_bytes(whole[:end])
        assert code_of(tmp_path / "x.png", Image(3, 4, 4)) == "E129", end


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(0, 400), byte=st.integers(0, 255), kind=st.sampled_from(["PNG", "JPEG", "WEBP", "BMP"])
)
def test_damaged_bytes_give_an_image_or_a_diagnostic(
    tmp_path: Path, place: int, byte: int, kind: str
) -> None:
    buffer = io.BytesIO()
    pillow.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).save(buffer, kind)
    data = bytearray(buffer.getvalue())
    data[place % len(data)] = byte
    (tmp_path / "x").write_bytes(data)
    assert outcome(tmp_path / "x") in {"an image", "E129", "E130", "E131", "E132"}


def outcome(path: Path) -> str:
    try:
        image = read_image(path, Image(3, 4, 4))
    except ScmError as error:
        return error.diagnostics[0].code
    return "an image" if image.shape == (3, 4, 4) else "a wrong shape"
