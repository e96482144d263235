"""Somebody with the office's own rights who goes round the program.

intruder = Intruder(office)
intruder.sql("UPDATE target SET name = 'x' WHERE id = 'T-1'")
intruder.edit("draws/2026-001/targets.tsv", b"a", b"b")
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Intruder:
    """Edits an office's files and database; no trigger and no check in the way."""

    office: Path

    def sql(self, *statements: str) -> None:
        """Run statements on the database; each must change something."""
        path = self.office / "office.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as raw:
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute("PRAGMA ignore_check_constraints = ON")
            found = raw.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            raw.execute("BEGIN")
            for name, _ in found:
                raw.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                assert raw.execute(statement).rowcount != 0, statement
            for _, made in found:
                raw.execute(made)
            raw.execute("COMMIT")

    def one(self, query: str) -> Any:
        """Return the first value of a query's first row."""
        path = self.office / "office.db"
        with closing(sqlite3.connect(path)) as raw:
            return raw.execute(query).fetchone()[0]

    def edit(self, name: str, old: bytes, new: bytes) -> None:
        """Replace bytes in a file, once."""
        path = self.office / name
        data = path.read_bytes()
        assert old in data, name
        path.write_bytes(data.replace(old, new, 1))

    def flip(self, name: str, at: int = -2) -> None:
        """Change one bit of a file; of a table the last row's last character."""
        path = self.office / name
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(data)

    def document(self, name: str, **fields: object) -> None:
        """Change fields of a JSON document, written as the program writes it."""
        path = self.office / name
        value = json.loads(path.read_bytes()) | fields
        text = json.dumps(
            value, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        path.write_text(f"{text}\n", "utf-8")

    def backup(self) -> Path:
        """Copy the database aside."""
        copy = self.office.parent / "backup.db"
        with (
            closing(sqlite3.connect(self.office / "office.db")) as here,
            closing(sqlite3.connect(copy)) as there,
        ):
            here.backup(there)
        return copy

    def restore(self, copy: Path) -> None:
        """Put a copy of the database back."""
        for left in self.office.glob("office.db*"):
            left.unlink()
        shutil.copy(copy, self.office / "office.db")
