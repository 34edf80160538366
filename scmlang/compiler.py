"""The pipeline: one object, every phase a cached property.

A :class:`Compilation` holds a text; asking for a phase runs it and the phases before it, once. A
phase that finds mistakes raises :class:`~scmlang.diagnostics.ScmError`. Phases are imported when they run,
so that checking a file costs nothing of what learning from it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from scmlang.collector import paused
from scmlang.diagnostics.base import Diagnostic, ScmError
from scmlang.limits import LIMITS
from scmlang.source import Source

if TYPE_CHECKING:
    from scmlang.diagram.claims import Decision
    from scmlang.diagram.diagram import Diagram
    from scmlang.identify.result import Identification, Knowledge
    from scmlang.neural.plan import NeuralPlan
    from scmlang.semantics.assertions import Assertion
    from scmlang.semantics.check import Checked
    from scmlang.semantics.model import CausalModel
    from scmlang.semantics.quantities import Quantity
    from scmlang.semantics.queries import Query
    from scmlang.syntax.ast import Program
    from scmlang.train.artefact import Artefact
    from scmlang.train.runs import Run


class Compilation:
    """The compilation of one model text.

    Args:
        source: the text, and the name that diagnostics call it by.
    """

    def __init__(self, source: Source) -> None:
        self.source = source

    @classmethod
    def from_file(cls, path: str | Path) -> Compilation:
        """Read a model file.

        Raises:
            ScmError: E001 to E003, for a file that cannot be read, is not UTF-8 or is too large.
        """
        return cls(read_source(Path(path)))

    @classmethod
    def from_text(cls, text: str, name: str = "<text>") -> Compilation:
        """A model given as text."""
        return cls(Source(name, text))

    @cached_property
    def ast(self) -> Program:
        """The syntax tree."""
        from scmlang.syntax.parser import parse

        return parse(self.source)

    @cached_property
    def checked(self) -> Checked:
        """The checked model and its warnings."""
        from scmlang.data.renderers import RENDERERS
        from scmlang.mechanisms import MECHANISMS
        from scmlang.semantics.check import check

        tree = self.ast
        with paused():
            return check(tree, self.source, renderers=RENDERERS, mechanisms=MECHANISMS)

    @property
    def model(self) -> CausalModel:
        """The checked causal model."""
        return self.checked.model

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What is allowed but probably not meant."""
        return self.checked.warnings

    @cached_property
    def diagram(self) -> Diagram:
        """The causal diagram over the endogenous variables."""
        from scmlang.diagram.build import build_diagram

        return build_diagram(self.model)

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """What became of each assertion of the file, in its order."""
        if not self.model.assertions:
            return ()
        return tuple(self._decide(assertion) for assertion in self.model.assertions)

    def _decide(self, assertion: Assertion) -> Decision:
        """By the diagram, and by the numbers where it leaves an assertion open and they are all there."""
        from scmlang.diagram.claims import Verdict, decide
        from scmlang.identify.claims import decide_identifiable
        from scmlang.semantics.assertions import Identifiability

        if isinstance(assertion.claim, Identifiability):
            return decide_identifiable(assertion, self.model, self.diagram, self._settled)
        decision = decide(assertion, self.model, self.diagram)
        if decision.verdict is not Verdict.UNDECIDED or not self.model.is_fully_specified:
            return decision
        from scmlang.exact.claims import decide_exactly

        return decide_exactly(assertion, self.model, LIMITS.assertion_cells)

    @property
    def failures(self) -> tuple[Diagnostic, ...]:
        """E086 for every assertion that does not hold."""
        if not self.decisions:
            return ()
        from scmlang.diagram.claims import Verdict, complaint

        failed = [decision for decision in self.decisions if decision.verdict is Verdict.FAILS]
        return tuple(complaint(decision, self.model) for decision in failed)

    @cached_property
    def plan(self) -> NeuralPlan:
        """Which mechanism every observed variable gets.

        Raises:
            ScmError: E170 to E178, for what the neural back end cannot build.
        """
        from scmlang.mechanisms.assign import assign

        return assign(self.model, self.diagram)

    @property
    def unheld(self) -> tuple[Diagnostic, ...]:
        """W170 for what the file declares of a mechanism and training does not hold it to."""
        from scmlang.mechanisms.monotone import unheld

        return unheld(self.model)

    def query(self, text: str) -> Query:
        """A query, or the name of one in the file, resolved against the model."""
        from scmlang.semantics.queries import read_query

        return read_query(text, self.model)

    def identify(
        self, text: str, experiments: Iterable[str] = (), *, observed: bool = True
    ) -> Identification:
        """Whether observation and experiments such as ``do(Z)`` determine a query, or the one of that name.

        Without ``observed`` there are experiments alone.

        Raises:
            ScmError: for mistakes in the query, E320 and E322 for those in an experiment, E323 without data.
        """
        from scmlang.identify.ask import ask

        return ask(self.model, self.diagram, text, experiments, self._settled, observed=observed)

    def _settled(self, found: Identification, quantity: Quantity, known: Knowledge) -> Identification:
        """The verdict by two models, where identification leaves it open."""
        if found.identifiable is not None:
            return found
        from scmlang.pairs import settled

        return settled(found, self.diagram, quantity, self.model.variables, known)

    def emit(self, format: str) -> str:
        """The model in one of the formats of :data:`scmlang.exchange.WRITERS`.

        Raises:
            KeyError: when there is no such format.
        """
        from scmlang.exchange import WRITERS

        write: Callable[[CausalModel], str] = WRITERS[format]
        return write(self.model)


def open_artefact(run: Run) -> Artefact:
    """The trained model of a run, compiled again from the text that the run keeps.

    Raises:
        ScmError: when the run has no whole checkpoint, or one that does not fit, or a plug-in is missing.
    """
    from scmlang.train.artefact import restore
    from scmlang.train.plugins import require_plugins

    require_plugins(run.record.plugins, f"the run `{run.folder}`")
    compilation = Compilation(Source(run.record.model_source, run.record.model_text))
    return restore(run, compilation.plan, compilation.model)


def read_source(path: Path) -> Source:
    """The text of a file, bounded in size.

    Raises:
        ScmError: E001 unreadable, E002 not UTF-8, E003 too large.
    """
    name = str(path)
    try:
        with path.open("rb") as file:
            content = file.read(LIMITS.source_bytes + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise ScmError([Diagnostic("E001", f"`{name}` cannot be read: {reason}")]) from None
    return make_source(name, content)


def make_source(name: str, content: bytes) -> Source:
    """What was read of a text, at most one byte more than the bound on its size.

    Raises:
        ScmError: E002 not UTF-8, E003 too large.
    """
    if len(content) > LIMITS.source_bytes:
        message = f"`{name}` has more than {LIMITS.source_bytes} bytes"
        help = "a number above it is set by `scmlang check --limit source_bytes=NUMBER`"
        raise ScmError([Diagnostic("E003", message, helps=(help,))])
    return Source(name, _decode(content, name))


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"`{name}` is not UTF-8: byte 0x{content[error.start]:02x} in line {line}"
        help = "save the file as UTF-8"
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            message = f"`{name}` is UTF-16, and a model is UTF-8"
        elif 0 in content:
            message, help = f"`{name}` is no text", "a model file is text in UTF-8"
        raise ScmError([Diagnostic("E002", message, helps=(help,))]) from None
