"""Graphviz DOT: the diagram as a picture."""

from __future__ import annotations

from scmlang.semantics.model import CausalModel, Role, Variable


def write(model: CausalModel) -> str:
    """The diagram: latent variables dashed, images as boxes, bidirected edges dashed with two heads."""
    lines = [f"digraph {_quoted(model.name)} {{"]
    lines += [f"  {_quoted(v.name)} [{_style(v)}];" for v in model.endogenous]
    lines += [f"  {_quoted(a)} -> {_quoted(b)};" for a, b in model.edges]
    lines += [
        f"  {_quoted(a)} -> {_quoted(b)} [dir=both, style=dashed, constraint=false];"
        for a, b in model.confounded
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _style(variable: Variable) -> str:
    shape = "box" if variable.is_image else "ellipse"
    label = _quoted(f"{variable.name}: {variable.domain}")
    dashed = ", style=dashed" if variable.role is Role.LATENT else ""
    return f"label={label}, shape={shape}{dashed}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
