"""Rows on their way to a file, too many to be held: kept on the disk meanwhile.

Border: one temporary file without a name, gone with the program. What the rows are is
:mod:`dualrandom.tables`' affair.

- A few stay in memory; no file is made for them.
- The file lies where the rows go in the end, never in a place that others share: some
  of it is private.

    rows = Spool(TARGETS, folder)
    rows.append(target)
    len(rows), list(rows)
"""

from __future__ import annotations

from os import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from dualrandom.errors import EnvironmentProblem, Where

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dualrandom.tables import Kind

Row = TypeVar("Row")
HELD: Final = 4 * 2**20
"""Bytes up to which rows are held in memory."""
AT_ONCE: Final = 4096
"""Rows that are written, and read, at a time."""


class Spool(Generic[Row]):
    """The rows of one table, in the order in which they were added."""

    def __init__(self, kind: Kind[Row], folder: Path) -> None:
        """Keep no row yet.

        Args:
            kind: what the rows are.
            folder: where the file is made, if there is to be one.
        """
        self._kind = kind
        self._folder = folder
        self._lines: list[str] = []
        self._count = 0
        # Its own context, closed by the caller.
        self._file = SpooledTemporaryFile(HELD, dir=str(folder))  # noqa: SIM115

    def append(self, row: Row, /) -> None:
        """Add a row.

        Raises:
            EnvironmentProblem: E154, the disk is full.
        """
        self._lines.append("\t".join(self._kind.to_record(row)))
        self._count += 1
        if len(self._lines) >= AT_ONCE:
            self._put_down()

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._count

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows, as often as somebody asks; none is added meanwhile.

        Raises:
            EnvironmentProblem: E154.
        """
        self._put_down()
        at = 0
        while True:
            # Others may read at the same time.
            self._file.seek(at)
            lines = self._file.readlines(AT_ONCE * 32)
            if not lines:
                return
            at = self._file.tell()
            for line in lines:
                yield self._kind.from_record(tuple(line[:-1].decode().split("\t")))

    def close(self) -> None:
        """Forget the rows; how many there were is still known."""
        self._file.close()

    def _put_down(self) -> None:
        if not self._lines:
            return
        data = "".join(f"{line}\n" for line in self._lines).encode()
        self._lines.clear()
        try:
            self._file.seek(0, SEEK_END)
            self._file.write(data)
        except OSError as exc:
            raise EnvironmentProblem(
                "E154", where=Where(file=str(self._folder)), reason=exc.strerror or ""
            ) from exc
