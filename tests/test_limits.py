"""Bounds in force, and other bounds for a while."""

from __future__ import annotations

from threading import Thread

import pytest

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.limits import LIMITS, NAMES, RECURSIVE, Limits, limited

SETS = "{A, B, C} -> {X, Y, Z}\n"


def test_the_bounds_in_force_are_the_defaults() -> None:
    assert {name: getattr(LIMITS, name) for name in NAMES} == {n: getattr(Limits(), n) for n in NAMES}


def test_a_bound_holds_inside_and_not_outside() -> None:
    with limited(edges=8):
        with pytest.raises(ScmError) as caught:
            _ = Compilation.from_text(SETS).model
        with limited(edges=9):
            assert len(Compilation.from_text(SETS).model.edges) == 9
        assert LIMITS.edges == 8
    assert [d.code for d in caught.value.diagnostics] == ["E023"]
    assert len(Compilation.from_text(SETS).model.edges) == 9


def test_an_error_inside_takes_the_bound_back() -> None:
    with pytest.raises(KeyError), limited(source_bytes=1):
        raise KeyError
    assert LIMITS.source_bytes == Limits.source_bytes


def test_another_thread_keeps_its_own_bounds() -> None:
    seen: list[int] = []
    with limited(edges=1):
        thread = Thread(target=lambda: seen.append(LIMITS.edges))
        thread.start()
        thread.join()
    assert seen == [Limits.edges]


@pytest.mark.parametrize("bounds", [{"edge": 1}, {"edges": 0}, {"nesting": Limits.nesting + 1}])
def test_what_is_no_bound_is_refused_before_anything_runs(bounds: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(bounds))):
        limited(**bounds)


def test_what_is_read_by_recursion_may_only_be_lowered() -> None:
    for name in RECURSIVE:
        with limited(**{name: 5}):
            assert getattr(LIMITS, name) == 5


@pytest.mark.parametrize(
    ("text", "tokens"), [("X -> Y", 3), ("X := -(--1.5 + a)**2 # c\n", 13), ("\n;\n", 3)]
)
def test_tokens_are_counted_without_blanks_and_comments(text: str, tokens: int) -> None:
    def codes() -> list[str]:
        try:
            _ = Compilation.from_text(text).ast
        except ScmError as error:
            return [d.code for d in error.diagnostics]
        return []

    with limited(tokens=tokens):
        assert codes() == []
    with limited(tokens=tokens - 1):
        assert codes() == ["E003"]


def test_only_so_many_warnings_are_kept() -> None:
    constants = "\n".join(f"let p{i} = 1" for i in range(20))
    with limited(diagnostics=5):
        assert [d.code for d in Compilation.from_text(constants).warnings] == ["W002"] * 5
