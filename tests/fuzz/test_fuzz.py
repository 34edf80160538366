"""Nothing that can be written or piped in gives a traceback, or takes long."""

from __future__ import annotations

import os
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from lark import Lark

from scmlang.syntax.parser import FILE, QUERY, NewLines, grammar_text
from tests.fuzz.inputs import corpus, make
from tests.fuzz.pipeline import exercise
from tests.fuzz.run import Outcome, chunk, chunks

QUICK, MANY, SEED = 300, 20_000, 1
LARK = Lark(grammar_text(), parser="lalr", start=[FILE, QUERY], postlex=NewLines())
HEADS = (
    b"",
    b"X, Y: binary\nZ: 0..3\nC: {red, green}\nA: real\n",
    b"X -> Y -> Z\nX <-> Z\n",
    b"X ~ bernoulli(0.5)\nY := not X\nX, Y: binary\n",
)


def test_some_inputs() -> None:
    outcome = chunk(0, 0, QUICK)
    assert not outcome.failures, str(outcome) + outcome.failures[0].trace
    assert outcome.sound > QUICK / 6, "so few sound models reach no later pass"


@pytest.mark.slow
def test_many_inputs() -> None:
    outcome = Outcome()
    for part in chunks(SEED, MANY, min(2, os.cpu_count() or 1)):
        outcome += part
    assert outcome.inputs == MANY
    assert not outcome.failures, str(outcome) + outcome.failures[0].trace


def test_every_seed_text_as_it_is() -> None:
    for text in corpus():
        exercise(text, Random(0))


def test_an_input_is_determined_by_its_number() -> None:
    for number in range(50):
        (content, random), (again, other) = make(3, number), make(3, number)
        assert (content, random.random()) == (again, other.random())
    assert len({make(3, number)[0] for number in range(50)}) > 45


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.sampled_from(HEADS), from_lark(LARK, start=FILE, alphabet=st.characters(codec="utf-8")))
def test_texts_of_the_grammar(head: bytes, text: str) -> None:
    exercise(head + text.encode(), Random(0))


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.sampled_from(HEADS), from_lark(LARK, start=QUERY, alphabet=st.characters(codec="utf-8")))
def test_queries_of_the_grammar(head: bytes, text: str) -> None:
    exercise(head + b"query q = " + text.strip("\n").encode() + b"\n", Random(0))
    exercise(head + b"assert " + text.strip("\n").encode() + b" >= 0\n", Random(0))


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    exercise(content, Random(0))
