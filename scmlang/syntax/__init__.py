"""From text to syntax tree.

``parse`` turns a :class:`~scmlang.source.Source` into a Lark tree by ``grammar/scm.lark``, the one
truth of the syntax; ``build`` turns that into the frozen nodes of :mod:`scmlang.syntax.ast`.

Needs: nothing but text. Guarantees: every node has its span, expressions are at most
``LIMITS.nesting`` deep, and every mistake is a located diagnostic, several in one run.
"""
