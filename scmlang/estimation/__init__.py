"""Estimands on data: from the formula that identification found to a number with its uncertainty.

``sample`` holds the columns; ``frequencies`` and ``plug_in`` evaluate any estimand of finitely many levels on
them, with bootstrap intervals; ``forms`` recognises the back-door and front-door forms, which ``back_door``
and ``front_door`` estimate doubly robustly, by regressions of ``learners``; ``estimate`` chooses. ``written``
has the distributions of a fully specified model in the place of data.
Needs: an estimand, and a column for every variable in it. Guarantees: the same seed gives the same numbers;
what the data say nothing about is refused, with the strata in which they are silent.
"""
