"""From the file names of a table to files that are there and inside the folder.

Each folder is listed once, so that a hundred thousand names cost no system call each. A symbolic
link is followed only where it stays inside the folder.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath, PureWindowsPath

from scmlang.data.problems import Problems
from scmlang.data.table import Table

_Listing = dict[str, bool]


def locate(folder: Path, table: Table, column: str, problems: Problems) -> list[Path | None]:
    """The path of each row's file; None, with E124, E127, E128 or E133 reported, where there is none."""
    listings: dict[PurePosixPath, _Listing] = {}
    first: dict[str, int] = {}
    paths: list[Path | None] = []
    for row, name in enumerate(table.columns[column]):
        problem = _problem(folder, name, listings)
        if problem is None:
            before = first.setdefault(str(PurePosixPath(name)), row)
            if before != row:
                problem = "E133", f"`{name}` is listed in line {table.lines[before]} already"
        if problem is not None:
            problems.add(table.problem(*problem, row, column))
        paths.append(None if problem else folder / name)
    return paths


def _problem(folder: Path, name: str, listings: dict[PurePosixPath, _Listing]) -> tuple[str, str] | None:
    if not name.strip():
        return "E124", "this row names no file"
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts or PureWindowsPath(name).drive or set(name) & {"\\", "\0"}:
        return "E127", f"`{name}` is no path within `{folder}` (parts are joined by /, and none is ..)"
    if place.parent not in listings:
        listings[place.parent] = _listing(folder, place.parent)
    is_link = listings[place.parent].get(place.name)
    if is_link is None:
        return "E128", f"there is no file `{folder / name}`"
    if is_link and not _inside(folder, folder / name):
        return "E127", f"`{folder / name}` is a link that leads out of `{folder}`"
    return None


def _listing(folder: Path, parent: PurePosixPath) -> _Listing:
    """The files of a subfolder, each with whether it is a link; none where the folder leads outside."""
    place = folder / parent
    try:
        if not _inside(folder, place):
            return {}
        with os.scandir(place) as entries:
            return {entry.name: entry.is_symlink() for entry in entries}
    except OSError:
        return {}


def _inside(folder: Path, path: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
