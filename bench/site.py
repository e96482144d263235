"""A whole site against a bare Jinja2 and XlsxWriter loop over the same rows.

50 draws of 2,000 targets each, half of them drawn, all of these with a result. Ours
reads and checks ``public/``, renders all pages, writes sheets, zips and digests; theirs
holds the rows in memory, and writes the same cells: a table a draw for who was drawn,
one for the results, and the results as a workbook.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import xlsxwriter

from bench import Ratio, timed, versions
from dualrandom.model import Quota, Rounding
from dualrandom.model import Ratio as Share
from dualrandom.site import build_site
from dualrandom.tables import SELECTED, TARGETS
from tests.websites import draw, publication, result

if TYPE_CHECKING:
    from dualrandom.publish import PublicDraw

DRAWS = 50
TARGETS_EACH = 2000
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<table>
<thead><tr>{% for head in heads %}<th>{{ head }}</th>{% endfor %}</tr></thead>
<tbody>
{% for row in rows %}
<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody>
</table>
</body></html>
"""

Rows = list[tuple[str, ...]]


def run() -> Ratio:
    """Build a site, and write the same rows without more."""
    with tempfile.TemporaryDirectory() as folder:
        at = Path(folder)
        half = Quota(ratio=Share(p=1, q=2), round=Rounding.UP)
        names = [f"2026-{number:03}" for number in range(1, DRAWS + 1)]
        draws = [
            draw(at, name, targets=TARGETS_EACH, quota=half, log=False)
            for name in names
        ]
        rows = {name: _rows(one) for name, one in zip(names, draws, strict=True)}
        results = {
            name: [result(draw=name, target=row[2], name=row[1]) for row in drawn]
            for name, drawn in rows.items()
        }
        public = publication(at, *draws, results=results)
        told = {
            name: [
                (
                    *(str(n), r.name, r.target, f"{r.item} {r.item_name}"),
                    *(r.done, r.text, r.action, r.note),
                )
                for n, r in enumerate(found, 1)
            ]
            for name, found in results.items()
        }
        theirs, _ = timed(lambda: _bare(at / "bare", rows, told))
        ours, built = timed(lambda: build_site(public, at / "site"))
        for name in names:
            last = rows[name][-1][2]
            pages = sorted((at / "site" / "draws").glob(f"{name}.*html"))
            assert any(last in page.read_text("utf-8") for page in pages)
            assert last in (at / "bare" / f"{name}.html").read_text("utf-8")
        assert built.pages > 2 * DRAWS
        listed = sum(map(len, rows.values()))
    return Ratio(
        case=f"a site of {DRAWS} draws, {DRAWS * TARGETS_EACH:,} targets, "
        f"{listed:,} of them drawn and with a result",
        against="a bare Jinja2 and XlsxWriter loop over the same rows",
        ours=ours,
        theirs=theirs,
        at_most=3,
        versions=versions("jinja2", "xlsxwriter"),
    )


def _rows(one: PublicDraw) -> Rows:
    files = dict(one.files)
    targets = {t.id: t for t in TARGETS.parse(files[TARGETS.name])[1]}
    rows: Rows = []
    for s in SELECTED.parse(files[SELECTED.name])[1]:
        t = targets[s.id]
        drawn = (s.stratum, str(s.rank), s.ticket[:16])
        rows.append((str(s.order), t.name, t.id, t.region, t.kind, *drawn))
    return rows


def _bare(out: Path, rows: dict[str, Rows], told: dict[str, Rows]) -> None:
    out.mkdir()
    environment = jinja2.Environment(autoescape=True)
    page = environment.from_string(_PAGE)
    for name, drawn in rows.items():
        for stem, table in ((name, drawn), (f"{name}-results", told[name])):
            text = page.render(title=name, heads=table[0], rows=table)
            (out / f"{stem}.html").write_text(text, "utf-8")
        book = xlsxwriter.Workbook(str(out / f"{name}.xlsx"))
        sheet = book.add_worksheet()
        for at, row in enumerate(told[name]):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell)
        book.close()
