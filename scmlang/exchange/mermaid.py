"""Mermaid: the diagram inside a Markdown page."""

from __future__ import annotations

from collections.abc import Mapping

from scmlang.semantics.domains import Symbolic
from scmlang.semantics.model import CausalModel, Role, Variable


def write(model: CausalModel, do: Mapping[str, str] | None = None, right: bool = False) -> str:
    """The diagram: latent variables rounded, images as boxes, bidirected edges dotted.

    Args:
        model: what is drawn, its exogenous variables aside.
        do: intervened variables and their values as people write them. The edges that are cut are grey,
            with crosses in place of heads.
        right: effects to the right of their causes, in place of below.
    """
    set_to = do or {}
    lines = [f"flowchart {'LR' if right else 'TD'}"]
    lines += [f"  {_id(v.name)}{_node(v, set_to.get(v.name))}" for v in model.endogenous]
    cuts = [b in set_to for _, b in model.edges]
    cuts += [a in set_to or b in set_to for a, b in model.confounded]
    arrows = ["-->"] * len(model.edges) + ["<-.->"] * len(model.confounded)
    for (a, b), arrow, cut in zip([*model.edges, *model.confounded], arrows, cuts, strict=True):
        lines.append(f"  {_id(a)} {_CROSSED[arrow] if cut else arrow} {_id(b)}")
    if any(cuts):
        lines.append(f"  linkStyle {','.join(str(i) for i, cut in enumerate(cuts) if cut)} stroke:#9ca3af")
    lines += [f"  style {_id(v.name)} {_SET}" for v in model.endogenous if v.name in set_to]
    return "\n".join(lines) + "\n"


_CROSSED = {"-->": "--x", "<-.->": "x-.-x"}
_SET = "fill:#fef3c7,stroke:#b45309"


def _id(name: str) -> str:
    return f"v_{name}"  # a bare name may be one of Mermaid's keywords, such as `end`


def _node(variable: Variable, value: str | None) -> str:
    label = f"{variable.name} = {value}" if value is not None else _label(variable)
    label = f'"{label}"'.replace("{", "#123;").replace("}", "#125;")
    if variable.is_image:
        return f"[[{label}]]"
    return f"([{label}])" if variable.role is Role.LATENT else f"[{label}]"


def _label(variable: Variable) -> str:
    known = not isinstance(variable.domain, Symbolic)
    return f"{variable.name}: {variable.domain}" if known else variable.name
