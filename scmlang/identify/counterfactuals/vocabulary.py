"""Names for the values in one probability or mean: symbols that are all different, and fixed levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from scmlang.identify.estimand import At, Estimand, Term, free, substitute, variable_of
from scmlang.semantics.domains import Domain, Finite, Real
from scmlang.semantics.quantities import Value


class Unwritable(Exception):
    """What no estimand can say, as a sentence."""


class Vocabulary:
    """Gives out symbols of variables, ``X``, ``X'``, ``X''``, each once."""

    def __init__(self, domains: Mapping[str, Domain], taken: Iterable[str] = ()) -> None:
        """``taken`` are variables whose own names are symbols already."""
        self.domains = domains
        self._given = dict.fromkeys(taken, 1)
        self._each = set(self._given)

    def symbol(self, variable: str) -> str:
        """A symbol that has not been given out yet."""
        count = self._given.get(variable, 0)
        self._given[variable] = count + 1
        return variable + "'" * count

    def each(self, variable: str) -> str:
        """A symbol for which each value is asked about."""
        symbol = self.symbol(variable)
        self._each.add(symbol)
        return symbol

    def tidied(self, node: Estimand) -> Estimand:
        """An estimand with as few primes as there can be on the symbols that may have any value."""
        taken = set(self._each)
        short: dict[str, Term] = {}
        for symbol in sorted(free(node) - taken, key=lambda s: (len(s), s)):
            name = variable_of(symbol)
            while name in taken:
                name += "'"
            taken.add(name)
            short[symbol] = name
        return substitute(node, short)

    def at(self, variable: str, value: Value) -> At:
        """A variable at a value, which is named where the domain names its levels."""
        domain = self.domains[variable]
        if isinstance(domain, Finite) and domain.names:
            return At(variable, domain.level(int(value)))
        return At(variable, value)

    def number(self, at: At) -> Fraction:
        """The number that a level stands for.

        Raises:
            Unwritable: for a symbol of a bare diagram, which has none.
        """
        domain = self.domains[at.variable]
        value = (
            domain.value(at.value) if isinstance(domain, Finite) and isinstance(at.value, str) else at.value
        )
        if value is None or isinstance(value, str):
            raise Unwritable(f"`{at.value}` is no number")
        return Fraction(str(value))

    def is_discrete(self, variable: str) -> bool:
        """Whether single values of a variable may have a probability."""
        return not isinstance(self.domains[variable], Real)

    def values(self, variable: str) -> range | None:
        """All values of a variable; None where they are not known, or no finite number."""
        domain = self.domains[variable]
        if not isinstance(domain, Finite):
            return None
        return range(domain.offset, domain.offset + domain.size)
