"""Databases on a server, and databases of an older program: an administrator's part.

An office on a server needs a schema and roles of its own, which only somebody with
more rights than any office can make. A file needs nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom.office.place import find_office, registry_place
from dualrandom.registry import SCHEMA, Registry, parse_address
from dualrandom.registry.address import Role

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.errors import Problem
    from dualrandom.office.place import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Provided:
    """What an office was given on a server.

    Attributes:
        schema: its schema.
        roles: (owner, officer, supervisor): the roles' names.
        url: what its ``init --database`` is told; USER stands for whoever logs in.
    """

    schema: str
    roles: tuple[tuple[Role, str], ...]
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgraded:
    """What an upgrade did.

    Attributes:
        found: the version that was there.
        now: the version that is there.
    """

    found: str
    now: str


def provide_offices(url: str, schemas: tuple[str, ...]) -> tuple[Provided, ...]:
    """Make the schemas and roles of new offices on a server.

    Raises:
        UsageError: E114, E115, not an address or a name that can be used.
        StateError: E113, one is there already; nothing was made.
        EnvironmentProblem: E116, E117, E119.
    """
    from dualrandom.registry.roles import provide  # noqa: PLC0415 - slow to load

    made = provide(parse_address(url), schemas)
    return tuple(
        Provided(
            schema=office.schema,
            roles=tuple((role, office.role(role)) for role in Role),
            url=office.text("USER"),
        )
        for office in made
    )


def upgrade_server(url: str, schema: str) -> Upgraded:
    """Bring an office's schema on a server to this program's, as an administrator.

    Raises:
        UsageError: E114, E115.
        EnvironmentProblem: E101, E103, E116, E117, E119.
    """
    from dualrandom.registry.roles import upgrade  # noqa: PLC0415 - slow to load

    return Upgraded(found=upgrade(parse_address(url).office(schema)), now=SCHEMA)


def upgrade_office(start: Path) -> Upgraded:
    """Bring the database file of the office that ``start`` lies in to this program's.

    Raises:
        UsageError: E161, no office; E162, settings that cannot be used.
        EnvironmentProblem: E100, E101, E103–E110; E119, it is on a server.
    """
    place = registry_place(*find_office(start))
    found = Registry.version(place)
    Registry.upgrade(place)
    return Upgraded(found=found or "", now=SCHEMA)


def check_database(office: Office) -> tuple[Problem, ...]:
    """Return what in the database is not built as this program builds it."""
    with office.registry.read() as tx:
        return tuple(tx.check_storage())
