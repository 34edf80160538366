"""The neural causal model: a diagram and mechanism types made into one ``torch.nn.Module``.

Purpose: given a :class:`~scmlang.neural.plan.NeuralPlan` (which mechanism every variable gets), build
an augmented neural causal model (Xia et al., "The Causal-Neural Connection", arXiv:2107.00793; Pan &
Bareinboim, "Counterfactual Image Editing", arXiv:2403.09683), compute its training loss, sample from
it, and answer counterfactuals of a given image by abduction, action and prediction.

Needs: torch and diffusers, which are imported by the modules here and not by this package itself, so
that :mod:`scmlang.neural.plan` costs nothing. Guarantees: no module here knows a data set; every random
draw takes an explicit ``torch.Generator`` or follows torch's global seed in training only.

Control flow: ``ncm.NeuralCausalModel`` holds the parts (``exogenous``, ``embeddings``, ``labels``,
``recognition``, and what draws the image); ``losses`` trains them together; ``abduction`` infers noise
from evidence; ``edit`` answers. What draws the image is an ``image.Generator``: diffusion (``generator``
on a ``backbone``; a ``schedule`` of ``paths`` and ``predictions``, ``samplers``, ``inversion``), ``latent``
diffusion on a ``first_stage``, or ``cvae``.
"""
