"""From text to syntax tree.

``parse`` reads a :class:`~scmlang.source.Source` by ``grammar/scm.lark``, the one truth of the syntax:
``lalr`` drives the tables that Lark makes of it, and ``build`` makes the frozen nodes of
:mod:`scmlang.syntax.ast` as rules are reduced. What is wrong is told by ``hints``, ``foreign`` and
``messages``, statement by statement.

Needs: nothing but text. Guarantees: every node has its span, expressions are at most ``LIMITS.nesting``
deep, and every mistake is a located diagnostic, several in one run.
"""
