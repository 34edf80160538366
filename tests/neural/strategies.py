"""Random models: any acyclic arrows, any bidirected edges, any mixture of domains."""

from __future__ import annotations

from itertools import combinations

from hypothesis import strategies as st

NAMES = ("V", "W", "X", "Y")
FINITE = ("binary", "{a, b, c}", "2..4")


@st.composite
def admgs(draw: st.DrawFn, most: int = 4, domains: tuple[str, ...] = FINITE, learned: bool = True) -> str:
    """The text of a model of labels, each with a table or a perceptron."""
    names = NAMES[: draw(st.integers(1, most))]
    lines = ["model Random"]
    real = set()
    for name in names:
        domain = draw(st.sampled_from(domains))
        lines.append(f"{name}: {domain}")
        real |= {name} if domain == "real" else set()
    parents: dict[str, set[str]] = {name: set() for name in names}
    for a, b in combinations(names, 2):
        if draw(st.booleans()):
            lines.append(f"{a} -> {b}")
            parents[b].add(a)
        if draw(st.booleans()):
            lines.append(f"{a} <-> {b}")
    for name in names if learned else ():
        table = not ({name} | parents[name]) & real and draw(st.booleans())
        kind = "table(shared=3)" if table else "mlp(hidden=[6], shared=3)"
        lines.append(f"mechanism {name}: {kind}")
    return "\n".join(lines) + "\n"


THREE_WAY = """
model ThreeWay
V, W, X: binary
V <-> W
W <-> X
V <-> X
V -> X
mechanism V, W, X: table(shared=3)
"""
TWO_CLIQUES = """
model TwoCliques
V, W, X, Y: binary
V <-> W
W <-> X
V <-> X
X <-> Y
V -> Y
mechanism V, W, X, Y: table(shared=2)
"""
CHAIN = """
model Chain
V, W, X, Y: {a, b, c}
V <-> W
W <-> X
X <-> Y
V -> W -> X -> Y
mechanism V, W, X: table(shared=2)
mechanism Y: mlp(hidden=[5], shared=4)
"""
