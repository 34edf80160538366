"""What the one style looks like, case by case."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from textwrap import dedent
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scmlang.diagnostics.base import InternalError, ScmError
from scmlang.diagnostics.width import width
from scmlang.formatting import format_text, text
from scmlang.formatting.cursor import Cursor
from scmlang.formatting.document import SPACE, Text, group, indented, sequence
from scmlang.formatting.layout import WIDTH, Line, lay_out
from scmlang.formatting.statements import program
from scmlang.limits import LIMITS, limited
from scmlang.source import Source
from scmlang.syntax.parser import parse

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").rglob("*.scm"))
LONG = "a_variable_whose_name_is_long"


def formatted(written: str) -> str:
    return format_text(Source("t.scm", written))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", ""),
        (" \n;\t;\n", ""),
        ("#only", "# only\n"),
        ("model  M;X,Y:binary", "model M\nX, Y: binary\n"),
        ("D:- 3 .. 09", "D: -3..09\n"),
        ("C:{ red,green }", "C: {red, green}\n"),
        ("I:image( 3,28,28 )", "I: image(3, 28, 28)\n"),
        ("latent  U", "latent U\n"),
        ("{X,Y}->Z<-W<->V", "{X, Y} -> Z <- W <-> V\n"),
        ("exogenous U,V~bernoulli( .50 )", "exogenous U, V ~ bernoulli(.50)\n"),
        ("X~uniform( 0 .. 9,coupling = gumbel, )", "X ~ uniform(0..9, coupling=gumbel)\n"),
        ("mechanism C,D:table", "mechanism C, D: table\n"),
        ("mechanism I:diffusion(channels=[ 32,64, ])", "mechanism I: diffusion(channels=[32, 64])\n"),
        ("let p=1e-3", "let p = 1e-3\n"),
        ("I:=[a,b][ 0 ]", "I := [a, b][0]\n"),
        ("query q=do( X = - 1 )", "query q = do(X=-1)\n"),
        ("query q=I[ C = green ]|I", "query q = I[C=green] | I\n"),
        ("query q=P(Y[X=1,M[X=0]]==1|do( Z ),X>=0)", "query q = P(Y[X=1, M[X=0]]=1 | do(Z), X >= 0)\n"),
        ("query q=P({X,Y},X+Y=2)", "query q = P({X, Y}, X + Y = 2)\n"),
        ("assert P(Y=1)==.190 within 1e-2", "assert P(Y=1) == .190 within 1e-2\n"),
        ("assert  not independent(X,Y|Z)", "assert not independent(X, Y | Z)\n"),
    ],
)
def test_statements(written: str, expected: str) -> None:
    assert formatted(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("((a))", "a"),
        ("(a+b)", "a + b"),
        ("((a+b))*c", "(a + b) * c"),
        ("a*(b)", "a * b"),
        ("(a<3)xor b", "(a < 3) xor b"),
        ("a-(b-c)-d", "a - (b - c) - d"),
        ("(a-b)-c", "(a - b) - c"),
        ("- -a**-b", "--a ** -b"),
        ("(-a)**2", "(-a) ** 2"),
        ("not(a and b)", "not (a and b)"),
        ("not(a)", "not a"),
        ("a<-b", "a < -b"),
        ("max((a+b),(c))", "max(a + b, c)"),
        ("(if a then b else c)", "if a then b else c"),
        ("1+(if(a)then(b)else(c))", "1 + (if a then b else c)"),
        ("if a then(if b then c else d)else e", "if a then (if b then c else d) else e"),
        ("0.10+1E+3+007", "0.10 + 1E+3 + 007"),
    ],
)
def test_expressions(written: str, expected: str) -> None:
    assert formatted(f"X:={written}") == f"X := {expected}\n"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("#a", "# a"),
        ("#1", "# 1"),
        ("# a", "# a"),
        ("#  a", "#  a"),
        ("#!a", "#!a"),
        ("##a", "##a"),
        ("#:a", "#:a"),
        ("#-a", "#-a"),
        ("#a\tb \t", "# a  b"),
        ("#a\rb\r", "# a b"),
    ],
)
def test_comments(written: str, expected: str) -> None:
    assert formatted(f"{written}\nX -> Y;{written}\n") == f"{expected}\nX -> Y  {expected}\n"


def test_blank_lines_group_statements() -> None:
    assert formatted("\n\n#a\n\n\n\nX->Y\nY->Z\r\n \r\n\r\n#b\nX->Z\n\n\n#c\n\n") == (
        "# a\n\nX -> Y\nY -> Z\n\n# b\nX -> Z\n\n# c\n"
    )


def test_comments_of_neighbouring_lines_share_a_column() -> None:
    written = "D: 0..9 # digit\nC: {red, green} # colour\n\nX: real # alone\nY: real\nLong: real # alone\n"
    assert formatted(written) == (
        "D: 0..9          # digit\nC: {red, green}  # colour\n\n"
        "X: real  # alone\nY: real\nLong: real  # alone\n"
    )


def test_comments_share_no_column_where_one_would_be_pushed_out() -> None:
    remark = "x" * (WIDTH - 30)
    written = f"D: 0..9 # {remark}\n{LONG}: real # y\n"
    assert formatted(written) == f"D: 0..9  # {remark}\n{LONG}: real  # y\n"


def test_wide_characters_count_as_two_columns() -> None:
    fits = "\N{CJK UNIFIED IDEOGRAPH-56E0}" * ((WIDTH - len(f"{LONG}: real  # ")) // 2)
    written = f"D: 0..9 # {fits}\n{LONG}: real # y\n"
    first, second = formatted(written).splitlines()
    assert first.index("#") == second.index("#")
    assert width(first) in (WIDTH - 1, WIDTH)
    first, second = formatted(written.replace(fits, fits + "xx")).splitlines()
    assert first.index("#") < second.index("#")


def test_a_table_has_a_row_a_line_in_columns() -> None:
    written = """\
    S~table(Z,M){#open
    (plain,0):[0.60,0.3,.1],#first
    # alone

    (fancier,10):[0.2,0.5,
      0.30,] (plain,1):[1,0,0]
    # end
    }
    """
    assert formatted(dedent(written)) == dedent("""\
        S ~ table(Z, M) {  # open
            (plain,   0):  [0.60, 0.3, .1]  # first
            # alone

            (fancier, 10): [0.2,  0.5, 0.30]
            (plain,   1):  [1,    0,   0]
            # end
        }
        """)


def test_rows_with_a_comment_inside_are_not_lined_up() -> None:
    written = "S ~ table(Z) {\n(a): [0.25, # quarter\n 0.75]\n(bcd): [0.5, 0.5] }"
    assert formatted(written) == dedent("""\
        S ~ table(Z) {
            (a): [
                0.25,  # quarter
                0.75
            ]
            (bcd): [0.5, 0.5]
        }
        """)


def test_long_lines_break_inside_brackets() -> None:
    written = f"I := [{LONG} and X, {LONG} or Y, f({LONG}, {LONG}, Z), 1]"
    assert formatted(written) == dedent(f"""\
        I := [
            {LONG} and X,
            {LONG} or Y,
            f({LONG}, {LONG}, Z),
            1
        ]
        """)


def test_a_long_operation_is_given_parentheses() -> None:
    written = f"I := {LONG} and {LONG} or X and not {LONG} or {LONG} == 1"
    assert formatted(written) == dedent(f"""\
        I := (
            {LONG} and {LONG}
            or X and not {LONG}
            or {LONG} == 1
        )
        """)


def test_a_long_conditional_has_a_case_a_line() -> None:
    written = f"I := if {LONG} then {LONG} else if Y then 2 else if Z then {LONG} else 1"
    assert formatted(written) == dedent(f"""\
        I := (
            if {LONG} then {LONG}
            else if Y then 2
            else if Z then {LONG}
            else 1
        )
        """)


def test_conditions_of_a_long_query_begin_a_line() -> None:
    written = f"query q = P({LONG}[X=1]=1, {LONG}[X=0]=0 | do({LONG}=3), X=1)"
    assert formatted(written) == dedent(f"""\
        query q = P(
            {LONG}[X=1]=1,
            {LONG}[X=0]=0
            | do({LONG}=3), X=1
        )
        """)


def test_comments_stay_with_their_operand() -> None:
    written = "T:=(\n(A and B)#one\nor # two\n C\n#three\nor D)"
    assert formatted(written) == dedent("""\
        T := (
            (A and B)  # one
            # two
            or C
            # three
            or D
        )
        """)


def test_code_is_as_wide_as_it_may_be_and_no_wider() -> None:
    name = "x" * (WIDTH - len("Y := [, b]"))
    assert formatted(f"Y := [{name}, b]") == f"Y := [{name}, b]\n"
    assert formatted(f"Y := [{name}, bc]") == f"Y := [\n    {name},\n    bc\n]\n"


@pytest.mark.parametrize(
    "opening", ["(", "-", "f(", "[", "if a then b else ", "not ", "1 + (", "a ** ", "b * ("]
)
def test_no_depth_exhausts_the_stack(opening: str) -> None:
    depth = LIMITS.brackets if opening == "(" else LIMITS.nesting - 1
    closing = ")" * opening.count("(") + "]" * opening.count("[")
    source = Source("t.scm", f"X := {opening * depth}c{closing * depth}\n")
    tree = parse(source)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_frames() + 40)
    try:
        lines = lay_out(program(Cursor(source), tree))
    finally:
        sys.setrecursionlimit(limit)
    assert sum(line.code.count("c") for line in lines) == 1
    assert formatted(formatted(source.text)) == formatted(source.text)


def _frames() -> int:
    frame: FrameType | None = sys._getframe()
    count = 0
    while frame is not None:
        frame, count = frame.f_back, count + 1
    return count


# --- the printer itself


def test_a_group_looks_at_what_follows_it() -> None:
    inner = group(Text("a"), indented(SPACE, Text("b")))
    fits, over = (sequence([inner, Text("x" * n)]) for n in (WIDTH - 3, WIDTH - 2))
    assert lay_out(fits) == [Line("a b" + "x" * (WIDTH - 3))]
    assert [line.code for line in lay_out(over)] == ["a", "    b" + "x" * (WIDTH - 2)]


def test_an_outer_group_breaks_first() -> None:
    inner = group(Text("y" * 60), SPACE, Text("z" * 30))
    assert [line.code for line in lay_out(group(Text("x" * 20), SPACE, inner))] == [
        "x" * 20,
        "y" * 60 + " " + "z" * 30,
    ]


# --- what does not parse, and what would go wrong


def test_every_syntax_error_is_reported() -> None:
    with pytest.raises(ScmError) as error:
        formatted("X ->\nY: binary\nlet = 3\n")
    assert [d.code for d in error.value.diagnostics] == ["E005", "E005"]


def test_a_text_that_would_become_too_large_is_refused() -> None:
    written = "X->Y;" * 20
    grown = len(formatted(written))
    with limited(source_bytes=grown - 1), pytest.raises(ScmError, match="E003: formatted"):
        formatted(written)
    with limited(source_bytes=grown):
        assert len(formatted(written)) == grown


def test_a_result_of_another_meaning_is_never_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "align", lambda lines: ["X -> Z"])
    with pytest.raises(InternalError):
        formatted("X -> Y")


# --- the examples


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_formatted(path: Path) -> None:
    written = path.read_text(encoding="utf-8")
    assert formatted(written) == written


def test_the_documentation_shows_what_it_says() -> None:
    page = (ROOT / "docs" / "formatting.md").read_text(encoding="utf-8")
    before, after = re.findall(r"^```scm[^\n]*\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert formatted(before) == after


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(EXAMPLES),
    st.integers(0, 10_000),
    st.integers(0, 60),
    st.sampled_from(["", ";", "#", "\n", "("]),
)
def test_a_damaged_example_is_refused_or_formatted(path: Path, at: int, length: int, put: str) -> None:
    written = path.read_text(encoding="utf-8")
    at %= len(written)
    damaged = written[:at] + put + written[at + length :]
    try:
        result = formatted(damaged)
    except ScmError:
        return
    assert formatted(result) == result
