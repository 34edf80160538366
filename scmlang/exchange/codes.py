"""The codes of reading and writing other formats, each with its title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E250": "an unknown exchange format",
    "E251": "a text that is not in its format",
    "E252": "an edge or a graph that says nothing about causes",
    "E253": "an imported graph with a cycle",
    "E254": "an imported graph that is too large",
    "E255": "a model that a format cannot hold",
    "E256": "an imported table that is no conditional distribution",
    "E257": "a name that an imported network does not declare, or declares twice",
    "W250": "something that a format cannot hold",
    "W251": "an imported name that is no name of the language",
    "W252": "imported variables without a domain",
    "W253": "something in an imported file that a model cannot hold",
}
