"""Bytes that were a program: what the lexer, the parser and every refusal are fuzzed with."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

WORDS = (
    *(
        "model",
        "latent",
        "exogenous",
        "let",
        "mechanism",
        "monotone",
        "query",
        "assert",
        "within",
        "if",
        "then",
        "else",
    ),
    *(
        "not",
        "and",
        "or",
        "xor",
        "true",
        "false",
        "binary",
        "real",
        "0..9",
        "bits(4)",
        "image(3, 8, 8)",
        "do",
    ),
    *("table", "normal", "bernoulli", "uniform", "categorical", "binomial", "P", "E", "independent"),
    *(
        "->",
        "<-",
        "<->",
        ":=",
        "~",
        ":",
        "=",
        "==",
        "!=",
        "<",
        ">=",
        "+",
        "-",
        "*",
        "**",
        "//",
        "/",
        "%",
        "..",
    ),
    *(
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        "|",
        "&",
        "^",
        "!",
        "_",
        "$",
        "@",
        "`",
        "?",
        "#",
        "\\",
        '"',
        "'",
    ),
    *("\n", "\r\n", "\r", "\t", "\f", "\v", "\x00", "\x1b[31m", "\x7f", "\x85", "\u2028", "\ufeff"),
    *("é", "変数", "İ", "ß", "٣", "²", "→", "…", "👩\N{ZERO WIDTH JOINER}🔬", "\U0010ffff"),
    *("\N{COMBINING ACUTE ACCENT}", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{NO-BREAK SPACE}"),
)
NUMBERS = (
    *("0", "1", "-1", "00", "1e308", "1e309", "1e-400", "1e999999", "-1e308", ".5", "5.", "0.1e-5", "1_000"),
    *("0x10", "999999999999999", "1000000000000000", "9" * 40, "9" * 5000, "1" + "0" * 400 + ".5"),
    *("2147483648", "9223372036854775808", "1e15", "1e16", "0.1", "1e-323"),
)
DEEP = (
    *("(", "[", "{", "-", "not ", "((", "[(", "1 + ", "2 ** ", "min(", "if 1 then ", "a[", "{a, ", "X -> "),
    *("P(Y[", "P(", "E(X | ", "X=1, ", "1, ", "\n", ";", "#", "~"),
)
_TOKEN = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*|[0-9.]+|\s+|.", re.DOTALL)
_NUMBER = re.compile(rb"[0-9]+(\.[0-9]+)?")
MOST = 1 << 12


def mutate(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """``text`` after one to four mutations, which may take parts of the ``others``."""
    for _ in range(random.choice((1, 1, 1, 2, 2, 3, 4))):
        text = random.choice(_MUTATIONS)(text, others, random)[:MOST]
    return text


def _flip(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    found = bytearray(text or b"\0")
    found[random.randrange(len(found))] ^= 1 << random.randrange(8)
    return bytes(found)


def _any_byte(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    at = random.randint(0, len(text))
    return text[:at] + bytes((random.randrange(256),)) + text[at + random.randrange(2) :]


def _delete(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    start, end = _span(text, random)
    return text[:start] + text[end:]


def _duplicate(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    start, end = _span(text, random)
    return text[:end] + text[start:end] * random.choice((1, 1, 2, 5, 50)) + text[end:]


def _splice(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    other = random.choice(others)
    start, end = _span(other, random)
    at = random.randint(0, len(text))
    return text[:at] + other[start:end] + text[at:]


def _join(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    return text + random.choice((b"\n", b";", b"")) + random.choice(others)


def _truncate(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    return text[: random.randint(0, len(text))]


def _word(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    at = random.randint(0, len(text))
    return text[:at] + random.choice(WORDS).encode() + text[at:]


def _token(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    """Another token of the text, or a word, in the place of one."""
    tokens = _TOKEN.findall(text)
    if not tokens:
        return b"X"
    at = random.randrange(len(tokens))
    tokens[at] = random.choice((*(random.choice(tokens) for _ in range(3)), random.choice(WORDS).encode()))
    return b"".join(tokens)


def _number(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    found = list(_NUMBER.finditer(text))
    number = random.choice(NUMBERS).encode()
    if not found:
        return text + number
    place = random.choice(found)
    return text[: place.start()] + number + text[place.end() :]


def _deep(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    at = random.randint(0, len(text))
    return text[:at] + random.choice(DEEP).encode() * random.choice((2, 10, 99, 201, 600)) + text[at:]


def _lines(text: bytes, others: Sequence[bytes], random: Random) -> bytes:
    lines = text.split(b"\n")
    random.shuffle(lines)
    return b"\n".join(lines)


def _span(text: bytes, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(text))
    return start, min(len(text), start + random.choice((1, 2, 4, 10, 40, 200)))


Mutation = Callable[[bytes, Sequence[bytes], Random], bytes]
_MUTATIONS: tuple[Mutation, ...] = (
    *(_flip, _any_byte, _delete, _duplicate, _splice, _join, _truncate, _word, _word),
    *(_token, _token, _token, _number, _number, _deep, _lines),
)
