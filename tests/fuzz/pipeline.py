"""Everything that the command line does with a text, on one text.

A mistake in the text is an :class:`~scmlang.diagnostics.base.ScmError`, and its report can be shown. Any
other exception leaves :func:`exercise` and is a defect: an ``InternalError`` and a ``RecursionError`` too, a
warning of Python's that a user would see, and a step that takes more than :data:`SECONDS` of processor time.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from random import Random
from types import FrameType
from typing import Any
from warnings import catch_warnings, simplefilter

from scmlang.cli.check import _summary
from scmlang.compiler import Compilation, make_source
from scmlang.diagnostics.base import Diagnostic, InternalError, ScmError
from scmlang.diagnostics.render import render
from scmlang.diagnostics.serialise import to_json
from scmlang.exchange import READERS, WRITERS
from scmlang.exchange.losses import losses
from scmlang.exchange.text import to_text
from scmlang.formatting import format_text
from scmlang.graph import Graph
from scmlang.semantics.queries import show
from scmlang.source import Source
from tests.fuzz.mutations import mutate
from tests.fuzz.programs import query

SECONDS = 2.0
LARGE = 60  # more variables than anyone draws
PICTURES = ("svg", "tikz", "dot", "mermaid")


class TooSlow(BaseException):
    """A step took longer than :data:`SECONDS`; nothing that catches exceptions stops it."""


def exercise(content: bytes, random: Random) -> bool:
    """Put a file of this content through everything; whether it is a sound model."""
    source = _attempt(lambda: make_source("<fuzz>", content))
    if source is None:
        return False
    if random.random() < 0.5:
        _attempt(lambda: format_text(source))
    compilation = Compilation(source)
    if _attempt(lambda: compilation.model) is None:
        return False
    _attempt(lambda: _report([*compilation.warnings, *compilation.failures]))
    _attempt(lambda: _summary(compilation))
    _attempt(lambda: compilation.plan)
    _queries(compilation, random)
    _pictures(compilation, random)
    for form in random.sample(sorted(WRITERS), 3):
        text = _attempt(lambda form=form: _export(compilation, form))
        if text is not None and form in READERS:
            _import(text, form, random)
    return True


def _attempt(step: Callable[[], Any]) -> Any:
    """What a step gives; None when it reports a mistake, which is then shown in every way."""
    try:
        with _in_time(), catch_warnings():
            simplefilter("error")
            return step()
    except InternalError:
        raise
    except ScmError as error:
        with _in_time():
            _report(error.diagnostics)
    return None


@contextmanager
def _in_time() -> Iterator[None]:
    """Raise :class:`TooSlow` after :data:`SECONDS` of processor time."""
    before = signal.signal(signal.SIGPROF, _too_slow)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlow


def _report(diagnostics: Iterable[Diagnostic]) -> None:
    found = list(diagnostics)
    render(found, colour=True)
    render(found)
    to_json(found)


def _queries(compilation: Compilation, random: Random) -> None:
    for name in compilation.model.queries:
        _attempt(lambda name=name: show(compilation.query(name), compilation.model.variables))
    for _ in range(2):
        text = query(random, []) if random.random() < 0.3 else _query(compilation, random)
        if random.random() < 0.5:
            text = mutate(text.encode(), [text.encode()], random).decode("utf-8", "replace")
        _attempt(lambda text=text: show(compilation.query(text), compilation.model.variables))


def _query(compilation: Compilation, random: Random) -> str:
    """A query about two of the model's own variables, with plausible values."""
    names = list(compilation.model.variables) or ["X"]
    a, b = random.choice(names), random.choice(names)
    value, other = random.choice(("0", "1", "true", "0.5", "low_X", "9")), random.choice(("0", "1", "-2"))
    return random.choice(
        (
            f"do({a}={value})",
            f"P({a}={value} | do({b}={other}))",
            f"E({a}[{b}={other}])",
            f"{a}[{b}={other}] | {a}",
        )
    )


def _pictures(compilation: Compilation, random: Random) -> None:
    if len(compilation.model.variables) > LARGE or random.random() < 0.7:
        return
    latent, exogenous = random.random() < 0.5, random.random() < 0.5
    names = list(compilation.model.variables)
    do = [f"{random.choice(names)}=1"] if names and random.random() < 0.3 else []
    direction = random.choice(("right", "down"))
    graph = _attempt(lambda: Graph(compilation, do, latent, exogenous, direction))
    if graph is not None:
        form = random.choice(PICTURES)
        _attempt(lambda: getattr(graph, form))


def _export(compilation: Compilation, form: str) -> str:
    _report(losses(compilation.model, form))
    return compilation.emit(form)


def _import(text: str, form: str, random: Random) -> None:
    """Read what was written, as it is or damaged."""
    content = text.encode()
    if random.random() < 0.7:
        content = mutate(content, [content], random)
    source = _attempt(lambda: make_source(f"<fuzz>.{form}", content))
    if source is None:
        return
    sketch = _attempt(lambda: READERS[form](source))
    if sketch is None:
        return
    imported = _attempt(lambda: to_text(sketch))
    _attempt(lambda: _report(sketch.warnings))
    if imported is not None:
        _attempt(lambda: Compilation(Source("<imported>", imported)).emit("ir"))
