"""Renderers and mechanism types of the tests' own, so that the checker is tested apart from the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scmlang.registry import Registry
from scmlang.semantics.check import Checked, check
from scmlang.semantics.domains import Finite, Real
from scmlang.semantics.model import CausalModel, Variable
from scmlang.semantics.signatures import MechanismSignature, Option, Parameter, RendererSignature
from scmlang.source import Source
from scmlang.syntax.parser import parse


@dataclass(frozen=True)
class Disc:
    name: str = "disc"
    shape: tuple[int, int, int] = (3, 8, 8)
    parameters: Mapping[str, Parameter] = field(
        default_factory=lambda: {
            "size": Parameter(Finite("range", 10)),
            "tint": Parameter(Real(), default=0.5, low=0.0, high=1.0),
        }
    )


@dataclass(frozen=True)
class Mechanism:
    name: str
    options: Mapping[str, Option]

    def misfit(self, variable: Variable, model: CausalModel) -> str | None:
        if self.name == "table" and isinstance(variable.domain, Real):
            return f"`{variable.name}` is real, and a table has finitely many levels"
        return None


_TABLE = Mechanism("table", {"embedding": Option("int", 16, 1, 4096, help="numbers a level is embedded in")})
_NET = Mechanism(
    "net",
    {
        "hidden": Option("ints", (64,), 1, help="the width of each hidden layer"),
        "activation": Option("str", "silu", choices=("silu", "relu")),
        "residual": Option("bool", False),
        "dropout": Option("float", 0.0, 0.0, 1.0),
    },
)

RENDERERS: Registry[RendererSignature] = Registry("renderer", "scmlang.tests.none")
RENDERERS.register("disc", Disc)
MECHANISMS: Registry[MechanismSignature] = Registry("mechanism type", "scmlang.tests.none")
MECHANISMS.register("table", lambda: _TABLE)
MECHANISMS.register("net", lambda: _NET)


def check_text(text: str, name: str = "test.scm") -> Checked:
    return check_source(Source(name, text))


def check_source(source: Source) -> Checked:
    return check(parse(source), source, renderers=RENDERERS, mechanisms=MECHANISMS)


def model_of(text: str) -> CausalModel:
    return check_text(text).model
