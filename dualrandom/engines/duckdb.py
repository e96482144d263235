"""Selection inside DuckDB: one process, all cores, a bounded memory.

Spec: draw-v1 §5 step 1.
"""

from __future__ import annotations

import re
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import duckdb

from dualrandom.draw import ALL
from dualrandom.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

Failure: Final = duckdb.Error
_MEMORY: Final = "1GB"
_AT_ONCE: Final = 100_000
"""Rows taken out of the database at a time."""
_TEXT: Final = """read_csv($file, auto_detect = false, header = true,
    delim = {delimiter}, quote = {quote}, escape = {quote}, comment = '#',
    nullstr = '#', columns = {{'id': 'VARCHAR', 'stratum': 'VARCHAR',
    'tickets': 'UTINYINT'}})"""
_SOURCES: Final = {
    ".tsv": _TEXT.format(delimiter=r"'\t'", quote="''"),
    ".csv": _TEXT.format(delimiter="','", quote="""'"'"""),
    ".parquet": "read_parquet($file)",
}
READS: Final = frozenset(_SOURCES)
_COUNT: Final = "SELECT stratum, count(*) FROM {source} GROUP BY stratum"
# One comparison with the highest limit throws nearly all rows out. The few are sorted
# here, on all cores; what is sorted already costs Python's own sort next to nothing.
_BELOW: Final = """
    SELECT stratum, ticket, id FROM (
        SELECT id, stratum, CASE WHEN tickets = 1 THEN sha256($start || id)
            ELSE least(sha256($start || id), list_min(list_transform(
                range(2, tickets + 1),
                lambda j: sha256($start || id || '#' || j)))) END AS ticket
        FROM {source}
    ) JOIN limits USING (stratum)
    WHERE ticket < $highest AND ticket < below
    ORDER BY ticket"""


class _DuckDB:
    def __init__(self, database: duckdb.DuckDBPyConnection, file: Path) -> None:
        self._database = database
        self._source = _SOURCES[file.suffix]
        self._file = str(file)

    def count(self) -> Mapping[str, int]:
        statement = _COUNT.format(source=self._source)
        return dict(self._database.execute(statement, {"file": self._file}).fetchall())

    def below(
        self, key: str, limits: Mapping[str, str]
    ) -> Iterable[tuple[str, str, str]]:
        self._database.execute(
            "CREATE OR REPLACE TEMP TABLE limits (stratum VARCHAR, below VARCHAR)"
        )
        self._database.executemany(
            "INSERT INTO limits VALUES (?, ?)", list(limits.items())
        )
        given = {
            "file": self._file,
            "start": f"{key},",
            "highest": max(limits.values(), default=ALL),
        }
        found = self._database.execute(_BELOW.format(source=self._source), given)
        while rows := found.fetchmany(_AT_ONCE):
            yield from rows


@contextmanager
def opened(file: Path, memory: str) -> Iterator[_DuckDB]:
    """Open a database in memory that reads the file, and spills to a temporary folder.

    Args:
        file: see :data:`READS`.
        memory: how much DuckDB may use, ``4GB`` or ``800MB``; "": 1 GB.

    Raises:
        UsageError: E480, not such an amount.
    """
    if memory and not re.fullmatch(r"[1-9][0-9]{0,5}[MG]B", memory):
        raise UsageError("E480", engine=f"duckdb:{memory}", names="duckdb:4GB")
    with tempfile.TemporaryDirectory(prefix="dualrandom-") as spill:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory or _MEMORY,
            "temp_directory": spill,
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with duckdb.connect(":memory:", config=config) as database:
            yield _DuckDB(database, file)
