"""The pages themselves: links lead somewhere, generated pages are up to date."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.markdown import ROOT, anchors, links, pages
from tools.reference import PAGES


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    assert [target for target in links(path) if not _leads_somewhere(path, target)] == []


def _leads_somewhere(path: Path, target: str) -> bool:
    if target.startswith(("https://", "mailto:")):
        return True
    file, _, anchor = target.partition("#")
    goal = (path.parent / file).resolve() if file else path
    inside = goal == ROOT or ROOT in goal.parents
    return inside and goal.exists() and (not anchor or anchor in anchors(goal))


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = ROOT / "README.md"
    assert not _leads_somewhere(page, "docs/nowhere.md")
    assert not _leads_somewhere(page, "README.md#no-such-heading")
    assert not _leads_somewhere(page, "../outside.md")
    assert _leads_somewhere(page, "LICENSE")


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_up_to_date(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs`"
