"""Answers as people see them: lines of text, HTML, and bars drawn as SVG.

Needs an answer's fields (:class:`~scmlang.views.answer.Shown`), of whatever means. Guarantees that the same
answer gives the same bytes, and that nothing in it is read as markup.
"""
