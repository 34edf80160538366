from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scmlang.diagnostics import Diagnostic, InternalError, ScmError
from scmlang.source import Source, Span
from scmlang.syntax import ast, parser
from scmlang.syntax.parser import parse, parse_query

EXAMPLES = Path(__file__).parents[2] / "examples"


def program(text: str) -> ast.Program:
    source = Source("t.scm", text)
    return parse(source)


def problems(text: str) -> list[tuple[str, int]]:
    with pytest.raises(ScmError) as error:
        program(text)
    source = Source("t.scm", text)
    return [(d.code, source.position(d.span.start)[0]) for d in error.value.diagnostics if d.span]


def expression(text: str) -> ast.Expression:
    statement = program(f"X := {text}").statements[0]
    assert isinstance(statement, ast.Assignment)
    return statement.value


def shape(node: ast.Expression) -> object:
    """The tree without its spans."""
    if isinstance(node, ast.Number | ast.Truth):
        return node.value
    if isinstance(node, ast.Word):
        return node.text
    if isinstance(node, ast.Binary):
        return (node.operator, shape(node.left), shape(node.right))
    if isinstance(node, ast.Apply):
        return (node.function.text, *map(shape, node.arguments))
    head = node.operator if isinstance(node, ast.Unary) else type(node).__name__
    return (head, *map(shape, ast.operands(node)))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a or b xor c and not d", ("or", "a", ("xor", "b", ("and", "c", ("not", "d"))))),
        ("a + b * c ** d", ("+", "a", ("*", "b", ("**", "c", "d")))),
        ("a - b - c", ("-", ("-", "a", "b"), "c")),
        ("a ** b ** c", ("**", "a", ("**", "b", "c"))),
        ("-a ** 2", ("-", ("**", "a", 2))),
        ("2 ** -1", ("**", 2, ("-", 1))),
        ("a < b and c >= 1.5", ("and", ("<", "a", "b"), (">=", "c", 1.5))),
        ("a<-1", ("<", "a", ("-", 1))),
        ("not a == b", ("not", ("==", "a", "b"))),
        ("if a then b else if c then 1 else 2", ("Conditional", "a", "b", ("Conditional", "c", 1, 2))),
        ("[a, b][0]", ("Index", ("Vector", "a", "b"), 0)),
        ("max(a, .5, 1e3)", ("max", "a", 0.5, 1000.0)),
        ("a // b % c", ("%", ("//", "a", "b"), "c")),
    ],
)
def test_precedence(text: str, tree: object) -> None:
    assert shape(expression(text)) == tree


def test_a_newline_inside_brackets_is_space() -> None:
    text = "B ~ table(D,\n C) {\n  (0, 1): [0.9,\n 0.1]  # comment\n}\nX: binary"
    draw, declaration = program(text).statements
    assert isinstance(draw, ast.Draw)
    assert draw.rows is not None
    assert len(draw.rows) == 1
    assert isinstance(declaration, ast.Declaration)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\n\n# comment\n\n"])
@pytest.mark.parametrize("end", ["", "\n", "   ", " # comment"])
def test_line_ends(newline: str, end: str) -> None:
    statements = program(f"X: binary{newline}\tY:\tbinary{end}").statements
    assert [type(s) for s in statements] == [ast.Declaration, ast.Declaration]


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing", "   "])
def test_an_empty_file_is_a_program(text: str) -> None:
    assert program(text).statements == ()


def test_every_span_covers_its_text() -> None:
    text = "X := if a then (b + 10) else Z[0]"
    node = expression(text.removeprefix("X := "))
    assert isinstance(node, ast.Conditional)
    spans = [node.span, node.condition.span, node.then.span, node.otherwise.span]
    shown = [text[span.start : span.end] for span in spans]
    assert shown == ["if a then (b + 10) else Z[0]", "a", "b + 10", "Z[0]"]


def test_arrow_chains() -> None:
    (arrows,) = program("{D, C} -> B <-> A <- E").statements
    assert isinstance(arrows, ast.Arrows)
    assert [link.operator for link in arrows.links] == ["->", "<->", "<-"]
    assert [[n.text for n in g.names] for g in arrows.groups] == [["D", "C"], ["B"], ["A"], ["E"]]


def test_a_monotone_chain() -> None:
    (statement,) = program("monotone {D, C} -> B <- E").statements
    assert isinstance(statement, ast.Monotone)
    assert [link.operator for link in statement.links] == ["->", "<-"]
    assert [[n.text for n in g.names] for g in statement.groups] == [["D", "C"], ["B"], ["E"]]


@pytest.mark.parametrize(
    "text", ["Y ~ bernoulli(0.5, coupling=monotone)", "mechanism Y: table(coupling=monotone)"]
)
def test_monotone_is_the_value_of_an_option_too(text: str) -> None:
    (statement,) = program(text).statements
    assert isinstance(statement, ast.Draw | ast.Mechanism)
    value = statement.call.arguments[-1].value
    assert isinstance(value, ast.Word)
    assert value.text == "monotone"


@pytest.mark.parametrize(
    "text", ["X, monotone: binary", "monotone := 1", "monotone -> Y", "let monotone = 1", "P -> monotone"]
)
def test_monotone_is_no_name(text: str) -> None:
    assert problems(text) in ([("E008", 1)], [("E005", 1)])


def test_queries() -> None:
    source = Source("q", " do(C = green, D=-2)\n")
    query = parse_query(source)
    assert isinstance(query, ast.Do)
    assert [(s.variable.text, s.value.text) for s in query.settings] == [("C", "green"), ("D", "-2")]
    with pytest.raises(ScmError):
        parse_query(Source("q", "do(C=1) do(C=2)"))


@pytest.mark.parametrize("text", ["X -> Y; Y -> Z", "X -> Y;\nY -> Z;", ";; X -> Y ;; Y -> Z # a; b"])
def test_a_semicolon_ends_a_statement(text: str) -> None:
    assert [type(s) for s in program(text).statements] == [ast.Arrows, ast.Arrows]


def test_recovery_at_semicolons() -> None:
    assert problems("X = 1; Y := 2; Z = 3; W := (1; 2)") == [("E005", 1)] * 3


def test_recovery_reports_every_bad_statement() -> None:
    text = "X: binary\nY: 0..\nZ := (1\nW: binary\nV = 2\nU ~ bernoulli(0.5))\n"
    assert problems(text) == [("E005", 2), ("E006", 3), ("E005", 5), ("E006", 6)]


def test_an_open_bracket_does_not_hide_the_next_statement() -> None:
    assert problems("X ~ bernoulli(0.5\nlet p = (0.1\nY := = 3\n") == [("E006", 1), ("E006", 2), ("E005", 3)]


@pytest.mark.parametrize(
    "text",
    ["(" * 100_000, "X := " + "(" * 400 + "-" * 5000 + "1" + ")" * 400, "X := " + "1 + " * 20_000 + "1"],
)
def test_no_nesting_exhausts_the_stack(text: str) -> None:
    assert problems(text)[0][0] in ("E006", "E007")


_SYMBOLS = [*"()[]{}:,~=|+-*/%#\t\n\n", ":=", "->", "<->", "<-", "..", "**", "//", "==", "<", "\r\n"]
_KEYWORDS = [
    "model",
    "latent",
    "exogenous",
    "query",
    "mechanism",
    "monotone",
    "let",
    "if",
    "then",
    "else",
    "not",
    "true",
]
_OTHERS = ["X", "Y", "table", "binary", "do", "0", "1.5", "9", "é", "\x00", "\u202e", "😀", "_", "'"]
_WORDS = st.sampled_from([*_SYMBOLS, *_KEYWORDS, *_OTHERS])


def reported(text: str) -> tuple[Diagnostic, ...]:
    try:
        program(text)
    except ScmError as error:
        return error.diagnostics
    return ()


@given(st.lists(_WORDS, max_size=40).map(" ".join) | st.text(max_size=60))
def test_any_text_parses_or_is_reported(text: str) -> None:
    for diagnostic in reported(text):
        assert diagnostic.span is not None
        assert 0 <= diagnostic.span.start < diagnostic.span.end <= len(text) + 1


@given(st.data())
def test_examples_with_a_piece_cut_out_parse_or_are_reported(data: st.DataObject) -> None:
    text = (EXAMPLES / "bar_mnist" / "frontdoor_truth.scm").read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    codes = {diagnostic.code for diagnostic in reported(text[:start] + text[end:])}
    assert codes <= {"E004", "E005", "E006", "E008"}


def test_the_grammar_comes_from_the_wheel_or_the_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_tree = Path(parser.__file__).parents[2] / "grammar" / "scm.lark"
    assert parser.grammar_text() == in_tree.read_text(encoding="utf-8")
    (tmp_path / "_grammar").mkdir()
    (tmp_path / "_grammar" / "scm.lark").write_text("shipped", encoding="utf-8")
    monkeypatch.setattr(parser, "files", lambda package: tmp_path)
    assert parser.grammar_text() == "shipped"


def test_a_broken_installation_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "files", lambda package: tmp_path)
    monkeypatch.setattr(parser, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    with pytest.raises(InternalError, match="neither"):
        parser.grammar_text()


def test_spans_join() -> None:
    assert Span(3, 5) | Span(1, 2) == Span(1, 5)


@pytest.mark.parametrize("digits", [16, 5000])
@pytest.mark.parametrize("text", ["X: 0..{}", "X: -{}..0", "X: bits({})", "X := {}"])
def test_a_number_of_many_digits_is_a_report(text: str, digits: int) -> None:
    with pytest.raises(ScmError) as caught:
        parse(Source("m", text.format("9" * digits)))
    assert [d.code for d in caught.value.diagnostics] == ["E009"]


def test_zeros_in_front_make_no_number_large() -> None:
    declaration = parse(Source("m", f"X: -{'0' * 30}7..{'0' * 30}9")).statements[0]
    assert isinstance(declaration, ast.Declaration)
    assert isinstance(declaration.domain, ast.RangeDomain)
    assert (declaration.domain.low, declaration.domain.high) == (-7, 9)


@pytest.mark.parametrize("name", ["do", "within", "P", "table", "bernoulli", "independent"])
def test_a_word_that_is_no_keyword_names_a_variable_anywhere(name: str) -> None:
    text = f"X: binary\n{name}: binary; {name} -> X\n\n{name} ~ bernoulli(0.5)\nquery q = P({name}=1)\n"
    program = parse(Source("<text>", text))
    assert len(program.statements) == 5
