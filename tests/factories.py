"""Draw folders for tests: small, complete, by the protocol, the same every time.

    folder = make_folder(tmp_path, "2026-001", kind="private", targets=12)

``log/`` is empty unless asked for; its entries then carry no valid signature.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

from dualrandom.announcement import (
    Announcement,
    Excluded,
    Item,
    RegistryState,
    Result,
    Supersedes,
    Task,
    due_visibility,
)
from dualrandom.canonical import json_bytes, json_line, records_root
from dualrandom.documents import announcement_bytes, result_bytes
from dualrandom.draw import select
from dualrandom.model import (
    Area,
    Conflict,
    Drawn,
    Exclusion,
    FileDigest,
    Inspector,
    InspectorId,
    Post,
    Quota,
    Ratio,
    Rounding,
    Strata,
    Stratum,
    StratumRow,
    Target,
    TargetId,
    Visibility,
)
from dualrandom.randomness import (
    Dice,
    Source,
    drawn_salt,
    key_of,
    line,
    seed_of,
    seed_txt,
)
from dualrandom.strata import strata_line
from dualrandom.tables import (
    CONFLICTS,
    DRAWN,
    EXCLUSIONS,
    INSPECTOR_EXCLUSIONS,
    INSPECTORS,
    RESERVES,
    SELECTED,
    STRATA,
    TARGETS,
    TEAMS,
    Kind,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FolderKind = Literal["open", "sealed", "private", "sealed-private"]
DICE = "63454660390103169462"
QUARTER = Ratio(p=1, q=4)


def hex_of(text: str, length: int = 32) -> str:
    """Return fixed hex characters that look like random ones."""
    return sha256(text.encode()).hexdigest()[:length]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a folder is made of; every field has a good default."""

    draw: str = "2026-001"
    kind: FolderKind = "open"
    targets: int | Sequence[Target] = 12
    inspectors: int = 6
    strata: int = 2
    quota: Quota | None = None
    reserves: Ratio | None = QUARTER
    office: str = "示例市市场监督管理局"
    title: str = "2026年食品经营监督检查（示例）"
    announced: str = "2026-11-20T01:00:00Z"
    due: str = "2026-11-27T01:00:00Z"
    drawn_at: str = "2026-11-23T05:13:23Z"
    randomness: tuple[Source, ...] = (Dice(count=20),)
    values: tuple[str, ...] = (DICE,)
    supersedes: Supersedes | None = None
    items: tuple[Item, ...] = (
        Item(
            code="SP-03",
            version=4,
            name="食品经营监督检查",
            basis="《中华人民共和国食品安全法》第一百一十条",
        ),
    )
    scope: str = "kind = 食品经营"
    mark: str = ""
    """Put into every private value that may hold it."""
    ends: Literal["announced", "drawn", "abandoned"] = "drawn"
    log: bool = False

    @property
    def sealed(self) -> bool:
        return self.kind in ("sealed", "sealed-private")

    @property
    def private(self) -> bool:
        return self.kind in ("private", "sealed-private")


def make_folder(
    parent: Path, draw: str = "2026-001", kind: FolderKind = "open", **plan: Any
) -> Path:
    """Write a draw folder and return it."""
    files = make_files(Plan(draw=draw, kind=kind, **plan))
    folder = parent / draw
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def make_targets(count: int, *, sealed: bool = False) -> tuple[Target, ...]:
    """Return fictional targets."""
    return tuple(
        Target(
            id=TargetId(f"91330000EXAMPLE{i:03}"),
            name=f"示例食品店{i:03}（个体工商户）",
            region=("城东街道", "城西街道", "北山镇")[i % 3],
            kind="食品经营",
            salt=hex_of(f"row {i}") if sealed else "",
        )
        for i in range(1, count + 1)
    )


def make_files(plan: Plan) -> dict[str, bytes]:
    """Return the files of a draw folder by name."""
    frozen, strata, strata_rows = _frozen(plan)
    announcement = _announcement(plan, frozen, strata)
    files = {**frozen, "announcement.json": announcement_bytes(announcement)}
    commitment = sha256(files["announcement.json"]).hexdigest()
    if plan.ends == "drawn":
        files |= _drawn(plan, announcement, commitment, strata, strata_rows)
    if plan.log:
        files |= _log(plan, files, commitment)
    return files


def _visible(plan: Plan) -> dict[str, Visibility]:
    return due_visibility(sealed=plan.sealed, private=plan.private)


def _salt(plan: Plan, name: str) -> str | None:
    public = _visible(plan)[name] is Visibility.PUBLIC
    return None if public else hex_of(f"{plan.draw} {name}")


def _frozen(plan: Plan) -> tuple[dict[str, bytes], Strata, tuple[StratumRow, ...]]:
    targets = plan.targets
    if isinstance(targets, int):
        targets = make_targets(targets, sealed=plan.sealed)
    elif plan.sealed:
        targets = tuple(replace(t, salt=hex_of(t.id)) for t in targets)
    names = tuple(f"{plan.mark}s{i + 1}" for i in range(plan.strata))
    rows = tuple(
        StratumRow(id=target.id, stratum=names[i % plan.strata])
        for i, target in enumerate(targets)
    )
    quota = plan.quota or Quota(ratio=Ratio(p=1, q=3), round=Rounding.UP)
    strata = Strata(
        strata=tuple(
            Stratum(
                name=name, rows=sum(row.stratum == name for row in rows), quota=quota
            )
            for name in names
        )
    )
    inspectors = tuple(
        Inspector(
            id=InspectorId(f"{plan.mark}A-{i:03}"),
            name=f"{plan.mark}检查员{i:03}",
            unit=f"{plan.mark}执法队",
            region=f"{plan.mark}城东街道",
            tags=tuple(sorted({"执法证", f"{plan.mark}食品"}, key=str.encode)),
        )
        for i in range(1, plan.inspectors + 1)
    )
    conflicts = (
        Conflict(
            id=targets[0].id, inspector=inspectors[0].id, reason=f"{plan.mark}亲属"
        ),
    )
    out: dict[str, bytes] = {}
    tables: tuple[tuple[Kind[Any], Sequence[Any]], ...] = (
        (TARGETS, targets),
        (STRATA, rows),
        (INSPECTORS, inspectors),
        (CONFLICTS, conflicts),
        (EXCLUSIONS, (Exclusion(id=f"{plan.mark}X-1", reason="注销"),)),
        (
            INSPECTOR_EXCLUSIONS,
            (Exclusion(id=f"{plan.mark}A-999", reason="执法证过期"),),
        ),
    )
    for kind, records in tables:
        line_ = (
            json_bytes(strata_line(strata)) if kind is STRATA and plan.private else None
        )
        out[kind.name] = kind.encode(records, salt=_salt(plan, kind.name), strata=line_)
    return out, strata, rows


def _digest(data: bytes, *, root: bool = False) -> FileDigest:
    lines = [line for line in data.split(b"\n")[1:-1] if not line.startswith(b"#")]
    return FileDigest(
        rows=len(lines),
        bytes=len(data),
        sha256=sha256(data).hexdigest(),
        root=records_root(lines) if root else None,
    )


def _announcement(plan: Plan, frozen: dict[str, bytes], strata: Strata) -> Announcement:
    return Announcement(
        draw=plan.draw,
        office=plan.office,
        title=plan.title,
        announced=plan.announced,
        due=plan.due,
        task=Task(
            id=plan.draw,
            plan="2026-03",
            type="定向",
            scope=plan.scope,
            start="2026-12-01",
            end="2026-12-31",
            rules=hex_of("rules", 64),
        ),
        items=plan.items,
        registry=RegistryState(
            seq=412, targets=hex_of("t", 64), inspectors=hex_of("i", 64)
        ),
        files=tuple(
            (name, _digest(data, root=name == TARGETS.name))
            for name, data in sorted(frozen.items())
        ),
        visibility=tuple(sorted(_visible(plan).items())),
        excluded=(
            Excluded(list="targets", reason="注销", count=1),
            Excluded(list="inspectors", reason="执法证过期", count=1),
        ),
        strata=None if plan.private else strata,
        strata_private=plan.private,
        posts=(Post(count=2, need=("执法证",)),),
        area=Area.ANY,
        randomness=plan.randomness,
        software="dualrandom 0.1.0",
        reserves=plan.reserves,
        release="2027-01-05" if plan.sealed else None,
        supersedes=plan.supersedes,
    )


def _drawn(
    plan: Plan,
    announcement: Announcement,
    commitment: str,
    strata: Strata,
    rows: tuple[StratumRow, ...],
) -> dict[str, bytes]:
    from dualrandom.matching import match

    sources = zip(plan.randomness, plan.values, strict=True)
    seed = seed_txt(commitment, [line(source, value) for source, value in sources])
    key = key_of(seed_of(seed), _salt(plan, STRATA.name))
    selection = select(key=key, rows=rows, strata=strata, reserves=plan.reserves)
    frozen, _, _ = _frozen(plan)
    by_id = {t.id: t for t in TARGETS.parse(frozen[TARGETS.name])[1]}
    teams = match(
        key=key,
        targets=tuple(by_id[s.id] for s in selection.selected),
        posts=announcement.posts,
        inspectors=INSPECTORS.parse(frozen[INSPECTORS.name])[1],
        area=announcement.area or Area.ANY,
        conflicts=CONFLICTS.parse(frozen[CONFLICTS.name])[1],
    )
    made: dict[Kind[Any], Sequence[Any]] = {
        SELECTED: selection.selected,
        DRAWN: [Drawn(id=s.id) for s in selection.selected],
    }
    if plan.reserves is not None:
        made[RESERVES] = selection.reserves
    if teams.members:
        made[TEAMS] = teams.members
    salt = _salt(plan, INSPECTORS.name)
    assert salt is not None
    tables = {}
    for kind, records in made.items():
        public = announcement.sees(kind.name) is Visibility.PUBLIC
        tables[kind.name] = kind.encode(
            records, salt=None if public else drawn_salt(salt, kind.name)
        )
    randomness = json_line([{} for _ in plan.randomness])
    result = Result(
        draw=plan.draw,
        commitment=commitment,
        seed_file=sha256(seed).hexdigest(),
        randomness_file=sha256(randomness).hexdigest(),
        files=tuple((name, _digest(data)) for name, data in sorted(tables.items())),
        visibility=tuple((name, announcement.sees(name)) for name in sorted(tables)),
        drawn=len(selection.selected),
        matched=bool(teams.members),
        software="dualrandom 0.1.0",
    )
    return {
        **tables,
        "seed.txt": seed,
        "randomness.json": randomness,
        "result.json": result_bytes(result),
    }


def _log(plan: Plan, files: dict[str, bytes], commitment: str) -> dict[str, bytes]:
    acts: list[tuple[str, str, dict[str, Any]]] = [("announce", plan.announced, {})]
    if plan.ends == "drawn":
        digest = sha256(files["result.json"]).hexdigest()
        acts.append(("result", plan.drawn_at, {"result": digest}))
    if plan.ends == "abandoned":
        acts.append(("abandon", plan.drawn_at, {"reason": "list_wrong"}))
    out = {}
    for seq, (act, time, more) in enumerate(acts, 412):
        body = {"draw": plan.draw, "commitment": commitment, "keys": [], **more}
        entry = {
            "log": "scjg.example.gov.cn/dualrandom",
            "seq": seq,
            "prev": hex_of("prev", 64),
            "time": time,
            "act": f"draw.{act}",
            "by": "shishijian/officer-01",
            "op": hex_of("op"),
            "body": body,
        }
        signature = "\n— shishijian/officer-01 AAAA\n".encode()
        out[f"log/{act}.entry"] = json_line(entry) + signature
        out[f"log/{act}.tlog-proof"] = (
            f"c2sp.org/tlog-proof@v1\nindex {seq}\n\n".encode()
            + b"scjg.example.gov.cn/dualrandom\n413\nAAAA\n"
        )
    return out
