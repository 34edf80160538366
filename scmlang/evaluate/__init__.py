"""Evaluation: a trained model held against a fully specified one.

Purpose: with the truth known, both the counterfactual labels and the counterfactual image of every
held-out unit are known, so :func:`scmlang.evaluate.evaluation.evaluate` can say how often an edit reaches
its target, what else it changes, and how far it is from the picture that would have been.

Needs: a trained :class:`~scmlang.neural.ncm.NeuralCausalModel`, the truth as a checked model in which every
variable has an equation, and the data folder that ``scmlang sample`` made from it. Guarantees: only held-out
units are scored; the judge that reads labels off images is trained on rendered images alone, never on
generated ones, and independently of the model's own recogniser; every mean over units has a bootstrap
interval; the same seed gives the same report.

Control flow: ``interventions`` chooses what is asked; ``match`` compares the two models; ``truth`` knows the
true units; ``classifier`` trains the judge and ``judge`` keeps it; ``edits`` asks the model, ``repeats``
again. ``scores`` and ``pictures`` score each of the ``worlds``; ``probes`` the code; ``tables`` and ``units``
the labels, with ``learned``; ``realism`` the pictures together; all by ``metrics``. ``evaluation`` does all
of it and gives a ``report``, which ``summary`` sums up and ``text`` (of ``edit_tables`` and ``model_tables``)
and ``page`` show. ``cells`` keeps it by a key of ``kept``, and ``comparison`` puts several side by side.
"""
