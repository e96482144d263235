"""What lies in ``public/``: its documents as values, and as bytes.

Border: bytes and values. :mod:`dualrandom.publish` writes the folder,
:mod:`dualrandom.site` reads it; neither knows the other.

- No type here has a private field, and none is made from a private record.
- Bytes are canonical: the same office, items and draws give the same ``public/``.
- ``manifest.json`` names every file but itself and ``log/``, whose checkpoint grows
  by witnesses' signatures without anything else changing.

    public/
      office.json items.json draws.json manifest.json
      draws/2026-001/announcement.json …    exactly the draw's public files
      log/checkpoint log/tile/…
      verifier/verify.py verifier/verify.html …
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import json_line, parse_json_line, sha256
from dualrandom.errors import VerificationError, Where
from dualrandom.fields import Fields
from dualrandom.model import is_draw_id, is_hex, is_time
from dualrandom.randomness import Standing
from dualrandom.records import DrawState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

OFFICE: Final = "office.json"
ITEMS: Final = "items.json"
DRAWS: Final = "draws.json"
MANIFEST: Final = "manifest.json"
VERIFIER: Final = "verifier/verify.py"
CHECKER_PAGE: Final = "verifier/verify.html"
PORTABLE_PAGE: Final = "verifier/verify-portable.html"
WORKDAYS: Final = "workdays.toml"
LOG: Final = "log/"
DRAW_FOLDERS: Final = "draws/"

_OFFICE_SCHEMA: Final = "dualrandom/office/v1"
_DRAWS_SCHEMA: Final = "dualrandom/draws/v1"
_MANIFEST_SCHEMA: Final = "dualrandom/public/v1"

_LOG_PATH = re.compile(
    r"checkpoint|policy|genesis\.sha256"
    r"|tile/(entries|[0-9]{1,2})(/x[0-9]{3})*/[0-9]{3}(\.p/[0-9]{1,3})?"
)


def is_log_path(path: str) -> bool:
    """Say whether a path (without ``log/``) may stand in a published log.

    Spec:
        log-v1 §2; C2SP tlog-tiles.
    """
    return _LOG_PATH.fullmatch(path) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What an office's pages say about themselves; "" is left out of the pages.

    Attributes:
        domain: e.g. ``scjg.example.gov.cn``.
        meta_prefix: what stands before the names of meta tags, e.g. ``meta-``.
        url: where the site will lie, e.g. ``http://scjg.example.gov.cn/ssj/``; "" is
            the root of the domain, by https.
        site_name: the web site's name, as in its own meta tags.
        site_code: the government site's ten-digit mark.
        column: the name of the column (栏目) that the pages belong to.
        column_type: the kind of that column.
        topic: subject of the disclosure header (主题分类).
        contact: who answers questions: unit and address, one line.
        phone: where to ask.
        supervision_phone: where to complain.
        filing: registration numbers shown in the footer, one line.
    """

    domain: str = ""
    meta_prefix: str = ""
    url: str = ""
    site_name: str = ""
    site_code: str = ""
    column: str = ""
    column_type: str = ""
    topic: str = ""
    contact: str = ""
    phone: str = ""
    supervision_phone: str = ""
    filing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePage:
    """An office, as everyone may see it; ``origin`` is its log's."""

    name: str
    origin: str
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawLine:
    """One draw in ``draws.json``.

    Attributes:
        drawn_at: time of the log entry; None: not drawn, or not in the log.
        abandoned_at: likewise.
        overdue: past ``due`` with neither a result nor an abandonment.
        standing: what the draw may be called (draw-v1 §4).
        order_witnessed: whether a witness cosigned the announcement in time.
        reason: code of an abandonment.
        released: whether what was sealed is sealed no more.
        late: whether it should be, and is not.
        verdicts: (key name, what that supervisor's own check ended with: 0, 1 or 6,
            the log entry that says so).
    """

    draw: str
    state: DrawState
    announced: str
    due: str
    standing: Standing
    order_witnessed: bool
    drawn_at: str | None = None
    abandoned_at: str | None = None
    overdue: bool = False
    reason: str | None = None
    released: bool = False
    late: bool = False
    verdicts: tuple[tuple[str, int, int], ...] = ()


# ── writing ──────────────────────────────────────────────────────────────────────


def office_bytes(office: OfficePage) -> bytes:
    """Return office.json."""
    site = {f.name: getattr(office.site, f.name) for f in fields(Site)}
    return json_line(
        {
            "schema": _OFFICE_SCHEMA,
            "name": office.name,
            "origin": office.origin,
            "site": site,
        }
    )


def draws_bytes(lines: Iterable[DrawLine]) -> bytes:
    """Return draws.json, newest announcement first."""
    ordered = sorted(lines, key=lambda d: (d.announced, d.draw), reverse=True)
    return json_line({"schema": _DRAWS_SCHEMA, "draws": list(map(_draw, ordered))})


def _draw(line: DrawLine) -> dict[str, object]:
    out: dict[str, object] = {
        "draw": line.draw,
        "state": str(line.state),
        "announced": line.announced,
        "due": line.due,
        "standing": str(line.standing),
        "order_witnessed": line.order_witnessed,
    }
    if line.drawn_at is not None:
        out["drawn_at"] = line.drawn_at
    if line.abandoned_at is not None:
        out["abandoned_at"] = line.abandoned_at
    if line.overdue:
        out["overdue"] = True
    if line.reason is not None:
        out["reason"] = line.reason
    if line.released:
        out["released"] = True
    if line.late:
        out["late"] = True
    if line.verdicts:
        out["verdicts"] = [
            {"by": by, "verdict": verdict, "seq": seq}
            for by, verdict, seq in line.verdicts
        ]
    return out


def manifest_bytes(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return manifest.json over files, none of which is it or lies in ``log/``."""
    digests = {path: sha256(data) for path, data in files}
    return json_line({"schema": _MANIFEST_SCHEMA, "files": digests})


# ── reading ──────────────────────────────────────────────────────────────────────


@contextmanager
def naming(file: str) -> Iterator[None]:
    """Let an error that names no place name this file."""
    try:
        yield
    except VerificationError as exc:
        exc.where = exc.where or Where(file=file)
        raise


def _top(data: bytes, schema: str) -> Fields:
    top = Fields.of(parse_json_line(data))
    top.text("schema", schema.__eq__)
    return top


def parse_office(data: bytes) -> OfficePage:
    """Return the office in office.json.

    Raises:
        VerificationError: E801, E802.
    """
    with naming(OFFICE):
        top = _top(data, _OFFICE_SCHEMA)
        site = top.child("site")
        return OfficePage(
            name=top.text("name"),
            origin=top.text("origin", empty=True),
            site=Site(**{f.name: _optional(site, f.name) for f in fields(Site)}),
        )


def _optional(site: Fields, name: str) -> str:
    return site.text(name, empty=True) if site.has(name) else ""


def _maybe(item: Fields, name: str) -> str | None:
    return None if item.take(name) is None else item.text(name, is_time)


def parse_draws(data: bytes) -> tuple[DrawLine, ...]:
    """Return the draws in draws.json, in the file's order.

    Raises:
        VerificationError: E801, E802.
    """
    with naming(DRAWS):
        return tuple(
            DrawLine(
                draw=line.text("draw", is_draw_id),
                state=DrawState(line.text("state", set(DrawState).__contains__)),
                announced=line.text("announced", is_time),
                due=line.text("due", is_time),
                standing=Standing(line.text("standing", set(Standing).__contains__)),
                order_witnessed=line.flag("order_witnessed"),
                drawn_at=_maybe(line, "drawn_at"),
                abandoned_at=_maybe(line, "abandoned_at"),
                overdue=line.has("overdue") and line.flag("overdue"),
                reason=line.text("reason") if line.has("reason") else None,
                released=line.has("released") and line.flag("released"),
                late=line.has("late") and line.flag("late"),
                verdicts=tuple(
                    (said.text("by"), said.number("verdict"), said.number("seq"))
                    for said in line.children("verdicts")
                )
                if line.has("verdicts")
                else (),
            )
            for line in _top(data, _DRAWS_SCHEMA).children("draws")
        )


def parse_manifest(data: bytes) -> Mapping[str, str]:
    """Return path → SHA-256 of manifest.json, sorted by path.

    Raises:
        VerificationError: E801, E802.
    """
    with naming(MANIFEST):
        files = _top(data, _MANIFEST_SCHEMA).child("files")
        return {path: files.text(path, _is_digest) for path in sorted(files.names())}


def _is_digest(text: str) -> bool:
    return is_hex(text, 64)
