"""The story of each diagnostic code, one Markdown file each: what the rule is, why, and how to repair it.

A file ``CODE.md`` has a heading ``# CODE: title``, prose, and two fenced blocks whose fences say ``wrong``
and ``right`` behind their language. What follows these words is the command that shows the mistake, with
``FILE`` for the block; a model without one is checked.

Needs: nothing. Guarantees: every declared code has a file, its title is that of the declaration, and a wrong
program of a code gives that code (``tests/explanations``).
"""

from scmlang.explanations.reader import Explanation, Group, Snippet, codes, groups, read

__all__ = ["Explanation", "Group", "Snippet", "codes", "groups", "read"]
