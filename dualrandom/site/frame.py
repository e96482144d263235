"""What surrounds a page: title, meta tags, breadcrumb, the way to the root.

Border: pure. Meta tags are those of the rules for government web sites; one that the
office did not set is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dualrandom.public import OfficePage, Site
    from dualrandom.site.notice import Notice
    from dualrandom.site.phrases import Phrases
    from dualrandom.site.tables import TableView


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """One step of the breadcrumb; ``href`` is "" for the page itself."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What surrounds one page.

    Attributes:
        title: the page's own, as in its one h1.
        root: the way up to the site's root, "" or ``../``.
        section: which entry of the navigation it belongs to.
        meta: (name, content) of its meta tags, in order.
        index: number in the disclosure header; "" where there is none.
        topic: subject in that header.
    """

    title: str
    head: str
    root: str
    section: str
    crumbs: tuple[Crumb, ...]
    meta: tuple[tuple[str, str], ...]
    index: str
    topic: str


def base_of(site: Site) -> str:
    """Return the site's address, ending in ``/``; "" where it is not known."""
    url = site.url or (f"https://{site.domain}/" if site.domain else "")
    return f"{url.rstrip('/')}/" if url else ""


def framer(
    office: OfficePage, say: Phrases
) -> Callable[[str, str, Mapping[str, Any]], Frame]:
    """Return what makes the frame of a page from its template, path and values."""

    def frame(template: str, path: str, values: Mapping[str, Any]) -> Frame:
        notice: Notice | None = values.get("notice")
        view: TableView | None = values.get("view")
        title = _title(template, values, say)
        root = "../" * path.count("/")
        section = "index" if notice else view.section if view else template
        return Frame(
            title=title,
            head=say("site.page_title", title=title, office=office.name),
            root=root,
            section=section,
            crumbs=_crumbs(title, root, values, say),
            meta=_meta(office, path, title, notice, say),
            index=_index(office, notice),
            topic=office.site.topic or say("site.column"),
        )

    return frame


def _title(template: str, values: Mapping[str, Any], say: Phrases) -> str:
    own = values.get("notice") or values.get("view")
    title: str = own.title if own else say(f"{template}.title")
    page = values.get("page")
    if page is not None and page.number > 1:
        return say("draw.page_title", title=title, page=page.number)
    return title


def _crumbs(
    title: str,
    root: str,
    values: Mapping[str, Any],
    say: Phrases,
) -> tuple[Crumb, ...]:
    notice: Notice | None = values.get("notice")
    view: TableView | None = values.get("view")
    crumbs = [Crumb(text=say("nav.home"), href=f"{root}index.html")]
    if notice:
        crumbs.append(Crumb(text=say("nav.index"), href=f"{root}index.html"))
        number = values["page"].number
        if number > 1:
            crumbs.append(Crumb(text=notice.title, href=f"{notice.draw}.html"))
            title = say("pager.page", page=number)
    if view:
        if view.back:
            crumbs.append(Crumb(text=view.back[0], href=view.back[1]))
        if values["page"].number > 1:
            crumbs.append(Crumb(text=view.title, href=f"{view.name}.html"))
            title = say("pager.page", page=values["page"].number)
    return (*crumbs, Crumb(text=title, href=""))


def _index(office: OfficePage, notice: Notice | None) -> str:
    if notice is None:
        return ""
    code = office.site.site_code
    return f"{code}/{notice.draw}" if code else notice.draw


def _meta(
    office: OfficePage, path: str, title: str, notice: Notice | None, say: Phrases
) -> tuple[tuple[str, str], ...]:
    site = office.site
    tags = [
        ("SiteName", site.site_name or office.name),
        ("SiteDomain", site.domain),
        ("SiteIDCode", site.site_code),
        ("ColumnName", site.column or say("site.column")),
        ("ColumnDescription", say("site.description")),
        ("ColumnKeywords", say("site.keywords")),
        ("ColumnType", site.column_type or say("site.column_type")),
    ]
    if notice:
        about = say("draw.description", office=office.name, title=notice.name)
        tags += [
            ("ArticleTitle", title),
            ("PubDate", notice.published),
            ("ContentSource", office.name),
            ("Keywords", say("site.keywords")),
            ("Author", office.name),
            ("Description", about),
        ]
    if site.url:
        tags.append(("Url", f"{site.url.rstrip('/')}/{path}"))
    return tuple((f"{site.meta_prefix}{name}", text) for name, text in tags if text)
