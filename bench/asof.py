"""A past day's target directory against a plain SELECT of as many rows.

200,000 targets with 10 versions each: two million rows, of which a listing of the
middle of their life takes one in ten. The plain side reads a flat table of the same
cells by the same driver; ours gives records, in order of their ids.
"""

# ruff: noqa: S101, S608 - a benchmark asserts that both sides solved the case
from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bench import Ratio, timed, versions
from dualrandom.registry import TARGETS, Registry
from dualrandom.sheets.reading import uncollected

if TYPE_CHECKING:
    from dualrandom.records import TargetPrivate, TargetRecord

ROWS = 200_000
VERSIONS = 10
MOMENT = 45
ROUNDS = 7


def run() -> Ratio:
    """Read both in turn, several times; medians are compared."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "office.db")
        _fill(path)
        registry = Registry.open(path)
        with uncollected():
            for _ in range(ROUNDS):
                seconds, plain = timed(lambda: _plain(path))
                theirs.append(seconds)
                seconds, listed = timed(lambda: _listing(registry))
                ours.append(seconds)
                assert [one.id for one, _ in listed] == [row[0] for row in plain]
                assert listed[-1][0].address == plain[-1][7]
                del plain, listed
    return Ratio(
        case=f"{ROWS:,} targets of a past day, {VERSIONS} versions each",
        against="plain SELECT of as many rows, sqlite3",
        ours=median(ours),
        theirs=median(theirs),
        at_most=3,
        versions=versions("sqlalchemy"),
    )


def _listing(registry: Registry) -> list[tuple[TargetRecord, TargetPrivate]]:
    with registry.read() as tx:
        return list(tx.targets(as_of=MOMENT))


def _plain(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as opened:
        return opened.execute("SELECT * FROM plain").fetchall()


def _fill(path: Path) -> None:
    """Make the directory: a tenth of it changes with each of 90 entries."""
    Registry.create(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as opened:
        # What follows is no office's way of writing: nothing is logged.
        opened.execute("PRAGMA foreign_keys = OFF")
        opened.execute("PRAGMA synchronous = OFF")
        for (name,) in opened.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            opened.execute(f"DROP TRIGGER {name}")
        opened.execute("BEGIN")
        opened.execute(
            "CREATE TEMP TABLE base AS WITH RECURSIVE n(i) AS"
            " (SELECT 0 UNION ALL SELECT i + 1 FROM n"
            f" WHERE i < {ROWS - 1}) SELECT i FROM n"
        )
        public = [c.name for c in TARGETS.columns if not c.private]
        texts = ", ''" * (len(public) - 10)
        for seq in range((VERSIONS - 1) * 10 + 1):
            due = f"(i + {seq}) % 10 = 0" if seq else "1"
            ends = f"{seq} + 10" if seq else "10 - i % 10"
            opened.execute(
                f"INSERT INTO target ({', '.join(public)}, seq_from, seq_to)"
                " SELECT printf('9133%014d', i), '示例市示例食品店' || i, '个体工商户',"
                " '批发和零售业', '城东', '示例市市场监督管理局', '存续',"
                f" '示例市城东区示例路' || i || '号 {seq}', '2019-03-01',"
                f" '餐饮,网络'{texts}, {seq},"
                f" CASE WHEN {ends} > {(VERSIONS - 1) * 10} THEN NULL ELSE {ends} END"
                f" FROM base WHERE {due}"
            )
            opened.execute(
                "INSERT INTO target_private"
                f" SELECT {seq}, printf('9133%014d', i), 'A', '2026-01-05',"
                f" '2025-06-30' FROM base WHERE {due}"
            )
        cells = ", ".join(TARGETS.names)
        opened.execute(
            f"CREATE TABLE plain AS SELECT {cells} FROM target"
            " JOIN target_private USING (id, seq_from)"
            f" WHERE seq_from <= {MOMENT} AND (seq_to IS NULL OR seq_to > {MOMENT})"
            " ORDER BY id"
        )
        opened.execute("COMMIT")
