"""A clerk who keeps a registry as an office does, and one who edits behind its back.

    clerk = Clerk(tmp_path)
    clerk.change(TARGETS, [target(1), target(2)])
    clerk.edit("UPDATE target SET name = 'x' WHERE id = 'T-1'")
    assert clerk.findings() == [("E330", "T-1")]

The clock goes a day an entry, salts are counted, entries are not signed.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sqlite3
from typing import TYPE_CHECKING, Any

from dualrandom.canonical import json_bytes, leaf_hash, sha256
from dualrandom.model import Area, InspectorId, Post, Quota, Ratio, Rounding, TargetId
from dualrandom.outcomes import ObjectionRecord, PenaltyRecord, ResultRecord
from dualrandom.records import (
    BasisRecord,
    DrawRecord,
    DrawState,
    InspectorRecord,
    ItemCode,
    ItemRecord,
    Recusal,
    TargetPrivate,
    TargetRecord,
    TaskId,
    TaskRecord,
)
from dualrandom.registry import START, Registry, change_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from dualrandom.registry import Changes, ListKind, Writer

FIRST_DAY = dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)
OFFICER = "shishijian/officer-01"
ACTS = {
    DrawState.ANNOUNCED: "draw.announce",
    DrawState.DRAWN: "draw.result",
    DrawState.ABANDONED: "draw.abandon",
}


class Clerk:
    """An office's registry, with its log and its kept files."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "office.db"
        self.registry = Registry.create(self.path)
        self.kept: dict[str, bytes] = {}

    def copy(self, folder: Path) -> Clerk:
        """Return the same office in another folder."""
        other = object.__new__(Clerk)
        other.path = folder / self.path.name
        shutil.copyfile(self.path, other.path)
        other.registry = Registry.open(other.path)
        other.kept = dict(self.kept)
        return other

    def change(
        self,
        kind: ListKind[Any],
        records: Iterable[Any],
        *,
        full: bool = True,
        retire: Iterable[tuple[str, ...]] = (),
        reason: str = "名录更新",
        at: dt.datetime | None = None,
    ) -> Changes[Any]:
        """Import records: one transaction, one log entry."""
        with self.registry.write() as tx:
            changes = tx.diff(kind, records, full=full, retire=retire)
            self.write(tx, changes, reason=reason, at=at)
        return changes

    def write(
        self,
        tx: Writer,
        changes: Changes[Any],
        *,
        reason: str = "名录更新",
        at: dt.datetime | None = None,
    ) -> int:
        seq = tx.log_size()
        at = at or FIRST_DAY + dt.timedelta(days=seq)
        salt = sha256(str(seq).encode())[:32]
        tx.apply(changes, seq=seq, at=at, by=OFFICER, reason=reason, salt=salt)
        change = change_bytes(changes, reason=reason, salt=salt)
        whole = tx.list_file(changes.kind, salt)
        self.kept |= {sha256(data): data for data in (change, whole)}
        added, changed, retired = changes.counts
        body = {
            "list": changes.kind.name,
            "added": added,
            "changed": changed,
            "retired": retired,
            "change": sha256(change),
            "digest": sha256(whole),
        }
        return self.append(tx, "registry.change", body, at=at)

    def step(self, record: DrawRecord) -> int:
        """Take a draw's next step, and log it."""
        with self.registry.write() as tx:
            seq = tx.log_size()
            at = FIRST_DAY + dt.timedelta(days=seq)
            tx.put_draw(record, seq=seq, at=at, by=OFFICER, reason="step")
            body = {"draw": record.id, "commitment": record.commitment}
            if record.state is DrawState.ANNOUNCED:
                body["task"] = record.task
            return self.append(tx, ACTS[record.state], body, at=at)

    def append(
        self,
        tx: Writer,
        act: str,
        body: dict[str, Any],
        *,
        at: dt.datetime | None = None,
    ) -> int:
        head = tx.head()
        seq = 0 if head is None else head.seq + 1
        prev = START if head is None else head.leaf
        at = at or FIRST_DAY + dt.timedelta(days=seq)
        data = entry(seq, prev, act, body, at=at)
        tx.append(seq, prev, f"op-{seq}", leaf_hash(data).hex(), data)
        return seq

    def edit(self, *statements: str) -> None:
        """Edit the database as its owner can: no trigger and no check in the way."""
        with sqlite3.connect(self.path, isolation_level=None) as raw:
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("PRAGMA ignore_check_constraints = ON")
            triggers = raw.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            raw.execute("PRAGMA synchronous = OFF")
            raw.execute("BEGIN")
            for name, _ in triggers:
                raw.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                assert raw.execute(statement).rowcount != 0, statement
            for _, sql in triggers:
                raw.execute(sql)
            raw.execute("COMMIT")
        raw.close()

    def findings(self, *, kept: bool = True) -> list[tuple[str, str]]:
        """Return what the check finds, as code and what it names."""
        with self.registry.read() as tx:
            found = tx.check_lists(self.kept.get if kept else lambda _: None)
        return sorted({(p.code, _named(dict(p.params))) for p in found})


def _named(params: dict[str, Any]) -> str:
    for name in ("id", "draw", "name", "field", "list"):
        if name in params:
            return str(params[name])
    return ""


def entry(
    seq: int, prev: str, act: str, body: dict[str, Any], *, at: dt.datetime = FIRST_DAY
) -> bytes:
    """Return an entry with a stand-in for its signature."""
    fields = {
        "log": "example.gov.cn/dualrandom",
        "seq": seq,
        "prev": prev,
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "act": act,
        "by": OFFICER,
        "op": f"op-{seq}",
        "body": body,
    }
    return json_bytes(fields) + f"\n\n\u2014 {OFFICER} AAAA\n".encode()


# ── records ──────────────────────────────────────────────────────────────────────


def target(
    number: int, *, risk: str = "A", visited: dt.date | None = None, **fields: Any
) -> tuple[TargetRecord, TargetPrivate]:
    made: dict[str, Any] = {
        "id": TargetId(f"T-{number}"),
        "name": f"示例店{number}号",
        "kind": "食品经营",
        "region": "城东",
        "status": "存续",
        "established": dt.date(2019, 3, 1),
        "tags": ("餐饮", "网络"),
    }
    made |= fields
    return (
        TargetRecord(**made),
        TargetPrivate(
            id=made["id"],
            risk=risk,
            risk_date=dt.date(2026, 1, 1),
            last_inspected=visited,
        ),
    )


def inspector(number: int, **fields: Any) -> InspectorRecord:
    made: dict[str, Any] = {
        "id": InspectorId(f"A-{number}"),
        "name": f"示例人员{number}",
        "qualifications": ("食品检查员",),
        "scope": ("食品经营", "特种设备"),
        "certificate": f"C{number}",
        "valid_until": dt.date(2027, 12, 31),
        "max": 5,
    }
    return InspectorRecord(**(made | fields))


def item(code: str = "SP-03", **fields: Any) -> ItemRecord:
    made: dict[str, Any] = {
        "code": ItemCode(code),
        "name": "食品经营监督检查",
        "basis": "《食品安全法》第一百一十条",
        "effective": dt.date(2026, 1, 1),
    }
    return ItemRecord(**(made | fields))


def recusal(person: int, place: int, reason: str = "亲属") -> Recusal:
    return Recusal(
        inspector=InspectorId(f"A-{person}"),
        target=TargetId(f"T-{place}"),
        reason=reason,
    )


def basis(name: str = "食品安全法", **fields: Any) -> BasisRecord:
    made: dict[str, Any] = {"name": name, "changed": dt.date(2026, 3, 1)}
    return BasisRecord(**(made | fields))


def task(id_: str = "2026-001", **fields: Any) -> TaskRecord:
    made: dict[str, Any] = {
        "id": TaskId(id_),
        "title": "食品经营监督检查",
        "items": (ItemCode("SP-03"),),
        "start": dt.date(2026, 12, 1),
        "end": dt.date(2026, 12, 31),
        "scope": "kind = 食品经营",
        "strata_by": "risk",
        "quotas": (
            ("A", Quota(ratio=Ratio(p=1, q=100), round=Rounding.UP)),
            ("D", Quota(count=3)),
        ),
        "tickets": (("A", 1), ("D", 4)),
        "posts": (Post(count=2, need=("执法证",)),),
        "area": Area.ANY,
        "reserves": Ratio(p=1, q=10),
    }
    return TaskRecord(**(made | fields))


def result(number: int = 1, **fields: Any) -> ResultRecord:
    made: dict[str, Any] = {
        "draw": "2026-001",
        "target": TargetId(f"T-{number}"),
        "item": ItemCode("SP-03"),
        "done": dt.date(2026, 12, 8),
        "codes": "1",
        "code": "01",
        "text": "未发现问题",
    }
    return ResultRecord(**(made | fields))


def penalty(number: str = "示罚〔2026〕1号", **fields: Any) -> PenaltyRecord:
    made: dict[str, Any] = {
        "number": number,
        "party": "示例食品店",
        "violation": "经营超过保质期的食品",
        "basis": "《食品安全法》第一百二十四条",
        "content": "罚款5000元",
        "authority": "示例市市场监督管理局",
        "decided": dt.date(2026, 12, 20),
    }
    return PenaltyRecord(**(made | fields))


def objection(id_: str = "YY-1", **fields: Any) -> ObjectionRecord:
    made: dict[str, Any] = {
        "id": id_,
        "received": dt.date(2026, 12, 21),
        "who": "示例食品店",
        "text": "检查日本店未营业",
    }
    return ObjectionRecord(**(made | fields))


def draw(
    state: DrawState = DrawState.ANNOUNCED, id_: str = "2026-001", **fields: Any
) -> DrawRecord:
    made: dict[str, Any] = {
        "id": id_,
        "task": TaskId("2026-001"),
        "state": state,
        "commitment": "c" * 64,
        "folder": f"draws/{id_}",
    }
    return DrawRecord(**(made | fields))
