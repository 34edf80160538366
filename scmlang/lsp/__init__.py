"""The language server: what editors know of a model while it is being written.

``document`` holds one text with everything that is asked about it; ``recovery``, ``tree`` and ``index`` find
the statements that parse and the names in them; ``hover``, ``definition``, ``completion``, ``rename``,
``outline``, ``fixes`` and ``style`` answer one question each, as pure functions of a document and an offset.
None of these needs more than scmlang. ``server`` and ``convert`` speak the protocol with pygls, the extra
``[lsp]``.

Needs: nothing but text, however broken. Guarantees: positions are exact in UTF-8, UTF-16 and UTF-32, for
every line end that the protocol knows; renaming in a model without errors gives a model without errors.
"""
