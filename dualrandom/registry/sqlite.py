"""SQLite: one office, one file.

Border: with :mod:`.triggers`, the only room that knows SQLite from PostgreSQL.

- Writing begins with ``BEGIN IMMEDIATE``; who waits longer than :data:`.WAIT` is told.
- WAL and ``synchronous=FULL``: what was committed survives a power cut.
- When the last connection closes, the office's data is one file again.

Spec: log-v1 §6.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from dualrandom.errors import EnvironmentProblem, StateError, Where
from dualrandom.registry.database import SCHEMA, WAIT, Database, migrate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dualrandom.errors import DualRandomError

_OLDEST: Final = (3, 37, 0)
_FAULTS: Final = {
    sqlite3.SQLITE_PERM: "E106",
    sqlite3.SQLITE_BUSY: "E104",
    sqlite3.SQLITE_LOCKED: "E104",
    sqlite3.SQLITE_READONLY: "E106",
    sqlite3.SQLITE_IOERR: "E108",
    sqlite3.SQLITE_CORRUPT: "E107",
    sqlite3.SQLITE_FULL: "E105",
    sqlite3.SQLITE_CANTOPEN: "E108",
    sqlite3.SQLITE_NOTADB: "E101",
    # A disk so full that not even the shared memory beside the file can be made.
    sqlite3.SQLITE_IOERR_SHMSIZE: "E105",
}
_FILE_FAULTS: Final = {
    errno.EACCES: "E106",
    errno.EPERM: "E106",
    errno.EROFS: "E106",
    errno.ENOSPC: "E105",
}


class SQLite(Database):
    """A database file."""

    _drivers = sqlite3.Error

    def __init__(
        self, path: Path, *, wait: float = WAIT, foreign_keys: bool = True
    ) -> None:
        """Name a file; nothing is opened yet.

        Args:
            path: the file.
            wait: seconds to wait for a lock.
            foreign_keys: whether SQLite sees to them: it cannot be told so later.

        Raises:
            EnvironmentProblem: E109, this Python's SQLite has no STRICT tables.
        """
        if sqlite3.sqlite_version_info < _OLDEST:
            raise EnvironmentProblem("E109", version=sqlite3.sqlite_version)
        super().__init__(path.name, _engine(path, wait, foreign_keys=foreign_keys))
        self._path = path
        self._wait = wait

    def create(self) -> None:
        """Make a new, empty file, readable by its owner only; see the base."""
        # Made aside and renamed: a half-made database is never found at its place.
        path = self._path
        new = path.with_name(f".{path.name}.new")
        with files(path):
            if path.exists():
                raise EnvironmentProblem("E111", where=self.where)
            try:
                new.unlink(missing_ok=True)
                os.close(os.open(new, os.O_CREAT | os.O_EXCL, 0o600))
                aside = SQLite(new)
                aside._use_wal()
                aside.migrate()
                new.replace(path)
            finally:
                new.unlink(missing_ok=True)

    def must_be_there(self) -> None:
        """Refuse a place where there is no file; see the base."""
        with files(self._path):
            if not self._path.is_file():
                raise EnvironmentProblem("E100", where=self.where)

    def schema_version(self, connection: Connection) -> str | None:
        """Return the migration that was reached; see the base."""
        known = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
            # A view in a table's place could answer for ever; we make none.
            " AND NOT EXISTS (SELECT 1 FROM sqlite_master"
            " WHERE type = 'view' OR sql LIKE 'CREATE VIRTUAL%')"
        ).first()
        if known is None:
            return None
        query = "SELECT version_num FROM alembic_version"
        row = connection.exec_driver_sql(query).first()
        return None if row is None else str(row[0])

    def upgrade(self) -> None:
        """Bring it to this program's schema; see the base."""
        with self.transaction() as connection:
            found = self.schema_version(connection)
        if found is not None and found < SCHEMA:
            self.migrate()

    def migrate(self, *, to: str = "head") -> None:
        """Bring it to this program's schema, or to an older one, in one transaction.

        Raises:
            EnvironmentProblem: E104–E108, E110.
        """
        # A table that is made anew is gone for a moment, and others refer to it.
        loose = SQLite(self._path, wait=self._wait, foreign_keys=False)
        with loose.transaction(write=True) as connection:
            migrate(connection, to=to)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise EnvironmentProblem(
                    "E107", where=self.where, detail=f"foreign key: {broken}"
                )

    def _use_wal(self) -> None:
        # The file remembers it.
        with self.border(), self.engine.connect() as connection:
            driver(connection).execute("PRAGMA journal_mode = WAL")

    @contextmanager
    def _begun(self, connection: Connection, *, write: bool) -> Iterator[None]:
        # sqlite3's own BEGIN is deferred: two appends could read the same head.
        opened = driver(connection)
        opened.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        try:
            yield
            opened.commit()
        finally:
            opened.rollback()  # what did not come to be committed
            connection.rollback()  # what SQLAlchemy took for a transaction of its own

    def _fault(self, cause: BaseException | None, *, lost: bool) -> DualRandomError:
        del lost  # nothing to lose: there is no server
        code: Any = getattr(cause, "sqlite_errorcode", None)
        detail = str(cause)
        if code is None:
            fault = "E107" if detail.startswith("Could not decode") else "E110"
            return EnvironmentProblem(fault, where=self.where, detail=detail)
        primary = code & 0xFF
        if primary == sqlite3.SQLITE_CONSTRAINT:
            return StateError("E341", where=self.where, detail=detail)
        fault = _FAULTS.get(code) or _FAULTS.get(primary, "E110")
        return EnvironmentProblem(fault, where=self.where, detail=detail)


def _engine(path: Path, wait: float, *, foreign_keys: bool) -> Engine:
    def connect() -> sqlite3.Connection:
        opened = sqlite3.connect(
            _uri(path),
            uri=True,
            timeout=wait,
            isolation_level=None,
            check_same_thread=False,
        )
        for pragma in (
            f"foreign_keys = {'ON' if foreign_keys else 'OFF'}",
            "synchronous = FULL",
            # What is a person's own is gone once it is deleted.
            "secure_delete = ON",
            "trusted_schema = OFF",
            "cache_size = -65536",
        ):
            opened.execute(f"PRAGMA {pragma}")
        return opened

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _uri(path: Path) -> str:
    # WAL needs a place to write even to read. What nobody can write (a stick sent to
    # a supervisor) nobody changes: it can be read as it is, if no WAL is left over.
    fixed = not os.access(path, os.W_OK) and not os.path.exists(f"{path}-wal")  # noqa: PTH110
    mode = "mode=ro&immutable=1" if fixed else "mode=rw"
    return f"{path.absolute().as_uri()}?{mode}"


def driver(connection: Connection) -> sqlite3.Connection:
    """Return the driver's own connection, in the same transaction.

    For the few statements of every append: SQLAlchemy takes ten times as long to pass
    one on as SQLite to run it.
    """
    opened = connection.connection.dbapi_connection
    assert isinstance(opened, sqlite3.Connection)  # noqa: S101 - as _engine opens it
    return opened


@contextmanager
def files(path: Path) -> Iterator[None]:
    """Run a block that touches the file itself.

    Raises:
        EnvironmentProblem: E105, the disk is full; E106, no permission; E108.
    """
    try:
        yield
    except OSError as exc:
        fault = _FILE_FAULTS.get(exc.errno or 0, "E108")
        raise EnvironmentProblem(
            fault, where=Where(file=path.name), detail=exc.strerror or ""
        ) from exc
