from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from scmlang import registry
from scmlang.diagnostics.base import ScmError
from scmlang.registry import Origin, Registry


class Point:
    """An entry point of some distribution."""

    value = "theirs:ENTRY"
    dist = SimpleNamespace(name="second-package", version="0.1")

    def __init__(self, name: str, load: Callable[[], object]) -> None:
        self.name = name
        self.load = load


def broken() -> int:
    raise ImportError("a plug-in that does not import")


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Registry[int]:
    points = [
        Point("one", lambda: 100),
        Point("third_party", lambda: 3),
        Point("broken", broken),
        Point("word", lambda: "three"),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "test.numbers" else [])
    return Registry("number", "test.numbers", lambda entry: isinstance(entry, int))


def test_an_entry_is_loaded_once_and_when_asked_for(numbers: Registry[int]) -> None:
    loaded: list[str] = []
    numbers.register("one", lambda: loaded.append("one") or 1)
    assert "one" in numbers
    assert numbers.names() == ["broken", "one", "third_party", "word"] == list(numbers)
    assert loaded == []
    assert (numbers["one"], numbers["one"]) == (1, 1)
    assert loaded == ["one"]


def test_a_plug_in_adds_but_does_not_replace(numbers: Registry[int]) -> None:
    numbers.register("one", lambda: 1)
    assert (numbers["third_party"], numbers["one"]) == (3, 1)


def test_a_broken_plug_in_breaks_only_its_own_name(numbers: Registry[int]) -> None:
    assert numbers["one"] == 100
    with pytest.raises(ScmError) as raised:
        numbers["broken"]
    (problem,) = raised.value.diagnostics
    assert problem.code == "E222"
    assert (
        "number `broken` of the package `second-package` 0.1 cannot be loaded: ImportError" in problem.message
    )


def test_a_plug_in_of_another_kind_is_refused(numbers: Registry[int]) -> None:
    with pytest.raises(ScmError, match=r"E222: the number `word` .* is none, but str"):
        numbers["word"]


def test_an_entry_says_where_it_is_from(numbers: Registry[int]) -> None:
    numbers.register("one", lambda: 1)
    assert numbers.origin("third_party") == Origin("second-package", "0.1")
    assert numbers.origin("one") is None
    assert numbers.origin("nine") is None


def test_names_are_unique_and_known(numbers: Registry[int]) -> None:
    numbers.register("two", lambda: 2)
    with pytest.raises(ValueError, match="registered twice"):
        numbers.register("two", lambda: 2)
    with pytest.raises(KeyError):
        numbers["nine"]
    assert 7 not in numbers
