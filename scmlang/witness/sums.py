"""Models of bits: every variable is a few sums modulo 2, of bits of its parents and of coins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scmlang.diagram.diagram import Diagram

Bit = tuple[str, str]  # a variable, and which of its bits


@dataclass(frozen=True)
class Coin:
    """A hidden coin: what it is called, before names of variables are avoided, and its chance."""

    name: str
    chance: str


RARE = "1/4"


@dataclass(frozen=True)
class Sums:
    """A model of bits.

    Attributes:
        terms: what each bit is the sum of.
        asked: the value of a variable that stands for bits that are all 0; 0 for those that are left out.
    """

    terms: Mapping[Bit, Sequence[Bit | Coin]]
    asked: Mapping[str, int] = field(default_factory=dict)

    def bits(self, name: str) -> list[Bit]:
        """Those of a variable, the one that counts least first."""
        return [bit for bit in self.terms if bit[0] == name]

    def size(self, name: str) -> int:
        """How many values a variable has, at least two."""
        return max(2, 1 << len(self.bits(name)))

    def text(self, diagram: Diagram) -> str:
        """The model, in which what is no sum is a fair coin."""
        coins = sorted({t for terms in self.terms.values() for t in terms if isinstance(t, Coin)}, key=str)
        lines = [f"exogenous {_unlike(c.name, diagram)} ~ bernoulli({c.chance})" for c in coins]
        lines.append("")
        for size in sorted({self.size(name) for name in diagram.nodes}):
            names = ", ".join(name for name in diagram.nodes if self.size(name) == size)
            lines.append(f"{names}: " + ("binary" if size == 2 else f"0..{size - 1}"))
        lines.append("")
        lines += [self._equation(name, diagram) for name in diagram.nodes]
        return "\n".join([*lines, ""])

    def _equation(self, name: str, diagram: Diagram) -> str:
        bits, start = self.bits(name), self.asked.get(name, 0)
        if not bits:
            return f"{name} ~ bernoulli(1/2)" + ("" if name in self.asked else "  # plays no part")
        sums = [list(self._shown(self.terms[bit], diagram)) for bit in bits]
        first = [str(start)] if start else []
        if len(bits) == 1:
            return f"{name} := ({' + '.join([*first, *sums[0]])}) % 2"
        parts = [f"{2**i} * (({' + '.join(terms)}) % 2)" for i, terms in enumerate(sums)]
        return f"{name} := ({' + '.join([*first, *parts])}) % {self.size(name)}"

    def _shown(self, terms: Iterable[Bit | Coin], diagram: Diagram) -> Iterator[str]:
        for term in terms:
            yield _unlike(term.name, diagram) if isinstance(term, Coin) else self._read(term)

    def _read(self, bit: Bit) -> str:
        """A bit of a variable, from its value."""
        name, size = bit[0], self.size(bit[0])
        back = (size - self.asked.get(name, 0)) % size
        value = f"(({name} + {back}) % {size})" if back else name
        place = 1 << self.bits(name).index(bit)
        halved = f"({value} // {place})" if place > 1 else value
        return f"({halved} % 2)" if 2 * place < size else halved


def _unlike(name: str, diagram: Diagram) -> str:
    """A name that no variable has."""
    while name in diagram.nodes:
        name += "_"
    return name
