"""From syntax tree to checked causal model.

Control flow of :func:`scmlang.semantics.check.check`: ``names`` collects what is declared, ``typing``
resolves expressions, ``equations`` and ``draws`` resolve what each variable is given by, ``graph``
derives the diagram and holds the written arrows against it, ``ranges`` tries the parents' configurations,
``mechanisms``, ``queries`` and ``assertions`` check what remains (both of the last by ``terms``, which
makes ``quantities``), and ``lints`` warns of what is allowed and probably not meant.

Needs: a :class:`~scmlang.syntax.ast.Program`, and the renderers and mechanism types to check against.
Guarantees: what :mod:`scmlang.semantics.model` promises; all independent problems in one run. The meaning
of equations is here too: ``expressions`` evaluates them, ``distributions`` says how noise enters.
"""
