"""Witnesses of the refusals on random diagrams of four nodes: ``python -m tools.witnesses --count 3000``."""

from __future__ import annotations

import argparse
import sys
from random import Random

from scmlang.compiler import Compilation
from scmlang.diagnostics.base import ScmError
from scmlang.semantics.queries import read_query
from scmlang.witness import witness
from tests.witness.test_witness import EFFECT, diagrams, refused, verify


def main() -> int:
    """Find and verify them, and print those that were not found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3000, help="diagrams, of which a quarter are refusals")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    everything = list(diagrams("XYZW"))
    graphs = refused(Random(options.seed).sample(everything, min(options.count, len(everything))))
    bare = Compilation.from_text("W <-> X <-> Y <-> Z")
    missing = positive = 0
    for graph in graphs:
        try:
            texts = witness(graph, read_query(EFFECT, bare.model), bare.model.variables)
            positive += verify(graph, EFFECT, texts)
        except ScmError:
            missing += 1
            print(f"none for {sorted(graph.directed)} {sorted(graph.bidirected)}")
    print(f"{len(graphs)} refusals, {len(graphs) - missing} proved, {positive} of them by positive models")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
