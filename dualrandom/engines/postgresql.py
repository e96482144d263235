"""Selection inside PostgreSQL: rows are copied to a temporary table of its own.

Spec: draw-v1 §5 step 1.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import psycopg

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Failure: Final = psycopg.Error
_COPY: Final = {
    ".tsv": "COPY strata FROM STDIN (FORMAT text)",
    ".csv": "COPY strata FROM STDIN (FORMAT csv)",
}
READS: Final = frozenset(_COPY)
_AT_ONCE: Final = 2**20
_STRATA: Final = """
    CREATE TEMPORARY TABLE strata (
        id text COLLATE "C" NOT NULL,
        stratum text COLLATE "C" NOT NULL,
        tickets smallint NOT NULL
    ) ON COMMIT DROP"""
_LIMITS: Final = """
    CREATE TEMPORARY TABLE limits (
        stratum text COLLATE "C" PRIMARY KEY, below text COLLATE "C" NOT NULL
    ) ON COMMIT DROP"""
_BELOW: Final = """
    SELECT stratum, ticket, id FROM (
        SELECT id, stratum, CASE WHEN tickets = 1
            THEN encode(sha256(convert_to(%(start)s || id, 'UTF8')), 'hex')
            ELSE (SELECT min(encode(sha256(convert_to(%(start)s || id ||
                CASE WHEN j = 1 THEN '' ELSE '#' || j END, 'UTF8')), 'hex')
                COLLATE "C") FROM generate_series(1, tickets) AS j) END
            COLLATE "C" AS ticket
        FROM strata
    ) AS hashed JOIN limits USING (stratum)
    WHERE ticket < below"""


class _PostgreSQL:
    def __init__(self, session: psycopg.Connection, file: Path) -> None:
        self._session = session
        self._file = file

    def count(self) -> Mapping[str, int]:
        self._copy()
        found = self._session.execute(
            "SELECT stratum, count(*) FROM strata GROUP BY stratum"
        )
        return dict(found.fetchall())

    def _copy(self) -> None:
        """Take the rows over; when the transaction ends they are gone."""
        self._session.execute(_STRATA)
        self._session.execute(_LIMITS)
        with self._file.open("rb") as lines, self._session.cursor() as cursor:
            lines.readline()  # the header
            start = lines.tell()
            while lines.readline().startswith(b"#"):
                start = lines.tell()
            lines.seek(start)
            with cursor.copy(_COPY[self._file.suffix]) as copy:
                while data := lines.read(_AT_ONCE):
                    copy.write(data)
        self._session.execute("ANALYZE strata")

    def below(
        self, key: str, limits: Mapping[str, str]
    ) -> Iterable[tuple[str, str, str]]:
        self._session.execute("DELETE FROM limits")
        with self._session.cursor() as cursor:
            cursor.executemany("INSERT INTO limits VALUES (%s, %s)", limits.items())
        # A cursor with a name stays in the server: rows come as they are asked for.
        with self._session.cursor("below") as found:
            found.execute(_BELOW, {"start": f"{key},"})
            yield from found


@contextmanager
def opened(file: Path, server: str) -> Iterator[_PostgreSQL]:
    """Connect to a server, for the length of one transaction.

    Args:
        file: see :data:`READS`; copied when its rows are counted.
        server: a connection string or URI; "": what libpq's environment says.
    """
    server = server.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(server, client_encoding="UTF8") as session:
        yield _PostgreSQL(session, file)
