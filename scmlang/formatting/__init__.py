"""The one style of model texts.

``format_text`` gives a text in the style that ``docs/formatting.md`` describes; there are no options.
The syntax tree says how a text is laid out, and every token is copied from the source, so that numbers
keep their spelling and comments their place.

Needs: a text that parses. Guarantees: the result has the same syntax tree and the same comments in the
same order, formatting it again changes nothing, and no input exhausts the stack.
"""

from scmlang.formatting.text import format_text

__all__ = ["format_text"]
