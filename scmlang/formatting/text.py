"""A text in the one style, read back before it is given out."""

from __future__ import annotations

from dataclasses import fields

from scmlang.collector import paused
from scmlang.diagnostics.base import Diagnostic, InternalError, ScmError
from scmlang.formatting.comments import align
from scmlang.formatting.cursor import Cursor
from scmlang.formatting.layout import lay_out
from scmlang.formatting.statements import program
from scmlang.limits import LIMITS
from scmlang.source import Source
from scmlang.syntax import ast
from scmlang.syntax.parser import parse


@paused()
def format_text(source: Source) -> str:
    """The text of a model file in the one style; "" when it has neither statements nor comments.

    Raises:
        ScmError: E003 to E009 when the text does not parse, E003 also when it would become too large.
        InternalError: when the result would mean something else.
    """
    tree = parse(source)
    lines = align(lay_out(program(Cursor(source), tree)))
    text = "\n".join(lines).strip("\n")
    text = f"{text}\n" if text else ""
    if len(text) > LIMITS.source_bytes:
        message = f"formatted, the text would have more than {LIMITS.source_bytes} characters"
        raise ScmError([Diagnostic("E003", message, source)])
    result = Source(source.name, text)
    if not same_meaning(tree, parse(result)):
        raise InternalError(f"formatting `{source.name}` would change what it means")
    return text


def same_meaning(one: object, other: object) -> bool:
    """Whether two syntax trees differ in nothing but their places."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, ast.Node):
            names = [field.name for field in fields(left) if field.name != "span"]
            waiting += [(getattr(left, name), getattr(right, name)) for name in names]
        elif isinstance(left, tuple) and isinstance(right, tuple):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif left != right:
            return False
    return True
