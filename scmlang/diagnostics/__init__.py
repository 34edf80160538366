"""Diagnostics: what is wrong with the user's input, said in the user's terms.

``base`` has the frozen types that every phase makes, ``render`` prints them with the source
underlined, ``serialise`` gives them to editors as JSON.

Needs: nothing but :mod:`scmlang.source`. Guarantees: text from the input is shown without control
characters, so a hostile file cannot drive the terminal.
"""

from scmlang.diagnostics.base import Diagnostic, InternalError, Note, ScmError, Severity

__all__ = ["Diagnostic", "InternalError", "Note", "ScmError", "Severity"]
