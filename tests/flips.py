"""Bytes of an office's database, flipped: each is found, or the database says the same.

    python -m tests.flips [EVERY]     one byte in EVERY (1: all, takes hours), as
                                      ``make flips`` runs it; counts are printed

A flip that ``log verify`` does not find must leave every row of every table as it was:
it met a free page, or what SQLite can work out again.
"""

from __future__ import annotations

import contextlib
import io
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from dualrandom import cli
from dualrandom.errors import DualRandomError
from dualrandom.keys import load_key
from dualrandom.office import journal
from dualrandom.office.checking import verify_office_log
from dualrandom.office.place import open_office

SAMPLE = Path(__file__).parent.parent / "tools/sample.py"
ENTRIES = 40
EVERY = 101  # no divisor of a page's size: every place of a page comes in turn


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


def dump(database: Path) -> list[str]:
    """Return every row of every table."""
    with closing(sqlite3.connect(database)) as opened:
        opened.text_factory = bytes
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        names = [name.decode() for (name,) in opened.execute(tables)]
        return [
            repr(row)
            for name in names
            for row in opened.execute(f'SELECT * FROM "{name}"')
        ]


def is_found(office: Path) -> bool:
    """Say whether a check of the office's log finds something."""
    try:
        opened = open_office(office, unlock=load_key)
        done = verify_office_log(opened, against=None, policy=None, genesis=None)
    except DualRandomError:
        return True
    return done.exit_code != 0


def flip(office: Path, whole: bytes, at: int, before: list[str]) -> str:
    """Flip one bit of a byte; return ``found``, ``same``, or ``missed``."""
    database = office / "office.db"
    data = bytearray(whole)
    data[at] ^= 1 << at % 8
    for look in ("found", "same"):
        for beside in office.glob("office.db-*"):
            beside.unlink()
        database.write_bytes(data)
        if is_found(office) if look == "found" else dump(database) == before:
            return look
    return "missed"


def main(arguments: list[str]) -> int:
    """Flip one byte in so many; 1: one was missed, or none was found."""
    every = int(arguments[0]) if arguments else EVERY
    with tempfile.TemporaryDirectory() as folder:
        office = make_office(Path(folder))
        grow(office)
        whole, before = (office / "office.db").read_bytes(), dump(office / "office.db")
        assert not is_found(office)
        counts: Counter[str] = Counter()
        for at in range(0, len(whole), every):
            said = flip(office, whole, at, before)
            counts[said] += 1
            if said == "missed":
                print(f"missed: byte {at}")
        said = ", ".join(
            f"{counts[word]} {word}" for word in ("found", "same", "missed")
        )
        print(f"{len(whole)} bytes, one in {every} flipped: {said}")
    return 0 if counts["found"] and not counts["missed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
