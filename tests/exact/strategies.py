"""Small fully specified models, as text, and questions about them."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = ("A", "B", "C", "D")
_SHARE = st.integers(1, 6)


@st.composite
def models(draw: st.DrawFn) -> str:
    """Four variables of two or three levels in a random order of causes, with shared exogenous ones."""
    sizes = {name: draw(st.integers(2, 3)) for name in NAMES}
    lines = ["exogenous U ~ bernoulli(0.3)", "exogenous W ~ categorical(0.2, 0.5, 0.3)"]
    lines += [f"{name}: 0..{size - 1}" for name, size in sizes.items()]
    for i, name in enumerate(NAMES):
        before = [*NAMES[:i], "U", "W"]
        parents = draw(st.lists(st.sampled_from(before), unique=True, max_size=3))
        lines.append(draw(_equation(name, sizes, parents)))
    return "\n".join(lines) + "\n"


@st.composite
def _equation(draw: st.DrawFn, name: str, sizes: dict[str, int], parents: list[str]) -> str:
    size = sizes[name]
    sum_ = " + ".join(parents) or "1"
    kind = draw(st.sampled_from(["assign", "table", "draw"]))
    if kind == "assign":
        return f"{name} := ({sum_} + {draw(st.integers(0, 2))}) % {size}"
    endogenous = [p for p in parents if p in sizes]
    if kind == "table" and endogenous:
        rows = []
        for configuration in _configurations(endogenous, sizes):
            shares = [draw(_SHARE) for _ in range(size)]
            cells = ", ".join(f"{s} / {sum(shares)}" for s in shares)
            rows.append(f"({', '.join(map(str, configuration))}): [{cells}]")
        return f"{name} ~ table({', '.join(endogenous)}) {{ {' '.join(rows)} }}"
    weights = [f"(1 + {draw(st.integers(0, 2))} * ({sum_}))" for _ in range(size)]
    total = " + ".join(weights)
    return f"{name} ~ categorical({', '.join(f'{w} / ({total})' for w in weights)})"


def _configurations(parents: list[str], sizes: dict[str, int]) -> list[tuple[int, ...]]:
    found: list[tuple[int, ...]] = [()]
    for parent in parents:
        found = [(*row, value) for row in found for value in range(sizes[parent])]
    return found


def _settings(nested: bool) -> st.SearchStrategy[str]:
    plain = st.builds("{}={}".format, st.sampled_from(NAMES), st.integers(0, 1))
    inner = st.builds("{}[{}]".format, st.sampled_from(NAMES), plain)
    item = plain | inner if nested else plain
    return st.lists(item, min_size=1, max_size=2, unique_by=lambda text: text[0]).map(", ".join)


variables = st.sampled_from(NAMES) | st.builds(
    "{}[{}]".format, st.sampled_from(NAMES), _settings(nested=True)
)
events = st.builds(
    "{} {} {}".format, variables, st.sampled_from(["=", "!=", "<", ">="]), st.integers(0, 1)
) | st.builds("{} {} {}".format, variables, st.sampled_from(["=", "<="]), variables)
_conditions = st.lists(events, max_size=2).map(lambda found: " | " + ", ".join(found) if found else "")
_sums = st.lists(st.builds("{} * {}".format, st.integers(-2, 3), variables), min_size=1, max_size=3).map(
    " + ".join
)
terms = st.builds(
    "P({}{})".format, st.lists(events, min_size=1, max_size=3).map(", ".join), _conditions
) | st.builds("E({} + {} * {}{})".format, _sums, variables, variables, _conditions)
