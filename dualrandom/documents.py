"""The two documents of a draw as bytes: announcement.json and result.json.

Border: bytes to values and back.

- Writing is canonical; reading accepts nothing else.
- A field that this program does not know is kept by name: the document may be right,
  but it is *not checked*.

Spec: draw-v1 §2, §3.
"""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from dualrandom.announcement import (
    Announcement,
    Excluded,
    Item,
    RegistryState,
    Result,
    Supersedes,
    Task,
)
from dualrandom.canonical import json_line, parse_json_line
from dualrandom.errors import VerificationError
from dualrandom.fields import Fields
from dualrandom.model import (
    Area,
    FileDigest,
    Post,
    Visibility,
    is_date,
    is_draw_id,
    is_hex,
    is_time,
)
from dualrandom.randomness import (
    GAMES,
    PROTOCOL,
    Dice,
    Drand,
    Local,
    Lottery,
    Nist,
    Sealed,
    Source,
    UnknownSource,
)
from dualrandom.strata import read_ratio, read_strata, strata_fields
from dualrandom.tables import CHANGES, FROZEN, RESULTS, TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterable

_VERSION = re.compile(r"dualrandom/[1-9][0-9]{0,3}")
_FROZEN = tuple(kind.name for kind in FROZEN)
_TABLES = frozenset(kind.name for kind in (*FROZEN, *RESULTS, *CHANGES))

# ── writing ──────────────────────────────────────────────────────────────────────


def announcement_bytes(value: Announcement) -> bytes:
    """Return announcement.json. Its SHA-256 is the commitment."""
    task = value.task
    out: dict[str, Any] = {
        "protocol": PROTOCOL,
        "draw": value.draw,
        "office": value.office,
        "title": value.title,
        "announced": value.announced,
        "due": value.due,
        "task": {
            "id": task.id,
            "plan": task.plan,
            "type": task.type,
            "scope": task.scope,
            "from": task.start,
            "to": task.end,
            "rules": task.rules,
        },
        "items": list(map(asdict, value.items)),
        "registry": asdict(value.registry),
        "files": _files(value.files),
        "visibility": {name: str(seen) for name, seen in value.visibility},
        "excluded": list(map(asdict, value.excluded)),
        "posts": list(map(asdict, value.posts)),
        "area": str(value.area),
        "randomness": [_source(source) for source in value.randomness],
        "software": value.software,
    }
    if value.strata is not None:
        out |= strata_fields(value.strata)
    if value.reserves is not None:
        out["reserves"] = {"ratio": str(value.reserves)}
    if value.strata_private:
        out["strata_private"] = True
    if value.release is not None:
        out["release"] = value.release
    if value.off_site is not None:
        out["off_site"] = value.off_site
    if value.supersedes is not None:
        out["supersedes"] = asdict(value.supersedes)
    return json_line(out)


def result_bytes(value: Result) -> bytes:
    """Return result.json."""
    return json_line(
        {
            "protocol": PROTOCOL,
            "draw": value.draw,
            "commitment": value.commitment,
            "seed_file": value.seed_file,
            "randomness_file": value.randomness_file,
            "files": _files(value.files),
            "visibility": {name: str(seen) for name, seen in value.visibility},
            "drawn": value.drawn,
            "matched": value.matched,
            "software": value.software,
        }
    )


def _files(files: Iterable[tuple[str, FileDigest]]) -> dict[str, Any]:
    return {
        name: {"rows": f.rows, "bytes": f.bytes, "sha256": f.sha256}
        | ({} if f.root is None else {"root": f.root})
        for name, f in files
    }


def _source(source: Source) -> dict[str, Any]:
    match source:
        case Drand():
            return {"kind": "drand", "chain": source.chain, "round": source.round}
        case Nist():
            return {"kind": "nist", "chain": source.chain, "pulse": source.pulse}
        case Lottery():
            return {"kind": "lottery", "game": source.game, "issue": source.issue}
        case Sealed():
            return {
                "kind": "sealed",
                "party": source.party,
                "commitment": source.commitment,
            }
        case Dice():
            return {"kind": "dice", "count": source.count}
        case Local():
            return {"kind": "local"}
        case UnknownSource():
            return {"kind": source.kind}


# ── reading ──────────────────────────────────────────────────────────────────────


def parse_announcement(data: bytes) -> Announcement:
    """Return the announcement in announcement.json.

    Raises:
        VerificationError: E802, not canonical JSON; E805, another protocol; E801,
            a field missing or not as it must be; E410, fewer than two posts; E606,
            E607, randomness that may not be announced.

    Spec:
        draw-v1 §3.
    """
    top = Fields.of(parse_json_line(data))
    _check_protocol(top)
    private = top.take("strata_private")
    # ``is``, since 1 == True. Private strata stand in strata.tsv, and only there.
    if top.has("strata_private") and (
        private is not True or top.has("strata") or top.has("total")
    ):
        raise VerificationError("E801", field="strata_private", value=str(private))
    task, registry = top.child("task"), top.child("registry")
    area = top.text("area")
    if area not in list(Area):
        top.note("area")
    value = Announcement(
        draw=top.text("draw", is_draw_id),
        office=top.text("office"),
        title=top.text("title"),
        announced=top.text("announced", is_time),
        due=top.text("due", is_time),
        task=Task(
            id=task.text("id"),
            plan=task.text("plan", empty=True),
            type=task.text("type"),
            scope=task.text("scope", empty=True),
            start=task.text("from", is_date),
            end=task.text("to", is_date),
            rules=task.text("rules", _is_digest),
        ),
        items=tuple(
            Item(
                code=item.text("code"),
                version=item.number("version"),
                name=item.text("name"),
                basis=item.text("basis"),
            )
            for item in top.children("items", least=1)
        ),
        registry=RegistryState(
            seq=registry.number("seq"),
            targets=registry.text("targets", _is_digest),
            inspectors=registry.text("inspectors", _is_digest),
        ),
        files=_read_files(top.child("files"), _FROZEN),
        visibility=_read_visibility(top.child("visibility"), _FROZEN),
        excluded=tuple(map(_read_excluded, top.children("excluded"))),
        strata=None if private else read_strata(top),
        posts=tuple(
            Post(count=p.number("count", least=1), need=p.texts("need"))
            for p in top.children("posts", least=1)
        ),
        area=Area(area) if area in list(Area) else None,
        randomness=tuple(map(_read_source, top.children("randomness"))),
        software=top.text("software"),
        reserves=(
            read_ratio(top.child("reserves"), "ratio") if top.has("reserves") else None
        ),
        strata_private=private is True,
        release=top.text("release", is_date) if top.has("release") else None,
        off_site=top.text("off_site") if top.has("off_site") else None,
        supersedes=_read_supersedes(top) if top.has("supersedes") else None,
    )
    _check_unsigned(data)
    return replace(value, unknown=top.unknown())


def parse_result(data: bytes) -> Result:
    """Return the result in result.json.

    Raises:
        VerificationError: E802, E805, E801 as for an announcement.

    Spec:
        draw-v1 §2, result.json.
    """
    top = Fields.of(parse_json_line(data))
    _check_protocol(top)
    value = Result(
        draw=top.text("draw", is_draw_id),
        commitment=top.text("commitment", _is_digest),
        seed_file=top.text("seed_file", _is_digest),
        randomness_file=top.text("randomness_file", _is_digest),
        files=_read_files(top.child("files"), None),
        visibility=_read_visibility(top.child("visibility"), None),
        drawn=top.number("drawn"),
        matched=top.flag("matched"),
        software=top.text("software"),
    )
    _check_unsigned(data)
    return replace(value, unknown=top.unknown())


def _check_unsigned(data: bytes) -> None:
    """Refuse a number with a sign, in a field that nobody knows too. Spec: §1."""
    parse_json_line(data, signed=False)


def _check_protocol(top: Fields) -> None:
    """Refuse another protocol: a version that is not known, or no version at all."""
    said = top.text("protocol", lambda text: _VERSION.fullmatch(text) is not None)
    if said != PROTOCOL:
        raise VerificationError("E805", protocol=said)


def _read_source(fields: Fields) -> Source:
    kind = fields.text("kind")
    if kind == "drand":
        return Drand(chain=fields.text("chain"), round=fields.number("round"))
    if kind == "nist":
        return Nist(chain=fields.number("chain"), pulse=fields.number("pulse"))
    if kind == "lottery" and fields.text("game") in GAMES:
        return Lottery(game=fields.text("game"), issue=fields.text("issue"))
    if kind == "sealed":
        return Sealed(party=fields.text("party"), commitment=fields.text("commitment"))
    if kind == "dice":
        return Dice(count=fields.number("count"))
    if kind == "local":
        return Local()
    fields.note("kind")
    return UnknownSource(kind=kind)


def _read_excluded(fields: Fields) -> Excluded:
    named = fields.text("list")
    if named not in ("targets", "inspectors"):
        fields.note("list")
    return Excluded(
        list=named, reason=fields.text("reason"), count=fields.number("count")
    )


def _read_supersedes(top: Fields) -> Supersedes:
    fields = top.child("supersedes")
    return Supersedes(
        draw=fields.text("draw", is_draw_id), reason=fields.text("reason")
    )


def _read_files(
    fields: Fields, names: tuple[str, ...] | None
) -> tuple[tuple[str, FileDigest], ...]:
    """Return what stands of these files, or of all tables; others are unknown."""
    out = []
    for name in sorted(names or _TABLES.intersection(fields.names())):
        f = fields.child(name)
        digest = FileDigest(
            rows=f.number("rows"),
            bytes=f.number("bytes"),
            sha256=f.text("sha256", _is_digest),
            root=(
                f.text("root", _is_digest)
                if name == TARGETS.name and f.has("root")
                else None
            ),
        )
        out.append((name, digest))
    return tuple(out)


def _read_visibility(
    fields: Fields, names: tuple[str, ...] | None
) -> tuple[tuple[str, Visibility], ...]:
    return tuple(
        (name, Visibility(fields.text(name, set(Visibility).__contains__)))
        for name in sorted(names or _TABLES.intersection(fields.names()))
    )


def _is_digest(text: str) -> bool:
    return is_hex(text, 64)
