"""Characters that the language does not have: what they are called, and how the same is written in ASCII."""

from __future__ import annotations

import re
import unicodedata

from scmlang.source import Span

_SIGNS = {
    "->": "→⟶➝➔➜⇒⟹↦⭢",
    "<-": "←⟵⇐⟸",
    "<->": "↔⟷⇔⟺⇄⇆",
    "<=": "≤⩽≦",
    ">=": "≥⩾≧",
    "!=": "≠",
    "==": "≡≟",
    "*": "×·⋅∙∗⨯•",
    "/": "÷∕⁄",
    "-": "−–—‐‑‒",
    "and": "∧⋀",
    "or": "∨⋁",
    "not": "¬",
    "xor": "⊕⊻",
    "~": "∼˜∽",
    ":=": "≔",
    "|": "∣❘│¦",
    "..": "‥…",
    "** 2": "²",
    "** 3": "³",
    "0.5": "½",
    "0.25": "¼",
    "0.75": "¾",
    "sqrt(…)": "√",
}
_WRITTEN = {sign: written for written, signs in _SIGNS.items() for sign in signs}
_WORD = re.compile(r"\w(?:\w|[\u0300-\u036f])*")
_ALPHABET = "names are made of the letters A to Z, digits and `_`"


def named(text: str, at: int) -> tuple[str, str, Span] | None:
    """What to say of a character, what to do, and the place; None where nothing is known of it."""
    char = text[at : at + 1]
    if not char or (char.isascii() and char.isprintable()):
        return None
    if char in _WRITTEN:
        return _sign(char, _WRITTEN[char], at)
    if not char.isprintable() or unicodedata.category(char) in ("Zs", "Cf", "Cc"):
        do = "write an ordinary space" if unicodedata.category(char) == "Zs" else "delete it"
        return f"there is an invisible character here, {character(char)}", do, Span(at, at + 1)
    if re.match(r"[\w\u0300-\u036f]", char):
        return _letter(text, at)
    plain = unicodedata.normalize("NFKC", char)
    return _sign(char, plain, at) if plain.isascii() else None


def _sign(char: str, written: str, at: int) -> tuple[str, str, Span]:
    return f"`{char}` is no sign of the language", f"write `{written}`", Span(at, at + 1)


def _letter(text: str, at: int) -> tuple[str, str, Span]:
    """For a letter of another alphabet: the whole word, and how it may be spelled."""
    start = at
    while start and re.match(r"[A-Za-z0-9_]", text[start - 1]):
        start -= 1
    found = _WORD.match(text, start)
    end = max(found.end() if found else start, at + 1)
    spelled = "".join(map(_spelled, unicodedata.normalize("NFKD", text[start:end])))
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", spelled):
        return _ALPHABET, f"write `{spelled}`", Span(start, end)
    help = f"write it with those letters; there is {character(text[at], call=True)} in it"
    return _ALPHABET, help, Span(start, end)


def _spelled(char: str) -> str:
    """A letter in ASCII, where it has a name there: `α` is `alpha`."""
    if unicodedata.combining(char):
        return ""
    found = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?([A-Z]+)", unicodedata.name(char, ""))
    if found is None:
        return char
    name = {"LAMDA": "LAMBDA"}.get(found[2], found[2])
    return name.lower() if found[1] == "SMALL" else name.capitalize()


def character(text: str, *, call: bool = False) -> str:
    """A character as it is named in a message: itself, or its number and name where nothing would be seen."""
    seen = text.isprintable() and not text.isspace()
    if seen and not call:
        return f"`{text}`"
    called = unicodedata.name(text[0], "a control character").lower()
    return f"`{text}` ({called})" if seen else f"U+{ord(text[0]):04X} ({called})"
