"""The whole site: every page rendered, every public file beside it, swapped in.

Border: files in and out. What pages say is decided in the other files of this room;
how they look stands in ``reports/templates``.

- Every value is text: templates escape, and control or direction characters become
  visible. No page has a script, or asks anything of another host.
- The same ``public/`` gives the same bytes, on any day and any machine.

Layout: ``draws/2026-001/`` is a clean draw folder, ``draws/2026-001.html`` its page,
``draws/2026-001.zip`` the folder as one file (as is ``log.zip``, for servers that do
not know the log's kinds of file); ``SHA256SUMS`` lists all there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dualrandom.errors import UsageError, Where
from dualrandom.messages import shown
from dualrandom.plans import parse_plan
from dualrandom.public import DRAW_FOLDERS, LOG, MANIFEST, PORTABLE_PAGE, VERIFIER
from dualrandom.public_texts import PLANS, RULES
from dualrandom.shipped import reports, shipped
from dualrandom.site.catalogue import (
    CATALOGUED,
    catalogue_view,
    plan_view,
    table_view,
)
from dualrandom.site.draws import beijing
from dualrandom.site.feeds import datapackage, resource_of
from dualrandom.site.frame import Frame, base_of, framer
from dualrandom.site.items import items_of, moves_of
from dualrandom.site.layout import FEED, STYLE, SUMS
from dualrandom.site.lists import index_line, log_of, pages_of, words_of
from dualrandom.site.notice import ids_view, notice_of
from dualrandom.site.outcomes import (
    ended_view,
    penalties_view,
    results_view,
    violations_view,
)
from dualrandom.site.phrases import Phrases
from dualrandom.site.punctuality import (
    due_of_draw,
    due_of_penalties,
    punctuality_view,
)
from dualrandom.site.source import Source
from dualrandom.site.statistics import Statistics
from dualrandom.site.tables import lines_of, ranges_of, widths_of
from dualrandom.site.texts import paragraphs
from dualrandom.site.wrapping import absolute, load_shell
from dualrandom.staging import read_file, swap_in, zip_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from dualrandom.site.draws import PublishedDraw
    from dualrandom.site.notice import Notice
    from dualrandom.site.phrases import PageLang
    from dualrandom.site.punctuality import Due
    from dualrandom.site.tables import TableView
    from dualrandom.site.wrapping import Shell


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What a build came to, in files; ``pages`` are those with a table of contents."""

    pages: int
    written: int
    kept: int
    removed: int


def build_site(
    public: Path,
    out: Path,
    lang: PageLang = "zh-CN",
    *,
    shell: Path | None = None,
    fragments: bool = False,
) -> Built:
    """Build the site from ``public/`` alone: aside, then swapped in.

    Args:
        public: the publication folder; nothing else is read.
        out: where the site goes; made if it is not there.
        lang: of the pages; names and titles stay as they are.
        shell: the office's own page to put around each; None for ours.
        fragments: whether pages are pieces to paste, whose links lead to the site.

    Raises:
        UsageError: E911, one folder lies in the other; E955, pieces of a site that
            has no address.
        InputError: E954, the shell cannot be used.
        EnvironmentProblem: E908, no publication; E907, ``out`` cannot be written.
        VerificationError: E909, a file is not the one that manifest.json names;
            E801 and others, a file that cannot be read.
        StateError: E906, ``out`` holds a file that no build wrote.
    """
    here, there = public.resolve(), out.resolve()
    if here == there or here in there.parents or there in here.parents:
        raise UsageError("E911", where=Where(file=str(out)))
    around = None if shell is None else load_shell(shell)
    builder = _Builder(Source(public), lang, around, fragments=fragments)
    swapped = swap_in(out, builder.files(), ours=_earlier(out))
    return Built(
        pages=builder.pages,
        written=swapped.written,
        kept=swapped.kept,
        removed=swapped.removed,
    )


def _earlier(out: Path) -> set[str]:
    """Return what the last build wrote: the list is its own, so it is believed."""
    if not (out / SUMS).is_file():
        return set()
    lines = read_file(out / SUMS).decode("utf-8", "replace").splitlines()
    return {SUMS, *(line.partition("  ")[2] for line in lines)}


def _visible(value: object) -> object:
    """Return a value as it may stand on a page; markup is the templates' own."""
    # What is printable has nothing to be made visible; this is the hot path.
    if type(value) is str:
        return value if value.isprintable() else shown(value)
    return value if isinstance(value, Markup) else shown(str(value))


class _Builder:
    """One build: what all pages share, and the files in order."""

    def __init__(
        self,
        source: Source,
        lang: PageLang,
        shell: Shell | None = None,
        *,
        fragments: bool = False,
    ) -> None:
        self._source = source
        self._say = Phrases(lang)
        self._office = source.office()
        self._shell = shell
        self._fragments = fragments
        self._base = base_of(self._office.site)
        if fragments and not self._base:
            raise UsageError("E955")
        self._frame = framer(self._office, self._say)
        self._pages: list[tuple[str, str]] = []
        self._notices: list[Notice] = []
        self._resources: list[dict[str, object]] = []
        self._env = Environment(
            loader=FileSystemLoader(reports() / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_visible,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._env.filters["beijing"] = beijing
        self._env.globals.update(
            say=self._say,
            lang=lang,
            office=self._office,
            entries=self._sections(),
            whole=shell is None and not fragments,
            feed=bool(self._base)
            and any(path.startswith(DRAW_FOLDERS) for path in source.paths()),
        )

    @property
    def pages(self) -> int:
        return len(self._pages)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield every file of the site, the list of digests last."""
        sums = {}
        for path, data in self._all():
            sums[path] = sha256(data).hexdigest()
            yield path, data
        lines = (f"{sums[path]}  {path}\n" for path in sorted(sums))
        yield SUMS, "".join(lines).encode()

    def _all(self) -> Iterator[tuple[str, bytes]]:
        yield STYLE, shipped(STYLE)
        yield from self._copies()
        yield from self._draws()
        yield self._items()
        yield from self._rules()
        yield from self._plans()
        yield from self._penalties()
        yield from self._catalogue()
        yield from self._log()
        yield from self._verify()
        yield from self._sitemap()
        yield "datapackage.json", datapackage(self._office.name, self._resources)

    def _copies(self) -> Iterator[tuple[str, bytes]]:
        yield MANIFEST, self._source.manifest
        for path in self._source.paths():
            if not path.startswith(DRAW_FOLDERS):
                yield path, self._source.read(path)

    def _draws(self) -> Iterator[tuple[str, bytes]]:
        lines, counts = [], Statistics()
        dues: list[Due] = []
        for draw in self._source.draws():
            rows = self._source.results(draw.line.draw)
            counts.add(draw, rows)
            dues += due_of_draw(draw)
            lines.append(index_line(draw, self._say))
            yield from self._draw(draw, has_results=bool(rows))
            if rows:
                yield from self._table(results_view(draw, rows, self._say))
        dues += due_of_penalties(self._source.penalties())
        views = (*counts.views(self._say), self._punctuality(dues))
        tables = [
            (view, lines_of(view, addressed=False), widths_of(view)) for view in views
        ]
        yield self._page("statistics", "statistics.html", tables=tables)
        for page in pages_of("index", lines):
            yield self._page("index", page.name, page=page)

    def _punctuality(self, dues: Sequence[Due]) -> TableView:
        return punctuality_view(
            dues,
            self._source.told({due.what for due in dues if due.sealed}),
            self._source.rules(),
            self._source.calendar(),
            self._say,
        )

    def _draw(
        self, draw: PublishedDraw, *, has_results: bool
    ) -> Iterator[tuple[str, bytes]]:
        name = draw.announcement.draw
        top = f"{DRAW_FOLDERS}{name}"
        for path, data in draw.files.items():
            yield f"{top}/{path}", data
        yield f"{top}.zip", zip_bytes(name, draw.files.items())
        notice = notice_of(draw, self._say)
        if len(self._notices) < FEED:  # newest first
            self._notices.append(notice)
        pages = pages_of(name, notice.drawn)
        ids = ids_view(notice, pages, self._say) if len(pages) > 1 else None
        if ids:
            yield from self._table(ids, downloads=False)
        for page in pages:
            yield self._page(
                "draw" if page.number == 1 else "drawn",
                f"{DRAW_FOLDERS}{page.name}",
                notice=notice,
                page=page,
                results=f"../results/{name}.html" if has_results else "",
                ids=f"{ids.name}.html" if ids else "",
                lastmod=notice.lastmod,
            )

    def _items(self) -> tuple[str, bytes]:
        items = items_of(self._source.items(), self._say)
        return self._page("items", "items.html", items=items, moves=moves_of(items))

    def _table(
        self, view: TableView, *, downloads: bool = True
    ) -> Iterator[tuple[str, bytes]]:
        """Yield a table's pages, and the whole of it as CSV and XLSX."""
        files = [*view.data]
        for path, data in view.downloads() if downloads else ():
            name = path.rpartition("/")[2]
            files.append((name, name))
            if path.endswith(".csv"):
                self._resources.append(resource_of(view, path, data))
            yield path, data
        pages = pages_of(view.name, view.rows)
        lines, widths = lines_of(view), widths_of(view)
        for page in pages:
            yield self._page(
                "table",
                f"{view.folder}{page.name}",
                view=view,
                page=page,
                lines=lines[max(page.first - 1, 0) : page.last],
                widths=widths,
                ranges=ranges_of(view, pages) if page.number == 1 else (),
                files=files,
            )

    def _rules(self) -> Iterator[tuple[str, bytes]]:
        versions = self._source.texts(RULES)
        there = self._source.there(versions)
        if versions:
            lines = paragraphs(self._source.read(there[0].path)) if there else ()
            yield self._page(
                "rules", "rules.html", versions=versions, there=there, lines=lines
            )

    def _plans(self) -> Iterator[tuple[str, bytes]]:
        there = self._source.there(self._source.texts(PLANS))
        years = sorted({text.year or 0 for text in there}, reverse=True)
        for year in years:
            versions = [text for text in there if text.year == year]
            plan = parse_plan(self._source.read(versions[0].path))
            yield from self._table(plan_view(plan, versions, years, self._say))

    def _penalties(self) -> Iterator[tuple[str, bytes]]:
        found = self._source.penalties()
        if found is not None:
            for make in (penalties_view, ended_view, violations_view):
                yield from self._table(make(found, self._say))

    def _catalogue(self) -> Iterator[tuple[str, bytes]]:
        tables = self._source.tables()
        for table in tables:
            yield from self._table(table_view(table, self._say))
        own = [pair for pair in self._sections() if pair[0] in CATALOGUED]
        yield from self._table(
            catalogue_view(own, tables, self._office.name, self._say)
        )

    def _sections(self) -> tuple[tuple[str, str], ...]:
        """Return the entries of the navigation that have a page."""
        plans = self._source.there(self._source.texts(PLANS))
        years = [text.year or 0 for text in plans]
        there = {
            "rules": bool(self._source.texts(RULES)),
            "plans": bool(years),
            "outcomes": self._source.penalties() is not None,
        }
        hrefs = {
            "index": "index.html",
            "items": "items.html",
            "rules": "rules.html",
            "plans": f"plans/{max(years, default=0)}.html",
            "outcomes": "penalties.html",
            "statistics": "statistics.html",
            "catalogue": "catalogue.html",
            "log": "log.html",
            "verify": "verify.html",
        }
        return tuple(pair for pair in hrefs.items() if there.get(pair[0], True))

    def _log(self) -> Iterator[tuple[str, bytes]]:
        files = dict(self._source.log())
        for path, data in files.items():
            yield f"{LOG}{path}", data
        if files:
            yield "log.zip", zip_bytes("log", files.items())
        view = None
        if "checkpoint" in files:
            view = log_of(files["checkpoint"], files.get("genesis.sha256", b""))
        names = [n for n in files if not n.startswith("tile/")]
        yield self._page("log", "log.html", log=view, names=names)

    def _verify(self) -> Iterator[tuple[str, bytes]]:
        data = self._source.read(VERIFIER)
        name = VERIFIER.rpartition("/")[2]
        # Some servers do not hand out programs; every server hands out a zip.
        yield "verifier/verify.zip", zip_bytes("verifier", [(name, data)])
        yield self._page(
            "verify",
            "verify.html",
            words=words_of(self._say),
            digest=sha256(data).hexdigest(),
            checker=self._source.digest(PORTABLE_PAGE),
        )

    def _page(
        self, template: str, path: str, *, lastmod: str = "", **values: object
    ) -> tuple[str, bytes]:
        self._pages.append((path, lastmod))
        frame: Frame = self._frame(template, path, values)
        content = self._render(f"{template}.html", frame=frame, **values)
        if self._fragments:
            made = absolute(content, self._base, path)
        elif self._shell:
            head = self._render("head.html", frame=frame)
            made = self._shell.around(head, content)
        else:
            # It was escaped when it was rendered.
            inner = Markup(content)  # noqa: S704
            made = self._render("base.html", frame=frame, content=inner)
        return path, made.encode()

    def _render(self, template: str, **values: object) -> str:
        return self._env.get_template(template).render(**values)

    def _sitemap(self) -> Iterator[tuple[str, bytes]]:
        if self._base:
            pages: Iterable[tuple[str, str]] = sorted(self._pages)
            made = self._render("sitemap.xml", base=self._base, pages=pages)
            yield "sitemap.xml", made.encode()
            if self._notices:
                notices = self._notices
                made = self._render("feed.xml", base=self._base, notices=notices)
                yield "feed.xml", made.encode()
