"""What keeps a registry: transactions on it, its version, and what can be wrong.

Border: what SQLite and PostgreSQL have in common. :mod:`.sqlite` and
:mod:`.postgresql` know what they do not; nothing of SQLAlchemy or of a driver leaves
them as an exception.

- A writing transaction takes the write lock first: two writers queue, and neither
  decides on what the other is about to change.
- A reading one sees one state of all, whatever others write meanwhile.
- What was committed survives a power cut.
- Every transaction has a connection of its own, but for those in :meth:`.held`.

Spec: log-v1 §6.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError

from dualrandom.errors import EnvironmentProblem, Where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Engine

    from dualrandom.errors import DualRandomError

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
SCHEMA: Final = max(path.name[1:5] for path in _MIGRATIONS.glob("versions/v*.py"))
"""The newest migration: the schema that this program reads and writes."""
WAIT: Final = 30.0
"""Seconds to wait for another program's transaction."""


class Database(ABC):
    """Where one registry is kept.

    Attributes:
        name: as people know it; a file's name, or server, database and schema.
    """

    name: str
    _drivers: type[Exception]

    def __init__(self, name: str, engine: Engine) -> None:
        self.name = name
        self.engine = engine
        self._idle: list[Connection] = []

    @abstractmethod
    def create(self) -> None:
        """Make it ready for a new office; whole or not at all.

        Raises:
            EnvironmentProblem: E111, E112, there is an office already; E101–E110,
                E117.
        """

    @abstractmethod
    def must_be_there(self) -> None:
        """Refuse a place where there is nothing at all.

        Raises:
            EnvironmentProblem: E100.
        """

    @abstractmethod
    def schema_version(self, connection: Connection) -> str | None:
        """Return the migration that was reached; None: it is no registry."""

    @abstractmethod
    def upgrade(self) -> None:
        """Bring it to this program's schema.

        Raises:
            EnvironmentProblem: E104–E110; E119, only another may.
        """

    @abstractmethod
    def _begun(
        self, connection: Connection, *, write: bool
    ) -> AbstractContextManager[None]:
        """Return a block that is one transaction of a connection."""

    @abstractmethod
    def _fault(self, cause: BaseException | None, *, lost: bool) -> DualRandomError:
        """Return our error for one of the driver's; ``lost``: in the middle of it."""

    @contextmanager
    def transaction(self, *, write: bool = False) -> Iterator[Connection]:
        """Run a block in one transaction: it commits as a whole, or leaves nothing.

        Raises:
            EnvironmentProblem: E101, E104–E108, E110, E117, E118.
            StateError: E341, the database's own rules refused a row.
        """
        with (
            self.border(),
            self._connection() as connection,
            self._begun(connection, write=write),
        ):
            yield connection

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep one connection for the transactions of a block, one after the other."""
        with self.border(), self.engine.connect() as connection:
            self._idle.append(connection)
            try:
                yield
            finally:
                self._idle.clear()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        if not self._idle:
            with self.engine.connect() as connection:
                yield connection
            return
        held = self._idle.pop()
        try:
            yield held
        finally:
            self._idle.append(held)

    @contextmanager
    def border(self) -> Iterator[None]:
        """Run a block whose database errors become ours."""
        try:
            yield
        except DBAPIError as exc:
            raise self._fault(exc.orig, lost=exc.connection_invalidated) from exc
        except self._drivers as exc:
            raise self._fault(exc, lost=False) from exc
        except UnicodeDecodeError as exc:  # what is damaged, in the driver's own words
            raise EnvironmentProblem(
                "E107", where=self.where, detail=exc.reason
            ) from exc

    @property
    def where(self) -> Where:
        """This place, for an error."""
        return Where(file=self.name)

    def check_version(self) -> None:
        """Refuse a database that this program does not read.

        Raises:
            EnvironmentProblem: E101, no registry; E102, an older schema; E103, a
                newer; E104–E110, E117.
        """
        with self.transaction() as connection:
            found = self.schema_version(connection)
        if found is None:
            raise EnvironmentProblem("E101", where=self.where, detail="")
        if found != SCHEMA:
            raise EnvironmentProblem(
                "E102" if found < SCHEMA else "E103",
                where=self.where,
                found=found,
                wanted=SCHEMA,
            )


def migrate(connection: Connection, *, to: str = "head") -> None:
    """Bring a schema to this program's, or to an older one, within a transaction."""
    # Alembic takes longer to import than most commands to run.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
