"""Offices on a PostgreSQL server: one schema each, its owner, and who may do what.

Border: what an administrator does, once for each office and at each upgrade. Offices
themselves never use these rights.

- ``x_owner`` owns the schema and cannot log in. The administrator becomes it for the
  time of one transaction.
- ``x_officer`` may read all of the office, add rows, close a version (``seq_to``), and
  change what is a person's own; ``x_supervisor`` may read all but that. Neither can
  log in: people are made members of them.
- Nobody else may do anything: not the officers of another office, not ``PUBLIC``.
- All or nothing: PostgreSQL takes back roles and schemas too.

Spec: log-v1 §6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from dualrandom.errors import EnvironmentProblem, StateError
from dualrandom.registry.address import Role, role_name
from dualrandom.registry.database import SCHEMA, migrate
from dualrandom.registry.functions import (
    TAKE_TURN,
    functions,
    triggers,
)
from dualrandom.registry.postgresql import PostgreSQL
from dualrandom.registry.tables import VERSION_TABLE, VERSIONS, metadata, personal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, CursorResult

    from dualrandom.registry.address import Address

_SORT_BY_BYTES: Final = """
SELECT format('ALTER TABLE %I ALTER COLUMN %I TYPE text COLLATE "C"', relname, attname)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
  AND atttypid = 'text'::regtype AND attcollation <> '"C"'::regcollation
"""
"""Keys are in the order of their bytes here as everywhere else."""
READERS: Final = (Role.OFFICER, Role.SUPERVISOR)


def provide(
    address: Address, schemas: tuple[str, ...], *, to: str = "head"
) -> tuple[Address, ...]:
    """Make the schemas and roles of new offices.

    Args:
        address: the database, as somebody who may make roles and schemas in it.
        schemas: the offices'.
        to: the migration to stop at; an older program would have.

    Returns:
        Each office's address, without anybody's name.

    Raises:
        UsageError: E114, not a schema's name.
        StateError: E113, a schema or a role of that name is there already.
        EnvironmentProblem: E119, the administrator may not; E136, a database that
            cannot hold every name; E104–E110, E117.
    """
    offices = tuple(address.office(schema) for schema in schemas)
    server = PostgreSQL(address)
    with server.administering() as connection:
        encoding = str(_run(connection, "SHOW server_encoding").scalar_one())
        if encoding != "UTF8":
            raise EnvironmentProblem("E136", where=server.where, encoding=encoding)
        for office in offices:
            _refuse_taken(connection, office)
            for role in Role:
                _run(connection, f'CREATE ROLE "{office.role(role)}" NOLOGIN')
            _run(connection, f'CREATE SCHEMA "{office.schema}"')
            _become_owner(connection, office, new=True)
            _build(connection, office, to)
    return offices


def upgrade(address: Address) -> str:
    """Bring an office's schema to this program's; return the version it had.

    Raises:
        EnvironmentProblem: E101, no office there; E103, of a newer program; E119,
            not an administrator; E104–E110, E117.
    """
    server = PostgreSQL(address)
    with server.administering() as connection:
        _become_owner(connection, address)
        found = server.schema_version(connection)
        if found is None:
            raise EnvironmentProblem("E101", where=server.where, detail="")
        if found > SCHEMA:
            raise EnvironmentProblem(
                "E103", where=server.where, found=found, wanted=SCHEMA
            )
        _build(connection, address, "head")
    return found


def _refuse_taken(connection: Connection, office: Address) -> None:
    roles = [office.role(role) for role in Role]
    query = text(
        "SELECT nspname FROM pg_namespace WHERE nspname = :schema"
        " UNION ALL SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles)"
    )
    taken = connection.execute(query, {"schema": office.schema, "roles": roles}).first()
    if taken is not None:
        raise StateError("E113", name=str(taken[0]))


def _become_owner(
    connection: Connection, office: Address, *, new: bool = False
) -> None:
    # Whoever makes a role is not its member, and only members can become it.
    owner = office.role(Role.OWNER)
    _run(connection, f'GRANT "{owner}" TO CURRENT_USER')
    if new:
        _run(connection, f'ALTER SCHEMA "{office.schema}" OWNER TO "{owner}"')
    _run(connection, f'SET LOCAL ROLE "{owner}"')
    _run(connection, f'SET LOCAL search_path = "{office.schema}", pg_temp')


def _build(connection: Connection, office: Address, to: str) -> None:
    migrate(connection, to=to)
    for (statement,) in _run(connection, _SORT_BY_BYTES).all():
        _run(connection, statement)
    if to == "head":
        for statement in _equipment(office):
            _run(connection, statement)
    _run(connection, "RESET ROLE")
    _run(connection, f'REVOKE "{office.role(Role.OWNER)}" FROM CURRENT_USER')


def _run(connection: Connection, statement: str) -> CursorResult[Any]:
    # To the driver a percent sign is the beginning of a parameter.
    return connection.exec_driver_sql(statement.replace("%", "%%"))


def _equipment(office: Address) -> Iterator[str]:
    """Return what a schema needs beside its tables; it can be made again."""
    for function in functions():
        yield from function.statements(office.schema)
    for trigger in triggers():
        yield trigger.statement
    readers = ", ".join(f'"{office.role(role)}"' for role in READERS)
    yield f'REVOKE ALL ON SCHEMA "{office.schema}" FROM PUBLIC'
    yield f'GRANT USAGE ON SCHEMA "{office.schema}" TO {readers}'
    officer = office.role(Role.OFFICER)
    yield f'GRANT EXECUTE ON FUNCTION {TAKE_TURN}() TO "{officer}"'
    for grantee, table_name, privilege in grants(office.schema):
        yield f'GRANT {privilege} ON "{table_name}" TO "{grantee}"'


def grants(schema: str) -> Iterator[tuple[str, str, str]]:
    """Return who may do what with which table, besides its owner."""
    officer, supervisor = (role_name(schema, role) for role in READERS)
    for name in (VERSION_TABLE, *metadata.tables):
        yield officer, name, "SELECT"
        if name != personal.name:
            yield supervisor, name, "SELECT"
    for name in metadata.tables:
        yield officer, name, "INSERT"
    for versions in VERSIONS.values():
        yield officer, versions.table.name, "UPDATE (seq_to)"
    # No evidence, and a person may ask for it to go.
    yield officer, personal.name, "UPDATE"
    yield officer, personal.name, "DELETE"
