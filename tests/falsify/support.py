"""Tables and models for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from scmlang.compiler import Compilation
from scmlang.data.table import read_table, write_table
from scmlang.falsify.columns import Data, read_data
from scmlang.falsify.falsification import Falsification, Settings, falsify


def write(path: Path, columns: Mapping[str, Iterable[object]]) -> Path:
    write_table(path, {name: [str(cell) for cell in cells] for name, cells in columns.items()})
    return path


def data_of(path: Path, text: str, *, drop_missing: bool = False) -> Data:
    return read_data(read_table(path), Compilation.from_text(text).model, drop_missing=drop_missing)


def held(path: Path, text: str, settings: Settings | None = None) -> Falsification:
    return falsify(Compilation.from_text(text).diagram, data_of(path, text), settings)
