"""What monotone mechanisms identify that the diagram alone does not.

Along an arrow that is monotone an effect never falls as its cause rises, all else alike. So some potential
responses never exceed others (``order``), and an event of several worlds is a sum of events of fewer
(``thresholds``, ``terms``), each of which the rules of identification may know. Each step is an equation that
holds in every model of the diagram whose mechanisms are so monotone: a proof. It covers

- PN, PS, PNS and their kin (J. Tian and J. Pearl, Probabilities of causation, Annals of Mathematics and
  Artificial Intelligence 28, 2000, section 5), confounded or not, where the effects that they need are known;
- effects among compliers (J. Angrist, G. Imbens and D. Rubin, Identification of causal effects using
  instrumental variables, JASA 91, 1996);
- thresholds of variables of several levels, chains of worlds, responses to several causes at once.

It is not complete: where it finds nothing, nothing is said.
"""

from scmlang.identify.monotone.prove import by_monotonicity, with_monotone

__all__ = ["by_monotonicity", "with_monotone"]
