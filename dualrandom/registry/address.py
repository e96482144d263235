"""Where an office's database is on a server, as its settings write it.

    postgresql+psycopg://wang@db.example.gov.cn:5432/offices?schema=shishijian

- No password stands in it: psycopg takes it from ``~/.pgpass``, ``PGPASSFILE`` or
  ``PGPASSWORD``.
- A schema's name is plain: whatever is made of it (roles, statements) is plain too.

Border: pure, but for SQLAlchemy's reading of URLs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from dualrandom.errors import UsageError

if TYPE_CHECKING:
    from sqlalchemy import URL

DRIVER: Final = "postgresql+psycopg"
_SCHEMES: Final = ("postgresql", DRIVER)
_OPTIONS: Final = ("sslmode", "sslrootcert", "sslcert", "sslkey")
"""What may stand beside ``schema``: nothing that changes how we use the server."""
_SCHEMA: Final = re.compile(r"(?!pg_)[a-z][a-z0-9_]{0,39}")
_TAKEN: Final = ("public", "information_schema")


class Role(StrEnum):
    """Who may do what in an office's schema; see :mod:`.roles`."""

    OWNER = "owner"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A server's database and, in it, an office's schema.

    Attributes:
        url: for SQLAlchemy; no password, no schema.
        schema: "" where only the database is meant.
    """

    url: URL
    schema: str = ""

    def office(self, schema: str) -> Address:
        """Return the address of an office in the same database.

        Raises:
            UsageError: E114, not a schema's name.
        """
        return replace(self, schema=check_schema(schema))

    def role(self, role: Role) -> str:
        """Return the name of one of the office's roles."""
        return role_name(self.schema, role)

    def text(self, user: str) -> str:
        """Return the address as settings write it, for somebody."""
        query = {"schema": self.schema} if self.schema else {}
        url = self.url.set(username=user, query={**self.url.query, **query})
        return url.render_as_string(hide_password=True)

    @property
    def name(self) -> str:
        """The place as people know it, without whoever logs in."""
        port = f":{self.url.port}" if self.url.port else ""
        return "/".join(
            part
            for part in (f"{self.url.host or ''}{port}", self.url.database, self.schema)
            if part
        )


def role_name(schema: str, role: Role) -> str:
    """Return the name of one of an office's roles: ``shishijian_officer``."""
    return f"{schema}_{role}"


def is_address(text: str) -> bool:
    """Say whether this names a server's database rather than a file."""
    return "://" in text


def parse_address(text: str) -> Address:
    """Return the address that a text writes.

    Raises:
        UsageError: E114, it is none, or asks for what we do not do; E115, a password
            stands in it.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as exc:
        raise UsageError("E114", found="") from exc
    if url.password is not None:
        raise UsageError("E115")
    query = dict(url.query)
    schema = query.pop("schema", "")
    for name, value in query.items():
        if name not in _OPTIONS or not isinstance(value, str):
            raise UsageError("E114", found=name)
    if url.drivername not in _SCHEMES or not url.host or not url.database:
        raise UsageError("E114", found=url.drivername)
    if schema:
        check_schema(schema)
    return Address(
        url=url.set(drivername=DRIVER, query=query),
        schema=str(schema),
    )


def check_schema(name: object) -> str:
    """Return a schema's name, if an office's schema may be called so.

    Raises:
        UsageError: E114.
    """
    if not isinstance(name, str) or _SCHEMA.fullmatch(name) is None or name in _TAKEN:
        raise UsageError("E114", found=str(name))
    return name
