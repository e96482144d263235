"""The database file: opening, transactions, and what can be wrong with it.

Border: the only module here that knows SQLite from another database, but for
:mod:`.triggers`. Nothing of SQLAlchemy or SQLite leaves it as an exception.

- A writing transaction takes the write lock first (``BEGIN IMMEDIATE``): two writers
  queue, and neither decides on what the other is about to change.
- WAL and ``synchronous=FULL``: what was committed survives a power cut, and readers
  keep the state that they began with.
- Every transaction has a connection of its own; when the last one closes, the
  office's data is one file again.

Spec: log-v1 §6.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from dualrandom.errors import EnvironmentProblem, StateError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
SCHEMA: Final = max(path.name[1:5] for path in _MIGRATIONS.glob("versions/v*.py"))
"""The newest migration: the schema that this program reads and writes."""
WAIT: Final = 30.0
"""Seconds to wait for another program's transaction."""

_OLDEST_SQLITE: Final = (3, 37, 0)
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


def engine(path: Path, *, wait: float = WAIT, foreign_keys: bool = True) -> Engine:
    """Return an engine for a database file, which must be there.

    Args:
        path: the file; nothing is opened yet.
        wait: seconds to wait for a lock.
        foreign_keys: whether SQLite sees to them: it cannot be told so later.

    Raises:
        EnvironmentProblem: E109, this Python's SQLite has no STRICT tables.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise EnvironmentProblem("E109", version=sqlite3.sqlite_version)

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
            "trusted_schema = OFF",
            "cache_size = -65536",
        ):
            opened.execute(f"PRAGMA {pragma}")
        return opened

    made = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(made, "begin", _begin)
    return made


def _uri(path: Path) -> str:
    # WAL needs a place to write even to read. What nobody can write (a stick sent to
    # a supervisor) nobody changes: it can be read as it is, if no WAL is left over.
    fixed = not os.access(path, os.W_OK) and not os.path.exists(f"{path}-wal")  # noqa: PTH110
    mode = "mode=ro&immutable=1" if fixed else "mode=rw"
    return f"{path.absolute().as_uri()}?{mode}"


def _begin(connection: Connection) -> None:
    # sqlite3's own BEGIN is deferred: two appends could read the same head.
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def transaction(
    source: Engine, path: Path, *, write: bool = False
) -> Iterator[Connection]:
    """Run a block in one transaction: it commits as a whole, or leaves nothing.

    Raises:
        EnvironmentProblem: E101, E104–E108, E110.
        StateError: E341, the database's own rules refused a row.
    """
    with _border(path), source.connect() as connection:
        connection = connection.execution_options(write=write)  # noqa: PLW2901 - itself
        with connection.begin():
            yield connection


@contextmanager
def _border(path: Path) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.Error) as exc:
        where = Where(file=path.name)
        cause = exc.orig if isinstance(exc, DBAPIError) else exc
        code: Any = getattr(cause, "sqlite_errorcode", None)
        detail = str(cause)
        if code is None and detail.startswith("Could not decode"):
            raise EnvironmentProblem("E107", where=where, detail=detail) from exc
        if code is None:
            raise EnvironmentProblem("E110", where=where, detail=detail) from exc
        primary = code & 0xFF
        if primary == sqlite3.SQLITE_CONSTRAINT:
            raise StateError("E341", where=where, detail=detail) from exc
        fault = _FAULTS.get(code) or _FAULTS.get(primary, "E110")
        raise EnvironmentProblem(fault, where=where, detail=detail) from exc


def check_schema_version(connection: Connection, path: Path) -> None:
    """Refuse a database that this program does not read.

    Raises:
        EnvironmentProblem: E101, no registry; E102, an older schema; E103, a newer.
    """
    found = schema_version(connection)
    if found is None:
        raise EnvironmentProblem("E101", where=Where(file=path.name), detail="")
    if found != SCHEMA:
        raise EnvironmentProblem(
            "E102" if found < SCHEMA else "E103",
            where=Where(file=path.name),
            found=found,
            wanted=SCHEMA,
        )


def schema_version(connection: Connection) -> str | None:
    """Return the migration that the database has reached; None: it is no registry."""
    known = connection.exec_driver_sql(
        "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"
    ).first()
    if known is None:
        return None
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return None if row is None else str(row[0])


def migrate(path: Path, *, wait: float = WAIT, to: str = "head") -> None:
    """Bring a database to this program's schema, or an older one, in one transaction.

    Raises:
        EnvironmentProblem: E104–E108, E110.
    """
    # Alembic takes longer to import than most commands to run.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    # A table that is made anew is gone for a moment, and others refer to it.
    source = engine(path, wait=wait, foreign_keys=False)
    with transaction(source, path, write=True) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise EnvironmentProblem(
                "E107", where=Where(file=path.name), detail=f"foreign key: {broken}"
            )


def use_wal(source: Engine, path: Path) -> None:
    """Switch a new file to write-ahead logging; the file remembers it."""
    with _border(path), source.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None  # noqa: S101 - it was opened in this line above
        raw.execute("PRAGMA journal_mode = WAL")


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
