"""The diagnostics of this package: code and one-line title."""

from __future__ import annotations

CODES: dict[str, str] = {
    "E110": "a model that leaves something open cannot be sampled",
    "E111": "an intervention on something that cannot be intervened on",
    "E112": "an intervention with a value outside the domain",
    "E113": "an equation leaves its variable's domain",
    "E114": "the exogenous values are those of another model",
    "E115": "no shares of train, val and test",
    "E260": "a variable without finitely many values has no exact answer",
    "E261": "an exact answer would need too large a table",
    "E262": "evidence of probability 0",
    "E263": "a rational answer to what is not rational",
    "E264": "a Gumbel coupling across more than two worlds",
    "E265": "a quantity that is not defined",
    "E266": "an exact answer of a model that leaves something open",
    "E267": "the edit of an image, asked of a model file",
    "E268": "a world table of noise without finitely many intervals",
    "E269": "a world table of too many rows",
    "E280": "evidence that none of the units drawn has",
    "E281": "evidence at an exact value of a real variable that nothing can be solved for",
    "E282": "evidence at exact values of a real variable in several worlds",
    "E283": "a number of units, or a seed, out of range",
    "E284": "evidence that too few of the units drawn have",
    "E292": "a quantity that the diagram does not determine",
}
