"""The whole evaluation, of a model that was never trained."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from scmlang.diagnostics.base import ScmError
from scmlang.evaluate.evaluation import evaluate
from scmlang.evaluate.interventions import read_acts
from scmlang.evaluate.output import report_paths, write_report
from scmlang.evaluate.page import to_html
from scmlang.evaluate.report import Report
from scmlang.evaluate.text import print_report, sections
from scmlang.evaluate.truth import Units
from tests.evaluate.support import LEARNER, OPTIONS, untrained


@pytest.fixture(scope="module")
def report(units: Units) -> Report:
    subject = untrained()
    acts = read_acts(["do(S=triangle)", "do(T=3, K=1)"], subject.causal_model)
    return evaluate(subject, units, acts, OPTIONS, run="small/1")


def test_what_is_in_it(report: Report, units: Units) -> None:
    assert [effect.do for effect in report.effects] == ["do(S=triangle)", "do(T=3, K=1)"]
    assert [judge.variable for judge in report.judge] == ["S", "T", "K"]
    assert [c.cycles for c in report.composition] == [1, 2]
    assert [d.do for d in report.distributions] == ["", "do(S=triangle)", "do(T=3, K=1)"]
    assert report.provenance.images == len(units)
    assert report.provenance.run == "small/1"
    assert "Z" in report.notes[0]


def test_edit_friendly_inversion_composes_exactly(report: Report) -> None:
    for composition in report.composition:
        assert composition.l1 is not None
        assert composition.l1.mean < 0.01


def test_the_same_seed_gives_the_same_report(report: Report, units: Units) -> None:
    subject = untrained()
    acts = read_acts(["do(S=triangle)", "do(T=3, K=1)"], subject.causal_model)
    again = evaluate(subject, units, acts, OPTIONS, run="small/1")
    assert again.to_json() == report.to_json()


def test_the_default_interventions_and_the_progress(units: Units, tmp_path: Path) -> None:
    stages: dict[str, tuple[int, int]] = {}

    def progress(stage: str, done: int, total: int) -> None:
        stages[stage] = (done, total)

    options = replace(OPTIONS, parts=frozenset())
    report = evaluate(untrained(), units, [], options, folder=tmp_path, progress=progress)
    assert len(report.effects) == 3 + 2 + 4
    assert not any((report.composition, report.probes, report.marginals, report.inside, report.realism))
    assert all(done == total for done, total in stages.values())
    assert set(stages) == {"training the judge", "editing images"}
    stages.clear()
    evaluate(untrained(), units, [], options, folder=tmp_path, progress=progress)
    assert set(stages) == {"editing images"}


def test_labels_read_off_the_image_have_no_distribution(units: Units) -> None:
    text = LEARNER.replace("mechanism Z, S, K: table(shared=4)", "mechanism S, K: cnn(shared=4)")
    report = evaluate(untrained(text), units, read_acts(["do(K=1)"], units.truth.model), OPTIONS)
    assert report.distributions == ()
    assert any("reads the image" in note for note in report.notes)


def test_the_json(report: Report, tmp_path: Path) -> None:
    page = write_report(report, tmp_path / "new" / "folder")
    body = json.loads((tmp_path / "new" / "folder" / "report.json").read_text())
    assert body == json.loads(json.dumps(report.to_json()))
    assert body["schema"] == 2
    target = body["effects"][0]["targets"][0]
    assert target["variable"] == "S"
    assert target["all"].keys() == {"mean", "low", "high", "n"}
    assert page.name == "report.html"


def test_where_it_goes() -> None:
    assert report_paths(Path("a/b.html")) == (Path("a/b.html"), Path("a/b.json"))
    assert report_paths(Path("a/b")) == (Path("a/b/report.html"), Path("a/b/report.json"))


def test_an_unwritable_place(report: Report, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ScmError) as caught:
        write_report(report, tmp_path / "file" / "report.html")
    assert [d.code for d in caught.value.diagnostics] == ["E234"]


class _Page(HTMLParser):
    """Checks that tags nest, and collects what the page refers to."""

    VOID = frozenset({"meta", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.rows = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]
        self.rows += tag == "tr"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_refers_to_nothing(report: Report) -> None:
    text = to_html(report)
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert len(page.references) == 2
    assert all(reference.startswith("data:image/png;base64,") for reference in page.references)
    assert not re.search(r"https?:|url\(|@import", text)
    assert page.rows == sum(1 + len(section.rows) for section in sections(report) if section.rows)


def test_names_are_escaped_in_the_page(report: Report) -> None:
    odd = replace(report, provenance=replace(report.provenance, data="<b>&</b>"))
    assert "&lt;b&gt;&amp;&lt;/b&gt;" in to_html(odd)


def test_the_gallery_shows_what_changed(report: Report, units: Units) -> None:
    gallery = report.galleries[0]
    assert [row.title for row in gallery.rows] == ["factual", "reconstruction", "do(S=triangle)", "true"]
    changed = np.flatnonzero(units.split.columns["S"] != 2)[:8]
    assert np.array_equal(gallery.rows[0].images[: len(changed)], units.split.images[changed])
    caption = gallery.rows[3].captions[0]
    assert caption.lines[1] == "S=triangle"
    assert caption.emphasised[:2] == (False, True)


def test_the_tables_on_a_terminal(report: Report) -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    print_report(report, console)
    text = console.export_text()
    for title in (
        "Effectiveness",
        "Other labels",
        "Pictures",
        "Composition",
        "Label mechanisms",
        "The judge",
    ):
        assert title in text
    assert "[" in text
    assert "non-descendant" in text
