"""Level names in expressions: a level of one variable is no value of another.

Levels are numbers to every operator, so what a level name meant is kept beside its type and compared
where it ends up: in a comparison, in the domain of a variable, in a probability.
"""

from __future__ import annotations

from dataclasses import dataclass

from scmlang.semantics.domains import Domain, Finite
from scmlang.semantics.errors import Problems
from scmlang.source import Span


@dataclass(frozen=True)
class Levels:
    """The level names that an expression's values stand for.

    Attributes:
        names: in order; empty where the values are mere numbers.
        spelt: a level that is written by its name; empty where all come from variables.
    """

    names: tuple[str, ...] = ()
    spelt: str = ""

    def joined(self, other: Levels) -> Levels:
        """Of an expression that is one or the other."""
        spelt = self.spelt or other.spelt
        if self.names == other.names or spelt:
            return Levels(self.names or other.names, spelt)
        return Levels()


NO_LEVELS = Levels()


def comparable(left: tuple[Levels, bool], right: tuple[Levels, bool], span: Span, problems: Problems) -> bool:
    """Whether no level is compared with what has none; reports E030 where one is.

    Args:
        left: the levels of the left side, and whether it is a fixed number.
        right: the same of the right side.
        span: of the comparison.
        problems: where the report goes.
    """
    for (level, _), (other, fixed) in ((left, right), (right, left)):
        if level.spelt and not other.names and not fixed:
            message = f"`{level.spelt}` is one of the levels {_listed(level)}, and the other side has none"
            helps = ["write the number, or compare with a variable that has the level"]
            problems.add("E030", message, span, helps=helps)
            return False
    return True


def fits(levels: Levels, domain: Domain, what: str, span: Span, problems: Problems) -> bool:
    """Whether levels may become values of ``domain``; reports E030 where they may not.

    Args:
        levels: of the expression that gives the value.
        domain: of what is given the value.
        what: the name of that, as the report has it.
        span: of the expression.
        problems: where the report goes.
    """
    own = domain.names if isinstance(domain, Finite) else ()
    if not levels.names or own[: len(levels.names)] == levels.names:
        return True
    if not own and not levels.spelt:
        return True  # the number of a level, as in `D := C`
    given = f"`{levels.spelt}` is one of the levels" if levels.spelt else "this has the levels"
    message = f"{given} {_listed(levels)}, and {what} has the domain {domain}"
    example = f"as in `if ... then {own[0]} else {own[-1]}`" if own else ""
    help = f"name its own levels, {example}" if own else "write the number"
    problems.add("E030", message, span, helps=[help])
    return False


def is_number(levels: Levels, what: str, span: Span, problems: Problems) -> bool:
    """Whether no level is spelt where ``what`` is wanted; reports E030 where one is."""
    if not levels.spelt:
        return True
    message = f"`{levels.spelt}` is one of the levels {_listed(levels)}, and {what} is a number"
    problems.add("E030", message, span, helps=["compare it, as in `if C == red then 0.9 else 0.1`"])
    return False


def _listed(levels: Levels) -> str:
    return "{" + ", ".join(levels.names) + "}"
