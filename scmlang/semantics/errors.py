"""Every code of the language, and the collector that the passes report to.

A code is stable: it is never given another meaning. The title is what the code is about; the message
of a diagnostic says what happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from itertools import islice

from scmlang.diagnostics.base import Diagnostic, Note, ScmError, Severity
from scmlang.limits import LIMITS
from scmlang.source import Source, Span

CODES: dict[str, str] = {
    # --- reading and syntax
    "E001": "a file cannot be read or written",
    "E002": "the text is not UTF-8",
    "E003": "the text is too large",
    "E004": "a character that the language does not have",
    "E005": "a statement that the grammar does not allow",
    "E006": "brackets that do not match",
    "E007": "nesting that is too deep",
    "E008": "a keyword used as a name",
    "E009": "a number that is too large",
    # --- names and domains
    "E010": "an unknown name",
    "E011": "a name declared twice",
    "E012": "a variable without a domain",
    "E013": "a domain that is not well formed",
    "E014": "an unknown domain",
    "E015": "a level name that is also another name",
    "E016": "more than one `model` statement",
    "E017": "a level that is no name, or is there twice",
    "E018": "a domain that is too large",
    # --- the diagram
    "E020": "an arrow between things that no arrow joins",
    "E021": "a cycle",
    "E022": "an arrow that the equations do not have",
    "E023": "a diagram that is too large",
    "E024": "a cause in an equation that no arrow shows",
    "E025": "a bidirected arrow that disagrees with the equations",
    # --- expressions
    "E030": "operands of the wrong type",
    "E031": "an unknown function, or the wrong number of arguments",
    "E032": "a value outside its domain",
    "E033": "a probability outside [0, 1]",
    "E034": "a value that is not defined",
    "E035": "a level name that could mean several values",
    "E036": "an expression that is too large",
    "E037": "a bit vector of the wrong length, or a bit that is not there",
    "E038": "a computation with an image",
    "E039": "a distribution inside an expression",
    # --- equations
    "E040": "an unknown distribution",
    "E041": "the wrong arguments for a distribution",
    "E042": "a distribution that does not fit the domain",
    "E043": "a table without a row for every configuration",
    "E044": "a table with two rows for one configuration",
    "E045": "a row of a table that is no distribution",
    "E046": "a variable with two equations",
    "E047": "an exogenous variable that depends on something",
    "E048": "probabilities that do not sum to 1",
    "E049": "a parameter that a distribution cannot have",
    # --- renderers
    "E050": "an unknown renderer",
    "E051": "the wrong parameters for a renderer",
    "E052": "a renderer that does not fit the image",
    "E053": "a renderer's argument outside its range",
    # --- equations, continued
    "E054": "a row of a table that does not name a level of each parent",
    "E055": "a table that is too large",
    "E056": "a coupling that a draw cannot have",
    # --- mechanism types
    "E060": "an unknown mechanism type",
    "E061": "an unknown option of a mechanism type",
    "E062": "an option's value of the wrong type or outside its range",
    "E063": "a mechanism type that does not fit the variable",
    "E064": "a mechanism type for what is not learned",
    "E065": "a variable with two mechanism types",
    # --- queries
    "E070": "a value outside its variable's domain, in a query",
    "E071": "a query about something that cannot be intervened on",
    "E072": "a query that cannot be answered as it stands",
    "E073": "conditions that no world can show together",
    "E074": "an unknown quantity",
    "E075": "a query about what nothing observes and no equation gives",
    "E076": "a probability of a value that has none",
    "E077": "the wrong arguments for a quantity or predicate",
    "E078": "an effect of a variable that has more than two values",
    "E079": "an intervention without a value",
    "E080": "`do` beside a subscript",
    "E081": "a number, a variable or an event in the place of another",
    "E082": "a variable that a query names twice",
    # --- assertions
    "E083": "an assertion that claims nothing",
    "E084": "an assertion that compares unlike things",
    "E085": "a tolerance that is none",
    "E086": "an assertion that does not hold",
    # --- monotone mechanisms
    "E087": "a monotone mechanism that the diagram does not have",
    "E088": "a monotone mechanism between values without an order",
    "E089": "an equation that is not monotone as declared",
    # --- warnings
    "W001": "an exogenous variable that nothing uses",
    "W002": "a constant that nothing uses",
    "W003": "a latent variable without an effect",
    "W004": "a variable that never varies",
    "W005": "a cause that makes no difference",
    "W006": "a comparison of different levels",
    "W007": "a variable that nothing mentions",
    "W008": "a monotone mechanism that no equation was held to",
}


class Problems:
    """Collects the diagnostics of one text; ``missing`` holds the unknown variables that were reported."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []
        self.missing: set[str] = set()

    def add(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        notes: Iterable[Note] = (),
        helps: Iterable[str] = (),
    ) -> None:
        """Report one problem; see :class:`~scmlang.diagnostics.base.Diagnostic`.

        Of warnings the first ``LIMITS.diagnostics`` are kept.

        Raises:
            ScmError: with all found so far, when an error is among them and they are more than anyone reads.
        """
        diagnostic = Diagnostic(code, message, self.source, span, label, tuple(notes), tuple(helps))
        full = len(self.found) >= LIMITS.diagnostics
        if full and diagnostic.severity is Severity.WARNING:
            return
        self.found.append(diagnostic)
        if diagnostic.severity is Severity.ERROR and len(self.found) >= LIMITS.diagnostics:
            self.raise_errors()

    def unknown(self, what: str, name: str, known: Iterable[str], span: Span, code: str = "E010") -> None:
        """Report a name that nothing has, with the nearest one that something has."""
        known = list(known)
        helps = suggestion(name, known) or listing(known)
        self.add(code, f"there is no {what} `{name}`", span, helps=helps)

    def unknown_variable(self, name: str, known: Iterable[str], span: Span) -> None:
        """Report a variable that nothing declares, where it is first named."""
        if name not in self.missing:
            self.missing.add(name)
            self.unknown("variable", name, known, span)

    @property
    def has_errors(self) -> bool:
        return any(d.severity is Severity.ERROR for d in self.found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All of them in source order."""
        return tuple(sorted(self.found, key=lambda d: (d.span or Span(0, 0), d.code)))

    def raise_errors(self) -> None:
        """Raise all of them when at least one is an error."""
        if self.has_errors:
            raise ScmError(self.sorted())


_SEARCHED = 1000  # names that a suggestion is looked for among


def suggestion(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """``did you mean`` for the known name nearest to ``name``, if one is near."""
    by_folded = {word.casefold(): word for word in islice(known, _SEARCHED)}
    near = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return tuple(f"did you mean `{by_folded[word]}`?" for word in near)


def listing(known: Iterable[str], limit: int = 12) -> tuple[str, ...]:
    """``there is …`` with the known names, when they are few enough to read."""
    words = [f"`{word}`" for word in known]
    if not words or len(words) > limit:
        return ()
    return ("there " + ("is " if len(words) == 1 else "are ") + ", ".join(words),)
