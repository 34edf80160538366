"""Conditional probability tables: one row for each configuration, each a distribution."""

from __future__ import annotations

import math
from itertools import islice, product

from scmlang.diagnostics.base import Note
from scmlang.limits import LIMITS
from scmlang.semantics.couplings import read_coupling
from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.errors import Problems
from scmlang.semantics.expressions import Constant, is_computed
from scmlang.semantics.levels import fits, is_number
from scmlang.semantics.model import Table
from scmlang.semantics.typing import Resolver
from scmlang.source import Span
from scmlang.syntax import ast

TOLERANCE = 1e-6  # how far from 1 the sum of written probabilities may be
_Configuration = tuple[int, ...]


class Tables:
    """Checks ``table(parents) { rows }``."""

    def __init__(self, resolver: Resolver, problems: Problems) -> None:
        self.resolver = resolver
        self.problems = problems

    def check(self, draw: ast.Draw, domain: Domain) -> Table | None:
        """The complete table, or None and a report for each row that is wrong or missing."""
        if not isinstance(domain, Finite):
            message = f"a table does not fit the domain {domain}"
            self.problems.add("E042", message, draw.call.span, helps=["it needs finitely many levels"])
            return None
        if draw.rows is None:
            helps = ["write `table(X) { (0): [0.9, 0.1]  (1): [0.5, 0.5] }`"]
            self.problems.add("E043", "this table has no rows", draw.call.span, helps=helps)
            return None
        option = read_coupling(draw.call, self.problems)
        if option is None or not option.fits(domain, self.problems):
            return None
        parents = self._parents(option.call)
        if parents is None or not self._fits(draw, parents, domain):
            return None
        cells = self._rows(draw.rows, parents, domain)
        if cells is None or not self._complete(draw, parents, cells):
            return None
        rows = {at: tuple(float(cell.value) for cell in row) for at, row in cells.items()}
        spelled = {at: row for at, row in cells.items() if any(is_computed(cell) for cell in row)}
        return Table(tuple(parents), rows, draw.span, option.coupling, spelled)

    def _parents(self, call: ast.Call) -> dict[str, Finite] | None:
        parents: dict[str, Finite] = {}
        for argument in call.arguments:
            if argument.name is not None or not isinstance(argument.value, ast.Word):
                self.problems.add(
                    "E041", "a table is over variables", argument.span, helps=["write `table(D, C)`"]
                )
                return None
            name = argument.value.text
            if name not in self.resolver.scope.variables:
                self.problems.unknown("variable", name, self.resolver.scope.variables, argument.span)
                return None
            domain = self.resolver.scope.variables[name].domain
            if name in parents:
                self.problems.add("E011", f"`{name}` is there twice", argument.span)
                return None
            if not isinstance(domain, Finite):
                if domain is not None:
                    message = f"`{name}` has the domain {domain}, and a table needs finitely many levels"
                    helps = ["group it into levels, or use a formula, as in `bernoulli(...)`"]
                    self.problems.add("E042", message, argument.span, helps=helps)
                return None
            parents[name] = domain
        return parents

    def _fits(self, draw: ast.Draw, parents: dict[str, Finite], domain: Finite) -> bool:
        cells = math.prod(p.size for p in parents.values()) * domain.size
        if cells <= LIMITS.table_cells:
            return True
        message = f"this table would have {cells} probabilities, more than {LIMITS.table_cells}"
        sizes = " * ".join(f"{p.size} ({name})" for name, p in [*parents.items(), (draw.name.text, domain)])
        helps = [
            f"{sizes} = {cells}",
            "group levels or drop parents; `mechanism` learns what no table can list",
        ]
        self.problems.add("E055", message, draw.call.span, helps=helps)
        return False

    # --- rows

    def _rows(
        self, written: tuple[ast.Row, ...], parents: dict[str, Finite], domain: Finite
    ) -> dict[_Configuration, tuple[Constant, ...]] | None:
        rows: dict[_Configuration, tuple[Constant, ...]] = {}
        places: dict[_Configuration, Span] = {}
        sound = True
        for row in written:
            configuration = self._configuration(row, parents)
            cells = self._probabilities(row, domain)
            if configuration is None or cells is None:
                sound = False
            elif configuration in rows:
                note = Note("the first one", places[configuration])
                message = f"the row for {_describe(configuration, parents)} is there twice"
                self.problems.add("E044", message, row.span, notes=[note], helps=["keep one of them"])
                sound = False
            else:
                rows[configuration], places[configuration] = cells, row.span
        return rows if sound else None

    def _configuration(self, row: ast.Row, parents: dict[str, Finite]) -> _Configuration | None:
        if len(row.configuration) != len(parents):
            parent = "parent" if len(parents) == 1 else "parents"
            message = f"this table has {len(parents)} {parent}, and this row names {len(row.configuration)}"
            first = ", ".join(domain.level(domain.offset) for domain in parents.values())
            helps = [f"a row names a level of each parent, as in `({first}): [...]`"]
            self.problems.add("E054", message, row.span, helps=helps)
            return None
        values = []
        for node, (name, domain) in zip(row.configuration, parents.items(), strict=True):
            typed = self.resolver.resolve(node, domain)
            if typed is None or not fits(typed.levels, domain, f"`{name}`", node.span, self.problems):
                return None
            value = typed.expression.value if isinstance(typed.expression, Constant) else None
            if value is None or value != int(value) or domain.value(int(value)) is None:
                message = f"this is no level of `{name}`"
                self.problems.add("E032", message, node.span, f"`{name}` has the domain {domain}")
                return None
            values.append(int(value))
        return tuple(values)

    def _probabilities(self, row: ast.Row, domain: Finite) -> tuple[Constant, ...] | None:
        typed = [self.resolver.resolve(node) for node in row.probabilities]
        cells = []
        for node, item in zip(row.probabilities, typed, strict=True):
            if item is None or not is_number(item.levels, "a probability", node.span, self.problems):
                return None
            if not isinstance(item.expression, Constant):
                helps = ["a formula belongs into an equation, as in `bernoulli(...)`"]
                message = "a probability in a table is a fixed number"
                self.problems.add("E045", message, node.span, helps=helps)
                return None
            cells.append(item.expression)
            value = float(item.expression.value)
            if not 0 <= value <= 1:
                percent = [f"a probability is a fraction: write {value / 100:g} for {value:g} %"]
                helps = percent if 2 <= value <= 100 else []
                self.problems.add("E033", f"{value:g} is no probability", node.span, helps=helps)
                return None
        fits = self._is_distribution(row, [float(cell.value) for cell in cells], domain)
        return tuple(cells) if fits else None

    def _is_distribution(self, row: ast.Row, chances: list[float], domain: Finite) -> bool:
        if len(chances) != domain.size:
            given = "1 probability" if len(chances) == 1 else f"{len(chances)} probabilities"
            message = f"this row has {given} for {domain.size} levels"
            helps = ["a row lists the probability of every level"]
            if len(chances) == 1 and domain.size == 2:
                helps = [f"a row lists every level: write `[{1 - chances[0]:g}, {chances[0]:g}]`"]
            self.problems.add("E045", message, row.span, f"the levels are {domain}", helps=helps)
            return False
        total = math.fsum(chances)
        if abs(total - 1) > TOLERANCE:
            self.problems.add("E045", f"this row sums to {total:.6g}, not to 1", row.span)
            return False
        return True

    def _complete(
        self, draw: ast.Draw, parents: dict[str, Finite], rows: dict[_Configuration, tuple[Constant, ...]]
    ) -> bool:
        levels = [range(d.offset, d.offset + d.size) for d in parents.values()]
        missing = (c for c in product(*levels) if c not in rows)
        shown = [_describe(c, parents) for c in islice(missing, 3)]
        if not shown:
            return True
        rest = math.prod(d.size for d in parents.values()) - len(rows) - len(shown)
        more = f" and {rest} more" if rest else ""
        message = f"this table has no row for {', '.join(shown)}{more}"
        self.problems.add("E043", message, draw.call.span, helps=[f"add `{shown[0]}: [...]`"])
        return False


def _describe(configuration: _Configuration, parents: dict[str, Finite]) -> str:
    levels = [domain.level(value) for value, domain in zip(configuration, parents.values(), strict=True)]
    return "(" + ", ".join(levels) + ")"
