"""The report as one self-contained HTML page."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Iterator
from html import escape

from scmlang.data.pictures import draw_grid
from scmlang.evaluate.report import Gallery, Report
from scmlang.evaluate.text import Section, notes, sections

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1e1e1e; background: #fff; margin: 2rem auto;
  max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; margin: .6rem 0; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #ddd;
  vertical-align: top; }
th { border-bottom-color: #888; font-weight: 600; }
p.remark { color: #555; max-width: 48rem; margin: .3rem 0; }
figure { margin: 1rem 0; overflow-x: auto; } figure img { max-width: 100%; height: auto; }
dt { float: left; clear: left; width: 9rem; color: #555; } dd { margin-left: 9rem; overflow-wrap: anywhere; }
"""


def to_html(report: Report) -> str:
    """The page; it refers to nothing outside itself."""
    title = escape(f"{report.provenance.learner} against {report.provenance.truth}")
    body = "\n".join(_body(report, title))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _body(report: Report, title: str) -> Iterator[str]:
    yield f"<h1>{title}</h1>"
    yield (
        '<p class="remark">Scores of counterfactual edits on held-out pictures whose true counterfactuals '
        "are known. Means with 95 % bootstrap percentile intervals.</p>"
    )
    yield from _notes(report)
    for section in sections(report):
        if section.rows:
            yield from _section(section)
    for gallery in report.galleries:
        yield from _gallery(gallery)
    yield from _provenance(report)


def _notes(report: Report) -> Iterator[str]:
    found = list(notes(report))
    if found:
        yield "<ul>" + "".join(f"<li>{escape(note)}</li>" for note in found) + "</ul>"


def _section(section: Section) -> Iterator[str]:
    yield f"<h2>{escape(section.title)}</h2>"
    yield f'<p class="remark">{escape(section.remark)}</p>'
    yield "<table><thead>" + _row("th", section.heads) + "</thead><tbody>"
    yield from (_row("td", row) for row in section.rows)
    yield "</tbody></table>"


def _row(tag: str, cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"


def _gallery(gallery: Gallery) -> Iterator[str]:
    name = escape(gallery.do)
    png = io.BytesIO()
    draw_grid(gallery.rows).save(png, "PNG")
    data = b64encode(png.getvalue()).decode("ascii")
    alternative = f"rows: {escape(', '.join(row.title for row in gallery.rows))}"
    yield f"<h2>{name}</h2>"
    yield f'<figure><img alt="{alternative}" src="data:image/png;base64,{data}"></figure>'


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
