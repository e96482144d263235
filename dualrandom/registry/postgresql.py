"""PostgreSQL: many offices in one database, one schema each.

Border: with :mod:`.functions` and :mod:`.roles`, the only room that knows PostgreSQL
from SQLite.

- A writing transaction takes the office's turn before it reads the head; readers see
  one state (``REPEATABLE READ, READ ONLY``).
- Names are looked for in the office's schema only.
- A commit is on the server's disk before it counts, whatever a role's settings say.
- When a connection breaks, it is not known whether the last commit stands; a retry
  with the same ``op`` finds out.

Spec: log-v1 §6.
"""

from __future__ import annotations

from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from dualrandom.errors import EnvironmentProblem, StateError
from dualrandom.registry.database import WAIT, Database
from dualrandom.registry.functions import TAKE_TURN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.errors import DualRandomError
    from dualrandom.registry.address import Address

_REACH: Final = 15
"""Seconds to wait for a server to answer."""
_FAULTS: Final = {
    "25006": "E106",  # read_only_sql_transaction
    "42501": "E106",  # insufficient_privilege
    "55P03": "E104",  # lock_not_available
    "40P01": "E104",  # deadlock_detected
    "40001": "E104",  # serialization_failure
    "53100": "E105",  # disk_full
    "58030": "E108",  # io_error
    "3F000": "E101",  # invalid_schema_name
    "42P01": "E101",  # undefined_table
    "42883": "E101",  # undefined_function
    "42704": "E101",  # undefined_object: no such role
}
_CLASSES: Final = {"23": "E341", "53": "E108", "57": "E117", "08": "E117", "XX": "E107"}


class PostgreSQL(Database):
    """An office's schema, or a database for an administrator."""

    def __init__(self, address: Address, *, wait: float = WAIT) -> None:
        """Name a place; nothing is opened yet.

        Args:
            address: without a schema only for :meth:`administering`.
            wait: seconds to wait for a lock.

        Raises:
            EnvironmentProblem: E116, psycopg is not installed.
        """
        if find_spec("psycopg") is None:
            raise EnvironmentProblem("E116")
        import psycopg  # noqa: PLC0415 - an extra, and slow to load

        self._drivers = psycopg.Error
        self._unreachable = psycopg.OperationalError
        self.address = address
        super().__init__(address.name, _engine(address, wait))

    def create(self) -> None:
        """Check that the schema is ready and its log empty; see the base.

        Schemas are made by an administrator: :func:`.roles.provide`.
        """
        self.check_version()
        with self.transaction() as connection:
            if connection.execute(text("SELECT 1 FROM entry LIMIT 1")).first():
                raise EnvironmentProblem("E112", where=self.where)

    def must_be_there(self) -> None:
        """Leave it to the server: it says so itself; see the base."""

    def schema_version(self, connection: Connection) -> str | None:
        """Return the migration that was reached; see the base."""
        table = f'"{self.address.schema}".alembic_version'
        known = connection.execute(text("SELECT to_regclass(:name)"), {"name": table})
        if known.scalar_one() is None:
            return None
        row = connection.exec_driver_sql(f"SELECT version_num FROM {table}").first()  # noqa: S608 - a checked name
        return None if row is None else str(row[0])

    def upgrade(self) -> None:
        """Leave it to an administrator; see the base.

        Raises:
            EnvironmentProblem: E119.
        """
        raise EnvironmentProblem("E119", where=self.where)

    @contextmanager
    def administering(self) -> Iterator[Connection]:
        """Give a transaction for what only an administrator may.

        Raises:
            EnvironmentProblem: E119, whoever logged in may not.
        """
        try:
            with self.border(), self.engine.begin() as connection:
                yield connection
        except EnvironmentProblem as error:
            if error.code != "E106":
                raise
            raise EnvironmentProblem("E119", where=self.where) from error

    @contextmanager
    def _begun(self, connection: Connection, *, write: bool) -> Iterator[None]:
        with connection.begin():
            if write:
                connection.exec_driver_sql(f"SELECT {TAKE_TURN}()")
            else:
                connection.exec_driver_sql(
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
                )
            yield

    def _fault(self, cause: BaseException | None, *, lost: bool) -> DualRandomError:
        state: Any = getattr(cause, "sqlstate", None)
        detail = str(cause).partition("\n")[0]
        if lost:
            code = "E118"
        elif state is None:
            reached = not isinstance(cause, self._unreachable)
            code = "E110" if reached else "E117"
        else:
            code = _FAULTS.get(state) or _CLASSES.get(state[:2], "E110")
        kind = StateError if code == "E341" else EnvironmentProblem
        return kind(code, where=self.where, detail=detail)


def _engine(address: Address, wait: float) -> Engine:
    settings = {
        "lock_timeout": f"{int(wait * 1000)}",
        "client_min_messages": "warning",
        "synchronous_commit": "on",
        "default_transaction_read_only": "off",
        # Who waited for their turn must see what was written meanwhile.
        "default_transaction_isolation": r"read\ committed",
    }
    if address.schema:
        settings["search_path"] = f'"{address.schema}",pg_temp'
    return create_engine(
        address.url,
        poolclass=NullPool,
        connect_args={
            "options": " ".join(
                f"-c {name}={value}" for name, value in settings.items()
            ),
            "connect_timeout": _REACH,
            "application_name": "dualrandom",
        },
    )
