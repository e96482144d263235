"""Whatever a text says, it is text: on every page, sheet, feed and form.

Each free text of each value that leaves the program is found by reflection, and holds
hostile words with a mark of its own (``tests/hostile.py``). What no page shows of them
is named here: a field that is added must be shown, or named.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest

from dualrandom.documents import announcement_bytes, parse_announcement
from dualrandom.forms import forms_of, letter_of
from dualrandom.plans import Plan, PlanId, PlanLine, plan_bytes
from dualrandom.public_outcomes import Penalties
from dualrandom.publish import PublicDraw
from dualrandom.registry.lists import TASKS
from dualrandom.sheets import InspectorRow, TargetRow, write_list, write_rows
from dualrandom.site import build_site
from tests import clerk
from tests.factories import Supersedes, make_folder, make_targets
from tests.hostile import Marks, hostile
from tests.paper import LETTER, PAPER
from tests.websites import (
    ITEM,
    OFFICE,
    RULES,
    Page,
    disclosed,
    everything,
    pages,
    penalty,
    publication,
    result,
)

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.sheets.columns import Listing

FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]")
SILENT = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\ufeff\x00-\x08\x0b-\x1f\x7f]")
NOT_SHOWN = {
    "Announcement.software",
    "OfficePage.origin",
    "Plan.reason",
    "PublishedPenalty.draw",
    "PublishedPenalty.unit",
    "PublishedResult.code",
    "PublishedResult.codes",
}
AROUND = {"filing", "site_name", "column", "column_type", "meta_prefix"}
"""Of the site: in head and footer, which a piece of a page has not."""


class Published:
    """A publication with hostile words in every free text."""

    def __init__(self, at: Path) -> None:
        self.marks = marks = Marks()
        made = everything(at) | {
            "items": (replace(ITEM, record=marks.put(ITEM.record, controls=False)),),
            "results": {"2026-001": [marks.put(result(1))]},
            "penalties": Penalties(
                shown=(marks.put(penalty(1)),),
                ended=(marks.put(everything(at)["penalties"].ended[0]),),
            ),
            "tables": [self._table()],
        }
        rules, plan = made["texts"][0], self._plan()
        made["texts"] = [
            (replace(given[0], digest=sha256(data).hexdigest()), data)
            for given, data in (
                (rules, RULES + marks.word("rules", controls=False).encode() + b"\n"),
                (made["texts"][1], plan),
            )
        ]
        word = marks.word("checkpoint")
        checkpoint = f"{word}\n1\n{word}\n\n— {word} A\n".encode()
        office = replace(marks.put(OFFICE), site=marks.put(OFFICE.site))
        draws = (self._drawn(at), self._announced(at))
        self.folder = publication(
            at, *draws, office=office, log=(("checkpoint", checkpoint),), **made
        )

    def _table(self) -> Any:
        table = self.marks.put(disclosed())
        cell = self.marks.word("DisclosedTable.rows")
        return replace(table, columns=("项目", *table.columns), rows=((cell, cell),))

    def _plan(self) -> bytes:
        line = PlanLine(id=PlanId("2026-01"), name="甲")
        plan = Plan(year=2026, lines=(self.marks.put(line, controls=False),))
        return plan_bytes(self.marks.put(plan, controls=False))

    def _drawn(self, at: Path) -> PublicDraw:
        targets = [self.marks.put(t, controls=False) for t in make_targets(9)]
        return PublicDraw.load(make_folder(at / "draws", targets=targets, log=True))

    def _announced(self, at: Path) -> PublicDraw:
        folder = make_folder(
            at / "draws",
            "2026-002",
            ends="announced",
            supersedes=Supersedes(draw="2026-001", reason="x"),
        )
        path = folder / "announcement.json"
        was = parse_announcement(path.read_bytes())
        put = self.marks.put
        assert was.supersedes is not None
        now = replace(
            put(was),
            task=put(was.task),
            items=tuple(put(item) for item in was.items),
            excluded=tuple(put(one) for one in was.excluded),
            supersedes=put(was.supersedes),
        )
        path.write_bytes(announcement_bytes(now))
        return PublicDraw.load(folder)


@pytest.fixture(scope="module", name="published")
def _published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return Published(tmp_path_factory.mktemp("hostile"))


def shape(page: Page) -> set[tuple[str, str]]:
    """Return which elements a page has, with which attributes."""
    return {(tag, name) for tag, attrs in page.tags for name in ("", *attrs)}


@pytest.mark.parametrize(("lang", "fragments"), [("zh-TW", True), ("en", False)])
def test_on_every_page_it_is_text(
    lang: Any, fragments: Any, published: Published, tmp_path: Path
) -> None:
    site, tame = tmp_path / "site", tmp_path / "tame"
    build_site(published.folder, site, lang, fragments=fragments)
    (tmp_path / "at").mkdir()
    harmless = publication(
        tmp_path / "at",
        PublicDraw.load(make_folder(tmp_path / "draws", log=True)),
        PublicDraw.load(make_folder(tmp_path / "draws", "2026-002", ends="announced")),
        **everything(tmp_path),
    )
    build_site(harmless, tame, lang, fragments=fragments)
    usual = {pair for page in pages(tame).values() for pair in shape(page)}
    seen = set()
    for name, page in pages(site).items():
        if name.startswith("verifier/"):
            continue
        assert not page.faults, name
        assert shape(page) <= usual, name
        assert not SILENT.search(page.source), name
        said = [value or "" for _, attrs in page.tags for value in attrs.values()]
        seen |= published.marks.whole_in(" ".join([page.text, *said]))
        cut = published.marks.found_in(page.source) - seen
        assert not cut, name
    around = {f"Site.{name}" for name in AROUND} if fragments else set()
    assert set(published.marks.names) - seen == NOT_SHOWN | around


def test_in_every_sheet_feed_and_document_it_is_text(
    published: Published, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    build_site(published.folder, site)
    read: dict[str, int] = {}
    for path in sorted(site.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        kind = path.suffix if data and "verifier" not in path.parts else ""
        if kind == ".csv":
            plain_csv(data.decode("utf-8-sig"))
        elif kind == ".xlsx":
            plain_book(path)
        elif kind == ".xml":
            plain_xml(data.decode())
        elif kind == ".json":
            # A document says it as it is; nothing of it can end a string.
            assert published.marks.found_in(data.decode()) <= published.marks.found_in(
                json.dumps(json.loads(data), ensure_ascii=False)
            )
        read[kind] = read.get(kind, 0) + 1
    assert min(read[kind] for kind in (".csv", ".xlsx", ".json")) > 6, read
    assert read[".xml"] == 2
    feed = ET.fromstring((site / "feed.xml").read_text("utf-8"))
    told = published.marks.whole_in(" ".join(feed.itertext()))
    assert {"Announcement.title", "OfficePage.name"} <= told


def plain_csv(text: str) -> None:
    """No cell starts as a formula does, whatever blanks stand before it."""
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert cells
    assert not [cell for cell in cells if FORMULA.match(cell)]


def plain_book(path: Path) -> None:
    """Every cell is a string; no formula, no link."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        kinds = {cell.data_type for cell in cells if cell.value is not None}
        assert kinds == {"s"}, (path.name, kinds)
        assert not [cell for cell in cells if cell.hyperlink]


def plain_xml(text: str) -> None:
    """It is well-formed, and its elements are those of a feed or a sitemap."""
    assert not SILENT.search(text)
    found = {e.tag.rpartition("}")[2] for e in ET.fromstring(text).iter()}
    feed = {"feed", "title", "id", "updated", "link", "entry", "author", "name"}
    assert found <= feed | {"summary", "content", "urlset", "url", "loc", "lastmod"}


# ── what stays in the house ──────────────────────────────────────────────────────


def test_on_every_form_and_letter_it_is_text() -> None:
    marks = Marks()
    paper = replace(
        marks.put(PAPER),
        items=tuple(marks.put(item) for item in PAPER.items),
        lines=(
            *PAPER.lines,
            *(replace(marks.put(line), code=c) for line in PAPER.lines for c in (0, 1)),
        ),
        digests=((marks.word("digests"), marks.word("digests")),),
        visits=tuple(
            replace(marks.put(visit), team=tuple(map(marks.put, visit.team)))
            for visit in PAPER.visits
        ),
    )
    letter = marks.put(LETTER)
    for lang in ("zh-CN", "en"):
        tame = {**forms_of(PAPER, lang), "letter": letter_of(LETTER, lang)}
        seen = set()
        made = {**forms_of(paper, lang), "letter": letter_of(letter, lang)}
        for name, data in made.items():
            page, plain = (Page(d.decode()) for d in (data, tame[name]))
            assert shape(page) <= shape(plain), name
            assert not SILENT.search(page.source), name
            asked = [
                a[n] or "" for _, a in page.tags for n in ("src", "href") if n in a
            ]
            assert all(one.startswith("data:image/svg+xml;base64,") for one in asked)
            seen |= marks.whole_in(page.text)
        # A team's unit is in no form.
        assert set(marks.names) - seen == {"Person.unit", "Person.id"}


def rows_of(marks: Marks) -> dict[Listing, list[Any]]:
    """Return one hostile row of each list."""

    def put(value: Any) -> Any:
        return marks.put(value, controls=False)

    target, private = clerk.target(1)
    task = TASKS.rows([put(clerk.task())]).values()
    return {
        "targets": [TargetRow(put(target), put(private))],
        "inspectors": [
            InspectorRow(put(clerk.inspector(1)), (put(clerk.recusal(1, 1)),))
        ],
        "items": [put(clerk.item())],
        "recusals": [put(clerk.recusal(1, 2))],
        "tasks": [dict(zip(TASKS.names, row, strict=True)) for row in task],
        "penalties": [put(clerk.penalty())],
        "objections": [put(clerk.objection(answer="x"))],
    }


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_in_every_sheet_of_the_office_it_is_text(suffix: str, tmp_path: Path) -> None:
    marks = Marks()
    path = tmp_path / f"a{suffix}"
    seen = set()
    for listing, rows in rows_of(marks).items():
        write_list(path, listing, rows)
        seen |= read_back(path, marks)
    assert set(marks.names) == seen
    # The hand-over sheet, inspectors' sheet and results' sheet are rows like any other.
    write_rows(path, hostile(0), [hostile(1)], [[hostile(2)], [hostile(3)]])
    read_back(path, marks)


def read_back(path: Path, marks: Marks) -> set[str]:
    if path.suffix == ".csv":
        text = path.read_text("utf-8-sig")
        plain_csv(text)
        return marks.found_in(text)
    plain_book(path)
    book = openpyxl.load_workbook(path)
    values = [str(c.value) for row in book.worksheets[0].iter_rows() for c in row]
    return marks.found_in(" ".join(values))
