from __future__ import annotations

from collections.abc import Callable

import pytest

from scmlang import registry
from scmlang.registry import Registry


class Point:
    """An entry point of some distribution."""

    def __init__(self, name: str, load: Callable[[], int]) -> None:
        self.name = name
        self.load = load


def broken() -> int:
    raise ImportError("a plug-in that does not import")


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Registry[int]:
    points = [Point("one", lambda: 100), Point("third_party", lambda: 3), Point("broken", broken)]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "test.numbers" else [])
    return Registry("number", "test.numbers")


def test_an_entry_is_loaded_once_and_when_asked_for(numbers: Registry[int]) -> None:
    loaded: list[str] = []
    numbers.register("one", lambda: loaded.append("one") or 1)
    assert "one" in numbers
    assert numbers.names() == ["broken", "one", "third_party"] == list(numbers)
    assert loaded == []
    assert (numbers["one"], numbers["one"]) == (1, 1)
    assert loaded == ["one"]


def test_a_plug_in_adds_but_does_not_replace(numbers: Registry[int]) -> None:
    numbers.register("one", lambda: 1)
    assert (numbers["third_party"], numbers["one"]) == (3, 1)


def test_a_broken_plug_in_breaks_only_its_own_name(numbers: Registry[int]) -> None:
    assert numbers["one"] == 100
    with pytest.raises(ImportError):
        numbers["broken"]


def test_names_are_unique_and_known(numbers: Registry[int]) -> None:
    numbers.register("two", lambda: 2)
    with pytest.raises(ValueError, match="registered twice"):
        numbers.register("two", lambda: 2)
    with pytest.raises(KeyError):
        numbers["nine"]
    assert 7 not in numbers
