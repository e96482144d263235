"""Signed appends to the audit log, against bare commits of a single row.

Both go to the same SQLite file, in WAL mode with ``synchronous=FULL``: each append and
each commit is on the disk before the next begins. An append is the office's own: it
takes the write lock, checks that the log continues what was signed, signs the entry,
and commits it with all that the tables' triggers ask. A bare commit puts as many bytes
into a table of two columns.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from bench import Ratio, timed, versions
from dualrandom.canonical import sha256
from dualrandom.keys import load_key
from dualrandom.office import journal
from dualrandom.office.place import open_office
from dualrandom.office.setup import init_office

if TYPE_CHECKING:
    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office

COUNT = 100
ROUNDS = 25


def run() -> Ratio:
    """Take the best of 25 turns on each side, in turn."""
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top, "office")
        init_office(folder, name="bench", passphrase=None)
        office = open_office(folder, unlock=load_key)
        signer = office.officer()
        with closing(_bare(folder / "office.db")) as bare, office.registry.held():
            for turn in range(ROUNDS):
                ours.append(timed(lambda t=turn: _append(office, signer, t))[0])
                theirs.append(timed(lambda: _commit(bare))[0])
            (count,) = bare.execute("SELECT count(*) FROM bare").fetchone()
        with office.registry.read() as tx:
            assert tx.log_size() == 2 + ROUNDS * COUNT
        assert count == ROUNDS * COUNT
    return Ratio(
        case=f"{COUNT} durable signed appends to a log",
        against="bare single-row commits to the same file",
        ours=min(ours),
        theirs=min(theirs),
        at_most=4,
        versions=(("sqlite", sqlite3.sqlite_version), *versions("sqlalchemy")),
    )


def _append(office: Office, signer: PrivateKey, turn: int) -> None:
    for number in range(COUNT):
        body = {"manifest": sha256(f"{turn}/{number}".encode())}
        with journal.writing(office) as (tx, _):
            journal.append(office, tx, "notice.publish", body, signer=signer)


def _bare(path: Path) -> sqlite3.Connection:
    opened = sqlite3.connect(path, isolation_level=None)
    opened.execute("PRAGMA synchronous = FULL")
    opened.execute("CREATE TABLE bare (seq INTEGER PRIMARY KEY, data BLOB) STRICT")
    return opened


def _commit(bare: sqlite3.Connection) -> None:
    for _ in range(COUNT):
        bare.execute("INSERT INTO bare (data) VALUES (?)", (b"x" * 700,))
