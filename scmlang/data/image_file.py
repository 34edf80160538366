"""Single image files: reading with every check, writing exactly.

An image of ``image(C, H, W)`` is a file of W × H pixels with C = 1 (grey), 3 (RGB) or 4 (RGBA)
channels of 8 bits, in PNG, JPEG, WebP, BMP or PPM/PGM.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.limits import LIMITS
from scmlang.semantics.domains import Image

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "PPM")
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_GREYS = frozenset({"1", "L"})
_LOSSLESS = {1: _GREYS, 3: _GREYS | {"P", "RGB"}, 4: _GREYS | {"P", "RGB", "RGBA"}}
_CONVERTIBLE = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA"})


def read_image(path: Path, domain: Image, *, convert: bool = True) -> NDArray[np.uint8]:
    """The pixels of a picture, uint8[C, H, W].

    Where its colours are not those of the domain and ``convert`` is true: a grey picture is
    repeated over three channels; a coloured one becomes grey by its luma .299 R + .587 G + .114 B
    (ITU-R BT.601); a transparent one is laid on black. Without ``convert`` only the conversions
    that lose nothing are made (grey or palette to colour).

    Raises:
        ScmError: E128 no such file; E129 not an image, or broken; E130 another size; E131 colours
            that cannot be converted; E132 too many pixels, found before decoding.
    """
    _mode_of(domain)
    try:
        with path.open("rb") as file:
            return decode_image(file, path, domain, convert=convert)
    except OSError as error:
        message = f"`{path}` cannot be read: {error.strerror or error}"
        raise ScmError([Diagnostic("E128", message)]) from error


def decode_image(file: BinaryIO, path: Path, domain: Image, *, convert: bool = True) -> NDArray[np.uint8]:
    """The pixels of an open picture; ``path`` is what problems call it.

    Raises:
        ScmError: E129 to E132 as :func:`read_image`.
    """
    from PIL import Image as pillow

    mode = _mode_of(domain)
    with _decoder_errors(path), pillow.open(file, formats=FORMATS) as picture:
        _check_header(path, picture, domain, convert)
        pixels = np.asarray(_in_mode(picture, mode))
    return np.ascontiguousarray(np.atleast_3d(pixels).transpose(2, 0, 1))


def _mode_of(domain: Image) -> str:
    if domain.channels not in MODES:
        raise ScmError([unsupported_channels(domain)])
    return MODES[domain.channels]


def write_image(path: Path | BinaryIO, image: NDArray[np.uint8]) -> None:
    """Write uint8[C, H, W] as PNG.

    Raises:
        OSError: when the file cannot be written.
        KeyError: when C is not 1, 3 or 4.
    """
    from PIL import Image as pillow

    mode = MODES[image.shape[0]]
    pixels = image[0] if mode == "L" else np.ascontiguousarray(image.transpose(1, 2, 0))
    # Level 1 is as fast as storing and a sixth of the size.
    pillow.fromarray(pixels, mode).save(path, "PNG", compress_level=1)


def unsupported_channels(domain: Image) -> Diagnostic:
    """The diagnostic for an image domain that no file format holds."""
    return Diagnostic("E137", f"{domain} has {domain.channels} channels, and image files have 1, 3 or 4")


@contextmanager
def quiet_decoder() -> Iterator[None]:
    """Silence the decoder's warnings: what they are about is checked here or is harmless."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _decoder_errors(path: Path) -> Iterator[None]:
    from PIL import Image as pillow

    try:
        yield
    except (ScmError, MemoryError):
        raise
    except pillow.DecompressionBombError as error:
        raise ScmError([Diagnostic("E132", f"`{path}` has too many pixels: {error}")]) from error
    except Exception as error:  # a decoder's answer to hostile bytes may be of any type
        message = f"`{path}` is no readable image"
        helps = (f"readable are whole files in {', '.join(FORMATS)}",)
        raise ScmError([Diagnostic("E129", message, helps=helps)]) from error


def _check_header(path: Path, picture: Picture, domain: Image, convert: bool) -> None:
    width, height = picture.size
    if width * height > LIMITS.image_pixels:
        message = f"`{path}` has {width} × {height} pixels, over the limit of {LIMITS.image_pixels}"
        raise ScmError([Diagnostic("E132", message)])
    if (height, width) != (domain.height, domain.width):
        wanted = f"{domain} is {domain.width} × {domain.height}"
        message = f"`{path}` is {width} × {height} pixels (width × height), and {wanted}"
        raise ScmError([Diagnostic("E130", message, helps=("scale or crop it first",))])
    allowed = _CONVERTIBLE if convert else _LOSSLESS[domain.channels]
    if picture.mode not in allowed or (not convert and domain.channels < 4 and _is_transparent(picture)):
        raise ScmError([_wrong_colours(path, picture, domain)])


def _is_transparent(picture: Picture) -> bool:
    return picture.mode in ("LA", "PA", "RGBA") or "transparency" in picture.info


def _wrong_colours(path: Path, picture: Picture, domain: Image) -> Diagnostic:
    has = f"{picture.mode} with transparency" if "transparency" in picture.info else picture.mode
    message = f"`{path}` has the colours {has}, and {domain} needs {MODES[domain.channels]}"
    return Diagnostic("E131", message, helps=(f"save it as 8-bit {MODES[domain.channels]}",))


def _in_mode(picture: Picture, mode: str) -> Picture:
    from PIL import Image as pillow

    if picture.mode == mode and "transparency" not in picture.info:
        return picture
    if mode != "RGBA" and _is_transparent(picture):
        opaque = pillow.new("RGBA", picture.size, (0, 0, 0, 255))
        picture = pillow.alpha_composite(opaque, picture.convert("RGBA"))
        return picture.convert("RGB").convert(mode)
    return (
        picture.convert("RGB").convert(mode) if picture.mode == "P" and mode == "L" else picture.convert(mode)
    )
