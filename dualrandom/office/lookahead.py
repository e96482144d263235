"""A long log's signatures, checked ahead on all processors; its operations, on disk.

Border: processes and a temporary file. What is found here only saves work: a signature
that was not found valid ahead is checked again by whoever asks.

- Entries pass through as they are, some chunks behind those that are being checked.
- Memory does not grow with the log.

    with Lookahead(size=200_000) as ahead:
        verify_log(ahead.through(entries), verify=ahead.verify, is_new=ahead.is_new)

Spec: log-v1 §8 (memory).
"""

from __future__ import annotations

import multiprocessing
import os
import re
import sqlite3
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Final, Self

from dualrandom.errors import EnvironmentProblem, VerificationError
from dualrandom.keys import verify_ed25519
from dualrandom.notes import key_book, open_note, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from types import TracebackType

    from dualrandom.notes import VKey

WORTH_IT: Final = 4_000
"""Entries from which on processes save more than they cost to start."""
_CHUNK: Final = 512
_NAMES_KEYS: Final = (b'"act":"key.add"', b'"act":"log.genesis"')
_VKEY = re.compile(rb'"([^"\s+]+\+[0-9a-f]{8}\+[0-9A-Za-z+/]+=*)"')


class Lookahead:
    """What a check of a log gets from the machine it runs on.

    Args:
        size: how many entries the log has, as far as known.
        skip: how many of them need no signature checked.
        processes: how many check signatures; None: as many as there are processors.
    """

    def __init__(
        self, *, size: int, skip: int = 0, processes: int | None = None
    ) -> None:
        self._skip = skip
        self._count = (os.cpu_count() or 1) if processes is None else processes
        if processes is None and (size - skip < WORTH_IT or self._count == 1):
            self._count = 0
        self._pool: ProcessPoolExecutor | None = None
        self._valid: set[bytes] = set()
        self._operations: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        if self._count:
            # Not by fork: this process has a database open.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._count, mp_context=context)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
        if self._operations is not None:
            self._operations.close()

    def verify(self, public: bytes, signature: bytes, message: bytes, /) -> bool:
        """Say whether a signature is valid; a :class:`notes.Verifier`."""
        if self._valid and _triple(public, signature, message) in self._valid:
            return True
        return verify_ed25519(public, signature, message)

    def is_new(self, operation: bytes) -> bool:
        """Take up an operation; say whether it is new.

        Raises:
            EnvironmentProblem: E151, there is no room for a temporary file.
        """
        try:
            if self._operations is None:
                # A private file of no name, which goes when it is closed.
                self._operations = sqlite3.connect("", isolation_level=None)
                self._operations.execute("PRAGMA journal_mode = OFF")
                self._operations.execute("PRAGMA synchronous = OFF")
                self._operations.execute(
                    "CREATE TABLE seen (operation BLOB PRIMARY KEY) WITHOUT ROWID"
                )
                self._operations.execute("BEGIN")
            insert = "INSERT OR IGNORE INTO seen VALUES (?)"
            return self._operations.execute(insert, (operation,)).rowcount == 1
        except sqlite3.Error as exc:
            raise EnvironmentProblem("E151", reason=str(exc)) from exc

    def through(self, entries: Iterable[bytes]) -> Iterator[bytes]:
        """Pass entries on, their signatures checked meanwhile."""
        rest = iter(entries)
        keys: dict[str, VKey] = {}
        for data in islice(rest, self._skip):
            _gather(keys, data)
            yield data
        if self._pool is None:
            yield from rest
            return
        waiting: deque[tuple[list[bytes], Future[list[bytes]]]] = deque()
        while chunk := list(islice(rest, _CHUNK)):
            for data in chunk:
                _gather(keys, data)
            made = self._pool.submit(check_chunk, chunk, tuple(keys.values()))
            waiting.append((chunk, made))
            if len(waiting) > 2 * self._count:
                yield from self._next(waiting)
        while waiting:
            yield from self._next(waiting)

    def _next(
        self, waiting: deque[tuple[list[bytes], Future[list[bytes]]]]
    ) -> list[bytes]:
        chunk, made = waiting.popleft()
        self._valid = set(made.result())
        return chunk


def check_chunk(entries: list[bytes], keys: tuple[VKey, ...]) -> list[bytes]:
    """Return a digest for each valid signature of entries by one of the keys."""
    book = key_book(keys)
    valid = []
    for data in entries:
        try:
            note = open_note(data)
        except VerificationError:
            continue  # whoever reads it next says what is wrong
        for line in note.signatures:
            key = book.get((line.name, line.id))
            if key and verify_ed25519(key.public, line.value, note.text):
                valid.append(_triple(key.public, line.value, note.text))
    return valid


def _triple(public: bytes, signature: bytes, message: bytes) -> bytes:
    # Public key and signature have one length each: no two triples look alike.
    return sha256(public + signature + message).digest()


def _gather(keys: dict[str, VKey], data: bytes) -> None:
    """Take up the keys that an entry names: whether they count is asked elsewhere."""
    if any(word in data for word in _NAMES_KEYS):
        for found in _VKEY.finditer(data):
            with suppress(UnicodeDecodeError, VerificationError):
                text = found[1].decode()
                keys[text] = parse_vkey(text)
