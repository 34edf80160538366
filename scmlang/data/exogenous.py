"""Reading back the exogenous values of sampled data: which unit each row is.

They are not data to learn from. Evaluation against a known truth needs them, to compute the
counterfactual of the very same unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scmlang.data.columns import parse_numbers
from scmlang.data.table import Table, read_table
from scmlang.diagnostics.base import Diagnostic, ScmError

EXOGENOUS_FILE = "exogenous.csv"
_FILE_NAME = "file_name"


def read_exogenous(
    folder: Path, split: str, files: Sequence[str] | None = None
) -> dict[str, NDArray[np.generic]]:
    """The columns of a split's ``exogenous.csv``, int64[n] or float64[n].

    Args:
        folder: a data folder written by ``scmlang sample``.
        split: which part of it.
        files: the file names of the rows wanted, in the order wanted; all rows by default.

    Raises:
        ScmError: E122 when the file cannot be read; E135 when a cell is no number, or a file is not
            among its rows.
    """
    table = read_table(folder / split / EXOGENOUS_FILE)
    rows = slice(None) if files is None else _rows(table, files)
    columns = {name: _numbers(table, name) for name in table.header if name != _FILE_NAME}
    return {name: values[rows] for name, values in columns.items()}


def _rows(table: Table, files: Sequence[str]) -> NDArray[np.int64]:
    places = {name: row for row, name in enumerate(table.columns.get(_FILE_NAME, ()))}
    missing = next((name for name in files if name not in places), None)
    if missing is not None:
        raise ScmError([Diagnostic("E135", f"`{table.source.name}` has no row for `{missing}`")])
    return np.array([places[name] for name in files], np.int64)


def _numbers(table: Table, name: str) -> NDArray[np.generic]:
    try:
        return parse_numbers(table.columns[name])
    except (ValueError, OverflowError) as error:
        message = f"the column `{name}` of `{table.source.name}` holds something that is no number"
        raise ScmError([Diagnostic("E135", message)]) from error
