"""NetworkX graphs, in and out, and through them GML and GraphML.

A model is a ``MultiDiGraph``: nodes with the attributes ``latent`` (bool) and ``domain`` (as the language
writes it), edges with ``bidirected`` (bool); a bidirected edge is one edge, in either direction. What is
read may also have nodes with ``observed="no"``, as DoWhy's have. NetworkX's readers run on bounded text; a
document type declaration in GraphML is refused, so no entity is ever expanded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any

from scmlang.exchange.sketch import Sketch
from scmlang.exchange.text import parse_domain
from scmlang.semantics.domains import Finite, Image, Real
from scmlang.semantics.model import CausalModel, Role
from scmlang.source import Source, Span

if TYPE_CHECKING:
    import networkx as nx

    Graph = nx.DiGraph[Any] | nx.Graph[Any]

_NOWHERE = Span(0, 0)
_DECLARATION = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def to_networkx(model: CausalModel) -> nx.MultiDiGraph[str]:
    """The diagram over the endogenous variables."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=model.name)
    for variable in model.endogenous:
        graph.add_node(variable.name, latent=variable.role is Role.LATENT)
        if isinstance(variable.domain, Finite | Real | Image):
            graph.nodes[variable.name]["domain"] = str(variable.domain)
    graph.add_edges_from(model.edges, bidirected=False)
    graph.add_edges_from(model.confounded, bidirected=True)
    return graph


def read_graph(
    graph: Graph,
    source: Source,
    bidirected: Iterable[tuple[Hashable, Hashable]] = (),
    latent: Iterable[Hashable] = (),
) -> Sketch:
    """A sketch of a graph; nodes are called by their ``str``.

    Args:
        graph: of any of NetworkX's classes.
        source: where it is from.
        bidirected: pairs of nodes with a hidden common cause, beside the edges that say so.
        latent: nodes that are latent, beside those that say so.

    Raises:
        ScmError: E252 for an undirected edge, E257 where two nodes have one name or a node is not there.
    """
    sketch = Sketch(source, str(graph.graph.get("name", "")))
    names: dict[Hashable, str] = {}
    for node, data in graph.nodes(data=True):
        _node(sketch, names, node, data)
    for a, b, data in graph.edges(data=True):
        if _is_true(data.get("bidirected")):
            sketch.link(names[a], names[b], _NOWHERE)
        elif not graph.is_directed():
            sketch.undirected(names[a], names[b], _NOWHERE)
        else:
            sketch.arrow(names[a], names[b], _NOWHERE)
    for a, b in bidirected:
        sketch.link(_known(sketch, names, a), _known(sketch, names, b), _NOWHERE)
    for node in latent:
        sketch.nodes[_known(sketch, names, node)].latent = True
    return sketch


def _known(sketch: Sketch, names: dict[Hashable, str], node: Hashable) -> str:
    if node not in names:
        sketch.fail("E257", f"the graph has no node `{node}`")
    return names[node]


def _node(sketch: Sketch, names: dict[Hashable, str], node: Hashable, data: dict[str, Any]) -> None:
    names[node] = str(node)
    if names[node] in sketch.nodes:
        sketch.fail("E257", f"two nodes are called `{node}`")
    entry = sketch.node(names[node], _NOWHERE)
    entry.latent = _is_true(data.get("latent")) or str(data.get("observed")).lower() in ("no", "false")
    if "domain" in data:
        entry.domain = parse_domain(str(data["domain"]))
        if entry.domain is None:
            sketch.warn("W253", f"`{str(data['domain'])[:60]}` is no domain of the language")


def _is_true(value: object) -> bool:
    return str(value).lower() in ("true", "1")


def write_gml(model: CausalModel) -> str:
    """GML, as NetworkX writes it."""
    import networkx as nx

    return "\n".join(nx.generate_gml(to_networkx(model))) + "\n"


def write_graphml(model: CausalModel) -> str:
    """GraphML, as NetworkX writes it."""
    import networkx as nx

    return "\n".join(nx.generate_graphml(to_networkx(model))) + "\n"


def read_gml(source: Source) -> Sketch:
    """The graph of a GML file, its nodes called by their labels.

    Raises:
        ScmError: E251 where NetworkX cannot read it, and as :func:`read_graph` does.
    """
    import networkx as nx

    return read_graph(_parsed(nx.parse_gml, source, "GML"), source)


def read_graphml(source: Source) -> Sketch:
    """The graph of a GraphML file.

    Raises:
        ScmError: E251 where NetworkX cannot read it or the file declares a document type, and as
            :func:`read_graph` does.
    """
    import networkx as nx

    declaration = _DECLARATION.search(source.text)
    if declaration:
        message = "a document type declaration is not read: its entities can stand for anything"
        Sketch(source).fail("E251", message, Span(*declaration.span()), "remove the declaration")
    return read_graph(_parsed(nx.parse_graphml, source, "GraphML"), source)


def _parsed(parse: Callable[[str], Graph], source: Source, format: str) -> Graph:
    """What NetworkX makes of the text; its readers raise whatever Python does on a malformed one."""
    try:
        return parse(source.text)
    except Exception as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        line = re.search(r"line (\d+)|\((\d+), \d+\)", reason)
        number = min(int(line[1] or line[2]), source.line_count) if line else 0
        span = source.line_span(number) if number else None
        Sketch(source).fail("E251", f"this is no {format}: {reason}", span)
