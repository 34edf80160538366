"""A diagram held against data: the independencies it implies are tested, each a chance to be refuted.

``columns`` makes variables of a table, ``discrete`` and ``continuous`` have the tests, ``regression`` what
the latter regress with, ``multiplicity`` adjusts p-values, ``falsification`` runs the tests of a model, and
``picture`` draws the edges that the data ask for.
Needs: a checked model and a table. Guarantees: the same seed gives the same numbers; a test that cannot be
made is reported with the reason and never counted as passed.
"""
