"""Grids of images with titles and captions, for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

BACKGROUND, INK, CHANGED = (255, 255, 255), (30, 30, 30), (178, 24, 43)
CELL, GAP, FONT_SIZE = 112, 8, 13
DIFFERENCE = ((255, 255, 255), (254, 217, 118), (253, 141, 60), (189, 0, 38), (60, 0, 30))


@dataclass(frozen=True)
class Caption:
    """Lines of text under one picture; those that ``emphasised`` marks are drawn in another colour."""

    lines: tuple[str, ...]
    emphasised: tuple[bool, ...]


@dataclass(frozen=True)
class Row:
    """One row of a grid: a title, the pictures uint8 ``[n, C, H, W]``, and a caption under each or none."""

    title: str
    images: NDArray[np.uint8]
    captions: Sequence[Caption] = ()


def draw_grid(rows: Sequence[Row]) -> Image.Image:
    """The rows under each other, titles to their left, every picture scaled up without smoothing."""
    font = ImageFont.load_default(size=FONT_SIZE)
    left = GAP + max(_width(font, row.title) for row in rows) + GAP
    cell = max(CELL, *(_width(font, line) for row in rows for c in row.captions for line in c.lines), 0)
    line_height = FONT_SIZE + 4
    heights = [
        CELL + line_height * max((len(c.lines) for c in row.captions), default=0) + GAP for row in rows
    ]
    columns = max(len(row.images) for row in rows)
    canvas = Image.new("RGB", (left + columns * (cell + GAP), GAP + sum(heights)), BACKGROUND)
    pen = ImageDraw.Draw(canvas)
    top = GAP
    for row, height in zip(rows, heights, strict=True):
        pen.text((GAP, top + CELL // 2 - FONT_SIZE // 2), row.title, INK, font)
        for column, pixels in enumerate(row.images):
            x = left + column * (cell + GAP)
            canvas.paste(_enlarged(pixels), (x, top))
            if row.captions:
                _write(pen, font, row.captions[column], x, top + CELL + 2)
        top += height
    return canvas


def to_picture(pixels: NDArray[np.uint8]) -> Image.Image:
    """A Pillow image of uint8 ``[C, H, W]``: grey for one channel, RGB for three, RGBA for four.

    Of any other number of channels the first is shown.
    """
    if len(pixels) in (3, 4):
        return Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0)))
    return Image.fromarray(np.ascontiguousarray(pixels[0]))


def difference_map(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Where two pictures uint8 ``[C, H, W]`` differ, as colours uint8 ``[3, H, W]``.

    Of every pixel the largest |difference| of its channels: nothing is white, then yellow, orange and red,
    and 255 is nearly black.
    """
    largest = np.abs(after.astype(np.int16) - before.astype(np.int16)).max(0)
    stops = np.linspace(0, 255, len(DIFFERENCE))
    channels = [np.interp(largest, stops, channel) for channel in zip(*DIFFERENCE, strict=True)]
    return np.stack(channels).round().astype(np.uint8)


def _enlarged(pixels: NDArray[np.uint8]) -> Image.Image:
    picture = to_picture(pixels)
    scale = CELL / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.convert("RGB").resize(size, Image.Resampling.NEAREST)


def _write(
    pen: ImageDraw.ImageDraw,
    font: ImageFont.ImageFont | ImageFont.FreeTypeFont,
    caption: Caption,
    x: int,
    y: int,
) -> None:
    for line, emphasised in zip(caption.lines, caption.emphasised, strict=True):
        pen.text((x, y), line, CHANGED if emphasised else INK, font)
        y += FONT_SIZE + 4


def _width(font: ImageFont.ImageFont | ImageFont.FreeTypeFont, text: str) -> int:
    return round(font.getlength(text))
