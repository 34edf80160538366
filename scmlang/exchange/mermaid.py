"""Mermaid: the diagram inside a Markdown page."""

from __future__ import annotations

from scmlang.semantics.model import CausalModel, Role, Variable


def write(model: CausalModel) -> str:
    """The diagram: latent variables rounded, images as boxes, bidirected edges dotted."""
    lines = ["flowchart TD"]
    lines += [f"  {_id(v.name)}{_node(v)}" for v in model.endogenous]
    lines += [f"  {_id(a)} --> {_id(b)}" for a, b in model.edges]
    lines += [f"  {_id(a)} <-.-> {_id(b)}" for a, b in model.confounded]
    return "\n".join(lines) + "\n"


def _id(name: str) -> str:
    return f"v_{name}"  # a bare name may be one of Mermaid's keywords, such as `end`


def _node(variable: Variable) -> str:
    label = f'"{variable.name}: {variable.domain}"'.replace("{", "#123;").replace("}", "#125;")
    if variable.is_image:
        return f"[[{label}]]"
    return f"([{label}])" if variable.role is Role.LATENT else f"[{label}]"
