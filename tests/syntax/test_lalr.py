"""The driver against Lark itself: the same texts accepted, the same trees, the same places."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lark import Lark, Tree
from lark.exceptions import UnexpectedInput

from scmlang.source import Span
from scmlang.syntax.lalr import Driver, Rejected
from scmlang.syntax.parser import FILE, QUERY, NewLines, grammar_text

ROOT = Path(__file__).parents[2]
LARK = Lark(
    grammar_text(),
    parser="lalr",
    start=[FILE, QUERY],
    postlex=NewLines(),
    propagate_positions=True,
    maybe_placeholders=True,
)
DRIVER = Driver(LARK, "_NL")
_Call = tuple[str, Span | None, list[Any]]
FILES = sorted(path for folder in ("examples", "tests/golden") for path in (ROOT / folder).rglob("*.scm"))


class _Calls:
    """Notes every rule that is reduced, with its place and what it was given."""

    def __init__(self) -> None:
        self.calls: list[_Call] = []

    def __getattr__(self, rule: str) -> Callable[[Span, list[Any]], Any]:
        def method(place: Span, children: list[Any]) -> object:
            self.calls.append((rule, place, [_shown(child) for child in children]))
            return self

        return method


def _shown(child: Any) -> Any:
    """A token with its place; what a rule made has been noted already."""
    return (str(child), child.start_pos, child.end_pos) if isinstance(child, str) else child and ...


def _of_lark(tree: Tree[Any]) -> list[_Call]:
    calls: list[_Call] = []
    waiting = [tree]
    while waiting:  # the last child first, and turned round at the end: children before their parent
        node = waiting.pop()
        place = Span(node.meta.start_pos, node.meta.end_pos) if not node.meta.empty else None
        calls.append((str(node.data), place, [_shown(child) for child in node.children]))
        waiting += [child for child in node.children if isinstance(child, Tree)]
    return calls[::-1]


def _same(text: str, start: str) -> bool:
    """Compare the two on ``text``; whether they accept it."""
    try:
        expected = _of_lark(LARK.parse(text, start=start))
    except UnexpectedInput:
        with pytest.raises(Rejected):
            DRIVER.run(text, start, _Calls())
        return False
    builder = _Calls()
    DRIVER.run(text, start, builder)
    for found, wanted in zip(builder.calls, expected, strict=True):
        assert found == wanted if wanted[1] else found[::2] == wanted[::2]  # Lark has no place for no text
    return True


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_gives_the_same_tree(path: Path) -> None:
    _same(path.read_bytes().decode("utf-8", "replace"), FILE)


LEXEMES = sorted(
    {t.pattern.value for t in LARK.terminals if t.pattern.type == "str"}
    | {"->", "<->", "==", "<", "*", "//", "\n", ";", "# x\n", " ", "\t", "\r\n", "\f"}
    | {"X", "Y", "iffy", "letx", "true1", "0", "12", "1.5", ".5", "1e3", "2e", "..", "&", "_", "é", "\0"}
)
soup = st.lists(st.sampled_from(LEXEMES), max_size=25).map("".join)
spaced = st.lists(st.sampled_from(LEXEMES), max_size=25).map(" ".join)


@settings(max_examples=500)
@given(soup | spaced, st.sampled_from([FILE, QUERY]))
@example("", FILE)
@example("\n \n# only a comment", FILE)
@example("X := {\n1;\n}", FILE)
@example("X := )\n(", FILE)
@example("if then else", FILE)
@example("thenx", FILE)
@example("do(X=1)#", QUERY)
def test_any_text_is_read_as_lark_reads_it(text: str, start: str) -> None:
    _same(text, start)


PIECES = (
    *("X: binary", "X, Y: 0..9", "latent Z: {a, b}", "exogenous U ~ normal(0, 1)", "{X, Y} <- Z <-> {W}"),
    *("X := if a then -b ** 2 else [1, (c)][0]", "Y ~ table(X) { (0): [.5, .5] (1): [1, 0], }", "X -> Y"),
    *("mechanism X: mlp(hidden=[1, 2], lr=1e-3,)", "let p = not a and b xor c or d < 1", "I ~ f(1..2,)"),
)


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(PIECES), max_size=6),
    st.sampled_from(["\n", ";", "\n\n # c\n", "; ;"]),
    st.data(),
)
def test_a_valid_text_and_the_same_with_one_character_gone(
    pieces: list[str], between: str, data: st.DataObject
) -> None:
    text = between.join(pieces)
    assert _same(text, FILE)
    if text:
        gone = data.draw(st.integers(0, len(text) - 1))
        _same(text[:gone] + text[gone + 1 :], FILE)
