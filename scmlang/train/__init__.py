"""Training: recipes, the loop, run folders and checkpoints.

A recipe (:mod:`~scmlang.train.recipe`, read by :mod:`~scmlang.train.loading`) holds every number of a
training. A run folder (:mod:`~scmlang.train.runs`) holds everything one training used and made, so that
a query needs nothing else; its checkpoints (:mod:`~scmlang.train.checkpoint`) are written whole or not
at all, as safetensors and JSON, and verified when read.

Needs a checked :class:`~scmlang.semantics.model.CausalModel` and a data folder. Guarantees: whatever
was interrupted, at whatever instant, the newest whole checkpoint is found again; nothing is ever
unpickled; importing this package loads no torch.
"""
