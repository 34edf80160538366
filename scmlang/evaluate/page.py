"""The report as one self-contained HTML page."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape

from scmlang.data.pictures import draw_grid
from scmlang.evaluate.report import Gallery, Report
from scmlang.evaluate.section import Section
from scmlang.evaluate.text import notes, sections

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1e1e1e; background: #fff; margin: 2rem auto;
  max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; margin: .6rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #ddd;
  vertical-align: top; font-weight: 400; }
thead th { border-bottom-color: #767676; font-weight: 600; }
.wide { overflow-x: auto; }
p.remark, figcaption { color: #555; max-width: 48rem; margin: .3rem 0; }
figure { margin: 1rem 0; overflow-x: auto; } figure img { max-width: 100%; height: auto; }
dt { float: left; clear: left; width: 9rem; color: #555; } dd { margin-left: 9rem; overflow-wrap: anywhere; }
@media print {
  body { font-size: 8.5pt; margin: 0; max-width: none; padding: 0; }
  h2 { break-after: avoid; margin-top: 1.2rem; } tr, figure { break-inside: avoid; }
  thead { display: table-header-group; } .wide, figure { overflow: visible; }
  th, td { padding-right: .5rem; } figure img { max-height: 20cm; }
}
"""


def to_html(report: Report) -> str:
    """The page; it refers to nothing outside itself."""
    title = f"{report.provenance.learner} against {report.provenance.truth}"
    return page(title, _body(report))


def page(title: str, body: Iterable[str]) -> str:
    """A whole page of a title and what comes below it."""
    title = escape(title)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _body(report: Report) -> Iterator[str]:
    yield (
        '<p class="remark">Scores of counterfactual edits on held-out pictures whose true counterfactuals '
        "are known. Means with 95 % bootstrap percentile intervals.</p>"
    )
    yield from _notes(report)
    for section in sections(report):
        if section.rows:
            yield from section_html(section)
    for gallery in report.galleries:
        yield from _gallery(gallery)
    yield from _provenance(report)


def _notes(report: Report) -> Iterator[str]:
    found = list(notes(report))
    if found:
        yield "<ul>" + "".join(f"<li>{escape(note)}</li>" for note in found) + "</ul>"


def section_html(section: Section) -> Iterator[str]:
    """A heading, how to read the table, and the table."""
    yield f"<section><h2>{escape(section.title)}</h2>"
    yield f'<p class="remark">{escape(section.remark)}</p>'
    yield f'<div class="wide" tabindex="0" role="region" aria-label="{escape(section.title)}">'
    yield "<table><thead><tr>"
    yield "".join(f'<th scope="col">{escape(head)}</th>' for head in section.heads)
    yield "</tr></thead><tbody>"
    yield from map(_row, section.rows)
    yield "</tbody></table></div></section>"


def _row(cells: tuple[str, ...]) -> str:
    first, *others = map(escape, cells)
    return f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others) + "</tr>"


def _gallery(gallery: Gallery) -> Iterator[str]:
    name = escape(gallery.do)
    png = io.BytesIO()
    draw_grid(gallery.rows).save(png, "PNG")
    data = b64encode(png.getvalue()).decode("ascii")
    titles = escape(", ".join(row.title for row in gallery.rows))
    alternative = f"A grid of {len(gallery.rows[0].images)} held-out pictures under {name}; rows: {titles}"
    yield f"<section><h2>Pictures under {name}</h2>"
    yield f'<figure><img alt="{alternative}" src="data:image/png;base64,{data}">'
    yield f"<figcaption>From top to bottom: {titles}. Labels that changed are red.</figcaption></figure>"
    yield "</section>"


def _provenance(report: Report) -> Iterator[str]:
    p = report.provenance
    guidance = ", ".join(f"{name} {scale:g}" for name, scale in p.guidance.items()) or "none"
    facts = {
        "learner": f"{p.learner}, run {p.run}, step {p.step}",
        "truth": f"{p.truth}, SHA-256 {p.truth_sha256}",
        "data": f"{p.data}, the first {p.images} rows of {p.split}",
        "edits": f"{p.steps} steps, {p.inversion} inversion, guidance {guidance}, seed {p.seed}",
        "program": f"scmlang {p.scmlang}",
    }
    yield "<h2>How it was made</h2><dl>"
    yield from (f"<dt>{escape(key)}</dt><dd>{escape(value)}</dd>" for key, value in facts.items())
    yield "</dl>"
