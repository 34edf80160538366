"""How wide a text is set.

The advance widths are those of DejaVu Sans, the widest of the fonts in :data:`FONTS`, so a text fits its
node in whichever of them it is shown.
"""

from __future__ import annotations

from unicodedata import combining, east_asian_width

FONTS = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"
_OTHER = 700
_WIDTHS = {
    275: "'ijl",
    318: "IJ ,./:;\\|-",
    400: "f()[]t!r",
    530: '"*_`sz?',
    600: "cLFkvxyPTo",
    636: "aeEhnuSbdgpq$0123456789{}",
    690: "KAVXZBRC",
    790: "UNHDG&OQ",
    870: "w#+<=>^~M",
    1000: "%mW@",
}
_ADVANCE = {char: width for width, chars in _WIDTHS.items() for char in chars}


def text_width(text: str, size: float) -> float:
    """The width of a line of text in pixels; ``size`` is the font's size in pixels."""
    return sum(map(_advance, text)) * size / 1000


def _advance(char: str) -> int:
    if combining(char):
        return 0
    wide = east_asian_width(char) in "WF"
    return 1000 if wide else _ADVANCE.get(char, _OTHER)
