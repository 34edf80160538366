from __future__ import annotations

from pathlib import Path

import pytest

from scmlang.compiler import Compilation
from scmlang.diagnostics import ScmError
from scmlang.limits import LIMITS

EXAMPLES = Path(__file__).parents[1] / "examples"
OURS = sorted(EXAMPLES.rglob("*.scm"))


def codes(error: pytest.ExceptionInfo[ScmError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.stem)
def test_examples_are_clean(path: Path) -> None:
    assert Compilation.from_file(path).warnings == ()


def test_each_phase_runs_once() -> None:
    compilation = Compilation.from_file(EXAMPLES / "toy_ascm.scm")
    assert compilation.model is compilation.model
    assert compilation.diagram is compilation.diagram


@pytest.mark.parametrize(
    "stem", ["bar_mnist/frontdoor", "bar_mnist/backdoor", "strokes/strokes", "morpho_mnist/morpho"]
)
def test_the_truth_projects_to_what_the_learner_assumes(stem: str) -> None:
    learner = Compilation.from_file(EXAMPLES / f"{stem}.scm").diagram
    truth = Compilation.from_file(EXAMPLES / f"{stem}_truth.scm").diagram
    assert truth.latent_projection() == learner


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ScmError, match="no such file") as error:
        Compilation.from_file(tmp_path / "absent.scm")
    assert codes(error) == ["E001"]


def test_folder_instead_of_file(tmp_path: Path) -> None:
    with pytest.raises(ScmError) as error:
        Compilation.from_file(tmp_path)
    assert codes(error) == ["E001"]


def test_not_utf8_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.scm"
    path.write_bytes(b"X: binary\n# caf\xe9\n")
    with pytest.raises(ScmError, match="0xe9 in line 2") as error:
        Compilation.from_file(path)
    assert codes(error) == ["E002"]


def test_too_large_file_and_text(tmp_path: Path) -> None:
    path = tmp_path / "large.scm"
    path.write_bytes(b"#" * (LIMITS.source_bytes + 1))
    for make in (lambda: Compilation.from_file(path), lambda: Compilation.from_text(path.read_text()).ast):
        with pytest.raises(ScmError) as error:
            make()
        assert codes(error) == ["E003"]


def test_byte_order_mark_is_no_character(tmp_path: Path) -> None:
    path = tmp_path / "bom.scm"
    path.write_bytes(b"\xef\xbb\xbfX: binary\n")
    assert list(Compilation.from_file(path).model.variables) == ["X"]
