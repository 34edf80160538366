"""One answer as text, as HTML and as bars, whatever it was had by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from html import escape
from typing import Protocol

from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.views.bars import FACTUAL, INTERVENTIONAL, Bar, Chart, Group, Panel, Series, coloured
from scmlang.views.cells import UNDEFINED, Cell, show_number
from scmlang.views.table import table_lines

_ERRORS = ("factual_error", "interventional_error")
NUMBERS = ("p", "value", "factual", "interventional", "standard_error", *_ERRORS, "lower", "upper")
MOST_BARS = 400
MOST_SERIES = 6
SPREAD = 1.96  # standard errors on either side: 95 % of a normal distribution
LONG_FRACTION = 11
LARGEST = 1e300  # a number beyond it is written, not drawn


class Shown(Protocol):
    """What is shown of an answer; see :class:`scmlang.answers.Answer`."""

    @property
    def query(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def method(self) -> str: ...
    @property
    def value(self) -> int | float | Fraction | None: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> tuple[tuple[Cell, ...], ...]: ...
    @property
    def bounds(self) -> tuple[float, float] | None: ...
    @property
    def standard_error(self) -> float | None: ...
    @property
    def estimand(self) -> str | None: ...
    @property
    def identification(self) -> object: ...


def show_rows(answer: Shown) -> list[tuple[str, ...]]:
    """The table's cells as text."""
    digits = [2 if name in ("standard_error", *_ERRORS) else 6 for name in answer.columns]
    return [tuple(_shown(c, d) for c, d in zip(row, digits, strict=True)) for row in answer.rows]


def _shown(cell: Cell, digits: int) -> str:
    return cell if isinstance(cell, str) else show_number(cell, digits)


def to_text(answer: Shown) -> str:
    """The lines that the command line prints."""
    if not answer.columns:
        return "\n".join([f"{answer.query} {_result(answer)}", *closing(answer)])
    lines = table_lines(answer.columns, show_rows(answer), NUMBERS)
    return "\n".join([answer.query, *lines, "", *closing(answer)])


def _result(answer: Shown) -> str:
    """``= 0.19``, ``= Σ_{Z} …``, or ``in [0.1, 0.3]`` where bounds are all there is."""
    if answer.estimand is not None and answer.value is None:
        return f"= {answer.estimand}"
    if answer.value is None and answer.bounds is not None:
        return f"in {_interval(answer.bounds)}"
    if answer.standard_error is not None:
        return f"= {show_number(answer.value)} ± {show_number(answer.standard_error, 2)} (standard error)"
    return f"= {show_number(answer.value)}"


def how(answer: Shown) -> str:
    """``exact, by variable elimination``."""
    return f"{answer.status}, by {answer.method}"


def closing(answer: Shown) -> list[str]:
    """How the answer was had, and what it rests on, which the status of a formula says by itself."""
    rests = () if answer.identification is None or answer.status == "identified" else (answer.identification,)
    return [how(answer), *map(str, rests)]


def to_html(answer: Shown) -> str:
    """A table for notebooks, the query above and how it was had below."""
    if not answer.columns:
        return f"<p>{_code(answer.query)} {escape(_result(answer))}<br>{_closing(answer)}</p>"
    head = "".join(f"<th{_side(name)}>{escape(name)}</th>" for name in answer.columns)
    body = "".join(f"<tr>{_cells(answer.columns, row)}</tr>" for row in show_rows(answer))
    caption = f"<caption>{_code(answer.query)}<br>{_closing(answer)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(columns: Sequence[str], row: Sequence[str]) -> str:
    return "".join(f"<td{_side(n)}>{escape(cell)}</td>" for n, cell in zip(columns, row, strict=True))


def _side(column: str) -> str:
    return f' style="text-align: {"right" if column in NUMBERS else "left"}"'


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def _closing(answer: Shown) -> str:
    return f"<small>{'<br>'.join(map(escape, closing(answer)))}</small>"


def chart(answer: Shown) -> Chart:
    """The answer as bars: one number, a table, or the factual beside the interventional distribution.

    Raises:
        ScmError: E290 for an answer without numbers, E291 for one of too many.
    """
    if not answer.columns and answer.value is None and answer.bounds is None:
        message = f"`{answer.query}` has no number to draw: the answer is {answer.status}"
        raise ScmError([Diagnostic("E290", message)])
    headings = {"variable", "level", "factual", "interventional"}
    beside = headings <= {*answer.columns} and not isinstance(answer.rows[0][2], str)
    bars = len(answer.rows) * (2 if beside else 1)
    if bars > MOST_BARS:
        message = f"a chart of `{answer.query}` would have {bars} bars, more than {MOST_BARS}"
        helps = ("ask about fewer variables, or about some of their levels",)
        raise ScmError([Diagnostic("E291", message, helps=helps)])
    if not answer.columns:
        panel = Panel("", (Group("", (_single(answer),)),))
        return Chart(answer.query, _notes(answer), coloured(["value"]), (panel,))
    return _beside(answer) if beside else _table(answer)


def _single(answer: Shown) -> Bar:
    if answer.value is None and answer.bounds is not None:
        return Bar(None, _interval(answer.bounds, 4), answer.bounds)
    return _bar(answer.value, answer.standard_error)


def _beside(answer: Shown) -> Chart:
    """A panel for each variable, with two bars for each level."""
    names = list(dict.fromkeys(str(row[0]) for row in answer.rows))
    records = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    panels = [_panel(name, [record for record in records if record["variable"] == name]) for name in names]
    series = (Series("factual", FACTUAL), Series(answer.query, INTERVENTIONAL))
    return Chart(answer.query, _notes(answer), series, tuple(panels))


def _panel(name: str, records: Sequence[Mapping[str, Cell]]) -> Panel:
    """One variable; a mean is of another scale than the probabilities of levels are."""
    means = [record["level"] for record in records] == ["mean"]
    return Panel(name, tuple(map(_group, records)), apart=means)


def _group(record: Mapping[str, Cell]) -> Group:
    bars = (_bar(record[name], record.get(f"{name}_error")) for name in ("factual", "interventional"))
    return Group(str(record["level"]), tuple(bars))


def _table(answer: Shown) -> Chart:
    """A colour for each level of one variable, and a group for each configuration of the others."""
    at = next(i for i, cell in enumerate(answer.rows[0]) if not isinstance(cell, str))
    error = answer.columns.index("standard_error") if "standard_error" in answer.columns else None
    names = answer.columns[:at]
    split = _split(answer.rows, at)
    groups: dict[str, list[Bar]] = {}
    for row in answer.rows:
        label = ", ".join(_event(names[i], row[i]) for i in range(at) if i != split)
        groups.setdefault(label, []).append(_bar(row[at], None if error is None else row[error]))
    series = [answer.columns[at]]
    if split is not None:
        series = [_event(names[split], level) for level in _levels(answer.rows, split)]
    panel = Panel("", tuple(Group(label, tuple(bars)) for label, bars in groups.items()))
    return Chart(answer.query, _notes(answer), coloured(series), (panel,))


def _split(rows: Sequence[tuple[Cell, ...]], variables: int) -> int | None:
    """The last of several variables that has few levels."""
    few = [i for i in range(variables) if len(_levels(rows, i)) <= MOST_SERIES]
    return few[-1] if few and variables > 1 else None


def _levels(rows: Sequence[tuple[Cell, ...]], column: int) -> list[Cell]:
    return list(dict.fromkeys(row[column] for row in rows))


def _event(name: str, level: Cell) -> str:
    """``Y=1``, and ``do(X=1)`` for a variable that is held at each of its values."""
    return f"{name[:-1]}={level})" if name.startswith("do(") else f"{name}={level}"


def _bar(value: Cell, error: Cell = None) -> Bar:
    if value is None or isinstance(value, str):
        return Bar(None, UNDEFINED)
    if not -LARGEST <= value <= LARGEST:
        return Bar(None, show_number(value, 4))
    number = float(value)
    long = isinstance(value, Fraction) and len(str(value)) > LONG_FRACTION
    text = show_number(number if long else value, 4)
    if not error or isinstance(error, str):
        return Bar(number, text)
    half = SPREAD * float(error)
    return Bar(number, f"{text} ± {half:.2g}", (number - half, number + half))


def _interval(bounds: tuple[float, float], digits: int = 6) -> str:
    return f"[{', '.join(show_number(bound, digits) for bound in bounds)}]"


def _notes(answer: Shown) -> tuple[str, ...]:
    estimated = answer.standard_error is not None or {"standard_error", *_ERRORS} & {*answer.columns}
    return (how(answer), *(["whiskers are 95 % intervals"] if estimated else []))
