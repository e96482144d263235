"""Bytes of an office's database, flipped: each is found, or the database says the same.

    python -m tests.flips [EVERY [PART PARTS]]     one byte in EVERY (1: all, half an
                                                   hour), or of one part of the file

- A flip that ``log verify`` does not find must leave every row of every table as it
  was, and the statements that made them: it met a free page, or what SQLite can work
  out again.
- That is asked first, as it takes the least time; of a page that can be filled with
  anything and no row shows it, once for all its bytes. Then come parts of the check,
  before the whole: what a part finds, the whole finds.
- Of the flips that change nothing, some are given to the whole check all the same: it
  may find them or not, but end as it should.
"""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from dualrandom import audit, cli
from dualrandom.entries import parse_entry
from dualrandom.errors import DualRandomError
from dualrandom.keys import load_key, verify_ed25519
from dualrandom.office import journal
from dualrandom.office.checking import verify_office_log
from dualrandom.office.place import open_office

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.office.place import Office

SAMPLE = Path(__file__).parent.parent / "tools/sample.py"
ENTRIES = 40
EVERY = 101  # no divisor of a page's size: every place of a page comes in turn
CHECKED = 199
"""Of the flips that change nothing, one in so many is checked as a whole."""
PAGE = 4_096
SEEN = 4_096

Rows = list[tuple[object, ...]]


def make_office(folder: Path) -> Path:
    """Make an office with fictional lists: 20 targets, 15 inspectors, 7 items."""
    lists = folder / "lists"
    made = [sys.executable, SAMPLE, lists]
    made += ["--targets", "20", "--inspectors", "15"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    office = folder / "office"
    with contextlib.redirect_stdout(io.StringIO()):
        words = ["init", str(office), "--name", "示例市局", "--no-input"]
        assert cli.run(words) == 0
        with contextlib.chdir(office):
            for kind, file in (
                ("items", "items.csv"),
                ("targets", "targets.csv"),
                ("inspectors", "inspectors.xlsx"),
            ):
                assert cli.run(["import", kind, str(lists / file)]) == 0
    return office


def grow(office: Path) -> None:
    """Append until the office's log has 40 entries, all of them in one file."""
    opened = open_office(office, unlock=load_key)
    while True:
        with journal.writing(opened) as (tx, _):
            body = {"manifest": "0" * 64}
            signer = opened.officer()
            made = journal.append(opened, tx, "notice.publish", body, signer=signer)
        if made.seq >= ENTRIES - 1:
            break
    with closing(sqlite3.connect(office / "office.db")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


class Flipped:
    """An office of 40 entries, one byte of whose database is another.

    Attributes:
        whole: the database as it was.
    """

    def __init__(self, folder: Path) -> None:
        grow(folder)
        self._office = open_office(folder, unlock=load_key)
        self._database = folder / "office.db"
        self.whole = self._database.read_bytes()
        self._before = rows(self._database)
        assert self._before is not None
        assert not is_found(self._office)

    def is_read(self, page: int) -> bool:
        """Say whether rows or statements depend on a page: an index, for instance."""
        at = page * PAGE
        read = False
        for filling in (b"\0", b"\xff", b"\x0d"):
            self._write(filling * PAGE, at)
            read = read or rows(self._database) != self._before
        self._write(self.whole[at : at + PAGE], at)
        return read

    def flip(self, at: int, *, checked: bool = False) -> str:
        """Flip one bit of a byte; return ``same``, ``found``, or ``missed``.

        Args:
            at: which byte.
            checked: whether the log is checked even if the rows are the same.
        """
        self._write(bytes([self.whole[at] ^ 1 << at % 8]), at)
        same = rows(self._database) == self._before
        found = (checked or not same) and is_found(self._office)
        self._write(self.whole[at : at + 1], at)
        return "same" if same else "found" if found else "missed"

    def _write(self, data: bytes, at: int) -> None:
        for beside in ("-wal", "-shm"):
            Path(f"{self._database}{beside}").unlink(missing_ok=True)
        handle = os.open(self._database, os.O_WRONLY)
        os.pwrite(handle, data, at)
        os.close(handle)


def rows(database: Path) -> dict[bytes, Rows] | None:
    """Return every row of every table, and the schema; None: it cannot be read."""
    with closing(sqlite3.connect(database)) as opened:
        opened.text_factory = bytes
        try:
            made = opened.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
            found = {b"": [(*said, (sql or b"").split()) for *said, sql in made]}
            for kind, name, *_ in found[b""]:
                if kind == b"table":
                    query = b'SELECT * FROM "%s"' % name
                    found[name] = opened.execute(query.decode()).fetchall()
        except (sqlite3.Error, UnicodeDecodeError):
            return None
    return found


# The other entries are the same each time.
_verify = lru_cache(SEEN)(verify_ed25519)
_parse = lru_cache(SEEN)(parse_entry)


def is_found(office: Office) -> bool:
    """Say whether a check of the office's log finds something."""
    try:
        office.registry._database.check_version()  # as opening it does
        with office.registry.read() as tx:
            with patch("dualrandom.logcheck.parse_entry", _parse):
                report = audit.verify_log(tx.entries(), verify=_verify)
            if report.exit_code == 1:
                return True
            if tx.check_storage():
                return True
        done = verify_office_log(office, against=None, policy=None, genesis=None)
    except DualRandomError:
        return True
    return done.exit_code != 0


def campaign(
    flipped: Flipped, every: int, part: int, parts: int
) -> Iterator[tuple[int, str]]:
    """Flip one byte in so many, of one part; yield each and what came of it."""
    size = len(flipped.whole)
    first, end = ((size * at) // parts for at in (part - 1, part))
    is_read = lru_cache(flipped.is_read)
    for number, at in enumerate(range(first, end, every)):
        checked = number % CHECKED == 0
        ask = checked or is_read(at // PAGE)
        yield at, flipped.flip(at, checked=checked) if ask else "same"


def main(arguments: list[str]) -> int:
    """Flip bytes and count what came of it; 1: one was missed, or none was found."""
    every, part, parts = (*map(int, arguments), *(EVERY, 1, 1)[len(arguments) :])
    with tempfile.TemporaryDirectory() as folder:
        flipped = Flipped(make_office(Path(folder)))
        counts: Counter[str] = Counter()
        for at, said in campaign(flipped, every, part, parts):
            counts[said] += 1
            if said == "missed":
                print(f"missed: byte {at}")
        said = ", ".join(
            f"{counts[word]} {word}" for word in ("found", "same", "missed")
        )
        print(
            f"{len(flipped.whole)} bytes, part {part} of {parts},"
            f" one in {every} flipped: {said}"
        )
    return 0 if counts["found"] and not counts["missed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
