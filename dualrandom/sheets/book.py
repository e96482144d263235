"""Workbooks (xlsx, xls, xlsb, ods), read in a process of their own.

Border: starts and ends that process; what it says is data, and is not trusted.

- ``book_child.py`` opens the book, within limits of memory and time.
- Every message is one line of JSON of bounded length; rows arrive in batches, so that
  this process never holds more than one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import EnvironmentProblem, InputError, Where
from dualrandom.sheets import limits
from dualrandom.sheets.source import Sheet

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from dualrandom.sheets.source import Rows

_CHILD: Final = Path(__file__).with_name("book_child.py")


def _date(found: dict[str, Any]) -> object:
    if "date" in found:
        return dt.date.fromisoformat(found["date"])
    return found


_decode: Final = json.JSONDecoder(object_hook=_date).decode


def book_sheets(path: Path, wanted: str | None) -> Generator[Sheet, None, None]:
    """Yield the sheets of a workbook; the rows of each must be taken before the next.

    Args:
        path: a file that :func:`~dualrandom.sheets.detect.detect` called a book.
        wanted: the only sheet to read; None: all.

    Raises:
        InputError: E202, E204 to E212, E215; see the catalogue.
    """
    task = {"path": str(path), "sheet": wanted, "limits": _limits()}
    try:
        child = subprocess.Popen(
            [sys.executable, "-P", str(_CHILD), json.dumps(task)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as exc:
        raise EnvironmentProblem("E200", where=Where(file=path.name)) from exc
    with child:
        try:
            messages = _Messages(child, path.name)
            while messages.head is not None:
                head = messages.head
                yield Sheet(
                    file=path.name,
                    name=head["sheet"],
                    visible=head["visible"],
                    left=head["left"],
                    merged=tuple((a, b, c, d) for a, b, c, d in head["merged"]),
                    hidden=frozenset(head["hidden"]),
                    hidden_columns=frozenset(head["hidden_columns"]),
                    epoch_1904=head["epoch_1904"],
                    batches=messages.batches(),
                )
                for _ in messages.batches():
                    pass
                messages.next_sheet()
        finally:
            with contextlib.suppress(OSError):
                child.kill()


def _limits() -> dict[str, int]:
    return {
        "rows": limits.MAX_ROWS,
        "columns": limits.MAX_COLUMNS,
        "cells": limits.MAX_CELLS,
        "merges": limits.MAX_MERGES,
        "batch": limits.BATCH_ROWS,
        "memory": limits.MEMORY_BASE,
        "memory_per_byte": limits.MEMORY_PER_BYTE,
        "seconds": limits.CPU_SECONDS,
    }


class _Messages:
    """What the child says, one message ahead.

    Attributes:
        head: the next sheet's head; None: all sheets were read.
    """

    def __init__(self, child: subprocess.Popen[bytes], file: str) -> None:
        assert child.stdout is not None  # noqa: S101 - we asked for a pipe
        self._lines = child.stdout
        self._file = file
        self._next = self._read()
        self.head = self._head()

    def batches(self) -> Iterator[Rows]:
        """Yield the rest of the sheet at hand."""
        while isinstance(self._next, list):
            rows: Rows = self._next
            self._next = self._read()
            yield rows

    def next_sheet(self) -> None:
        """Go on to the next sheet, once the rows of this one are taken."""
        self.head = self._head()

    def _head(self) -> dict[str, Any] | None:
        message = self._next
        if not isinstance(message, dict) or "done" in message:
            return None
        self._next = self._read()
        return message

    def _read(self) -> list[Any] | dict[str, Any]:
        where = Where(file=self._file)
        line = self._lines.readline(limits.MAX_MESSAGE + 1)
        if not line.endswith(b"\n"):
            # Stopped for want of memory or time, or a batch beyond all measure.
            raise InputError("E212", where=where)
        message: list[Any] | dict[str, Any] = _decode(line.decode("utf-8"))
        if isinstance(message, dict) and "fault" in message:
            raise InputError(message["fault"], where=where, **message["params"])
        return message
