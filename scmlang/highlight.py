"""A Pygments lexer for the language: ``scmlang`` in Sphinx, MkDocs, Jupyter and ``pygmentize -l scmlang``.

Its words and signs are those of the grammar (:mod:`scmlang.syntax.lexicon`). Pygments finds it by the
entry-point group ``pygments.lexers``. Guarantees: the texts of the tokens, put together, are the text; no
token of a text that parses is an error.
"""

from __future__ import annotations

import re
from typing import ClassVar

from pygments.lexer import RegexLexer, default, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, Whitespace

from scmlang.syntax.lexicon import lexicon

_LEXICON = lexicon()
_END = r"(?![A-Za-z0-9_])"
_STATEMENT = re.compile(
    rf"(?:{'|'.join(_LEXICON.statements)})[ \t]+[A-Za-z]"
    r"|\{?[ \t]*[A-Za-z]\w*(?:[ \t]*,[ \t]*[A-Za-z]\w*)*[ \t]*\}?[ \t]*(?::(?!:)|~|<?->|<-[ \t])"
)
_SCHEME = re.compile(r"[(;'`\[]|#(?:![\w]|\||;|lang\b)")


class ScmlangLexer(RegexLexer):
    """Colours models. ``.scm`` is Scheme's too: a file of that name is ours if it reads like a model."""

    name = "scmlang"
    aliases: ClassVar = ["scmlang"]
    filenames: ClassVar = ["*.scm"]
    mimetypes: ClassVar = ["text/x-scmlang"]
    priority = -0.5  # by its name alone, a file is Scheme

    tokens: ClassVar = {
        "root": [
            (r"\s+", Whitespace),
            (_LEXICON.comment, Comment.Single),
            (_LEXICON.decimal, Number.Float),
            (_LEXICON.integer, Number.Integer),
            (words(_LEXICON.constants, suffix=_END), Keyword.Constant),
            (words(_LEXICON.operators, suffix=_END), Operator.Word),
            (words(_LEXICON.statements, suffix=_END), Keyword.Declaration),
            (words(_LEXICON.controls, suffix=_END), Keyword),
            (r":(?!=)", Operator, "type"),
            (rf"{_LEXICON.name}(?=[ \t]*\()", Name.Function),
            (_LEXICON.name, Name),
            (_LEXICON.signs, Operator),
            (rf"[{re.escape(_LEXICON.punctuation)}]", Punctuation),
        ],
        "type": [  # a domain or a mechanism type
            (r"[ \t]+", Whitespace),
            (_LEXICON.free_name, Keyword.Type, "#pop"),
            default("#pop"),
        ],
    }

    @staticmethod
    def analyse_text(text: str) -> float:
        """How much a text reads like a model: by its first line that is neither blank nor a comment."""
        lines = (line.strip() for line in text.splitlines())
        first = next((line for line in lines if line and (line[0] != "#" or _SCHEME.match(line))), "")
        if _SCHEME.match(first):
            return 0.0
        return 0.8 if _STATEMENT.match(first) else 0.0
