from __future__ import annotations

import pytest

from scmlang.diagnostics import ScmError
from scmlang.semantics.queries import Edit, Intervention, read_query, show
from tests.semantics.fakes import model_of

MODEL = model_of(
    "D: 2..9\nC: {red, green}\nX: binary\nA: real\nlatent T: binary\nI: image(3, 8, 8)\n"
    "{D, C, X, A, T} -> I\nquery recolour = I[C=green] | I\n"
)


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("do(C=green)", {"C": 1}),
        ("do(C=1, D=8)", {"C": 1, "D": 8}),
        ("do(X=true, A=-1.5)", {"X": 1, "A": -1.5}),
        ("do(A=2)", {"A": 2.0}),
        (" do ( T = 0 ) ", {"T": 0}),
    ],
)
def test_interventions(text: str, settings: dict[str, float]) -> None:
    query = read_query(text, MODEL)
    assert isinstance(query, Intervention)
    assert dict(query.settings) == settings
    assert read_query(show(query, MODEL.variables), MODEL).settings == query.settings


def test_an_edit_by_its_name() -> None:
    query = read_query("recolour", MODEL)
    assert isinstance(query, Edit)
    assert (query.variable, dict(query.settings)) == ("I", {"C": 1})
    assert show(query, MODEL.variables) == "I[C=green] | I"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("do(C=blue)", "E070"),
        ("do(D=1)", "E070"),
        ("do(X=1.5)", "E070"),
        ("do(A=red)", "E070"),
        ("do(E=1)", "E010"),
        ("do(I=1)", "E071"),
        ("do(C=1, C=0)", "E072"),
        ("I[D=2] | C", "E072"),
        ("I[D=2] | I, D=3", "E072"),
        ("I | I", "E072"),
        ("do(C=1", "E006"),
        ("do(C)", "E079"),
        ("", "E005"),
        ("do(C=1) extra", "E005"),
        ("do(C=$)", "E004"),
    ],
)
def test_mistakes(text: str, code: str) -> None:
    with pytest.raises(ScmError) as error:
        read_query(text, MODEL)
    assert [d.code for d in error.value.diagnostics] == [code]
    assert error.value.diagnostics[0].source is not None
