"""Any byte of an office's database: flipped, it is found, or says the same as before.

Here a sample: every byte of one takes hours.
"""

from __future__ import annotations

import random  # noqa: TID251 - which bytes are flipped, not who is drawn
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from dualrandom.errors import DualRandomError
from dualrandom.keys import load_key
from dualrandom.office import journal
from dualrandom.office.checking import verify_office_log
from dualrandom.office.place import open_office
from tests.refusals import check

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refusals import Run

SAMPLE = 60


def dump(database: Path) -> list[str]:
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


def flip(office: Path, whole: bytes, at: int, before: list[str]) -> bool:
    """Flip one bit; say whether that is found, or changes nothing that is said."""
    database = office / "office.db"
    data = bytearray(whole)
    data[at] ^= 1 << at % 8
    for beside in office.glob("office.db-*"):
        beside.unlink()
    database.write_bytes(data)
    if is_found(office):
        return True
    for beside in office.glob("office.db-*"):
        beside.unlink()
    database.write_bytes(data)
    return dump(database) == before


@pytest.mark.slow
def test_a_flipped_byte_of_the_database_is_found(office: Path) -> None:
    opened = open_office(office, unlock=load_key)
    while True:
        with journal.writing(opened) as (tx, _):
            body = {"manifest": "0" * 64}
            signer = opened.officer()
            made = journal.append(opened, tx, "notice.publish", body, signer=signer)
        if made.seq >= 39:
            break
    with closing(sqlite3.connect(office / "office.db")) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole, before = (office / "office.db").read_bytes(), dump(office / "office.db")
    assert not is_found(office)
    for at in random.Random(40).sample(range(len(whole)), SAMPLE):
        assert flip(office, whole, at, before), at


def test_a_database_that_answers_for_ever(office: Path, run: Run) -> None:
    """A view in the log's place: asked for entries, it would never stop."""
    shutil.copy("office.db", "was.db")
    with closing(sqlite3.connect("office.db")) as raw:
        raw.executescript(
            "DROP TABLE entry;"
            "CREATE VIEW entry AS WITH RECURSIVE n(seq) AS "
            "(SELECT 0 UNION ALL SELECT seq + 1 FROM n) "
            "SELECT seq, '' AS prev, '' AS op, '' AS leaf, x'' AS data FROM n;"
        )
    check(run, office, ("log", "verify"), 5, "E101")
