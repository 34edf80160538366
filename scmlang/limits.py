"""Every bound on the work that one input may cause."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds, each with its unit.

    Attributes:
        source_bytes: size of a model text.
        brackets: depth of brackets.
        nesting: depth of expressions.
        expression_nodes: operands of one expression once every `let` is put in.
        edges: edges of a diagram, each pair that an arrow between sets joins counted.
        diagnostics: errors that one run reports.
        enumeration: parent configurations that a check may try before it falls back on intervals.
        table_cells: probabilities of one conditional table.
        gumbel_levels: levels of a draw with `coupling=gumbel`, each of which has a noise of its own.
        shared_states: joint states of the shared noise of one c-component.
        image_pixels: pixels of an image before it is decoded.
        recipe_bytes: size of a recipe.
        recipe_depth: nesting of a recipe.
    """

    source_bytes: int = 1 << 20
    brackets: int = 500
    nesting: int = 100
    expression_nodes: int = 10_000
    edges: int = 100_000
    diagnostics: int = 100
    enumeration: int = 100_000
    table_cells: int = 1_000_000
    gumbel_levels: int = 1024
    shared_states: int = 4096
    image_pixels: int = 64_000_000
    recipe_bytes: int = 1 << 16
    recipe_depth: int = 16


LIMITS = Limits()
