"""A file that is too large to be held: read in blocks, as often as somebody asks.

Border: one file. What its bytes mean is :mod:`dualrandom.canonical`'s affair, which
asks no more than a length and the blocks in order.

- Only regular files are read: no link, no device, no pipe.
- Every reading is of the file that was looked at first: one that was exchanged or
  written to meanwhile is refused.

Spec: none; draw-v1 says nothing of sizes.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from dualrandom.errors import EnvironmentProblem, VerificationError, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

BLOCK: Final = 2**20
_LINKS: Final = getattr(os, "O_NOFOLLOW", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading: no link, no device, no pipe.

    Raises:
        OSError: it cannot be opened.
        VerificationError: E153, it is something else.
    """
    # Opened without following links and without waiting on a pipe, then looked at:
    # no moment in between in which the file could be exchanged.
    try:
        handle = os.open(path, os.O_RDONLY | _LINKS | _BINARY)
    except OSError as exc:
        if path.is_symlink():
            raise VerificationError("E153", where=Where(file=str(path))) from exc
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise VerificationError("E153", where=Where(file=str(path)))
    return os.fdopen(handle, "rb")


class FileBlocks:
    """A regular file, opened anew by each reading.

    Attributes:
        path: where it is.
    """

    def __init__(
        self, path: Path, told: Callable[[Path, int], object] = lambda *_: None
    ) -> None:
        """Look at a file.

        Args:
            path: where it is.
            told: called with the path and how many percent of this reading are done.

        Raises:
            OSError, VerificationError: as for :func:`open_regular`.
        """
        self.path = path
        self._told = told
        with open_regular(path) as file:
            self._state = _look(file)

    def __len__(self) -> int:
        return self._state.size

    def check(self) -> None:
        """See that it is still the file that was looked at first.

        Raises:
            EnvironmentProblem: E151, it cannot be read; E485, another file took its
                place, or it was written to.
        """
        with self._same():
            pass

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes from the beginning.

        Raises:
            EnvironmentProblem: E151, E485, as for :meth:`check`.
        """
        at = 0
        with self._same() as file:
            while block := file.read(BLOCK):
                at += len(block)
                yield block
                self._told(self.path, 100 * at // max(len(self), 1))

    @contextmanager
    def _same(self) -> Iterator[BinaryIO]:
        try:
            with open_regular(self.path) as file:
                self._compare(file)
                yield file
                self._compare(file)
        except OSError as exc:
            raise EnvironmentProblem(
                "E151", where=Where(file=str(self.path)), reason=exc.strerror or ""
            ) from exc

    def _compare(self, file: BinaryIO) -> None:
        if _look(file) != self._state:
            raise EnvironmentProblem("E485", where=Where(file=str(self.path)))


class _State(NamedTuple):
    device: int
    node: int
    size: int
    changed: int


def _look(file: BinaryIO) -> _State:
    about = os.fstat(file.fileno())
    return _State(about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns)
