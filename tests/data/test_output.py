"""Output appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from scmlang.data.output import whole_file, whole_folder
from scmlang.diagnostics.base import ScmError


def ours(path: Path) -> bool:
    return (path / "ours").exists()


def write(path: Path, text: str, *, force: bool = False, fail: type[BaseException] | None = None) -> None:
    with whole_folder(path, force, ours) as stage:
        (stage / "ours").write_text(text)
        if fail is not None:
            raise fail(28, "No space left on device")


def listing(path: Path) -> list[str]:
    return sorted(p.name for p in path.iterdir())


def test_a_folder_appears_with_ordinary_permissions_and_its_parents(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b", "1")
    assert (tmp_path / "a" / "b" / "ours").read_text() == "1"
    assert listing(tmp_path / "a") == ["b"]
    (tmp_path / "plain").mkdir()
    assert (tmp_path / "a" / "b").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write(tmp_path / "out", "1")
    assert listing(tmp_path) == ["out"]


@pytest.mark.parametrize("force", [False, True])
def test_what_others_wrote_is_never_replaced(tmp_path: Path, force: bool) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("x")
    with pytest.raises(ScmError, match=r"E138.*exists already"):
        write(tmp_path / "out", "1", force=force)
    assert listing(tmp_path / "out") == ["thesis.tex"]


def test_ours_is_replaced_on_demand_only(tmp_path: Path) -> None:
    write(tmp_path / "out", "1")
    with pytest.raises(ScmError, match="E138") as error:
        write(tmp_path / "out", "2")
    assert error.value.diagnostics[0].helps == ("`--force` replaces it",)
    write(tmp_path / "out", "2", force=True)
    assert (tmp_path / "out" / "ours").read_text() == "2"
    assert listing(tmp_path) == ["out"]


@pytest.mark.parametrize(("fail", "raised"), [(KeyboardInterrupt, KeyboardInterrupt), (OSError, ScmError)])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_failure_leaves_what_was_there(
    tmp_path: Path, fail: type[BaseException], raised: type[BaseException], earlier: bool
) -> None:
    if earlier:
        write(tmp_path / "out", "1")
    with pytest.raises(raised):
        write(tmp_path / "out", "2", force=True, fail=fail)
    assert listing(tmp_path) == (["out"] if earlier else [])
    if earlier:
        assert (tmp_path / "out" / "ours").read_text() == "1"


def test_a_full_disk_is_a_diagnostic(tmp_path: Path) -> None:
    with pytest.raises(ScmError, match=r"E139.*No space left"):
        write(tmp_path / "out", "1", fail=OSError)


def test_a_file_in_the_way_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(ScmError, match="E138"):
        write(tmp_path / "out", "1", force=True)
    with pytest.raises(ScmError, match="E139"):
        write(tmp_path / "out" / "deeper", "1")


def test_a_failed_swap_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "out", "1")
    rename = Path.rename

    def fails_for_the_new(self: Path, target: Path) -> Path:
        if self.suffix == ".partial":
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_for_the_new)
    with pytest.raises(ScmError, match="E139"):
        write(tmp_path / "out", "2", force=True)
    assert (tmp_path / "out" / "ours").read_text() == "1"
    assert listing(tmp_path) == ["out"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "big_disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "big_disk", target_is_directory=True)
    write(tmp_path / "out", "1")
    assert (tmp_path / "out").is_symlink()
    assert (tmp_path / "big_disk" / "ours").read_text() == "1"


def write_file(path: Path, text: str, *, force: bool = False, interrupted: bool = False) -> None:
    with whole_file(path, force) as stage:
        stage.write_text(text)
        if interrupted:
            raise KeyboardInterrupt


def test_single_files(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_file(path, "1")
    with pytest.raises(ScmError, match="E138"):
        write_file(path, "2")
    with pytest.raises(KeyboardInterrupt):
        write_file(path, "2", force=True, interrupted=True)
    assert path.read_text() == "1"
    write_file(path, "2", force=True)
    assert path.read_text() == "2"
    assert listing(tmp_path) == ["t.csv"]
